"""Calendars, closed days, and what they say of an application."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from django.test import Client

from municipalities.models import Cooperation
from services.actions import ship_calendars
from services.engine.clocks import is_open, open_minutes
from services.models import Application, Calendar, ClosedDay
from services.reports import clock_of, hours_in_words
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.services import ApplicationFactory, CalendarFactory, ClosedDayFactory
from tests.services.test_catalogue import queries, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
HERE = ZoneInfo("Europe/Stockholm")


def test_three_calendars_are_shipped_once(north: Cooperation, administrator: User, sign_in: SignIn) -> None:
    client = sign_in(administrator)
    for _ in range(2):
        assert client.post("/north/calendars/shipped/").headers["Location"] == "/north/calendars/"
    assert sorted(Calendar.objects.of(north).values_list("name", "country")) == [
        ("24/7", "SE"),
        ("Extended hours", "SE"),
        ("Office hours", "SE"),
    ]
    text = words(client, "/north/calendars/")
    assert "Monday to Friday 08:00-16:30" in text
    assert "every day 06:00-22:00" in text
    assert "always" in text


def test_public_holidays_of_the_country_and_closed_days_are_closed(
    north: Cooperation, administrator: User
) -> None:
    office = ship_calendars(cooperation=north, by=administrator)["office"]
    ClosedDayFactory(calendar=office, day=dt.date(2026, 12, 24))
    clock = clock_of(office, (2026,))
    for day in ((2026, 1, 6), (2026, 4, 3), (2026, 12, 24), (2026, 12, 25)):
        assert not is_open(clock, dt.datetime(*day, 10, tzinfo=HERE))
    week = dt.datetime(2026, 12, 21, tzinfo=HERE), dt.datetime(2026, 12, 28, tzinfo=HERE)
    assert open_minutes(clock, *week) == 3 * 510
    office.country = ""
    assert is_open(clock_of(office, (2026,)), dt.datetime(2026, 1, 6, 10, tzinfo=HERE))


def test_hours_are_said_shortly(north: Cooperation) -> None:
    calendar = CalendarFactory(cooperation=north, friday="08:00-15:00", saturday="10:00-12:00", country="")
    calendar.clean()
    assert hours_in_words(calendar) == (
        "Monday to Thursday 08:00-16:30, Friday 08:00-15:00 and Saturday 10:00-12:00"
    )
    assert hours_in_words(Calendar(name="Never")) == "closed"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("monday", "always", "Write hours as 08:00-16:30"),
        ("monday", "16-08", "must close later"),
        ("sunday", "08-12, 10-14", "overlap"),
        ("holiday", "25-26", "Write hours as"),
        ("monday", "1-2,3-4,5-6,7-8,9-10", "at most four times a day"),
        ("name", "Office", "already a calendar"),
        ("country", "XX", "Select a valid choice"),
    ],
)
def test_what_tells_no_hours_is_said_at_the_field(
    north: Cooperation, administrator: User, sign_in: SignIn, field: str, value: str, said: str
) -> None:
    CalendarFactory(cooperation=north, name="Office")
    told = {"name": "Ours", "country": "SE", "monday": "8-16.30"} | {field: value}
    response = sign_in(administrator).post("/north/calendars/new/", told)
    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])


def test_hours_are_kept_in_one_way(north: Cooperation, administrator: User, sign_in: SignIn) -> None:
    told = {"name": "Ours", "monday": "8-12, 12.00-16.30"}
    sign_in(administrator).post("/north/calendars/new/", told)
    assert Calendar.objects.get(name="Ours").monday == "08:00-16:30"


def test_it_is_closed_once_a_day(north: Cooperation, administrator: User, sign_in: SignIn) -> None:
    row = ClosedDayFactory(calendar=CalendarFactory(cooperation=north))
    told = {"calendar": row.calendar_id, "day": "2026-12-24", "name": "Eve"}
    response = sign_in(administrator).post("/north/calendars/closed-days/new/", told)
    assert response.status_code == 422
    assert "closed that day already" in str(response.context["form"].errors)
    assert ClosedDay.objects.count() == 1


def test_a_calendar_that_something_goes_by_stays(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    calendar = CalendarFactory(cooperation=north)
    ApplicationFactory(cooperation=north, supported=calendar)
    assert sign_in(administrator).post(f"/north/calendars/{calendar.pk}/delete/").status_code == 409


def test_the_page_of_an_application_tells_its_clocks(
    coordinator: User, erp: Application, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    assert "Three clocks" not in words(client, "/north/services/erp/")
    calendar = CalendarFactory(cooperation=erp.cooperation)
    Application.objects.filter(pk=erp.pk).update(runs=calendar, measured=calendar, supported=calendar)
    text = words(client, "/north/services/erp/")
    assert "Three clocks" in text
    assert text.count("Monday to Friday 08:00-16:30") >= 3


def test_the_list_of_closed_days_takes_the_same_queries_for_any_number(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    ClosedDayFactory(calendar=CalendarFactory(cooperation=north))
    one = queries(client, "/north/calendars/closed-days/")
    for _ in range(4):
        ClosedDayFactory(calendar=CalendarFactory(cooperation=north))
    assert queries(client, "/north/calendars/closed-days/") == one


def test_public_holidays_follow_no_weekday(north: Cooperation) -> None:
    weekend = dict.fromkeys(("saturday", "sunday", "holiday"), "10:00-14:00")
    assert hours_in_words(Calendar(country="SE", **weekend)) == (
        "Saturday, Sunday and public holidays 10:00-14:00"
    )
    shop = dict.fromkeys(("friday", "saturday", "sunday", "holiday"), "10:00-14:00")
    assert hours_in_words(Calendar(country="SE", **shop)) == (
        "Friday to Sunday and public holidays 10:00-14:00"
    )


def test_what_the_database_refuses_at_the_last_moment_is_said_where_something_is_removed(
    north: Cooperation, administrator: User, sign_in: SignIn, monkeypatch: Any
) -> None:
    """Somebody else has saved what the form could not know of."""
    day = ClosedDayFactory(calendar=CalendarFactory(cooperation=north), day=dt.date(2027, 5, 5))

    def refuse(row: object) -> None:
        raise IntegrityError

    monkeypatch.setattr("municipalities.actions.rows.keep_before", refuse)
    answer = sign_in(administrator).post(f"/north/calendars/closed-days/{day.pk}/delete/")
    assert (answer.status_code, b"Somebody else saved" in answer.content) == (409, True)
    operator = sign_in(UserFactory(is_staff=True, is_superuser=True))
    page = f"/system/services/closedday/{day.pk}/"
    answer = operator.post(f"{page}delete/", {"post": "yes"}, follow=True)
    assert (answer.status_code, b"Somebody has saved the same meanwhile" in answer.content) == (200, True)
    assert ClosedDay.objects.filter(pk=day.pk).exists()
