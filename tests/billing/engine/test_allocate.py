"""A whole month: what holds for any facts, and what is said of a cost that nothing divides."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.engine.allocate import Allocation, allocate, explain, explanations, month_part
from billing.engine.facts import (
    FULL_PERCENT,
    ComponentFact,
    CostFact,
    Facts,
    KeyFact,
    ReadingFact,
    TermFact,
    fingerprint,
)
from billing.engine.split import Carry
from sharedict.kernel.periods import Month, months_between
from tests.billing.engine.strategies import MONTH, chances, credited, months, shuffled, totals

TINY = Fraction(1, 1 << 100)


def charged(allocation: Allocation) -> Counter[str]:
    """What each municipality carries of the whole month."""
    found = Counter[str]()
    for line in allocation.lines:
        if line.basis is not None:
            found.update(dict(zip(allocation.bases[line.basis].codes, line.shares, strict=True)))
    return found


@given(months)
def test_every_cost_is_divided_to_the_last_unit_or_said_to_be_unallocated(facts: Facts) -> None:
    allocation = allocate(facts)
    assert [line.cost.reference for line in allocation.lines] == sorted(c.reference for c in facts.costs)
    for line in allocation.lines:
        assert line.amount_minor == month_part(line.cost, MONTH)
        assert (line.basis is None) == bool(line.reason)
        if line.basis is None:
            assert line.shares == ()
            continue
        basis = allocation.bases[line.basis]
        assert sum(line.shares) == line.amount_minor
        takes_all = facts.keys[basis.key].base_minor > 0  # a base amount is everybody's, whatever the weight
        assert all(
            share * line.amount_minor >= 0 and (weight or takes_all or not share)
            for share, weight in zip(line.shares, basis.weights, strict=True)
        )
    assert allocation.allocated_minor + allocation.unallocated_minor == sum(
        month_part(cost, MONTH) for cost in facts.costs
    )


@given(months)
def test_nobody_pays_for_what_they_do_not_use(facts: Facts) -> None:
    allocation = allocate(facts)
    for line in allocation.lines:
        if line.basis is None or line.term is None:
            continue
        groups = {
            "named": line.term.named,
            "members": facts.members,
            "subscribers": facts.subscribers.get(line.cost.application or "", facts.members),
        }
        payers = facts.groups[groups[line.term.payers] or 0]
        assert set(allocation.bases[line.basis].codes) == set(payers)


@given(months, chances)
def test_the_order_of_the_facts_changes_nothing(facts: Facts, chance: Random) -> None:
    again = shuffled(chance, facts)
    first, second = allocate(facts), allocate(again)
    assert [replace(line, basis=None) for line in first.lines] == [
        replace(line, basis=None) for line in second.lines
    ]
    assert {key: (carry.denominator, carry.owed) for key, carry in first.carry.items()} == {
        key: (carry.denominator, carry.owed) for key, carry in second.carry.items()
    }
    assert fingerprint(facts.to_json()) == fingerprint(again.to_json())


@given(months)
def test_facts_come_back_from_their_json_to_the_byte(facts: Facts) -> None:
    text = facts.to_json()
    again = Facts.from_json(text)
    assert again.to_json() == text
    assert allocate(again).lines == allocate(facts).lines


@given(months)
def test_allocating_changes_no_fact(facts: Facts) -> None:
    text = facts.to_json()
    allocate(facts)
    assert facts.to_json() == text


@given(months)
def test_a_credit_undoes_its_invoice_and_its_rounding(facts: Facts) -> None:
    allocation = allocate(credited(facts))
    assert not any(charged(allocation).values())
    assert allocation.unallocated_minor == 0
    for key, carry in allocation.carry.items():
        before = Carry(*facts.carry.get(key, (1, {})))
        assert all(abs(carry.of(code) - before.of(code)) < TINY for code in carry.owed)


@given(months)
def test_a_credit_changes_nobody_elses_line(facts: Facts) -> None:
    """An invoice and its credit among other costs leave those as they were without them."""
    pair = credited(replace(facts, costs=facts.costs[:1])).costs
    without = replace(facts, costs=facts.costs[1:])
    expected = {line.cost.reference: line.shares for line in allocate(without).lines}
    found = {
        line.cost.reference: line.shares
        for line in allocate(replace(without, costs=(*without.costs, *pair))).lines
    }
    assert {reference: found[reference] for reference in expected} == expected


@given(months)
def test_what_is_explained_is_what_was_done(facts: Facts) -> None:
    facts = replace(credited(facts), costs=credited(facts).costs[: len(facts.costs) + 2])
    allocation = allocate(facts)
    for code in facts.municipalities:
        said = {found.line.cost.reference: found for found in explanations(facts, code)}
        for line in allocation.lines:
            basis = None if line.basis is None else allocation.bases[line.basis]
            found = said.get(line.cost.reference)
            if basis is None or code not in basis.codes:
                assert found is None
                continue
            assert found is not None
            assert found.line == line
            assert found.share_minor == line.shares[basis.codes.index(code)]
            assert found.basis == basis
            assert abs(found.owed_before + found.exact - found.share_minor - found.owed_after) < TINY
            assert (found.mirrors is not None) == (line.cost.credits is not None)


def test_one_line_is_explained_by_itself(plain: Facts) -> None:
    found = explain(plain, "C00000001", "SE1737")
    assert found is not None
    assert (found.exact, found.share_minor, found.owed_after) == (Fraction(101, 2), 51, Fraction(-1, 2))
    assert found.key.decision == "Board 2025-12-01, paragraph 7"
    assert explain(plain, "C00000001", "SE2281") is None
    assert explain(plain, "C00000009", "SE1737") is None


cost_spans = st.tuples(st.dates(dt.date(2020, 1, 1), dt.date(2026, 1, 1)), st.integers(1, 3660))


@given(totals, cost_spans)
def test_the_parts_of_all_months_add_up_to_the_cost(amount: int, span: tuple[dt.date, int]) -> None:
    start, days = span
    end = start + dt.timedelta(days=days)
    cost = CostFact("C1", amount, start.isoformat(), end.isoformat(), "licence")
    parts = [month_part(cost, month) for month in months_between(start, end)]
    assert sum(parts) == amount
    assert all(part * amount >= 0 for part in parts)
    opposite = replace(cost, amount_minor=-amount)
    assert [month_part(opposite, month) for month in months_between(start, end)] == [-part for part in parts]
    assert month_part(cost, Month.of(start).plus(-1)) == month_part(cost, Month.of(end).plus(1)) == 0


def test_a_cost_is_spread_by_days() -> None:
    quarter = CostFact("C1", 90_00, "2026-01-01", "2026-04-01", "licence")
    assert [month_part(quarter, Month(2026, number)) for number in (1, 2, 3)] == [31_00, 28_00, 31_00]
    half = CostFact("C1", 30_00, "2026-01-17", "2026-02-16", "licence")
    assert [month_part(half, Month(2026, number)) for number in (1, 2)] == [15_00, 15_00]


EVEN = KeyFact(
    code="even",
    name="Evenly",
    version=1,
    valid_from="2026-01-01",
    decision="Board 2025-12-01, paragraph 7",
    decided_on="2025-12-01",
    components=(ComponentFact("even", FULL_PERCENT),),
)
BY_USERS = replace(EVEN, code="users", components=(ComponentFact("driver", FULL_PERCENT, "users", "month"),))


@pytest.fixture
def plain() -> Facts:
    """101 öre of licences in February, divided evenly between Torsby and Hagfors."""
    return Facts(
        cooperation="north",
        currency="SEK",
        month="2026-02",
        municipalities={"SE1737": "Torsby", "SE1783": "Hagfors"},
        cost_types={"licence": "Licence"},
        costs=(CostFact("C00000001", 101, "2026-02-01", "2026-03-01", "licence", "erp"),),
        terms=(TermFact(1, "even", "subscribers"),),
        keys={"even": EVEN},
        groups=({"SE1737": 28, "SE1783": 28}, {}, {"SE1737": 28}, {"SE1737": 28, "SE1783": 14}),
        members=0,
        subscribers={"erp": 0},
    )


def test_without_a_term_a_cost_is_unallocated(plain: Facts) -> None:
    (line,) = allocate(replace(plain, terms=())).lines
    assert (line.reason, line.basis, line.shares, line.amount_minor) == ("no_term", None, (), 101)


def test_a_key_without_a_version_on_the_day_leaves_a_cost_unallocated(plain: Facts) -> None:
    (line,) = allocate(replace(plain, keys={})).lines
    assert (line.reason, line.detail) == ("no_key_version", "even")


@pytest.mark.parametrize(
    "change",
    [
        {"subscribers": {}},
        {"subscribers": {"erp": 1}},
        {"terms": (TermFact(1, "even", "members"),), "members": 1},
        {"terms": (TermFact(1, "even", "members"),), "members": None},
        {"terms": (TermFact(1, "even", "named", named=1),)},
        {"terms": (TermFact(1, "even", "named"),)},
    ],
)
def test_without_anybody_to_pay_a_cost_is_unallocated(plain: Facts, change: dict[str, object]) -> None:
    (line,) = allocate(replace(plain, **change)).lines
    assert line.reason == "no_payers"


def test_a_missing_reading_leaves_a_cost_unallocated_and_names_who_lacks_it(plain: Facts) -> None:
    facts = replace(
        plain,
        terms=(TermFact(1, "users", "subscribers"),),
        keys={"users": BY_USERS},
        readings={"users|month": {"SE1737": ReadingFact("5", "2026-02-01", "a count")}},
    )
    (line,) = allocate(facts).lines
    assert (line.reason, line.detail) == ("missing_reading", "SE1783")


@pytest.mark.parametrize(("when_zero", "reason"), [("error", "driver_is_zero"), ("even", "")])
def test_a_driver_that_totals_zero_does_what_the_key_says(plain: Facts, when_zero: str, reason: str) -> None:
    none = ReadingFact("0", "2026-02-01", "a count")
    facts = replace(
        plain,
        terms=(TermFact(1, "users", "subscribers"),),
        keys={"users": replace(BY_USERS, when_zero=when_zero)},
        readings={"users|month": {"SE1737": none, "SE1783": none}},
    )
    (line,) = allocate(facts).lines
    assert line.reason == reason
    assert line.shares == (() if reason else (51, 50))


def test_percentages_that_are_not_100_leave_a_cost_unallocated(plain: Facts) -> None:
    short = replace(EVEN, components=(ComponentFact("even", FULL_PERCENT - 1),))
    (line,) = allocate(replace(plain, keys={"even": short})).lines
    assert line.reason == "percentages_not_100"


def test_fixed_parts_of_nobody_who_pays_leave_a_cost_unallocated(plain: Facts) -> None:
    key = replace(EVEN, components=(ComponentFact("fixed", FULL_PERCENT, fixed={"SE2281": FULL_PERCENT}),))
    (line,) = allocate(replace(plain, keys={"even": key})).lines
    assert line.reason == "driver_is_zero"


def test_limits_that_cannot_be_met_leave_a_cost_unallocated(plain: Facts) -> None:
    key = replace(EVEN, cap=FULL_PERCENT // 4)
    (line,) = allocate(replace(plain, keys={"even": key})).lines
    assert line.reason == "limits_impossible"


def test_who_joined_in_the_middle_pays_by_days_where_the_term_says_so(plain: Facts) -> None:
    cost = replace(plain.costs[0], amount_minor=300)
    facts = replace(plain, costs=(cost,), subscribers={"erp": 3})
    assert allocate(facts).lines[0].shares == (150, 150)
    by_days = replace(facts, terms=(TermFact(1, "even", "subscribers", by_days=True),))
    assert allocate(by_days).lines[0].shares == (200, 100)


def test_everybody_pays_a_base_amount_first(plain: Facts) -> None:
    key = replace(
        EVEN,
        base_minor=100,
        components=(ComponentFact("fixed", FULL_PERCENT, fixed={"SE1737": FULL_PERCENT}),),
    )
    cost = replace(plain.costs[0], amount_minor=1_000)
    (line,) = allocate(replace(plain, costs=(cost,), keys={"even": key})).lines
    assert line.shares == (900, 100)


def test_rounding_owed_from_before_decides_the_odd_unit(plain: Facts) -> None:
    assert allocate(plain).lines[0].shares == (51, 50)
    owed = replace(plain, carry={"even": (2, {"SE1737": -1, "SE1783": 1})})
    assert allocate(owed).lines[0].shares == (50, 51)
    assert not any(allocate(owed).carry["even"].owed.values())


def test_a_cost_without_application_is_shared_by_the_members(plain: Facts) -> None:
    cost = replace(plain.costs[0], application=None)
    (line,) = allocate(replace(plain, costs=(cost,), members=2, subscribers={})).lines
    assert line.shares == (101,)
