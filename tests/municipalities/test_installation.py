"""The page of those who run the installation, and cooperations that are closed and opened again."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from municipalities.models import Cooperation, Driver, Member, Municipality
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import announce_change
from sharedict.jobs.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import ReadingFactory, TokenFactory, bearer

PAGE = "/cooperations/"
CLOSE, OPEN = f"{PAGE}north/deactivate/", f"{PAGE}north/reactivate/"


@pytest.fixture
def operator(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


def status(client: Client, address: str, **headers: Any) -> int:
    return client.get(address, **headers).status_code


def test_a_closed_cooperation_is_entered_by_nobody_and_loses_nothing(
    operator: Client,
    north: Cooperation,
    administrator: User,
    finance: User,
    stranger: User,
    sign_in: Callable[[User], Client],
) -> None:
    token = {"headers": {"Authorization": f"Bearer {bearer(TokenFactory(cooperation=north))}"}}
    asked = operator.get(CLOSE).content.decode()
    assert "Nothing is removed" in asked
    north.refresh_from_db()
    assert north.deactivated_at is None
    assert operator.post(CLOSE).headers["Location"] == PAGE
    for person in (administrator, finance):
        client = sign_in(person)
        assert status(client, "/north/members/") == 404
        assert status(client, "/api/v1/members/?cooperation=north") == 404
        assert client.get("/api/v1/members/").json()["results"] == []
        assert "North" not in client.get("/accounts/password/").content.decode()
    refused = Client().get("/api/v1/members/", **token)
    assert refused.status_code == 401
    assert refused.json()["code"] == "cooperation_deactivated"
    assert status(sign_in(stranger), "/outside/members/") == 200
    assert Member.objects.of(north).count() == 2
    assert "Deactivated" in operator.get(PAGE).content.decode()
    [entry] = Entry.objects.filter(cooperation=north, verb="change")
    assert [*entry.changes] == ["deactivated_at"]
    assert operator.post(OPEN).status_code == 302
    assert status(sign_in(administrator), "/north/members/") == 200
    assert status(Client(), "/api/v1/members/", **token) == 200


def test_closing_twice_changes_nothing(operator: Client, north: Cooperation) -> None:
    operator.post(CLOSE)
    first = Cooperation.objects.get(pk=north.pk).deactivated_at
    operator.post(CLOSE)
    assert Cooperation.objects.get(pk=north.pk).deactivated_at == first
    assert status(operator, f"{PAGE}nowhere/deactivate/") == 404


def test_its_jobs_wait_until_it_is_open_again(
    operator: Client, north: Cooperation, outside: Cooperation, do_jobs: Callable[[], int]
) -> None:
    do_jobs()
    operator.post(CLOSE)
    for cooperation in (north, outside):
        announce_change(cooperation_id=cooperation.pk, touches=(dt.date(2026, 1, 1), None))
    do_jobs()
    assert [job.cooperation for job in Job.objects.unfinished()] == [north]
    operator.post(OPEN)
    do_jobs()
    assert not Job.objects.unfinished().exists()


def test_the_page_says_what_there_is_and_how_it_is(
    operator: Client, north: Cooperation, population: Driver, torsby: Municipality
) -> None:
    ReadingFactory(
        driver=population, cooperation=north, municipality=torsby, reference_on=dt.date(2030, 1, 1)
    )
    job = announce_change(cooperation_id=north.pk, touches=(dt.date(2026, 1, 1), None))
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error="It broke.")
    page = operator.get(f"{PAGE}installation/").content.decode()
    assert "31 December 2026" in page
    assert "1 January 2030" not in page
    assert "It broke." in page
    for said in (
        "Registers and drivers",
        "Health",
        "Worker",
        "SE: 3 municipalities",
    ):
        assert said in page


def test_others_have_no_such_page(
    administrator: User, north: Cooperation, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(administrator)
    for address in (PAGE, f"{PAGE}installation/", CLOSE, OPEN, f"{PAGE}population/", f"{PAGE}register/"):
        assert status(client, address) == 403
        assert client.post(address).status_code == 403
    north.refresh_from_db()
    assert north.deactivated_at is None


def test_a_job_that_failed_is_tried_again_from_there(
    operator: Client, north: Cooperation, administrator: User, sign_in: Callable[[User], Client]
) -> None:
    announce_change(cooperation_id=north.pk, touches=(dt.date(2026, 1, 1), None))
    Job.objects.update(state=Job.State.FAILED, error="Disk full", finished_at=timezone.now())
    failed = Job.objects.get()
    address = f"{PAGE}jobs/{failed.pk}/retry/"
    assert f'href="{address}"' in operator.get(f"{PAGE}installation/").content.decode()
    assert sign_in(administrator).post(address).status_code == 403
    assert "stays as it is" in operator.get(address).content.decode()
    assert operator.post(address).headers["Location"] == f"{PAGE}installation/"
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == (Job.State.QUEUED, 0)
    assert Entry.objects.get(verb="retry").cooperation == north
    assert (operator.get(address).status_code, operator.post(address).status_code) == (404, 404)


def test_a_job_of_no_cooperation_is_tried_again_too(operator: Client) -> None:
    now = timezone.now()
    job = Job.objects.create(
        kind="upload", state=Job.State.FAILED, created_at=now, run_after=now, finished_at=now
    )
    assert operator.post(f"{PAGE}jobs/{job.pk}/retry/").status_code == 302
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
