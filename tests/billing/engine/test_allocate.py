"""A whole month: what holds for any facts, and what is said of a cost that nothing divides."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.engine.keys import FULL_PERCENT, ComponentFact, KeyFact, ReadingFact
from agreements.engine.weigh import Division
from billing.engine.allocate import Allocation, Line, allocate, explain, explanations
from billing.engine.facts import CorrectionFact, CostFact, Facts, TermFact, as_version_1, fingerprint
from billing.engine.rules import RULES
from billing.engine.split import Carry
from billing.engine.spread import content, first_excess
from sharedict.kernel.periods import Month
from tests.billing.engine.strategies import (
    MONTH,
    chances,
    credited,
    drawn_month,
    months,
    months_of_version_1,
    renumbered,
    shuffled,
)

TINY = Fraction(1, 1 << 100)
any_months = st.one_of(months, months, months, months_of_version_1)


def charged(allocation: Allocation) -> Counter[str]:
    """What each municipality carries of the month's own costs."""
    found = Counter[str]()
    for line, division in divided(allocation):
        found.update(dict(zip(division.codes, line.shares, strict=True)))
    return found


def divided(allocation: Allocation) -> list[tuple[Line, Division]]:
    return [
        (line, allocation.divisions[line.division]) for line in allocation.lines if line.division is not None
    ]


def carried(allocation: Allocation) -> dict[str, tuple[int, dict[str, int]]]:
    return {key: (carry.denominator, carry.owed) for key, carry in allocation.carry.items()}


def test_the_drawn_months_hold_all_that_the_rules_speak_of() -> None:
    """Else the properties below would hold for what is never tried."""
    seen = Counter[str]()
    for seed in range(300):
        facts = drawn_month(seed)
        allocation = allocate(facts)
        seen.update(line.reason for line in allocation.lines)
        for line, division in divided(allocation):
            term = line.term
            assert term is not None
            seen["a refund in part"] += bool(line.follows) and abs(line.amount_minor) > 1
            seen["a limit that moves weights"] += division.limited
            seen["a limit that is met"] += not division.limited and bool(facts.keys[division.key].cap)
            seen["a base"] += division.base is not None and not division.base_is_too_large
            seen["a base that is too large"] += division.base_is_too_large
            seen["days that count"] += division.days is not None
            seen["who left and pays"] += term.after_leaving and bool({*division.codes} & facts.left.keys())
            seen["a base by days with limits"] += bool(division.base and division.days and division.limited)
        seen["corrections"] += bool(facts.corrections)
    expected = {
        *("", "no_term", "no_key_version", "no_payers", "missing_reading", "driver_is_zero"),
        *("limits_impossible", "fixed_parts_differ", "a refund in part", "a limit that moves weights"),
        *("a limit that is met", "a base", "a base that is too large", "days that count"),
        *("who left and pays", "a base by days with limits", "corrections"),
    }
    assert {what for what, times in seen.items() if times >= 5} == expected, seen


@given(any_months)
def test_every_cost_is_divided_to_the_last_unit_or_said_to_be_unallocated(facts: Facts) -> None:
    allocation = allocate(facts)
    assert Counter(line.cost for line in allocation.lines) == Counter(facts.costs)
    for line in allocation.lines:
        assert (line.division is None) == bool(line.reason) == (not line.shares)
    for line, division in divided(allocation):
        assert sum(line.shares) == line.amount_minor
        assert all(
            share * line.amount_minor >= 0 and (weight or not share)
            for share, weight in zip(line.shares, division.weights, strict=True)
        )
    corrected = sum(sum(each.shares.values()) for each in facts.corrections)
    assert allocation.allocated_minor + allocation.unallocated_minor == corrected + sum(
        RULES[facts.rule_version].part(facts, cost, MONTH) for cost in facts.costs
    )


@given(any_months)
def test_equal_weights_differ_by_one_unit_at_most(facts: Facts) -> None:
    allocation = allocate(facts)
    parts = {line.cost.reference: line.amount_minor for line in allocation.lines}
    for line, division in divided(allocation):
        refunded = sum(other.amount_minor for other in allocation.lines if other.follows == line.follows)
        if line.follows and abs(refunded) > abs(parts[line.follows]):
            continue  # nobody can enter it: it follows shares that differ by a unit, more than once over
        for weight in set(division.weights):
            alike = [share for share, own in zip(line.shares, division.weights, strict=True) if own == weight]
            assert max(alike) - min(alike) <= 1


@given(any_months)
def test_floors_and_caps_hold_for_the_whole_of_a_cost(facts: Facts) -> None:
    for _line, division in divided(allocate(facts)):
        key = facts.keys[division.key]
        if facts.rule_version == 1 and key.base_minor:
            continue
        for weight in filter(None, division.weights):
            share = Fraction(weight * FULL_PERCENT, division.total)
            assert (key.floor or 0) <= share <= (key.cap or FULL_PERCENT)


def group_of(facts: Facts, term: TermFact, cost: CostFact) -> int:
    by_application = facts.subscribers.get(cost.application or "")
    group = {
        "named": term.named,
        "members": facts.members,
        "subscribers": facts.members if cost.application is None else by_application,
    }[term.payers]
    assert group is not None
    return group


def payers_of(facts: Facts, line: Line) -> dict[str, int]:
    """Who benefits from a line on how many of the days it covers, counted day by day."""
    assert line.term is not None
    found = {}
    for code, held in facts.groups[group_of(facts, line.term, line.cost)].items():
        days = {day for first, after in held for day in range(first, after)}
        if not line.term.after_leaving:
            days -= {day for first, after in facts.left.get(code, ()) for day in range(first, after)}
        there = [
            day
            for day in days
            if line.cost.starts_on <= dt.date(MONTH.year, MONTH.number, day).isoformat() < line.cost.ends_on
        ]
        if there:
            found[code] = len(there)
    return found


@given(months)
def test_nobody_pays_for_what_they_do_not_use(facts: Facts) -> None:
    for line, division in divided(allocate(facts)):
        if line.follows:
            continue
        days = payers_of(facts, line)
        assert set(division.codes) == set(days)
        counted = tuple(days[code] for code in division.codes)
        assert division.days == (counted if division.days else None)
        if line.term and line.term.by_days:
            assert (division.days is None) == (set(counted) == {line.days})


@given(months_of_version_1)
def test_nobody_pays_for_what_they_did_not_use_in_release_0_1(facts: Facts) -> None:
    for line, division in divided(allocate(facts)):
        assert line.term is not None
        assert set(division.codes) == set(facts.groups[group_of(facts, line.term, line.cost)])


@given(any_months, chances)
def test_the_order_of_the_facts_changes_nothing(facts: Facts, chance: Random) -> None:
    again = shuffled(chance, facts)
    first, second = allocate(facts), allocate(again)
    assert first.lines == second.lines
    assert first.divisions == second.divisions
    assert carried(first) == carried(second)
    assert fingerprint(facts.to_json()) == fingerprint(again.to_json())
    assert facts.money_mark() == again.money_mark()


def without_number(line: Line) -> Line:
    """A line as far as money depends on it: costs of the same content stand for one another."""
    cost = replace(line.cost, reference="", description="", credits=line.cost.credits and "a cost")
    return replace(line, cost=cost, follows=line.follows and "a cost")


@given(months, chances)
def test_the_numbers_of_the_costs_change_nothing(facts: Facts, chance: Random) -> None:
    first, second = allocate(facts), allocate(renumbered(chance, facts))
    assert [without_number(line) for line in first.lines] == [without_number(line) for line in second.lines]
    assert carried(first) == carried(second)


@given(any_months)
def test_allocating_again_gives_the_same_and_changes_no_fact(facts: Facts) -> None:
    text = facts.to_json()
    first, second = allocate(facts), allocate(Facts.from_json(text))
    assert (first.lines, first.divisions, carried(first)) == (second.lines, second.divisions, carried(second))
    assert facts.to_json() == text


@given(months)
def test_a_refund_comes_right_after_what_it_refunds(facts: Facts) -> None:
    """Between the two there are other refunds of the same cost alone, whatever the numbers say."""
    lines = allocate(facts).lines
    places = {line.cost.reference: place for place, line in enumerate(lines)}
    for place, line in enumerate(lines):
        if (undone := places.get(line.cost.credits or "")) is not None:
            between = lines[undone + 1 : place]
            assert undone < place
            assert {each.cost.credits for each in between} <= {line.cost.credits}


@given(months)
def test_costs_are_divided_in_the_order_of_their_content(facts: Facts) -> None:
    known = {cost.reference for cost in facts.costs}
    whole = [line.cost for line in allocate(facts).lines if line.cost.credits not in known]
    assert [content(cost)[:-1] for cost in whole] == sorted(content(cost)[:-1] for cost in whole)


@given(any_months)
def test_a_credit_undoes_its_invoice_and_its_rounding(facts: Facts) -> None:
    allocation = allocate(credited(replace(facts, corrections=())))
    assert not any(charged(allocation).values())
    assert allocation.unallocated_minor == allocation.allocated_minor == 0
    for key, carry in allocation.carry.items():
        before = Carry(*facts.carry.get(key, (1, {})))
        assert all(abs(carry.of(code) - before.of(code)) < TINY for code in carry.owed)


@given(months)
def test_where_nothing_was_owed_a_refunded_month_leaves_nothing_at_all(facts: Facts) -> None:
    allocation = allocate(credited(replace(facts, corrections=(), carry={})))
    assert not any(owed for carry in allocation.carry.values() for owed in carry.owed.values())


@given(any_months)
def test_a_credit_changes_nobody_elses_line(facts: Facts) -> None:
    """An invoice and its credit among other costs leave those as they were without them."""
    facts = replace(facts, costs=tuple(cost for cost in facts.costs if cost.credits is None))
    pair = credited(replace(facts, costs=facts.costs[:1])).costs
    without = replace(facts, costs=facts.costs[1:])
    expected = {line.cost.reference: line.shares for line in allocate(without).lines}
    found = {
        line.cost.reference: line.shares
        for line in allocate(replace(without, costs=(*without.costs, *pair))).lines
    }
    assert {reference: found[reference] for reference in expected} == expected


@given(months)
def test_refunds_follow_the_shares_of_what_they_refund(facts: Facts) -> None:
    """Together they are less than a unit from their part of each share; all of it gives it all back."""
    allocation = allocate(facts)
    lines = {line.cost.reference: line for line in allocation.lines}
    for reference, line in lines.items():
        refunds = [other for other in allocation.lines if other.follows == reference]
        if line.division is None or line.follows or not refunds:
            continue
        if not line.amount_minor or first_excess(line.cost, [other.cost for other in refunds]):
            continue
        back = [sum(shares) for shares in zip(*(other.shares for other in refunds), strict=True)]
        whole = sum(other.amount_minor for other in refunds)
        for share, own in zip(line.shares, back, strict=True):
            assert abs(own - Fraction(share * whole, line.amount_minor)) < 1
            assert 0 <= -own * (1 if line.amount_minor > 0 else -1) <= abs(share)


@given(any_months)
def test_corrections_move_the_carry_and_nothing_else(facts: Facts) -> None:
    allocation = allocate(replace(facts, costs=()))
    assert allocation.corrections == facts.corrections
    assert allocation.lines == ()
    for key, carry in allocation.carry.items():
        owed = [
            facts.carry.get(key, (1, {})),
            *(each.owed[key] for each in facts.corrections if key in each.owed),
        ]
        for code in carry.owed:
            assert carry.of(code) == sum(Fraction(parts.get(code, 0), unit) for unit, parts in owed)


@given(any_months)
def test_what_is_explained_is_what_was_done(facts: Facts) -> None:
    allocation = allocate(facts)
    lines = {line.cost.reference: line for line in allocation.lines}
    for code in facts.municipalities:
        said = {found.line.cost.reference: found for found in explanations(facts, code)}
        for line in allocation.lines:
            division = None if line.division is None else allocation.divisions[line.division]
            found = said.get(line.cost.reference)
            if division is None or code not in division.codes:
                assert found is None
                continue
            assert found is not None
            assert found.line == line
            assert found.share_minor == line.shares[division.codes.index(code)]
            assert found.division == division
            assert found.owed_before + found.exact - found.share_minor == found.owed_after
            assert found.followed == lines.get(line.follows)


def test_what_was_owed_before_each_line_is_what_the_lines_before_it_left(plain: Facts) -> None:
    costs = tuple(replace(plain.costs[0], reference=f"C{number}", amount_minor=101) for number in range(3))
    facts = replace(plain, costs=costs, carry={"even": (3, {"SE1737": 1, "SE1783": -1})})
    owed = Fraction(1, 3)
    for found in explanations(facts, "SE1737"):
        assert found.owed_before == owed
        owed = found.owed_after
    assert allocate(facts).carry["even"].of("SE1737") == owed


def test_one_line_is_explained_by_itself(plain: Facts) -> None:
    found = explain(plain, "C00000001", "SE1737")
    assert found is not None
    assert (found.exact, found.share_minor, found.owed_after) == (Fraction(101, 2), 51, Fraction(-1, 2))
    assert found.key.decision == "Board 2025-12-01, paragraph 7"
    assert explain(plain, "C00000001", "SE2281") is None
    assert explain(plain, "C00000009", "SE1737") is None


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


ALL = ((1, 29),)
"""The days of February 2026."""


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
        groups=(
            {"SE1737": ALL, "SE1783": ALL},
            {},
            {"SE1737": ALL},
            {"SE1737": ALL, "SE1783": ((15, 29),)},
        ),
        members=0,
        subscribers={"erp": 0},
    )


def test_without_a_term_a_cost_is_unallocated(plain: Facts) -> None:
    (line,) = allocate(replace(plain, terms=())).lines
    assert (line.reason, line.division, line.shares, line.amount_minor) == ("no_term", None, (), 101)


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
def test_without_anybody_to_pay_a_cost_is_unallocated(plain: Facts, change: dict[str, Any]) -> None:
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


FIXED = replace(
    EVEN,
    components=(
        ComponentFact("even", FULL_PERCENT // 2),
        ComponentFact(
            "fixed", FULL_PERCENT // 2, fixed=dict.fromkeys(("SE1737", "SE2281"), FULL_PERCENT // 2)
        ),
    ),
)


def test_a_fixed_part_of_somebody_who_does_not_pay_leaves_a_cost_unallocated(plain: Facts) -> None:
    (line,) = allocate(replace(plain, keys={"even": FIXED})).lines
    assert (line.reason, line.detail) == ("fixed_parts_differ", "SE2281")
    groups = ({"SE1737": ALL, "SE2281": ALL},)
    (line,) = allocate(replace(plain, keys={"even": FIXED}, groups=groups)).lines
    assert line.shares == (51, 50)


def test_release_0_1_spread_a_fixed_part_of_somebody_who_did_not_pay(plain: Facts) -> None:
    (line,) = allocate(replace(as_version_1(plain), keys={"even": FIXED})).lines
    assert line.shares == (76, 25)


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


def test_who_joins_after_the_days_of_a_cost_pays_nothing_of_it(plain: Facts) -> None:
    """Hagfors subscribes from 15 February on."""
    early = replace(plain.costs[0], ends_on="2026-02-15")
    late = replace(
        early, reference="C00000002", starts_on="2026-02-14", ends_on="2026-02-16", amount_minor=90
    )
    for by_days, shares in ((False, (45, 45)), (True, (60, 30))):
        terms = (TermFact(1, "even", "subscribers", by_days=by_days),)
        facts = replace(plain, costs=(early, late), subscribers={"erp": 3}, terms=terms)
        assert [line.shares for line in allocate(facts).lines] == [(101,), shares]
        first, second = allocate(facts).divisions
        assert (first.codes, second.codes) == (("SE1737",), ("SE1737", "SE1783"))


def test_who_is_away_in_between_pays_for_the_days_on_both_sides(plain: Facts) -> None:
    groups = ({"SE1737": ALL, "SE1783": ((1, 8), (22, 29))},)
    terms = (TermFact(1, "even", "subscribers", by_days=True),)
    cost = replace(plain.costs[0], amount_minor=420)
    assert allocate(replace(plain, costs=(cost,), groups=groups, terms=terms)).lines[0].shares == (280, 140)


LEFT = {"SE1783": ((15, 29),)}
"""Hagfors has left the cooperation when 15 February begins."""


@pytest.mark.parametrize(
    ("by_days", "after_leaving", "shares"),
    [
        (True, False, (200, 100)),
        (False, False, (150, 150)),
        (True, True, (150, 150)),
        (False, True, (150, 150)),
    ],
)
def test_who_has_left_pays_for_no_later_day_unless_the_term_says_so(
    plain: Facts, by_days: bool, after_leaving: bool, shares: tuple[int, int]
) -> None:
    """Still subscribed, and therefore in the group for all of February."""
    terms = (TermFact(1, "even", "subscribers", by_days=by_days, after_leaving=after_leaving),)
    cost = replace(plain.costs[0], amount_minor=300)
    assert allocate(replace(plain, costs=(cost,), terms=terms, left=LEFT)).lines[0].shares == shares
    later = replace(cost, starts_on="2026-02-15")
    (line,) = allocate(replace(plain, costs=(later,), terms=terms, left=LEFT)).lines
    assert line.shares == ((150, 150) if after_leaving else (300,))


def test_days_that_were_not_held_anyway_are_not_taken_off_twice(plain: Facts) -> None:
    """Hagfors holds 14 days, of which 7 lie after it left."""
    groups = ({"SE1737": ALL, "SE1783": ((8, 22),)},)
    terms = (TermFact(1, "even", "subscribers", by_days=True),)
    cost = replace(plain.costs[0], amount_minor=350)
    facts = replace(plain, costs=(cost,), groups=groups, terms=terms, left=LEFT)
    assert allocate(facts).lines[0].shares == (280, 70)


def test_costs_are_divided_alike_where_scope_and_key_are_the_same(plain: Facts) -> None:
    again = replace(plain.costs[0], reference="C00000002")
    assert len(allocate(replace(plain, costs=(*plain.costs, again))).divisions) == 1


BASED = replace(
    EVEN,
    base_minor=100_00,
    components=(
        ComponentFact(
            "fixed", FULL_PERCENT, fixed={"SE1737": FULL_PERCENT // 10, "SE1783": 9 * FULL_PERCENT // 10}
        ),
    ),
)


def test_everybody_pays_a_base_amount_first(plain: Facts) -> None:
    cost = replace(plain.costs[0], amount_minor=1_000_00)
    (line,) = allocate(replace(plain, costs=(cost,), keys={"even": BASED})).lines
    assert line.shares == (180_00, 820_00)


def test_a_base_amount_comes_once_of_a_cost_however_many_its_months(plain: Facts) -> None:
    """1,200.00 for a year, 100.00 first and then 1 : 9, is 200.00 and 1,000.00 when the year is over."""
    cost = replace(plain.costs[0], amount_minor=1_200_00, starts_on="2026-01-01", ends_on="2027-01-01")
    paid, carry = Counter[str](), dict[str, tuple[int, dict[str, int]]]()
    for number in range(1, 13):
        days = ((1, Month(2026, number).days + 1),)
        allocation = allocate(
            replace(
                plain,
                month=str(Month(2026, number)),
                costs=(cost,),
                keys={"even": BASED},
                groups=({"SE1737": days, "SE1783": days},),
                carry=carry,
            )
        )
        paid.update(charged(allocation))
        carry = carried(allocation)
    assert paid == {"SE1737": 200_00, "SE1783": 1_000_00}


def test_a_base_amount_goes_by_days_where_days_count(plain: Facts) -> None:
    """Hagfors is there for 14 of 28 days: 100.00 and 50.00 first, then 850.00 as 28 : 9 x 14."""
    cost = replace(plain.costs[0], amount_minor=1_000_00)
    terms = (TermFact(1, "even", "subscribers", by_days=True),)
    facts = replace(plain, costs=(cost,), keys={"even": BASED}, subscribers={"erp": 3}, terms=terms)
    (line,) = allocate(facts).lines
    assert line.shares == (254_54, 745_46)  # Hagfors weighs more, and would be owed a whole unit sooner
    plainly = replace(facts, terms=(TermFact(1, "even", "subscribers"),))
    assert allocate(plainly).lines[0].shares == (180_00, 820_00)


def test_costs_of_different_sizes_have_base_amounts_of_their_own(plain: Facts) -> None:
    """10 % of what 200.00 leaves of each, beside 100.00: the larger one is no multiple of the smaller."""
    small, large = (
        replace(plain.costs[0], reference=reference, amount_minor=size)
        for reference, size in (("C1", 1_000_00), ("C2", 2_000_00))
    )
    lines = allocate(replace(plain, costs=(small, large), keys={"even": BASED})).lines
    assert [line.shares for line in lines] == [(180_00, 820_00), (280_00, 1_720_00)]


def test_base_amounts_of_release_0_1_follow_the_days_of_each_cost(plain: Facts) -> None:
    """Of 600.00 for two months, 284.75 fall in February: less than the same amount for February alone."""
    one = replace(plain.costs[0], reference="C1", amount_minor=600_00)
    two = replace(one, reference="C2", starts_on="2026-01-01")
    lines = allocate(as_version_1(replace(plain, costs=(one, two), keys={"even": BASED}))).lines
    assert [line.shares[0] for line in lines] == [140_00, 108_47]


@pytest.mark.parametrize("base_minor", [0, 100])
def test_in_release_0_1_a_fixed_part_of_who_pays_for_no_day_divides_nothing(
    plain: Facts, base_minor: int
) -> None:
    """Nor does a base amount, though it is more than the cost."""
    part = ComponentFact("fixed", FULL_PERCENT, fixed={"SE1783": FULL_PERCENT})
    fixed = replace(EVEN, components=(part,), base_minor=base_minor)
    terms = (TermFact(1, "even", "subscribers", by_days=True),)
    old = as_version_1(replace(plain, keys={"even": fixed}, terms=terms))
    (line,) = allocate(replace(old, groups=({"SE1737": 28, "SE1783": 0},))).lines
    assert line.reason == "no_basis"


def test_in_release_0_1_the_last_unit_after_base_amounts_followed_the_key(plain: Facts) -> None:
    """0.50 each of 1.01 leave 0.01, of which Torsby has three quarters."""
    facts = as_version_1(replace(plain, keys={"even": replace(FIXED, base_minor=50)}))
    exact = [found.exact for code in ("SE1737", "SE1783") if (found := explain(facts, "C00000001", code))]
    assert exact == [50 + Fraction(3, 4), 50 + Fraction(1, 4)]


def test_in_release_0_1_a_cost_of_just_its_base_amounts_was_divided_evenly(plain: Facts) -> None:
    facts = as_version_1(replace(plain, keys={"even": replace(FIXED, base_minor=50)}))
    allocation = allocate(replace(facts, costs=(replace(plain.costs[0], amount_minor=100),)))
    assert [division.weights for division in allocation.divisions] == [(1, 1)]
    assert allocation.carry["even"].denominator == 2


@pytest.mark.parametrize("turn", [1, -1])
def test_corrections_are_added_in_the_same_order_however_they_are_listed(plain: Facts, turn: int) -> None:
    """Past 256 bits a carry is kept to 2**-128 of a unit, so the order would show in its last digits."""
    corrections = tuple(
        CorrectionFact(
            month=f"2026-0{number}",
            cost=plain.costs[0],
            charged={},
            should={},
            mark="",
            owed={"even": (unit, {"SE1737": unit // 3, "SE1783": -(unit // 3)})},
        )
        for number, unit in enumerate((3**90 + 4, 5**60 + 2, 7**50 + 2, 11**40 + 4), start=1)
    )
    listed = allocate(replace(plain, costs=(), corrections=corrections[::turn])).carry["even"]
    in_order = Carry()
    for each in corrections:
        in_order.add(*each.owed["even"])
    assert (listed.denominator, listed.owed) == (in_order.denominator, in_order.owed)


def test_release_0_1_took_the_base_of_each_month_s_part(plain: Facts) -> None:
    cost = replace(plain.costs[0], amount_minor=1_200_00, starts_on="2026-01-01", ends_on="2026-03-01")
    facts = as_version_1(replace(plain, costs=(cost,), keys={"even": BASED}))
    (line,) = allocate(facts).lines
    left = 1_200_00 * 28 // 59 + 1 - 200_00
    assert (line.amount_minor, line.shares[0]) == (left + 200_00, 100_00 + (left + 5) // 10)


def test_rounding_owed_from_before_decides_the_odd_unit(plain: Facts) -> None:
    assert allocate(plain).lines[0].shares == (51, 50)
    owed = replace(plain, carry={"even": (2, {"SE1737": -1, "SE1783": 1})})
    assert allocate(owed).lines[0].shares == (50, 51)
    assert not any(allocate(owed).carry["even"].owed.values())


def test_a_cost_without_application_is_shared_by_the_members(plain: Facts) -> None:
    cost = replace(plain.costs[0], application=None)
    (line,) = allocate(replace(plain, costs=(cost,), members=2, subscribers={})).lines
    assert line.shares == (101,)
