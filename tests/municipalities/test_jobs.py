"""Jobs of the cooperation: listed, polled until they end, tried again."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def job(cooperation: Cooperation, state: str, **fields: object) -> Job:
    now = timezone.now()
    return Job.objects.create(
        cooperation=cooperation,
        kind="facts-changed",
        state=state,
        touches_from=dt.date(2026, 1, 1),
        created_at=now,
        run_after=now,
        **fields,
    )


def test_everyone_in_the_cooperation_sees_its_jobs_and_no_others(
    sign_in: SignIn, finance: User, north: Cooperation, outside: Cooperation, administrator: User
) -> None:
    job(north, "running", progress_done=3, progress_total=12, created_by=administrator)
    job(outside, "failed", error="a secret of theirs")
    page = sign_in(finance).get("/north/jobs/").content.decode()
    assert "3 / 12" in page
    assert "Recompute shares from" in page
    assert "a secret of theirs" not in page


@pytest.mark.parametrize(
    ("state", "status"), [("queued", 200), ("running", 200), ("done", 286), ("failed", 286)]
)
def test_polling_ends_when_the_job_has(
    sign_in: SignIn, finance: User, north: Cooperation, state: str, status: int
) -> None:
    asked = job(north, state)
    response = sign_in(finance).get(f"/north/jobs/{asked.pk}/", headers=HTMX)
    assert response.status_code == status
    assert (b"hx-get" in response.content) == (status == 200)
    assert b"<html" not in response.content


def test_progress_is_a_whole_percentage(sign_in: SignIn, finance: User, north: Cooperation) -> None:
    asked = job(north, "running", progress_done=1, progress_total=3)
    assert b"33&nbsp;%" in sign_in(finance).get(f"/north/jobs/{asked.pk}/", headers=HTMX).content


def test_without_script_the_same_address_is_a_page(
    sign_in: SignIn, finance: User, north: Cooperation
) -> None:
    asked = job(north, "failed", error="OperationalError: gone")
    response = sign_in(finance).get(f"/north/jobs/{asked.pk}/")
    assert response.status_code == 200
    assert b"OperationalError: gone" in response.content
    assert b"/retry/" not in response.content


def test_an_administrator_tries_a_failed_job_again(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    failed = job(north, "failed", attempts=5, error="gone")
    client = sign_in(administrator)
    assert f"/north/jobs/{failed.pk}/retry/".encode() in client.get("/north/jobs/").content
    assert client.get(f"/north/jobs/{failed.pk}/retry/").status_code == 200
    response = client.post(f"/north/jobs/{failed.pk}/retry/")
    assert response.headers["Location"] == f"/north/jobs/{failed.pk}/"
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("queued", 0)
    assert Entry.objects.filter(verb="retry", user=administrator).exists()
    assert client.post(f"/north/jobs/{failed.pk}/retry/").status_code == 404


def test_only_administrators_try_again(
    sign_in: SignIn, finance: User, auditor: User, north: Cooperation
) -> None:
    failed = job(north, "failed")
    for person in (finance, auditor):
        assert sign_in(person).post(f"/north/jobs/{failed.pk}/retry/").status_code == 403


def test_a_job_of_another_cooperation_does_not_exist(
    sign_in: SignIn, stranger: User, north: Cooperation, outside: Cooperation
) -> None:
    failed = job(north, "failed")
    client = sign_in(stranger)
    for cooperation in ("north", "outside"):
        assert client.get(f"/{cooperation}/jobs/{failed.pk}/").status_code == 404
        assert client.post(f"/{cooperation}/jobs/{failed.pk}/retry/").status_code == 404
