"""What is said about a month before it is proposed: each notice, and where it begins and ends."""

from dataclasses import replace

import pytest
from hypothesis import given

from agreements.engine.keys import FULL_PERCENT, ComponentFact, KeyFact, ReadingFact
from billing.engine.allocate import allocate
from billing.engine.facts import CostFact, Facts, TermFact
from billing.engine.notices import Notice, notices
from tests.billing.engine.strategies import months

TORSBY, HAGFORS, SUNNE = "SE1737", "SE1783", "SE1766"
ALL = ((1, 32),)


def march(
    *components: ComponentFact, readings: dict[str, str] | None = None, month: str = "2026-03"
) -> Facts:
    """A month with one cost of Torsby and Hagfors; ``readings`` are the days of those of users."""
    rules = {part.readings_at for part in components if part.kind == "driver"}
    return Facts(
        cooperation="north",
        currency="SEK",
        month=month,
        municipalities={TORSBY: "Torsby", HAGFORS: "Hagfors"},
        cost_types={"licence": "Licence"},
        costs=(CostFact("C1", 100, f"{month}-01", f"{month}-15", "licence", "erp"),),
        terms=(TermFact(1, "key", "subscribers"),),
        keys={"key": KeyFact("key", "Key", 1, "2026-01-01", "§ 4", "2025-11-20", components)},
        groups=({TORSBY: ALL, HAGFORS: ALL},),
        members=0,
        subscribers={"erp": 0},
        readings={
            at: {code: ReadingFact("5", date, "directory") for code, date in (readings or {}).items()}
            for at in rules
        },
    )


def of(facts: Facts) -> list[Notice]:
    return list(notices(facts, allocate(facts)))


EVEN = ComponentFact("even", FULL_PERCENT)


def users(rule: str) -> ComponentFact:
    return ComponentFact("driver", FULL_PERCENT, "users", rule)


def test_a_month_in_order_says_nothing() -> None:
    assert of(march(EVEN)) == []
    assert of(march(users("month"), readings=dict.fromkeys((TORSBY, HAGFORS), "2026-03-01"))) == []


@pytest.mark.parametrize(
    ("rule", "month", "a_year_old", "a_day_older"),
    [
        ("year_start", "2026-03", "2025-01-01", "2024-12-31"),
        ("midyear_before", "2026-03", "2024-06-30", "2024-06-29"),
        ("latest_before", "2026-03", "2025-03-01", "2025-02-28"),
        ("latest_before", "2024-02", "2023-02-01", "2023-01-31"),
        ("month", "2026-03", "2025-03-01", "2025-02-28"),
    ],
)
def test_a_reading_is_stale_when_it_is_more_than_a_year_older_than_its_day(
    rule: str, month: str, a_year_old: str, a_day_older: str
) -> None:
    both = (TORSBY, HAGFORS)
    assert of(march(users(rule), readings=dict.fromkeys(both, a_year_old), month=month)) == []
    found = of(march(users(rule), readings=dict.fromkeys(both, a_day_older), month=month))
    assert found == [Notice("stale_reading", "users", both, (a_day_older,))]


def test_readings_of_different_days_are_named_with_who_is_behind() -> None:
    found = of(march(users("month"), readings={TORSBY: "2026-03-02", HAGFORS: "2026-03-01"}))
    assert found == [Notice("readings_differ", "users", (HAGFORS,), ("2026-03-01", "2026-03-02"))]


def test_days_of_readings_are_told_in_order() -> None:
    facts = march(users("month"))
    held = {f"SE1{number}": f"2024-{month:02d}-01" for month, number in enumerate(range(901, 909), 1)}
    (at,) = facts.readings
    found = of(
        replace(
            facts,
            groups=(dict.fromkeys(held, ALL),),
            readings={at: {code: ReadingFact("5", date, "directory") for code, date in held.items()}},
        )
    )
    days = tuple(held.values())
    assert found == [
        Notice("readings_differ", "users", tuple(held)[:-1], days),
        Notice("stale_reading", "users", tuple(held), days),
    ]


def test_who_is_stale_and_who_is_behind_are_two_things() -> None:
    found = of(march(users("month"), readings={TORSBY: "2025-02-01", HAGFORS: "2026-03-01"}))
    assert found == [
        Notice("readings_differ", "users", (TORSBY,), ("2025-02-01", "2026-03-01")),
        Notice("stale_reading", "users", (TORSBY,), ("2025-02-01",)),
    ]


def test_readings_of_somebody_who_does_not_pay_are_nobody_s_business() -> None:
    facts = march(users("month"), readings={TORSBY: "2026-03-01", SUNNE: "2020-01-01"})
    assert of(replace(facts, groups=({TORSBY: ALL},))) == []


def test_who_pays_without_a_fixed_part_is_named() -> None:
    fixed = ComponentFact("fixed", FULL_PERCENT, fixed={TORSBY: FULL_PERCENT})
    assert of(march(fixed)) == [Notice("no_fixed_part", "key", (HAGFORS,))]
    both = replace(fixed, fixed={TORSBY: FULL_PERCENT - 1, HAGFORS: 1})
    assert of(march(both)) == []


def left(first: int, after: int, **change: object) -> list[Notice]:
    """The cost covers 1 to 14 March; Hagfors has left from ``first`` until before ``after``."""
    return of(replace(march(EVEN), left={HAGFORS: ((first, after),)}, **change))


def test_who_has_left_and_still_subscribes_is_named_on_the_days_of_the_cost() -> None:
    gone = [Notice("left", "erp", (HAGFORS,))]
    assert left(1, 32) == left(14, 32) == left(1, 2) == gone
    assert left(15, 32) == []
    later = replace(march(EVEN).costs[0], starts_on="2026-03-10")
    assert left(1, 10, costs=(later,)) == []
    assert left(1, 11, costs=(later,)) == gone
    assert of(replace(march(EVEN), left={HAGFORS: ((1, 2), (20, 32))})) == gone


def test_all_who_have_left_are_named_in_order() -> None:
    codes = [f"SE1{number}" for number in range(909, 900, -1)]
    facts = replace(march(EVEN), groups=(dict.fromkeys(codes, ALL),), left=dict.fromkeys(codes, ALL))
    assert of(facts) == [Notice("left", "erp", tuple(sorted(codes)))]
    named = replace(facts, terms=(TermFact(1, "key", "named", named=0),))
    assert of(named) == [Notice("left", "key", tuple(sorted(codes)))]


def test_subscribers_who_have_left_are_nobody_s_business_where_they_do_not_pay_or_shall() -> None:
    torsby = {"groups": ({TORSBY: ALL, HAGFORS: ALL}, {TORSBY: ALL})}
    assert left(1, 32, terms=(TermFact(1, "key", "named", named=1),), **torsby) == []
    assert left(1, 32, terms=(TermFact(1, "key", "subscribers", after_leaving=True),)) == []


def test_each_cost_is_looked_at() -> None:
    first = march(EVEN).costs[0]
    others = (replace(first, reference="C0", application=None), replace(first, cost_type="work"), first)
    terms = (TermFact(1, "key", "members", cost_type="work"), TermFact(2, "key", "subscribers"))
    assert left(1, 32, costs=others, terms=terms) == [Notice("left", "erp", (HAGFORS,))]


def test_who_has_left_and_is_named_by_a_term_is_told_unless_it_is_meant() -> None:
    named = TermFact(1, "key", "named", named=0)
    nobody = {"subscribers": {}}
    assert left(15, 32, terms=(named,), **nobody) == [Notice("left", "key", (HAGFORS,))]
    assert left(15, 32, terms=(replace(named, after_leaving=True),), **nobody) == []


def test_costs_of_the_cooperation_as_a_whole_have_no_subscribers_to_look_at() -> None:
    assert left(1, 32, costs=(replace(march(EVEN).costs[0], application=None),)) == []


@given(months)
def test_each_thing_is_said_once_and_in_order(facts: Facts) -> None:
    found = of(facts)
    assert found == sorted(set(found), key=lambda each: (each.code, each.about, each.places, each.dates))
    for each in found:
        assert set(each.places) <= set(facts.municipalities)
        assert each.places
