"""Months and years as the calendar has them: leap days, the turn of the year here and in UTC, summer time."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from billing.models import Period, RunLine, Statement
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.billing.books import close_month, post

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def parts(cooperation: Cooperation) -> dict[str, Decimal]:
    """What falls into each month."""
    found = RunLine.objects.filter(run__in=Period.objects.of(cooperation).values("current_run"))
    return {f"{line.run.period.month}": line.amount for line in found.select_related("run__period")}


@pytest.mark.parametrize(
    ("starts_on", "last_day", "amount", "expected"),
    [
        # a krona a day, of which February has 29
        ((2028, 2, 1), (2028, 3, 31), "60.00", {"2028-02": "29.00", "2028-03": "31.00"}),
        ((2028, 2, 29), (2028, 2, 29), "0.01", {"2028-02": "0.01"}),
        ((2028, 2, 29), (2028, 3, 1), "2.00", {"2028-02": "1.00", "2028-03": "1.00"}),
        ((2028, 2, 28), (2028, 3, 1), "-3.00", {"2028-02": "-2.00", "2028-03": "-1.00"}),
        ((2027, 2, 27), (2027, 3, 1), "3.00", {"2027-02": "2.00", "2027-03": "1.00"}),
        ((2028, 1, 31), (2028, 3, 1), "31.00", {"2028-01": "1.00", "2028-02": "29.00", "2028-03": "1.00"}),
        ((2027, 12, 31), (2028, 1, 1), "2.00", {"2027-12": "1.00", "2028-01": "1.00"}),
    ],
)
def test_a_cost_falls_into_months_by_their_days(
    north: Cooperation,
    starts_on: tuple[int, int, int],
    last_day: tuple[int, int, int],
    amount: str,
    expected: dict[str, str],
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(first_month=dt.date(2027, 2, 1))
    north.refresh_from_db()
    with time_machine.travel(dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC), tick=False):
        post(north, amount, dt.date(*starts_on), dt.date(*last_day) + DAY)
    assert parts(north) == {month: Decimal(part) for month, part in expected.items()}


def test_a_year_from_a_leap_day_on_has_366_parts_that_add_up(north: Cooperation) -> None:
    """Its last day is 28 February: the year after has none of the day that it began on."""
    Cooperation.objects.filter(pk=north.pk).update(first_month=dt.date(2028, 2, 1))
    north.refresh_from_db()
    post(north, "366.00", dt.date(2028, 2, 29), dt.date(2029, 3, 1))
    found = parts(north)
    assert sum(found.values()) == Decimal("366.00")
    assert (len(found), found["2028-02"], found["2029-02"]) == (13, Decimal("1.00"), Decimal("28.00"))


def test_an_agreement_year_from_july_is_its_own_and_not_the_calendars(
    north: Cooperation, administrator: User, second_administrator: User
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(first_month=dt.date(2027, 5, 1), year_starts_in=7)
    north.refresh_from_db()
    months = [dt.date(2027, number, 1) for number in (5, 6, 7, 8)]
    for first in months:
        post(north, "10.00", first, (first + 31 * DAY).replace(day=1))
    for first in months:
        close_month(north, first, administrator, second_administrator)
    found = Statement.objects.filter(payer="SE1737").order_by("first_day")
    told = found.values_list("year_from", "year_total", "before_total")
    five, ten = Decimal("5.00"), Decimal("10.00")
    assert [*told] == [
        (dt.date(2026, 7, 1), five, Decimal(0)),
        (dt.date(2026, 7, 1), ten, five),
        (dt.date(2027, 7, 1), five, five),
        (dt.date(2027, 7, 1), ten, five),
    ]


@pytest.mark.parametrize(
    ("at", "due", "words"),
    [
        ((2026, 12, 31, 22, 59), dt.date(2027, 1, 30), "31 December 2026"),
        ((2026, 12, 31, 23, 30), dt.date(2027, 1, 31), "1 January 2027"),
        ((2028, 2, 28, 23, 30), dt.date(2028, 3, 30), "29 February 2028"),
        ((2027, 3, 27, 23, 30), dt.date(2027, 4, 27), "28 March 2027"),  # summer time begins that night
        ((2027, 10, 30, 22, 30), dt.date(2027, 11, 30), "31 October 2027"),  # and ends in this one
    ],
)
def test_what_is_closed_at_night_is_closed_on_the_day_that_it_is_here(
    north: Cooperation,
    administrator: User,
    second_administrator: User,
    sign_in: Callable[[User], Client],
    at: tuple[int, int, int, int, int],
    due: dt.date,
    words: str,
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(payment_days=30)
    north.refresh_from_db()
    post(north, "10.00", dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    with time_machine.travel(dt.datetime(*at, tzinfo=dt.UTC), tick=False):
        close_month(north, dt.date(2026, 1, 1), administrator, second_administrator)
        statement = Statement.objects.get(payer="SE1737")
        assert statement.due_on == due
        page = sign_in(second_administrator).get("/north/change-log/").content.decode().replace("\xa0", " ")
        assert timezone.localdate() == due - 30 * DAY
        assert words in page
    run_all()
