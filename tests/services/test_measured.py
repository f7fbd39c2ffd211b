"""Hours down in the hours that count, and the past that no change of a calendar rewrites."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from municipalities.actions import validate_row
from municipalities.models import Cooperation, Municipality
from services.actions import keep_measured_years
from services.models import Application, Calendar, ClosedDay, MeasuredYear, Outage, Subscription
from services.reports import measured_of
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.services import CalendarFactory, ClosedDayFactory, OutageEffectFactory, OutageFactory

SignIn = Callable[[User], Client]
NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def office(erp: Application, north: Cooperation) -> Calendar:
    """Eight to half past four on weekdays, by which the ERP is measured."""
    week = ("monday", "tuesday", "wednesday", "thursday", "friday")
    calendar: Calendar = CalendarFactory(
        cooperation=north, name="Office", **dict.fromkeys(week, "08:00-16:30")
    )
    Application.objects.filter(pk=erp.pk).update(measured=calendar)
    erp.refresh_from_db()
    return calendar


def down(erp: Application, place: Municipality, start: dt.datetime, hours: float, **more: object) -> Outage:
    outage: Outage = OutageFactory(
        cooperation=erp.cooperation, starts_at=start, ends_at=start + hours * HOUR, **more
    )
    OutageEffectFactory(outage=outage, application=erp, municipality=place, state="down", derived="down")
    return outage


def minutes(erp: Application, now: dt.datetime = NOW) -> int:
    found = measured_of(Application.objects.select_related("measured").get(pk=erp.pk), now)
    assert found is not None
    return found.down


def test_only_hours_that_count_are_counted_and_overlaps_once(
    erp: Application, office: Calendar, torsby: Municipality, hagfors: Municipality
) -> None:
    monday = dt.datetime(2026, 2, 2, 14, 0, tzinfo=dt.UTC)  # 15:00 here: an hour and a half is left
    down(erp, torsby, monday, 10)
    down(erp, hagfors, monday + HOUR / 2, 2)
    down(erp, torsby, dt.datetime(2026, 2, 7, 9, 0, tzinfo=dt.UTC), 5)  # a Saturday
    down(erp, torsby, dt.datetime(2026, 2, 3, 9, 0, tzinfo=dt.UTC), 1, is_planned=True)
    assert minutes(erp) == 90
    Application.objects.update(measured=None)
    assert minutes(erp) == 15 * 60


def test_what_goes_on_counts_until_now_and_what_is_older_does_not(
    erp: Application, office: Calendar, torsby: Municipality
) -> None:
    outage = down(erp, torsby, dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC), 1)
    Outage.objects.filter(pk=outage.pk).update(ends_at=None)
    down(erp, torsby, dt.datetime(2025, 2, 3, 10, 0, tzinfo=dt.UTC), 3)
    assert minutes(erp) == 120


def test_nothing_is_measured_of_what_nobody_uses(erp: Application) -> None:
    Subscription.objects.filter(application=erp).delete()
    assert measured_of(erp, NOW) is None


def test_a_change_of_hours_leaves_the_years_that_are_over(
    erp: Application, office: Calendar, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    this_year = timezone.localdate().year
    last = dt.datetime(this_year - 1, 12, 30, 10, 0, tzinfo=dt.UTC)
    while last.weekday() > 4:
        last -= dt.timedelta(days=1)
    down(erp, torsby, last, 2)
    now = dt.datetime(this_year, 1, 10, tzinfo=dt.UTC)
    assert minutes(erp, now) == 120
    client = sign_in(administrator)
    hours = {"name": "Office", "country": "SE", "monday": "08:00-09:00"}
    assert client.post(f"/north/calendars/{office.pk}/", hours).status_code == 302
    office.refresh_from_db()
    assert office.tuesday == ""
    assert minutes(erp, now) == 120
    kept = MeasuredYear.objects.get()
    assert (kept.year, kept.calendar_name, kept.hours["week"][1]) == (this_year - 1, "Office", "08:00-16:30")


def test_a_closed_day_added_changed_or_removed_leaves_the_years_that_are_over(
    erp: Application, office: Calendar, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    this_year = timezone.localdate().year
    day = dt.date(this_year - 1, 11, 3)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    closed = ClosedDayFactory(calendar=office, day=day)
    down(erp, torsby, dt.datetime.combine(day, dt.time(10), dt.UTC), 2)
    now = dt.datetime(this_year, 1, 10, tzinfo=dt.UTC)
    assert minutes(erp, now) == 0
    client = sign_in(administrator)
    assert client.post(f"/north/calendars/closed-days/{closed.pk}/delete/").status_code == 302
    assert not ClosedDay.objects.exists()
    assert minutes(erp, now) == 0


def test_a_closed_day_that_moves_to_another_calendar_leaves_them_too(
    erp: Application, office: Calendar, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    day = dt.date(timezone.localdate().year - 1, 11, 3)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    closed = ClosedDayFactory(calendar=office, day=day)
    other = CalendarFactory(cooperation=erp.cooperation, name="Other")
    down(erp, torsby, dt.datetime.combine(day, dt.time(10), dt.UTC), 2)
    moved = {"calendar": other.pk, "day": day.isoformat(), "name": closed.name}
    page = f"/north/calendars/closed-days/{closed.pk}/"
    assert sign_in(administrator).post(page, moved).status_code == 302
    assert [*other.closed_days.all()] == [closed]
    assert minutes(erp, dt.datetime(day.year + 1, 1, 10, tzinfo=dt.UTC)) == 0


def test_what_is_removed_in_the_system_leaves_them_too_and_looking_at_a_row_keeps_nothing(
    erp: Application, office: Calendar, torsby: Municipality, sign_in: SignIn
) -> None:
    day = dt.date(timezone.localdate().year - 1, 11, 3)
    closed = ClosedDayFactory(calendar=office, day=day)
    down(erp, torsby, dt.datetime.combine(day, dt.time(10), dt.UTC), 2)
    closed.name = "Another name"
    validate_row(closed)
    assert not MeasuredYear.objects.exists()
    operator = sign_in(UserFactory(is_staff=True, is_superuser=True))
    assert (
        operator.post(f"/system/services/closedday/{closed.pk}/delete/", {"post": "yes"}).status_code == 302
    )
    assert not ClosedDay.objects.exists()
    assert MeasuredYear.objects.get().hours["closed"] == [str(day)]


def test_another_calendar_is_measured_by_from_this_year_on(
    erp: Application, office: Calendar, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    last = dt.datetime(timezone.localdate().year - 1, 12, 15, 2, 0, tzinfo=dt.UTC)
    down(erp, torsby, last, 2)
    always = CalendarFactory(cooperation=erp.cooperation, name="24/7", monday="00:00-24:00")
    values = {
        "name": erp.name, "purpose": erp.purpose, "charging": "base", "measured": always.pk,
        "confidentiality": "1",
    }  # fmt: skip
    assert sign_in(administrator).post("/north/services/erp/change/", values).status_code == 302
    assert MeasuredYear.objects.get().calendar_name == "Office"


def test_every_night_the_years_that_are_over_are_kept_once(
    erp: Application, office: Calendar, torsby: Municipality
) -> None:
    down(erp, torsby, dt.datetime(2024, 12, 31, 20, 0, tzinfo=dt.UTC), 24)
    assert keep_measured_years(now=NOW) == 2
    assert keep_measured_years(now=NOW) == 0
    assert [row.year for row in MeasuredYear.objects.order_by("year")] == [2024, 2025]


@pytest.mark.parametrize(
    "how", ["UPDATE services_measuredyear SET year = 1999", "DELETE FROM services_measuredyear"]
)
def test_the_database_keeps_what_was_kept(
    how: str, erp: Application, office: Calendar, torsby: Municipality
) -> None:
    down(erp, torsby, dt.datetime(2025, 6, 2, 10, 0, tzinfo=dt.UTC), 1)
    keep_measured_years(now=NOW)
    with pytest.raises(IntegrityError, match="stay"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(how)


def test_the_page_says_how_long_it_was_down(
    erp: Application, office: Calendar, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    start = timezone.now() - dt.timedelta(days=30)
    down(erp, torsby, start, 72)
    page = sign_in(administrator).get("/north/services/erp/").content.decode()
    assert "in the hours of “Office” since" in page


def test_an_outage_that_is_told_late_is_measured_by_the_hours_as_they_were(
    erp: Application, office: Calendar, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    """Nothing had hit it last year when the hours were changed this year."""
    this_year = timezone.localdate().year
    hours = {"name": "Office", "country": "SE", "monday": "08:00-09:00"}
    assert sign_in(administrator).post(f"/north/calendars/{office.pk}/", hours).status_code == 302
    last = dt.datetime(this_year - 1, 12, 30, 10, 0, tzinfo=dt.UTC)
    while last.weekday() > 4:
        last -= dt.timedelta(days=1)
    down(erp, torsby, last, 2)
    assert minutes(erp, dt.datetime(this_year, 1, 10, tzinfo=dt.UTC)) == 120


def test_a_year_in_which_nobody_used_it_is_not_kept(
    erp: Application, office: Calendar, administrator: User, sign_in: SignIn
) -> None:
    Subscription.objects.filter(application=erp).update(valid_from=dt.date(timezone.localdate().year, 1, 1))
    hours = {"name": "Office", "country": "SE", "monday": "08:00-09:00"}
    assert sign_in(administrator).post(f"/north/calendars/{office.pk}/", hours).status_code == 302
    assert not MeasuredYear.objects.exists()
