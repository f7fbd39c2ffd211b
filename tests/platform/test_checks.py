"""System checks: each finds its mistake, and a good production has none."""

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage
from pytest_django import Settings

from sharedict.checks import (
    mail_is_protected,
    mode_is_meant,
    production_has_no_demonstration_data,
    production_is_strict,
)


@pytest.fixture
def production(settings: Settings) -> Settings:
    settings.IS_PRODUCTION = True
    settings.DEBUG = False
    settings.ORIGIN = "https://portal.example.se"
    settings.ALLOWED_HOSTS = ["portal.example.se"]
    return settings


def _ids(found: list[CheckMessage]) -> list[str | None]:
    assert all(message.hint for message in found)
    return [message.id for message in found]


def test_a_good_production_passes(production: Settings) -> None:
    assert production_is_strict(None) == []
    assert mode_is_meant(None) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DEBUG", True, "sharedict.E001"),
        ("ORIGIN", "http://portal.example.se", "sharedict.E002"),
        ("ALLOWED_HOSTS", ["*"], "sharedict.E003"),
    ],
)
def test_production_refuses(production: Settings, name: str, value: object, expected: str) -> None:
    setattr(production, name, value)
    assert _ids(production_is_strict(None)) == [expected]


def test_a_public_address_in_development_mode_is_suspicious(production: Settings) -> None:
    production.IS_PRODUCTION = False
    assert _ids(mode_is_meant(None)) == ["sharedict.W001"]
    assert production_is_strict(None) == []


@pytest.mark.parametrize(
    ("host", "has_tls", "expected"),
    [("mail.example.se", False, ["sharedict.W003"]), ("mail.example.se", True, []), ("localhost", False, [])],
)
def test_letters_are_encrypted_on_their_way(
    production: Settings, host: str, has_tls: bool, expected: list[str]
) -> None:
    production.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    production.EMAIL_HOST, production.EMAIL_USE_TLS = host, has_tls
    assert _ids(mail_is_protected(None)) == expected


@pytest.mark.django_db
def test_demonstration_sign_ins_are_refused_in_production(production: Settings) -> None:
    assert production_has_no_demonstration_data(None, databases=["default"]) == []
    get_user_model().objects.create(username="admin", is_demonstration=True)
    assert _ids(production_has_no_demonstration_data(None, databases=["default"])) == ["sharedict.E004"]
    assert production_has_no_demonstration_data(None) == []
