"""Months run without a gap from the first one on, and close in order, the empty ones along with the next."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from agreements.models import CostType
from billing.actions import close_period, propose_period, recompute, reopen_period, save_cost
from billing.models import Cost, Period, Statement
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.billing.books import charged, corrections, month, post
from tests.factories.billing import CostFactory, compute

JANUARY, FEBRUARY, MARCH, APRIL, MAY = (dt.date(2026, number, 1) for number in (1, 2, 3, 4, 5))
Shut = Callable[[dt.date], Period]


def states(cooperation: Cooperation) -> dict[dt.date, str]:
    rows = Period.objects.of(cooperation).order_by("first_day")
    return dict(rows.values_list("first_day", "state"))


def numbers(cooperation: Cooperation) -> list[tuple[int, dt.date, str]]:
    rows = Statement.objects.of(cooperation).order_by("number")
    return list(rows.values_list("number", "first_day", "payer"))


def test_months_come_to_be_without_a_gap_up_to_the_one_after_the_last_closed(
    north: Cooperation, shut: Shut
) -> None:
    post(north, "10.00", MARCH, APRIL)
    assert list(states(north)) == [JANUARY, MARCH]
    shut(MARCH)
    assert states(north) == {JANUARY: "closed", FEBRUARY: "closed", MARCH: "closed", APRIL: "open"}
    assert month(north, APRIL).current_run is not None


def test_empty_months_close_together_with_the_next_in_one_act(
    north: Cooperation, shut: Shut, administrator: User, second_administrator: User
) -> None:
    post(north, "10.00", JANUARY, FEBRUARY)
    post(north, "50.01", APRIL, MAY)
    shut(JANUARY)
    april = propose_period(period=month(north, APRIL), by=administrator)
    assert states(north) == {JANUARY: "closed", FEBRUARY: "open", MARCH: "open", APRIL: "proposed"}
    close_period(period=april, by=second_administrator)
    acts = {
        (period.state, period.proposed_by, period.proposed_at, period.closed_by, period.closed_at)
        for period in (month(north, day) for day in (FEBRUARY, MARCH, APRIL))
    }
    assert len(acts) == 1
    assert acts.pop()[::2] == ("closed", april.proposed_at, month(north, APRIL).closed_at)
    assert numbers(north) == [
        (1, JANUARY, "SE1737"),
        (2, JANUARY, "SE1783"),
        (3, APRIL, "SE1737"),
        (4, APRIL, "SE1783"),
    ]
    assert [month(north, day).current_run.total for day in (FEBRUARY, MARCH)] == [0, 0]


def test_a_month_that_is_no_longer_empty_closes_first(
    north: Cooperation, administrator: User, second_administrator: User
) -> None:
    post(north, "50.01", MARCH, APRIL)
    march = propose_period(period=month(north, MARCH), by=administrator)
    post(north, "10.00", FEBRUARY, MARCH)
    with pytest.raises(ValidationError, match="Close February 2026 first"):
        close_period(period=march, by=second_administrator)
    assert states(north) == {JANUARY: "open", FEBRUARY: "open", MARCH: "proposed"}
    assert numbers(north) == []


def test_corrections_alone_make_a_month(north: Cooperation, shut: Shut) -> None:
    post(north, "10.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    assert month(north, FEBRUARY).current_run.total == 0
    late = post(north, "0.01", JANUARY, FEBRUARY)
    assert corrections(month(north, FEBRUARY)) == [(late.reference, JANUARY, {"SE1737": 1})]
    shut(FEBRUARY)
    assert numbers(north)[2:] == [(3, FEBRUARY, "SE1737")]
    assert charged(north) == {"SE1737": 501, "SE1783": 500}


def test_what_comes_for_an_empty_month_that_is_closed_is_corrected_in_the_next_open_one(
    north: Cooperation, shut: Shut, administrator: User
) -> None:
    post(north, "50.01", FEBRUARY, MARCH)
    shut(FEBRUARY)
    january = month(north, JANUARY)
    assert (january.state, january.current_run.total, january.statements.count()) == ("closed", 0, 0)
    late = post(north, "3.00", JANUARY, FEBRUARY)
    for _ in range(2):
        assert propose_period(period=january, by=administrator).state == "closed"
        assert close_period(period=january, by=administrator).state == "closed"
    with pytest.raises(ValidationError, match="corrected in the next open month"):
        reopen_period(period=january, by=administrator)
    assert corrections(month(north, MARCH)) == [(late.reference, JANUARY, {"SE1737": 150, "SE1783": 150})]
    assert len(numbers(north)) == 2
    shut(MARCH)
    assert charged(north) == {"SE1737": 2651, "SE1783": 2650}


def test_a_cost_dated_before_the_first_month_is_refused_with_the_month_named(
    north: Cooperation, licence: CostType, administrator: User
) -> None:
    slip = Cost(
        cooperation=north,
        cost_type=licence,
        description="A slip",
        amount=1,
        currency="SEK",
        starts_on=dt.date(1995, 1, 1),
        ends_on=dt.date(1995, 2, 1),
    )
    with pytest.raises(ValidationError) as refused:
        save_cost(cost=slip, by=administrator)
    assert refused.value.message_dict == {
        "ends_on": ["Costs are shared from January 2026 on, and this one ends before: check the dates."]
    }


def test_a_cost_that_reaches_back_counts_from_the_first_month_on(north: Cooperation, shut: Shut) -> None:
    """62.00 for the 62 days of December and January: December was shared before, and elsewhere."""
    post(north, "62.00", dt.date(2025, 12, 1), FEBRUARY)
    assert [str(period) for period in Period.objects.of(north)] == ["2026-01"]
    assert month(north, JANUARY).current_run.total == Decimal("31.00")
    shut(JANUARY)
    assert charged(north) == {"SE1737": 1550, "SE1783": 1550}


def test_a_slip_of_the_keyboard_blocks_nothing(
    north: Cooperation, erp: Application, licence: CostType, shut: Shut
) -> None:
    """However it came in, and whatever it touches: months before the first one are never made."""
    post(north, "10.00", JANUARY, FEBRUARY)
    CostFactory(
        cooperation=north,
        application=erp,
        cost_type=licence,
        starts_on=dt.date(1995, 1, 1),
        ends_on=dt.date(1995, 2, 1),
    )
    recompute(cooperation_id=north.pk, touches=(dt.date(1995, 1, 1), None))
    assert compute(north)[0].month.first == JANUARY
    shut(JANUARY)
    assert list(states(north)) == [JANUARY, FEBRUARY]
    assert charged(north) == {"SE1737": 500, "SE1783": 500}


def test_closing_a_month_recomputes_the_months_after_it_alone(
    north: Cooperation, administrator: User, second_administrator: User
) -> None:
    post(north, "100.01", JANUARY, FEBRUARY)
    post(north, "100.01", FEBRUARY, MARCH)
    january = propose_period(period=month(north, JANUARY), by=administrator)
    close_period(period=january, by=second_administrator)
    run_all()
    assert month(north, JANUARY).current_run.number == 1
    assert month(north, FEBRUARY).current_run.number == 2
    assert charged(north) == {"SE1737": 5001, "SE1783": 5000}
    totals = month(north, FEBRUARY).current_run.totals.values_list("municipality__code", "amount")
    assert dict(totals) == {"1737": Decimal("50.00"), "1783": Decimal("50.01")}
