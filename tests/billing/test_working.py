"""The lines by which a reader does a share again by hand: they lead from the key to the exact share."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from agreements.engine.keys import FULL_PERCENT, ComponentFact, KeyFact
from billing.engine.allocate import explain
from billing.engine.facts import CostFact, Facts, TermFact
from billing.engine.why import tell
from billing.views.working import working
from sharedict.kernel.periods import Month

A, B, C = "SE0001", "SE0002", "SE0003"
FIXED = {A: 6_000 * FULL_PERCENT // 10_000, B: 3_000 * FULL_PERCENT // 10_000, C: FULL_PERCENT // 10}


def facts(**rules: Any) -> Facts:
    """1,000.00 for May and June 2026, 508.19 of it May's: A 60 %, B 30 %, C 10 % and from 16 May on."""
    key = KeyFact(
        code="fixed",
        name="Fixed",
        version=1,
        valid_from="2020-01-01",
        decision="",
        decided_on="2020-01-01",
        components=(ComponentFact(kind="fixed", percent=FULL_PERCENT, fixed=FIXED),),
        **{name: value for name, value in rules.items() if name in ("base_minor", "floor", "cap")},
    )
    return Facts(
        cooperation="north",
        currency="SEK",
        month=str(Month(2026, 5)),
        municipalities={A: "A", B: "B", C: "C"},
        cost_types={"licence": "Licence"},
        costs=(CostFact("C1", 100_000, "2026-05-01", "2026-07-01", "licence"), *rules.get("more", ())),
        terms=(TermFact(1, "fixed", "members", by_days=rules.get("by_days", False)),),
        keys={"fixed": key},
        groups=({A: ((1, 32),), B: ((1, 32),), C: ((16, 32),)},),
        members=0,
    )


def lines(of: Facts, reference: str = "C1", code: str = C) -> list[tuple[str, str, str]]:
    found = explain(of, reference, code)
    assert found is not None
    return [(row.label, plain(row.sum), plain(row.gives)) for row in working(tell(of, found))]


def plain(text: str) -> str:
    """A sum in letters of a keyboard."""
    return text.replace("\u00d7", "x").replace("\u2212", "-").replace("\u00a0", " ")


def test_a_plain_key_is_one_percentage_of_the_month() -> None:
    assert lines(facts()) == [
        ("By the key", "", "10 %"),
        ("Of the month's part", "508.19 x 10 %", "50.819"),
    ]


def test_days_weigh_the_percentages() -> None:
    """10 x 16 days of 60 x 31 + 30 x 31 + 10 x 16."""
    label, work, gives = lines(facts(by_days=True))[1]
    assert (label, work) == (
        "Weighed by days: percent times days, of the sum of all payers",
        "10 x 16 / 2,950",
    )
    assert gives.startswith("5.42372881")


def test_base_amounts_come_once_of_the_whole_cost_and_floor_and_cap_last() -> None:
    """Base 100.00 each of 1,000.00; 700.00 is left, C gets 70.00 of it: 17 %, and the floor makes it 20 %."""
    found = lines(facts(base_minor=10_000, floor=20 * FULL_PERCENT // 100))
    assert [row[1:] for row in found] == [
        ("", "10 %"),
        ("", "100"),
        ("1,000.00 - 300", "700"),
        ("700 x 10 %", "70"),
        ("(100 + 70) / 1,000.00", "17 %"),
        ("17 %", "20 %"),
        ("508.19 x 20 %", "101.638"),
    ]


def test_base_amounts_beyond_the_cost_divide_it() -> None:
    found = lines(facts(base_minor=50_000))
    assert found[-2][1] == "500 / 1,500"
    assert found[-1][1].startswith("508.19 x 33.333333333")


def test_months_of_rule_version_1_take_the_base_each_month() -> None:
    """Base 100.00 each of May's 508.19: 208.19 is left, and 10 % of it C's."""
    then = facts(base_minor=10_000)
    then = replace(then, rule_version=1, groups=({A: 31, B: 31, C: 16},))
    assert lines(then) == [
        ("By the key", "", "10 %"),
        ("Base amount, once a month", "", "100.00"),
        ("Left of the month's part after all base amounts", "508.19 - 3 x 100.00", "208.19"),
        ("Base amount and its part of what is left", "(100.00 + 208.19 x 10 %)", "120.819"),
    ]


def test_a_refund_has_the_shares_of_what_it_refunds() -> None:
    refund = CostFact("C2", -50_000, "2026-05-01", "2026-07-01", "licence", credits="C1")
    found = lines(facts(more=(refund,)), "C2")
    assert found[0] == ("Its share of C1", "50.82 / 508.19", found[0][2])
    assert found[1][:2] == ("The same part of the refund", "-254.09 x 50.82 / 508.19")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"base_minor": 10_000},
        {"base_minor": 50_000},
        {"floor": 200_000, "cap": 500_000},
        {"base_minor": 10_000, "floor": 200_000, "by_days": True},
    ],
)
def test_the_last_line_is_the_exact_share(version: int, rules: dict[str, Any]) -> None:
    rules = {
        name: value * FULL_PERCENT // 1_000_000 if name in ("floor", "cap") else value
        for name, value in rules.items()
    }
    then = facts(**rules)
    if version == 1:
        then = replace(then, rule_version=1, groups=({A: 31, B: 31, C: 16},))
    found = explain(then, "C1", C)
    assert found is not None
    told = tell(then, found)
    whole = sum((payer.exact for payer in told.payers), Fraction(0))
    assert whole == told.cost_minor
    last = working(told)[-1].gives.rstrip("…").replace(",", "")
    assert abs(Fraction(last) * 100 - told.own.exact) < Fraction(1, 10**9)
