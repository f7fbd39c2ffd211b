"""What a change moves in closed months, held against what saving it really makes of them."""

import datetime as dt
from collections.abc import Callable
from copy import copy
from decimal import Decimal
from typing import Any

import pytest

from agreements.models import CostType, Key, KeyVersion, Term
from billing.actions import close_period, decide_late, propose_period, save_cost, withdraw_cost
from billing.models import Cost, LateDecision, Period
from billing.reports.effects import ClosedEffect, closed_effect_of_cost
from billing.reports.held_effects import MonthEffect
from billing.reports.moved import closed_months_of, moved_days
from billing.snapshots import late_states
from municipalities.models import Cooperation, Driver, Municipality, Reading
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.kernel.periods import Month
from tests.factories.agreements import CostTypeFactory
from tests.factories.billing import CostFactory
from tests.factories.closed import APRIL, FEBRUARY, JANUARY, JULY, MARCH, MAY, close_quarter

CLOSED = [Month(2025, 1), Month(2025, 2), Month(2025, 3)]


@pytest.fixture
def quarter(north: Cooperation, administrator: User, second_administrator: User) -> Cooperation:
    return close_quarter(north, proposer=administrator, closer=second_administrator)


@pytest.fixture
def half_year(quarter: Cooperation, erp: Application, licence: CostType) -> Cost:
    """6,000.00 for January to June 2025, not saved: the invoice came in April."""
    return Cost(
        cooperation=quarter,
        application=erp,
        cost_type=licence,
        description="Half a year",
        amount=Decimal(6000),
        currency="SEK",
        starts_on=JANUARY,
        ends_on=JULY,
    )


@pytest.fixture
def january(quarter: Cooperation) -> Cost:
    return Cost.objects.get(cooperation=quarter, starts_on=JANUARY)


def by_month(effect: ClosedEffect) -> dict[str, int]:
    return {str(each.month): each.amount_minor for each in effect.months}


def charged(cooperation: Cooperation) -> dict[str, int]:
    """What is to be charged for each closed month by now, in minor units."""
    found: dict[str, int] = {}
    for state in late_states(cooperation):
        found[str(state.month)] = found.get(str(state.month), 0) + state.amount_minor
    return found


def changed(cost: Cost, **values: Any) -> Cost:
    found = copy(cost)
    for name, value in values.items():
        setattr(found, name, value)
    return found


def test_a_late_invoice_falls_in_closed_months_by_its_days(
    half_year: Cost, administrator: User, do_jobs: Callable[[], int]
) -> None:
    effect = closed_effect_of_cost(half_year.cooperation, None, half_year)
    assert by_month(effect) == {"2025-01": 102762, "2025-02": 92818, "2025-03": 102762}
    assert (effect.total_minor, effect.charged_in) == (298342, Month(2025, 4))
    assert effect.opened == (Month(2025, 4), Month(2025, 5), Month(2025, 6))
    save_cost(cost=half_year, by=administrator)
    do_jobs()
    assert charged(half_year.cooperation) == by_month(effect)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"amount": Decimal("90.00")}, {"2025-01": -1000}),
        ({"ends_on": MARCH}, {"2025-01": -4746, "2025-02": 4746}),
        ({"starts_on": APRIL, "ends_on": dt.date(2025, 5, 1)}, {"2025-01": -10000}),
        ({"withdrawn_on": APRIL}, {"2025-01": -10000}),
        ({"starts_on": dt.date(2025, 1, 16)}, {"2025-01": 0}),
        ({"application": None, "application_id": None}, {"2025-01": 0}),
        ({"description": "Other words", "supplier": "Fjord", "invoice_number": "1"}, {}),
    ],
)
def test_a_change_moves_the_difference(
    january: Cost, values: dict[str, Any], expected: dict[str, int]
) -> None:
    assert (
        by_month(closed_effect_of_cost(january.cooperation, january, changed(january, **values))) == expected
    )


@pytest.mark.parametrize(
    "values", [{"amount": Decimal("90.00")}, {"ends_on": MARCH}, {"amount": Decimal("0.01")}]
)
def test_what_is_told_of_a_change_is_what_it_makes(
    january: Cost, administrator: User, do_jobs: Callable[[], int], values: dict[str, Any]
) -> None:
    after = changed(january, **values)
    told = by_month(closed_effect_of_cost(january.cooperation, january, after))
    save_cost(cost=after, by=administrator)
    do_jobs()
    assert charged(january.cooperation) == told


def test_a_withdrawn_cost_moves_nothing_by_its_words(january: Cost, administrator: User) -> None:
    gone = withdraw_cost(cost=january, on=APRIL, by=administrator)
    assert closed_effect_of_cost(gone.cooperation, gone, changed(gone, description="-")) == ClosedEffect()
    back = closed_effect_of_cost(gone.cooperation, gone, changed(gone, withdrawn_on=None))
    assert by_month(back) == {}
    assert back.dropped == (MonthEffect(CLOSED[0], -10000),)  # charged it is, and given back it is not yet


def test_what_is_not_charged_yet_is_not_given_back(
    half_year: Cost, administrator: User, do_jobs: Callable[[], int]
) -> None:
    late = save_cost(cost=half_year, by=administrator)
    do_jobs()
    less = changed(late, amount=Decimal(3000))
    effect = closed_effect_of_cost(late.cooperation, late, less)
    assert effect.dropped == ()
    gone = closed_effect_of_cost(late.cooperation, late, changed(late, withdrawn_on=APRIL))
    assert (by_month(gone), gone.left) == ({}, ())
    assert [each.amount_minor for each in gone.dropped] == [102762, 92818, 102762]
    save_cost(cost=less, by=administrator)
    do_jobs()
    assert charged(late.cooperation) == by_month(effect)
    withdraw_cost(cost=less, on=APRIL, by=administrator)
    do_jobs()
    assert charged(late.cooperation) == by_month(gone)


def test_what_a_later_month_has_charged_is_given_back(
    half_year: Cost, administrator: User, second_administrator: User, do_jobs: Callable[[], int]
) -> None:
    late = save_cost(cost=half_year, by=administrator)
    do_jobs()
    april = Period.objects.get(cooperation=late.cooperation, first_day=APRIL)
    close_period(period=propose_period(period=april, by=administrator), by=second_administrator)
    gone = closed_effect_of_cost(late.cooperation, late, changed(late, withdrawn_on=MAY))
    assert by_month(gone) == {"2025-01": -102762, "2025-02": -92818, "2025-03": -102762, "2025-04": -99448}
    assert (gone.dropped, gone.charged_in) == ((), Month(2025, 5))
    withdraw_cost(cost=late, on=MAY, by=administrator)
    do_jobs()
    assert charged(late.cooperation) == by_month(gone)


def test_what_was_left_by_decision_is_told_apart(
    half_year: Cost, administrator: User, do_jobs: Callable[[], int]
) -> None:
    late = save_cost(cost=half_year, by=administrator)
    do_jobs()
    decide_late(
        cooperation=late.cooperation,
        states=[state for state in late_states(late.cooperation) if state.month == CLOSED[1]],
        verdict=LateDecision.Verdict.LEAVE,
        reason="Too old",
        by=administrator,
    )
    gone = closed_effect_of_cost(late.cooperation, late, changed(late, withdrawn_on=APRIL))
    assert [str(each.month) for each in gone.dropped] == ["2025-01", "2025-03"]
    assert gone.left == (MonthEffect(CLOSED[1], 92818),)


def test_refunds_are_told_as_they_are_spread(
    half_year: Cost, administrator: User, do_jobs: Callable[[], int]
) -> None:
    """Several of the same days, whose parts add up to the part of their sum: told is what each adds."""
    whole = save_cost(cost=half_year, by=administrator)
    do_jobs()
    before = charged(whole.cooperation)
    for number, amount in enumerate(["-0.07", "-33.33", "-5966.60"]):
        note = changed(
            half_year, pk=None, reference="", amount=Decimal(amount), credits=whole, external_id=str(number)
        )
        note.credits_id, note._state.adding = whole.pk, True
        effect = closed_effect_of_cost(whole.cooperation, None, note)
        save_cost(cost=note, by=administrator)
        do_jobs()
        after = charged(whole.cooperation)
        moved = {month: after.get(month, 0) - minor for month, minor in before.items()}
        assert by_month(effect) == {month: minor for month, minor in moved.items() if minor}
        before = {**dict.fromkeys(before, 0), **after}
    assert not any(before.values())


def test_a_withdrawn_refund_that_is_not_charged_gives_nothing_back(
    half_year: Cost, administrator: User
) -> None:
    whole = save_cost(cost=half_year, by=administrator)
    note = CostFactory(
        cooperation=whole.cooperation,
        application=whole.application,
        cost_type=whole.cost_type,
        credits=whole,
        amount=Decimal(-100),
        starts_on=MARCH,
        ends_on=dt.date(2025, 5, 1),
    )
    added = closed_effect_of_cost(whole.cooperation, None, note)
    taken = closed_effect_of_cost(whole.cooperation, note, changed(note, withdrawn_on=APRIL))
    assert by_month(added) == {"2025-03": -5081}  # of 102763 in March and 99447 in April
    assert (by_month(taken), taken.dropped) == ({}, (MonthEffect(CLOSED[2], -5081),))


def test_what_lies_before_the_first_month_is_shared_by_nobody(half_year: Cost) -> None:
    half_year.starts_on = dt.date(2024, 11, 1)
    half_year.amount = Decimal(242)  # days: 61 before January
    effect = closed_effect_of_cost(half_year.cooperation, None, half_year)
    assert (effect.not_shared_minor, effect.was_not_shared_minor) == (6100, 0)
    assert effect.total_minor == 9000


@pytest.mark.parametrize("credited", [False, True])
def test_it_takes_two_queries_at_most(
    half_year: Cost, january: Cost, credited: bool, django_assert_num_queries: Any
) -> None:
    if credited:
        half_year.credits = january
    with django_assert_num_queries(2 if credited else 1):
        closed_effect_of_cost(half_year.cooperation, None, half_year)


def test_without_closed_months_there_is_nothing_to_tell(north: Cooperation, erp: Application) -> None:
    cost = CostFactory(cooperation=north, application=erp)
    effect = closed_effect_of_cost(north, None, cost)
    assert (effect.months, effect.charged_in) == ((), None)
    assert closed_months_of(north, (dt.date.min, None)) == []


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((dt.date.min, None), CLOSED),
        ((FEBRUARY, None), CLOSED[1:]),
        ((dt.date(2025, 1, 31), FEBRUARY), CLOSED[:1]),
        ((dt.date(2024, 1, 1), JANUARY), []),
        ((dt.date(2025, 3, 31), APRIL), CLOSED[2:]),
        ((APRIL, None), []),
    ],
)
def test_closed_months_are_those_with_a_day_in_the_span(
    quarter: Cooperation, span: tuple[dt.date, dt.date | None], expected: list[Month]
) -> None:
    assert closed_months_of(quarter, span) == expected


def test_names_and_words_move_no_share(
    quarter: Cooperation,
    erp: Application,
    default_term: Term,
    even_key: Key,
    population: Driver,
    torsby: Municipality,
) -> None:
    version = KeyVersion.objects.get(key=even_key)
    use = Subscription.objects.get(application=erp, municipality=torsby)
    reading = Reading.objects.filter(driver=population, municipality=torsby).first()
    for row, name, value in [
        (erp, "name", "Another name"),
        (even_key, "name", "Another name"),
        (CostTypeFactory(cooperation=quarter), "name", "Another name"),
        (version, "decision", "Another board"),
        (use, "users", 7),
        (reading, "source", "Another source"),
    ]:
        after = copy(row)
        setattr(after, name, value)
        assert moved_days(row, after) is None, row
    assert moved_days(None, CostTypeFactory(cooperation=quarter)) is None


def test_what_ends_moves_the_days_from_its_end_on(
    quarter: Cooperation, erp: Application, default_term: Term, torsby: Municipality
) -> None:
    use = Subscription.objects.get(application=erp, municipality=torsby)
    for row in (use, default_term):
        after = copy(row)
        after.valid_until = FEBRUARY
        assert moved_days(row, after) == (FEBRUARY, None)
    assert moved_days(default_term, copy(default_term)) is None
    assert moved_days(default_term, copy(default_term), ["named"]) == default_term.touches
