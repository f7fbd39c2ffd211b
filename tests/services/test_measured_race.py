"""The hours of a year that is over are kept while somebody else is keeping them: both are done, once."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from municipalities.models import Role
from services.actions import keep_measured_years
from services.models import Application, Calendar, ClosedDay, MeasuredYear
from sharedict.common.sight import everything, seeing
from tests import cast, uploading
from tests.factories.services import CalendarFactory, ClosedDayFactory
from tests.services.test_measured import down
from tests.workers import Beside, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = {"name": "Office", "country": "SE", "monday": "09:00-10:00"}


def last_year() -> int:
    return timezone.localdate().year - 1


def closed_day(client: Client, page: str) -> Any:
    calendar = Calendar.objects.get(name="Office")
    return client.post(page, {"calendar": calendar.pk, "day": f"{last_year()}-05-07", "name": "Fair"})


def another_calendar(client: Client) -> Any:
    told = {"name": "ERP", "purpose": "What for", "charging": "base", "confidentiality": "1"}
    other = Calendar.objects.get(name="Other").pk
    return client.post("/north/services/erp/change/", {**told, "measured": other})


def imported(client: Client) -> Any:
    file = b"code;name;measured\nerp;ERP;Other"
    return uploading.apply(client, uploading.upload(client, "/north/services/several/import/", file))


DAYS = "/north/calendars/closed-days/"
ACTS: dict[str, Callable[[Client], Any]] = {
    "add a closed day": lambda client: closed_day(client, f"{DAYS}new/"),
    "change one": lambda client: closed_day(client, f"{DAYS}{ClosedDay.objects.get().pk}/"),
    "remove one": lambda client: client.post(f"{DAYS}{ClosedDay.objects.get().pk}/delete/"),
    "remove one in the system": lambda client: client.post(
        f"/system/services/closedday/{ClosedDay.objects.get().pk}/delete/", {"post": "yes"}
    ),
    "change the hours": lambda client: client.post(
        f"/north/calendars/{Calendar.objects.get(name='Office').pk}/", OFFICE
    ),
    "measure by another": another_calendar,
    "import another": imported,
}


@pytest.mark.parametrize("what", [*ACTS])
def test_both_are_done_and_the_year_is_kept_once(what: str) -> None:
    north = cast.north()
    person = cast.person("administrator", north, Role.Kind.ADMINISTRATOR)
    person.is_staff = person.is_superuser = True
    person.save()
    office, _other = (
        CalendarFactory(cooperation=north, name=name, monday="08:00-16:30") for name in ("Office", "Other")
    )
    ClosedDayFactory(calendar=office, day=dt.date(last_year(), 5, 5))
    Application.objects.filter(cooperation=north).update(measured=office)
    erp = Application.objects.get(cooperation=north)
    down(erp, cast.torsby(), dt.datetime(last_year(), 5, 6, 10, tzinfo=dt.UTC), 2)
    held, go = threading.Event(), threading.Event()

    def keep() -> int:
        with seeing(everything("a test")), transaction.atomic():
            found = keep_measured_years(now=timezone.now())
            held.set()
            go.wait(60)
        return found

    def act() -> Any:
        client = Client(raise_request_exception=False)
        client.force_login(person)
        return ACTS[what](client)

    keeping = Beside(keep)
    assert held.wait(60)
    acting = Beside(act)
    wait_until(waiting_for_locks, "the other to wait")
    go.set()
    assert (keeping.value(), acting.value().status_code) == (1, 200 if "import" in what else 302)
    [kept] = MeasuredYear.objects.all()
    assert (kept.year, kept.calendar_name, kept.hours["closed"]) == (
        last_year(),
        "Office",
        [f"{last_year()}-05-05"],
    )
