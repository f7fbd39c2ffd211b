"""Settings as a whole, read in a process of their own."""

from pathlib import Path

import pytest

from tests.platform.portal import program, python

LOAD = """
from sharedict.env import refusing_clearly
with refusing_clearly():
    from sharedict import settings
    print(settings.SECRET_KEY, settings.SESSION_COOKIE_SECURE, settings.ALLOWED_HOSTS, settings.DEBUG)
"""
PRODUCTION = {
    "SHAREDICT_MODE": "production",
    "SHAREDICT_SECRET_KEY": "k" * 50,
    "SHAREDICT_ORIGIN": "https://portal.example.se",
    "DATABASE_URL": "postgresql://db.example.se/sharedict",
    "REDIS_URL": "redis://redis.example.se:6379/0",
}


def test_production_loads_with_what_it_needs() -> None:
    done = python(LOAD, **PRODUCTION)
    assert done.stderr == ""
    assert done.stdout.split() == ["k" * 50, "True", "['portal.example.se']", "False"]


@pytest.mark.parametrize("missing", [name for name in PRODUCTION if name != "SHAREDICT_MODE"])
def test_production_says_what_is_missing(missing: str) -> None:
    done = python(LOAD, **{name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode == 78
    assert done.stderr.startswith(f"sharedict cannot start: {missing} is not set")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHAREDICT_MODE", "live"),
        ("SHAREDICT_DEBUG", "perhaps"),
        ("SHAREDICT_DEBUG", "1"),
        ("SHAREDICT_DEMONSTRATION", "true"),
        ("SHAREDICT_SECRET_KEY", "short"),
        ("SHAREDICT_ORIGIN", "portal.example.se"),
        ("SHAREDICT_ORIGIN", "http://portal.example.se"),
        ("SHAREDICT_HOSTS", "portal.example.se,*"),
        ("SHAREDICT_WORKER_PROCESSES", "many"),
        ("SHAREDICT_LOG_LEVEL", "loud"),
        ("SHAREDICT_TRUST_PROXY", "2"),
        ("DATABASE_URL", "sqlite:///portal.db"),
        ("REDIS_URL", "http://redis"),
        ("SHAREDICT_MAIL_URL", "https://mail.example.se"),
        ("SHAREDICT_MAIL_URL", "smtp+tls://:587"),
        ("SHAREDICT_MAIL_URL", "smtp+tls://mail.example.se/inbox"),
        ("SHAREDICT_MAIL_FROM", "portal"),
        ("SHAREDICT_MAIL_FROM", "a@example.se, b@example.se"),
        ("SHAREDICT_MAIL_SECONDS", "0"),
    ],
)
def test_a_malformed_or_unsafe_value_is_one_line_that_names_it(name: str, value: str) -> None:
    done = python(LOAD, **PRODUCTION | {name: value})
    assert done.returncode == 78
    assert done.stderr.startswith(f"sharedict cannot start: {name} ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHAREDICT_DEBUG", "1"),
        ("SHAREDICT_ORIGIN", "http://portal.example.se"),
        ("SHAREDICT_HOSTS", "*"),
    ],
)
def test_development_allows_what_production_refuses(name: str, value: str) -> None:
    done = python(LOAD, **{name: value})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-m", "sharedict.web"),
        ("-c", "import sharedict.wsgi"),
        ("-m", "celery", "--app", "sharedict", "worker"),
        ("-m", "celery", "--app", "sharedict", "beat"),
        ("manage.py", "prepare"),
        ("manage.py", "run"),
    ],
    ids=" ".join,
)
def test_every_process_of_production_refuses_to_debug(arguments: tuple[str, ...]) -> None:
    done = program(*arguments, **PRODUCTION, SHAREDICT_DEBUG="1")
    assert done.returncode == 78
    assert done.stderr.startswith("sharedict cannot start: SHAREDICT_DEBUG is true, and production refuses")
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout


def test_development_keeps_the_key_it_made(tmp_path: Path) -> None:
    first = python(LOAD, SHAREDICT_VAR=str(tmp_path / "var")).stdout
    assert len(first.split()[0]) >= 50
    assert python(LOAD, SHAREDICT_VAR=str(tmp_path / "var")).stdout == first
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_socket_of_redis_is_given_to_celery_in_its_words() -> None:
    code = "from sharedict import settings; print(settings.REDIS_URL, settings.CELERY_BROKER_URL)"
    done = python(code, REDIS_URL="unix:///run/redis.sock")
    assert done.stdout.split() == ["unix:///run/redis.sock", "redis+socket:///run/redis.sock"]


def test_a_job_may_not_run_longer_than_its_message_is_held_back() -> None:
    code = (
        "from sharedict import settings as s;"
        "print(s.CELERY_TASK_TIME_LIMIT * 2 < s.CELERY_BROKER_TRANSPORT_OPTIONS['visibility_timeout'])"
    )
    assert python(code).stdout.strip() == "True"


MAIL = """
from sharedict import settings
print(settings.EMAIL_BACKEND.split(".")[-2], settings.SENDS_MAIL, settings.MAIL_FOLDER)
if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
    print(settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    print(settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL, settings.EMAIL_TIMEOUT, settings.DEFAULT_FROM_EMAIL)
"""


def test_production_without_a_mail_server_sends_nothing() -> None:
    assert python(MAIL, **PRODUCTION).stdout.split() == ["dummy", "False", "None"]


def test_on_a_desk_letters_go_to_a_folder(tmp_path: Path) -> None:
    done = python(MAIL, SHAREDICT_VAR=str(tmp_path))
    assert done.stdout.split() == ["filebased", "True", str(tmp_path / "mail")]


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("smtp+tls://portal:p%40ss@mail.example.se", "mail.example.se 587 portal p@ss True False 10 a@b.se"),
        (
            "smtps://portal:secret@mail.example.se:466",
            "mail.example.se 466 portal secret False True 10 a@b.se",
        ),
    ],
)
def test_a_mail_server_is_one_address(address: str, read: str) -> None:
    done = python(MAIL, **PRODUCTION, SHAREDICT_MAIL_URL=address, SHAREDICT_MAIL_FROM="a@b.se")
    assert done.stdout.split() == ["smtp", "True", "None", *read.split()]


def test_a_mail_server_needs_a_sender() -> None:
    done = python(LOAD, **PRODUCTION, SHAREDICT_MAIL_URL="smtp+tls://user:secret@mail.example.se")
    assert done.returncode == 78
    assert done.stderr.startswith("sharedict cannot start: SHAREDICT_MAIL_FROM is not set")
