"""Typed reading of the environment: a malformed value is refused with a message a person can act on.

Settings read every value through here, so there is one place that decides what an empty variable means
(the same as none) and how a mistake is reported (variable, problem, what to write instead).
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

EXIT_CONFIGURATION = 78  # EX_CONFIG of sysexits.h
TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")


class SettingError(ValueError):
    """A variable of the environment that cannot be used; the message names it and says what to write."""

    code = "setting"

    def __init__(self, name: str, problem: str, remedy: str) -> None:
        self.name = name
        super().__init__(f"{name} {problem}. {remedy}")


@contextmanager
def refusing_clearly() -> Iterator[None]:
    """Turn a SettingError into one message on standard error and exit status 78, without a traceback."""
    try:
        yield
    except SettingError as error:
        sys.stderr.write(f"sharedict cannot start: {error}\n")
        raise SystemExit(EXIT_CONFIGURATION) from None


def text(name: str, default: str = "") -> str:
    """The value without surrounding space; ``default`` when unset or empty."""
    return os.environ.get(name, "").strip() or default


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A comma-separated list, empty items dropped."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def flag(name: str, *, default: bool = False) -> bool:
    """A yes or no; raises SettingError for anything that is clearly neither."""
    value = text(name).lower()
    if not value:
        return default
    if value not in TRUE + FALSE:
        raise SettingError(name, f"is {value!r}, which is neither yes nor no", "Write true or false.")
    return value in TRUE


def integer(name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    """A whole number from ``least`` to ``most``, both included."""
    value = text(name)
    if not value:
        return default
    remedy = f"Write a whole number from {least} to {most}."
    if not value.isascii() or not value.isdigit():
        raise SettingError(name, f"is {value!r}, which is not a whole number", remedy)
    number = int(value)
    if not least <= number <= most:
        raise SettingError(name, f"is {number}, which is out of range", remedy)
    return number


def port() -> int:
    """Where the web server listens: SHAREDICT_PORT, or PORT as hosting platforms set it, or 8000."""
    return integer("SHAREDICT_PORT", integer("PORT", 8000, least=1, most=65535), least=1, most=65535)


def choice(name: str, options: Sequence[str], default: str) -> str:
    """One of ``options``, in lower case."""
    value = text(name, default).lower()
    if value not in options:
        raise SettingError(name, f"is {value!r}", f"Write one of: {', '.join(options)}.")
    return value


def secret(name: str, default: str = "") -> str:
    """The value of ``name``, or the content of the file that ``name``_FILE points to.

    Secrets mounted as files never show in a process listing. Both at once is refused: one of them
    would silently lose.
    """
    path = text(f"{name}_FILE")
    if not path:
        return text(name, default)
    if text(name):
        raise SettingError(name, f"and {name}_FILE are both set", "Set only one of the two.")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingError(
            f"{name}_FILE", f"names {path!r}, which cannot be read ({reason})", "Name a readable text file."
        ) from None


def require(name: str, example: str) -> None:
    """Raise SettingError unless ``name`` (or ``name``_FILE) is set."""
    if not secret(name):
        raise SettingError(name, "is not set, and production needs it", f"Write for example {example}")


def url(name: str, schemes: Sequence[str], example: str, *, default: str = "") -> str:
    """An address with one of ``schemes``; may come from ``name``_FILE because it can hold a password.

    The error never repeats the value, for the same reason.
    """
    value = secret(name, default)
    if not value:
        return ""
    remedy = f"Write for example {example}"
    try:
        parts = urlsplit(value)
        scheme, port = parts.scheme, parts.port
    except ValueError:
        raise SettingError(name, "is not an address", remedy) from None
    if scheme not in schemes:
        raise SettingError(name, f"starts with {scheme or 'no scheme'!r}, not {' or '.join(schemes)}", remedy)
    if port == 0:
        raise SettingError(name, "has port 0", remedy)
    return value


def postgresql(name: str, default: str = "") -> dict[str, object]:
    """Django's description of the PostgreSQL database that the address in ``name`` points to.

    ``postgresql://user:password@host:port/name?sslmode=require``; a Unix socket is given as
    ``postgresql://user@/name?host=/run/postgresql``. Other query words go to libpq as they are.
    """
    example = "postgresql://user:password@db.example.se:5432/sharedict"
    value = url(name, ("postgresql", "postgres"), example, default=default)
    parts = urlsplit(value)
    database = unquote(parts.path.lstrip("/"))
    if not database or "/" in database:
        raise SettingError(name, "names no database", f"Write for example {example}")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or _host(parts),
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "OPTIONS": options,
    }


def _host(parts: SplitResult) -> str:
    """Percent-encoded hosts are socket folders (``postgresql://%2Frun%2Fpostgresql/name``)."""
    return unquote(parts.hostname or "")


def smtp(name: str) -> dict[str, object]:
    """Django's description of the mail server that the address in ``name`` points to; empty when unset.

    ``smtp+tls://`` begins to encrypt once it is connected (STARTTLS, port 587), ``smtps://`` at once (465),
    ``smtp://`` never (25). Signs in the user name and the password that mean something in an address are
    percent-encoded.
    """
    example = "smtp+tls://user:password@mail.example.se:587"
    ports = {"smtp+tls": 587, "smtps": 465, "smtp": 25}
    value = url(name, tuple(ports), example)
    if not value:
        return {}
    parts = urlsplit(value)
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingError(name, "is not the address of a mail server", f"Write for example {example}")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def sender(name: str, default: str = "") -> str:
    """Who a letter is from: an e-mail address, which may follow a name: ``Portal <portal@example.se>``."""
    value = text(name, default)
    found = getaddresses([value])
    user, _, host = found[0][1].rpartition("@") if len(found) == 1 else ("", "", "")
    if value and not (user and host and value.isprintable() and " " not in user + host):
        raise SettingError(
            name, f"is {value!r}, which is no e-mail address", "Write for example Portal <portal@example.se>"
        )
    return value
