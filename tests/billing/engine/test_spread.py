"""How a cost spreads over months, how refunds follow it, and how much can be refunded."""

import datetime as dt
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.engine.facts import CostFact
from billing.engine.spread import content, days_in, first_excess, in_turn, month_part, refund_part
from sharedict.kernel.periods import Month, months_between
from tests.billing.engine.strategies import chances, refund, reordered, totals

DAYS = st.tuples(st.dates(dt.date(2020, 1, 1), dt.date(2026, 1, 1)), st.integers(1, 800))


def cost_of(amount: int, start: str, end: str, reference: str = "C1", **more: str) -> CostFact:
    return CostFact(reference, amount, start, end, "licence", **more)


def spanning(cost: CostFact) -> list[Month]:
    return months_between(dt.date.fromisoformat(cost.starts_on), dt.date.fromisoformat(cost.ends_on))


def drawn(amount: int, days: tuple[dt.date, int]) -> CostFact:
    start, count = days
    return cost_of(amount, start.isoformat(), (start + dt.timedelta(days=count)).isoformat())


@given(totals, DAYS)
def test_the_parts_of_all_months_add_up_to_the_cost(amount: int, days: tuple[dt.date, int]) -> None:
    cost = drawn(amount, days)
    parts = [month_part(cost, month) for month in spanning(cost)]
    assert sum(parts) == amount
    assert all(part * amount >= 0 for part in parts)
    opposite = replace(cost, amount_minor=-amount)
    assert [month_part(opposite, month) for month in spanning(cost)] == [-part for part in parts]
    first, last = spanning(cost)[0], spanning(cost)[-1]
    assert month_part(cost, first.plus(-1)) == month_part(cost, last.plus(1)) == 0


def test_a_cost_is_spread_by_days() -> None:
    quarter = cost_of(90_00, "2026-01-01", "2026-04-01")
    assert [month_part(quarter, Month(2026, number)) for number in (1, 2, 3)] == [31_00, 28_00, 31_00]
    half = cost_of(30_00, "2026-01-17", "2026-02-16")
    assert [month_part(half, Month(2026, number)) for number in (1, 2)] == [15_00, 15_00]


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-02-01", "2026-03-01", (1, 29)),
        ("2025-01-01", "2027-01-01", (1, 29)),
        ("2026-02-03", "2026-02-04", (3, 4)),
        ("2026-02-28", "2026-03-05", (28, 29)),
        ("2026-01-01", "2026-02-01", (1, 1)),
        ("2026-03-01", "2026-04-01", (29, 29)),
    ],
)
def test_the_days_of_a_month_that_a_cost_covers(start: str, end: str, days: tuple[int, int]) -> None:
    assert days_in(cost_of(1, start, end), Month(2026, 2)) == days


def given_back(cost: CostFact, refunds: list[CostFact]) -> list[int]:
    """What the refunds come to in each month of the cost, without the sign of a refund."""
    sign = 1 if cost.amount_minor < 0 else -1
    return [
        sign
        * sum(refund_part(cost, each, month, refunded_before=before) for each, before in in_turn(refunds))
        for month in spanning(cost)
    ]


def parts_of(cost: CostFact) -> list[int]:
    return [abs(month_part(cost, month)) for month in spanning(cost)]


def split_up(chance: Random, total: int, count: int) -> list[int]:
    cuts = sorted(chance.randint(0, abs(total)) for _ in range(count - 1))
    sign = 1 if total >= 0 else -1
    return [sign * (after - before) for before, after in zip([0, *cuts], [*cuts, abs(total)], strict=True)]


@given(totals.filter(bool), DAYS, chances)
def test_refunds_that_reach_the_whole_undo_every_month_of_it(
    amount: int, days: tuple[dt.date, int], chance: Random
) -> None:
    """However many they are, and whatever days and months the rounding of each would favour."""
    cost = drawn(amount, days)
    sizes = [-size for size in split_up(chance, amount, chance.randint(1, 5)) if size]
    refunds = [
        replace(cost, reference=f"C{number}", amount_minor=size, credits="C1")
        for number, size in enumerate(sizes, start=2)
    ]
    assert given_back(cost, refunds) == parts_of(cost)
    assert first_excess(cost, refunds) is None
    assert first_excess(cost, [*refunds, replace(refunds[0], reference="C9", amount_minor=-sign(amount))])


def sign(amount: int) -> int:
    return 1 if amount > 0 else -1


@given(totals.filter(bool), DAYS, chances)
def test_the_parts_of_a_refund_add_up_to_it(amount: int, days: tuple[dt.date, int], chance: Random) -> None:
    cost = drawn(amount, days)
    own = refund(chance, cost, -sign(amount) * chance.randint(1, 10 * abs(amount)))
    for before in ((), (chance.randint(0, abs(amount)), chance.randint(0, abs(amount)))):
        parts = [refund_part(cost, own, month, refunded_before=before) for month in spanning(cost)]
        assert sum(parts) == own.amount_minor
        assert all(part * own.amount_minor >= 0 for part in parts)
        inside = spanning(own)
        assert all(month in inside or not part for month, part in zip(spanning(cost), parts, strict=True))


@given(totals.filter(bool), DAYS, chances)
def test_what_is_accepted_gives_back_no_more_than_there_is_in_any_month(
    amount: int, days: tuple[dt.date, int], chance: Random
) -> None:
    cost = drawn(amount, days)
    refunds = [
        replace(refund(chance, cost, -sign(amount) * chance.randint(1, abs(amount))), reference=f"C{number}")
        for number in range(2, chance.randint(3, 6))
    ]
    excess = [
        month
        for month, back, part in zip(spanning(cost), given_back(cost, refunds), parts_of(cost), strict=True)
        if back > part
    ]
    assert first_excess(cost, refunds) == (excess[0] if excess else None)
    assert first_excess(cost, reordered(chance, refunds)) == (excess[0] if excess else None)


@given(totals.filter(bool), DAYS, chances)
def test_one_month_can_be_refunded_to_the_last_unit_and_no_more(
    amount: int, days: tuple[dt.date, int], chance: Random
) -> None:
    cost = drawn(amount, days)
    month = chance.choice(spanning(cost))
    part = month_part(cost, month)
    assume(part)
    first = max(cost.starts_on, month.first.isoformat())
    after = min(cost.ends_on, month.after.isoformat())
    all_of_it = replace(
        cost, reference="C2", credits="C1", amount_minor=-part, starts_on=first, ends_on=after
    )
    assert first_excess(cost, [all_of_it]) is None
    assert first_excess(cost, [replace(all_of_it, amount_minor=-part - sign(part))]) == month
    whole = replace(cost, reference="C3", credits="C1", amount_minor=-amount)
    assert first_excess(cost, [all_of_it, whole]) == month


def test_refunds_of_one_month_each_together_undo_the_cost() -> None:
    """300.01 from January to March: 103.33, 93.34 and 103.34."""
    cost = cost_of(300_01, "2026-01-01", "2026-04-01")
    assert parts_of(cost) == [103_33, 93_34, 103_34]
    refunds = [
        cost_of(-103_33, "2026-01-01", "2026-02-01", "C2", credits="C1"),
        cost_of(-93_34, "2026-02-01", "2026-03-01", "C3", credits="C1"),
        cost_of(-103_34, "2026-03-01", "2026-04-01", "C4", credits="C1"),
    ]
    assert first_excess(cost, refunds) is None
    assert first_excess(cost, [*refunds[:2], replace(refunds[2], amount_minor=-103_35)]) == Month(2026, 3)
    assert first_excess(cost, [*refunds, cost_of(-1, "2026-02-01", "2026-03-01", "C5")]) == Month(2026, 2)
    assert first_excess(cost, [replace(refunds[0], amount_minor=-103_34)]) == Month(2026, 1)


def test_a_refund_of_days_on_which_the_cost_is_nothing_is_spread_by_days() -> None:
    """An öre over a year is due on its last day, so its first months are nothing."""
    cost = cost_of(1, "2026-01-01", "2027-01-01")
    early = cost_of(-59, "2026-01-01", "2026-03-01", "C2", credits="C1")
    assert [refund_part(cost, early, Month(2026, number)) for number in (1, 2, 3)] == [-31, -28, 0]
    again = [refund_part(cost, early, Month(2026, number), refunded_before=(7,)) for number in (1, 2, 3)]
    assert again == [-31, -28, 0]
    assert first_excess(cost, [early]) == Month(2026, 1)


def test_a_refund_after_others_that_reach_beyond_the_cost_is_spread_by_days() -> None:
    """Nobody can enter them: nothing is left of 1.00, and not less than nothing."""
    cost = cost_of(1_00, "2026-01-01", "2026-03-01")
    more = replace(cost, reference="C2", amount_minor=-59, credits="C1")
    parts = [refund_part(cost, more, Month(2026, number), refunded_before=(2_00,)) for number in (1, 2)]
    assert parts == [-31, -28]


@given(totals.filter(bool), DAYS, chances)
def test_refunds_of_the_same_days_pass_as_long_as_there_is_something_left(
    amount: int, days: tuple[dt.date, int], chance: Random
) -> None:
    """However they are cut: none charges anything in any month, or gives back more than is left then."""
    cost = drawn(amount, days)
    sizes = [-size for size in split_up(chance, amount, chance.randint(2, 5)) if size]
    refunds = [
        replace(cost, reference=f"C{number}", amount_minor=size, credits="C1")
        for number, size in enumerate(sizes, start=2)
    ]
    some = refunds[: chance.randint(1, len(refunds))]
    assert first_excess(cost, some) is None
    for each, before in in_turn(some):
        parts = [refund_part(cost, each, month, refunded_before=before) for month in spanning(cost)]
        assert all(part * each.amount_minor >= 0 for part in parts)


def test_a_small_refund_after_a_larger_one_charges_nothing_in_between() -> None:
    """1.01 is 34, 32 and 35: 0.05 of it leaves 33, 30 and 33, of which 0.01 is due in the last month."""
    cost = cost_of(1_01, "2026-01-01", "2026-04-01")
    two = [
        replace(cost, reference=name, amount_minor=-size, credits="C1")
        for name, size in (("C2", 1), ("C3", 5))
    ]
    (larger, _), (smaller, before) = in_turn(two)
    months = [Month(2026, number) for number in (1, 2, 3)]
    assert parts_of(cost) == [34, 32, 35]
    assert [refund_part(cost, larger, month) for month in months] == [-1, -2, -2]
    assert [refund_part(cost, smaller, month, refunded_before=before) for month in months] == [0, 0, -1]


def test_refunds_of_the_same_days_count_on_from_one_another() -> None:
    """Half and half of 1.01 over two months of 50 and 51 öre: 25 + 25, then 25 + 26."""
    cost = cost_of(101, "2026-07-01", "2026-09-01")
    halves = [
        replace(cost, reference=name, amount_minor=size, credits="C1")
        for name, size in (("C2", -50), ("C3", -51))
    ]
    assert [(each.reference, before) for each, before in in_turn(halves)] == [("C3", ()), ("C2", (51,))]
    july, august = Month(2026, 7), Month(2026, 8)
    assert [refund_part(cost, halves[1], month) for month in (july, august)] == [-25, -26]
    assert [refund_part(cost, halves[0], month, refunded_before=(51,)) for month in (july, august)] == [
        -25,
        -25,
    ]


def test_content_decides_the_order_and_only_then_the_number() -> None:
    first = cost_of(5, "2026-01-01", "2026-02-01", "C9")
    later = [
        replace(first, reference="C1", starts_on="2026-01-02"),
        replace(first, reference="C2", ends_on="2026-02-02"),
        replace(first, reference="C3", application="erp"),
        replace(first, reference="C4", cost_type="work"),
        replace(first, reference="C5", amount_minor=6),
    ]
    for other in later:
        assert content(first) < content(other)
        assert content(replace(first, supplier="AB", description="a")) < content(other)
    assert content(replace(first, reference="C8")) < content(first)
