"""Letters: a test message with its outcome, headers that nobody else writes, and the folder on a desk."""

import smtplib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from sharedict.accounts.models import User
from sharedict.common.mail import UndeliveredError, deliver
from tests.factories.accounts import UserFactory

ADDRESS = "/cooperations/mail/"


@pytest.fixture
def operator(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(UserFactory(username="operator", email="op@example.se", is_staff=True, is_superuser=True))


def sent_to(operator: Client, to: str) -> str:
    return operator.post(ADDRESS, {"to": to}, follow=True).content.decode()


def test_a_test_message_says_that_the_server_took_it(operator: Client, settings: Settings) -> None:
    settings.MAIL_FOLDER = None
    assert "op@example.se" in operator.get(ADDRESS).content.decode()
    assert "The mail server took the message to op@example.se." in sent_to(operator, "op@example.se")
    [letter] = mail.outbox
    assert letter.to == ["op@example.se"]
    assert "Nothing is to be done." in letter.body


def test_what_the_server_refuses_is_said_in_its_number(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise smtplib.SMTPAuthenticationError(535, b"no such user: portal")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    page = sent_to(operator, "op@example.se")
    assert "was not sent: SMTPAuthenticationError 535" in page
    assert "no such user" not in page


def test_a_server_that_does_not_answer_is_an_outcome_too(operator: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert "was not sent: ConnectionRefusedError" in sent_to(operator, "op@example.se")


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@example.se\nBcc: b@example.se", "a@example.se, b@example.se"]
)
def test_what_is_no_address_is_said_at_its_field(operator: Client, to: str) -> None:
    assert operator.post(ADDRESS, {"to": to}).status_code == 422
    assert mail.outbox == []


def test_without_a_mail_server_the_page_says_so(operator: Client, settings: Settings) -> None:
    settings.SENDS_MAIL, settings.MAIL_FOLDER = False, None
    assert "No mail server is set up" in operator.get(ADDRESS).content.decode()
    assert operator.post(ADDRESS, {"to": "op@example.se"}).status_code == 422
    assert mail.outbox == []


def test_letters_of_a_desk_are_read_in_the_portal(
    operator: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.MAIL_FOLDER = tmp_path
    for name in ("Första", "Andra"):
        deliver(to="maria@example.se", subject=f"{name} <brevet>", text=f"{name}: å, ä & ö")
    page = operator.get(ADDRESS).content.decode()
    assert "Första: å, ä &amp; ö" in page
    assert page.index("Andra &lt;brevet&gt;") < page.index("Första &lt;brevet&gt;")


def test_nobody_writes_headers_by_a_name(db: None) -> None:
    deliver(to="a@example.se", subject="Torsby\r\nBcc: b@example.se\x00\u2028\u202e!", text="-")
    [letter] = mail.outbox
    assert letter.subject == "Torsby Bcc: b@example.se !"
    assert letter.recipients() == ["a@example.se"]
    with pytest.raises(UndeliveredError):
        deliver(to="a@example.se\nBcc: b@example.se", subject="-", text="-")
