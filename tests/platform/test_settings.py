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
        ("-c", "import sharedict.asgi"),
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
