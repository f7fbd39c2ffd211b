"""What is said to whoever watches over the portal, and what a page says while the database is away."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.common import sight
from sharedict.common.counting import quick_redis
from sharedict.jobs.actions import order
from sharedict.jobs.models import JOB_LOCKS
from sharedict.jobs.tasks import sweep
from sharedict.jobs.wake import note_sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def nobody_swept() -> None:
    with quick_redis() as redis:
        redis.delete(f"{connection.settings_dict['NAME']}:swept")


def _refuse(*_arguments: Any) -> Any:
    raise OperationalError("the server closed the connection")


def ready(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/health/ready/")
    return answer.status_code, answer.json()


def test_ready_is_said_when_all_is_well(client: Client, nobody_swept: None) -> None:
    sweep()
    parts = ("status", "database", "redis", "worker", "jobs")
    assert ready(client) == (200, dict.fromkeys(parts, "ok"))


def test_no_worker_is_said(client: Client, nobody_swept: None) -> None:
    status, found = ready(client)
    assert (status, found["status"], found["worker"]) == (503, "not ready", "has not been seen")


def test_a_worker_with_a_long_job_is_one(client: Client, nobody_swept: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 1)", [JOB_LOCKS])
    assert ready(client)[1]["worker"] == "ok"


def test_a_job_that_nobody_does_is_said(client: Client, north: Cooperation) -> None:
    note_sweep()
    long_ago = timezone.now() - dt.timedelta(minutes=11)
    with time_machine.travel(long_ago, tick=False):
        order(kind="none", cooperation_id=north.pk)
    status, found = ready(client)
    assert (status, found["jobs"]) == (503, "wait for too long")


def test_redis_away_is_said(client: Client, settings: LazySettings) -> None:
    settings.REDIS_URL = "unix:///nowhere"
    status, found = ready(client)
    assert (status, found["redis"], found["database"]) == (503, "does not answer", "ok")


def test_the_database_away_is_said_and_no_end_of_life(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "cursor", _refuse)
    status, found = ready(client)
    assert (status, found["database"]) == (503, "does not answer")
    assert client.get("/health/").status_code == 200


@pytest.mark.parametrize("address", ["/north/overview/", "/api/v1/costs/", "/"])
def test_a_page_says_that_the_database_is_away(
    sign_in: Callable[[User], Client], administrator: User, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    client = sign_in(administrator)
    client.raise_request_exception = False
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", _refuse)
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "The database does not answer, or not in time. Nothing was saved" in answer.content.decode()


def test_a_page_has_a_minute_for_a_statement_and_a_job_as_long_as_it_needs() -> None:
    def limits(_request: Any = None) -> dict[str, str]:
        with transaction.atomic(), sight.seeing(sight.everything("a test")), connection.cursor() as cursor:
            cursor.execute("SELECT name, setting FROM pg_settings WHERE name LIKE '%timeout%'")
            return dict(cursor.fetchall())

    job = limits()
    page = sight.nobody_first(limits)(None)
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    assert [page[name] for name in names] == ["60000", "20000", "60000"]
    assert [job[name] for name in names] == ["900000", "60000", "900000"]
