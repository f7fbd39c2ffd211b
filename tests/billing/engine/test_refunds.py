"""Credit notes, each worked out by hand: they follow the cost they refund, whatever their numbers are."""

from dataclasses import replace

import pytest
from hypothesis import given

from agreements.engine.keys import FULL_PERCENT, ComponentFact, KeyFact
from billing.engine.allocate import Ledger, allocate
from billing.engine.facts import CostFact, Facts, TermFact, as_version_1
from billing.engine.rules import RULES
from tests.billing.engine.strategies import credited, months

A, B, C = "SE1737", "SE1766", "SE1783"
ALL = ((1, 32),)
KEY = KeyFact("key", "Key", 1, "2026-01-01", "§ 4", "2025-11-20", (ComponentFact("even", FULL_PERCENT),))


def january(*costs: CostFact, weights: tuple[int, int, int] = (1, 1, 1)) -> Facts:
    """January 2026 of three members, divided in fixed parts (evenly unless told otherwise)."""
    total = sum(weights)
    parts = {code: FULL_PERCENT * weight // total for code, weight in zip((A, B, C), weights, strict=True)}
    fixed = ComponentFact("fixed", FULL_PERCENT, fixed=parts)
    key = KEY if weights == (1, 1, 1) else replace(KEY, components=(fixed,))
    return Facts(
        cooperation="north",
        currency="SEK",
        month="2026-01",
        municipalities={A: "Torsby", B: "Sunne", C: "Hagfors"},
        cost_types={"licence": "Licence"},
        costs=costs,
        terms=(TermFact(1, "key", "members"),),
        keys={"key": key},
        groups=({A: ALL, B: ALL, C: ALL},),
        members=0,
    )


def invoice(amount: int, end: str = "2026-02-01", reference: str = "C5") -> CostFact:
    return CostFact(reference, amount, "2026-01-01", end, "licence")


def back(cost: CostFact, amount: int, reference: str, **days: str) -> CostFact:
    return replace(cost, reference=reference, amount_minor=-amount, credits=cost.reference, **days)


def shares(facts: Facts) -> dict[str, tuple[int, ...]]:
    return {line.cost.reference: line.shares for line in allocate(facts).lines}


@pytest.mark.parametrize("number", ["C1", "C9"])
def test_a_refund_takes_back_what_was_given_whatever_its_number(number: str) -> None:
    """100.00 by three is 33.34, 33.33 and 33.33; another cost of the same key lies between them by number."""
    cost, other = invoice(100_00), invoice(100_00, "2026-01-31", "C7")
    allocation = allocate(january(cost, other, back(cost, 100_00, number)))
    lines = {line.cost.reference: line for line in allocation.lines}
    assert lines["C5"].shares == (33_33, 33_34, 33_33)
    assert lines[number].shares == (-33_33, -33_34, -33_33)
    assert lines[number].follows == "C5"
    assert lines["C7"].shares == shares(january(other))["C7"] == (33_34, 33_33, 33_33)
    assert allocation.carry["key"].owed == allocate(january(other)).carry["key"].owed


def test_part_refunds_undo_the_cost_to_the_last_unit_when_they_reach_the_whole() -> None:
    """0.50 and 0.50 of 1.00: 0.34, 0.33, 0.33 comes back as 17 + 17, 17 + 16 and 16 + 17."""
    cost = invoice(100)
    found = shares(january(cost, back(cost, 50, "C6"), back(cost, 50, "C7")))
    assert found == {"C5": (34, 33, 33), "C6": (-17, -17, -16), "C7": (-17, -16, -17)}
    thirds = shares(january(cost, back(cost, 33, "C6"), back(cost, 33, "C7"), back(cost, 34, "C8")))
    assert [sum(column) for column in zip(*thirds.values(), strict=True)] == [0, 0, 0]


def test_part_refunds_follow_different_weights() -> None:
    """10.01 by 1 : 3 : 6 is 1.00, 3.00 and 6.01; seven refunds of 1.43 give all of it back."""
    cost = invoice(10_01)
    facts = january(cost, *(back(cost, 1_43, f"C{number}") for number in range(10, 17)), weights=(1, 3, 6))
    found = shares(facts)
    assert found.pop("C5") == (1_00, 3_00, 6_01)
    assert [sum(column) for column in zip(*found.values(), strict=True)] == [-1_00, -3_00, -6_01]
    assert set(allocate(facts).carry["key"].owed.values()) == {0}


def test_part_refunds_of_days_inside_the_cost_undo_an_odd_part_of_a_month() -> None:
    """300.01 over three months is 103.33 in January: refunded for 20 days, and then what is left of it."""
    cost = invoice(300_01, "2026-04-01")
    some = back(cost, 66_66, "C6", ends_on="2026-01-21")
    rest = back(cost, 36_67, "C4", starts_on="2026-01-21", ends_on="2026-02-01")
    facts = january(cost, some, rest)
    lines = {line.cost.reference: line for line in allocate(facts).lines}
    assert [lines[number].amount_minor for number in ("C5", "C6", "C4")] == [103_33, -66_66, -36_67]
    assert lines["C5"].shares == (34_45, 34_44, 34_44)
    columns = zip(*(line.shares for line in lines.values()), strict=True)
    assert [sum(column) for column in columns] == [0, 0, 0]
    assert set(allocate(facts).carry["key"].owed.values()) == {0}


def test_a_refund_of_a_line_without_shares_is_divided_as_the_key_says() -> None:
    """An öre from January to March is due in March: a refund in January follows the weights."""
    cost = invoice(1, "2026-04-01")
    assert shares(january(cost, back(cost, 9, "C6", ends_on="2026-02-01"))) == {
        "C5": (0, 0, 0),
        "C6": (-3, -3, -3),
    }


def test_a_refund_of_what_nothing_divides_is_unallocated_for_the_same_reason() -> None:
    cost = invoice(100)
    facts = replace(january(cost, back(cost, 40, "C4")), keys={})
    first, second = allocate(facts).lines
    assert (first.cost, second.cost.reference) == (cost, "C4")
    assert (second.reason, second.detail, second.shares) == ("no_key_version", "key", ())


def test_a_refund_of_a_cost_that_is_not_there_is_a_cost_of_its_own() -> None:
    lines = allocate(january(back(invoice(100), 100, "C6"))).lines
    assert [(line.shares, line.follows) for line in lines] == [((-34, -33, -33), "")]


@pytest.mark.parametrize("credits", [None, ""])
def test_an_empty_reference_is_refunded_by_nothing(credits: str | None) -> None:
    """A cost that is not saved yet has no number: what refunds nothing refunds not that one either."""
    for version in RULES:
        ledger = Ledger(replace(january(), rule_version=version))
        unsaved, other = invoice(100, reference=""), replace(invoice(100), credits=credits)
        lines = [ledger.take(cost, ledger.term_of(cost), 100) for cost in (unsaved, other)]
        assert [line.shares for line in lines] == [(34, 33, 33), (33, 34, 33)]


def test_costs_that_refund_each_other_are_still_divided() -> None:
    """Nobody can enter them, and nothing is lost if somebody did."""
    one = replace(invoice(100, reference="C1"), credits="C2")
    other = replace(invoice(-100, reference="C2"), credits="C1")
    lines = allocate(january(one, other)).lines
    assert sorted(line.cost.reference for line in lines) == ["C1", "C2"]
    assert sum(line.amount_minor for line in lines) == 0


def test_release_0_1_followed_only_what_undoes_a_cost_to_the_last_unit() -> None:
    """A part was divided as a cost of its own, by what rounding owed then."""
    cost = invoice(100)
    part, whole = back(cost, 50, "C6"), back(cost, 100, "C6")
    lines = allocate(as_version_1(january(cost, part))).lines
    assert [(line.shares, line.follows) for line in lines] == [((34, 33, 33), ""), ((-17, -17, -16), "")]
    lines = allocate(as_version_1(january(cost, whole))).lines
    assert [(line.shares, line.follows) for line in lines] == [((34, 33, 33), ""), ((-34, -33, -33), "C5")]


@given(months)
def test_a_month_refunded_in_full_and_in_halves_comes_to_the_same(facts: Facts) -> None:
    whole = credited(replace(facts, carry={}, corrections=()))
    halved = []
    for cost in whole.costs:
        half = cost.amount_minor // 2
        parts = (half, cost.amount_minor - half) if cost.credits else (cost.amount_minor,)
        halved += [
            replace(
                cost,
                reference=f"{cost.reference}{number}" if cost.credits else cost.reference,
                amount_minor=part,
            )
            for number, part in enumerate(parts)
            if part
        ]
    allocation = allocate(replace(whole, costs=tuple(halved)))
    totals: dict[str, int] = {}
    for line in allocation.lines:
        codes = allocation.divisions[line.division].codes if line.division is not None else ()
        for code, share in zip(codes, line.shares, strict=True):
            totals[code] = totals.get(code, 0) + share
    assert not any(totals.values())
    assert not any(owed for carry in allocation.carry.values() for owed in carry.owed.values())


def in_order(*costs: CostFact) -> list[str]:
    return [cost.reference for cost in RULES[2].in_order(january(*costs))]


def test_equal_costs_are_divided_in_the_order_of_what_their_refunds_give_back() -> None:
    """The larger refund first, as any costs of the same days; the numbers do not count."""
    one, other = invoice(100_00, reference="C1"), invoice(100_00, reference="C2")
    assert in_order(one, other, back(one, 10_00, "C3"), back(other, 20_00, "C4")) == ["C2", "C4", "C1", "C3"]


def test_equal_costs_with_equal_refunds_are_divided_in_the_order_of_their_own_numbers() -> None:
    one, other = invoice(100_00, reference="C1"), invoice(100_00, reference="C2")
    assert in_order(one, other, back(one, 10_00, "C9"), back(other, 10_00, "C3")) == ["C1", "C9", "C2", "C3"]


def test_costs_that_refund_each_other_are_divided_last_in_the_order_of_their_content() -> None:
    """Nobody can enter them: there is none among them that the others come after."""
    names = ["C6", "C2", "C8", "C4", "C7", "C1", "C5", "C3"]
    ring = [
        replace(invoice(100_00, reference=name), credits=credited)
        for name, credited in zip(names, [*names[1:], names[0]], strict=True)
    ]
    assert in_order(*ring, invoice(1, reference="C9")) == ["C9", *sorted(names)]


@pytest.mark.parametrize("weights", [(1, 1, 1), (1, 1, 0), (1, 0, 1)])
def test_a_refund_counts_on_from_one_that_was_divided_elsewhere(weights: tuple[int, int, int]) -> None:
    """Also where somebody carries nothing of the cost: the second öre goes back to another than the first."""
    cost = invoice(100)
    facts = january(cost, back(cost, 1, "C6"), back(cost, 1, "C7"), weights=weights)
    whole = allocate(facts)
    invoiced, first, second = whole.lines
    ledger = Ledger(facts)
    ledger.divisions.extend(whole.divisions)
    ledger.keep(invoiced, follows=True)
    ledger.keep(first, follows=True)
    again = ledger.take(second.cost, ledger.term_of(second.cost), -1)
    assert again.shares == second.shares != first.shares
