"""Letters by e-mail: plain text, to one person, without anything that tells the sender that it was read."""

import email
import smtplib
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage as Parsed
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from sharedict import env
from sharedict.kernel.errors import SharedictError

LONGEST_SUBJECT = 150
BETWEEN_LETTERS = b"\n" + b"-" * 79 + b"\n"
"""What Django puts behind each letter that goes to a folder."""


class UndeliveredError(SharedictError):
    """The mail server did not take a letter. Says why, and neither to whom it was nor what stood in it."""

    code = "undelivered"


def deliver(*, to: str, subject: str, text: str) -> None:
    """Send a letter now, waiting for the mail server no longer than SHAREDICT_MAIL_SECONDS.

    A page has it done by a job. Names that people have given may stand in ``subject``: no sign of them
    begins another header. Raises UndeliveredError.
    """
    letter = EmailMessage(
        subject=one_line(subject),
        body=text,
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        sent = letter.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise UndeliveredError(_reason(error)) from None
    if not sent:
        raise UndeliveredError("no mail server is set up")


def one_line(text: str) -> str:
    """``text`` as the subject of a letter: signs that cannot be seen are spaces, and it ends somewhere."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(plain.split())[:LONGEST_SUBJECT]


def address_of(path: str) -> str:
    """A page of the portal, for somebody who is not in it."""
    return (settings.ORIGIN.rstrip("/") or f"http://localhost:{env.port()}") + path


def latest_in_folder(most: int) -> list[Parsed]:
    """What went to the folder of letters, where there is one: the latest first."""
    return list(islice(_in_folder(settings.MAIL_FOLDER), most)) if settings.MAIL_FOLDER else []


def _in_folder(folder: Path) -> Iterator[Parsed]:
    for path in sorted(folder.glob("*.log"), key=_written, reverse=True):
        for letter in reversed(path.read_bytes().split(BETWEEN_LETTERS)):
            if letter.strip():
                yield email.message_from_bytes(letter, _class=Parsed, policy=policy.default)


def _written(path: Path) -> tuple[int, str]:
    """When; names tell the second only, and nothing of what came first in it."""
    return path.stat().st_mtime_ns, path.name


def _reason(error: Exception) -> str:
    """Without the words of the server, which repeat addresses; the number that it gave is enough."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        return f"SMTPRecipientsRefused {' '.join(codes)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__
