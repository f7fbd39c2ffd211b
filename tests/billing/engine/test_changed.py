"""What of the rules differs between two facts of one month, told apart for each cost."""

from dataclasses import replace

import pytest

from agreements.engine.keys import FULL_PERCENT, ComponentFact
from billing.engine.changed import RulesChanged, RulesCompared
from billing.engine.facts import CostFact
from tests.billing.engine.books import BY_USERS, EVEN, FIRST, Today

LICENCE = CostFact("C1", 1000, "2026-01-01", "2026-02-01", "licence")
WORK = CostFact("C2", 1000, "2026-01-01", "2026-02-01", "work")
REFUND = replace(WORK, reference="C3", amount_minor=-100, credits="C2", cost_type="licence")
COSTS = {cost.reference: cost for cost in (LICENCE, WORK, REFUND)}
MONTH = str(FIRST)
BEFORE = {"SE1737": 5, "SE1766": 3, "SE1783": 2}
AFTER = {"SE1737": 4, "SE1766": 3, "SE1783": 3}
WHOLE = ((1, 32),)


@pytest.mark.parametrize("rule_version", [1, 2])
@pytest.mark.parametrize("cost", [WORK, REFUND])
def test_a_reading_is_named_with_its_driver_and_whose_it_is(cost: CostFact, rule_version: int) -> None:
    then, now = (
        Today(COSTS, users={MONTH: users}).facts(FIRST, rule_version=rule_version)
        for users in (BEFORE, AFTER)
    )
    found = RulesCompared(then, replace(now, drivers={"users": "Users"})).of(cost)
    assert [
        (each.driver, each.code, each.then and each.then.value, each.now and each.now.value)
        for each in found.readings
    ] == [("Users", "SE1737", "5", "4"), ("Users", "SE1783", "2", "3")]
    assert found.alike == {"SE1766"}
    assert (found.is_other_key, found.came, found.went) == (False, (), ())


def test_what_another_key_reads_is_no_change_of_a_cost() -> None:
    then, now = (Today(COSTS, users={MONTH: users}).facts(FIRST) for users in (BEFORE, AFTER))
    found = RulesCompared(then, now).of(LICENCE)
    assert found.readings == ()
    assert found.alike == BEFORE.keys()


def test_payers_who_came_and_went_are_told_and_not_their_readings() -> None:
    then = Today(COSTS, held={MONTH: dict.fromkeys(("SE1737", "SE1766"), WHOLE)}).facts(FIRST)
    now = Today(COSTS, held={MONTH: dict.fromkeys(("SE1737", "SE1783"), WHOLE)}).facts(FIRST)
    found = RulesCompared(then, now).of(WORK)
    assert (found.came, found.went, found.readings) == (("SE1783",), ("SE1766",), ())


def test_a_key_is_another_only_where_it_divides_otherwise() -> None:
    facts = Today(COSTS).facts(FIRST)
    renamed = replace(facts, keys={**facts.keys, "even": replace(EVEN, name="Alike", decision="§ 5")})
    assert not RulesCompared(facts, renamed).of(LICENCE).is_other_key
    limited = replace(facts, keys={**facts.keys, "even": replace(EVEN, version=2, cap=40_000_000)})
    assert RulesCompared(facts, limited).of(LICENCE).is_other_key


def compared(
    then: dict[str, int], now: dict[str, int], *, of: tuple[dict[str, int], dict[str, int]]
) -> RulesChanged:
    """Of WORK: who paid and pays, with the users that each had ``of`` then and has now."""
    facts = [
        Today(COSTS, users={MONTH: users}, held={MONTH: dict.fromkeys(payers, WHOLE)}).facts(FIRST)
        for payers, users in zip((then, now), of, strict=True)
    ]
    return RulesCompared(*facts).of(WORK)


def named(found: RulesChanged) -> list[tuple[str, str | None, str | None]]:
    return [
        (each.code, each.then.value if each.then else None, each.now.value if each.now else None)
        for each in found.readings
    ]


def test_of_those_who_came_or_went_no_reading_is_a_change() -> None:
    one, all_three = {"SE1737": 0}, {"SE1783": 0, "SE1766": 0, "SE1737": 0}
    grown = compared(one, all_three, of=(BEFORE, AFTER))
    assert (grown.came, grown.went, named(grown)) == (("SE1766", "SE1783"), (), [("SE1737", "5", "4")])
    shrunk = compared(all_three, one, of=(BEFORE, AFTER))
    assert (shrunk.came, shrunk.went, named(shrunk)) == ((), ("SE1766", "SE1783"), [("SE1737", "5", "4")])


def test_where_nobody_paid_the_readings_of_all_who_pay_now_are_told() -> None:
    two = {"SE1737": 0, "SE1783": 0}
    begun, ended = compared({}, two, of=(BEFORE, AFTER)), compared(two, {}, of=(BEFORE, AFTER))
    for found in (begun, ended):
        assert (found.came, found.went, found.alike) == ((), (), frozenset())
        assert named(found) == [("SE1737", "5", "4"), ("SE1783", "2", "3")]


def test_of_a_key_that_reads_several_drivers_each_is_told_in_order() -> None:
    part = FULL_PERCENT // 4
    parts = [ComponentFact("driver", part, driver, "month") for driver in ("users", "area", "days")]
    key = replace(BY_USERS, components=(*parts, ComponentFact("even", part)))
    then, now = (
        replace(
            facts,
            keys={**facts.keys, "users": key},
            readings={f"{each.driver}|month": facts.readings["users|month"] for each in parts},
            drivers={"users": "Users", "area": "Area"},
        )
        for facts in (Today(COSTS, users={MONTH: users}).facts(FIRST) for users in (BEFORE, AFTER))
    )
    told = RulesCompared(then, replace(now, drivers={"users": "People"})).of(WORK).readings
    assert [each.driver for each in told[::2]] == ["Area", "days", "People"]


def test_a_cost_is_looked_up_as_each_of_the_facts_has_it() -> None:
    then, now = (Today(COSTS, users={MONTH: users}).facts(FIRST) for users in (BEFORE, AFTER))
    of_today = replace(WORK, cost_type="licence")
    assert [each.code for each in RulesCompared(then, now).of(of_today).readings] == ["SE1737", "SE1783"]


def test_a_cost_of_neither_is_divided_by_the_rules_that_it_would_have() -> None:
    then, now = (Today({}, users={MONTH: users}).facts(FIRST) for users in (BEFORE, AFTER))
    assert [each.code for each in RulesCompared(then, now).of(WORK).readings] == ["SE1737", "SE1783"]


def test_where_the_key_reads_another_driver_the_key_has_changed_and_no_reading() -> None:
    then = Today(COSTS, users={MONTH: BEFORE}).facts(FIRST)
    area = replace(BY_USERS, components=(ComponentFact("driver", FULL_PERCENT, "area", "month"),))
    readings = {"area|month": then.readings["users|month"]}
    now = replace(then, keys={**then.keys, "users": area}, readings=readings)
    found = RulesCompared(then, now).of(WORK)
    assert (found.is_other_key, found.readings) == (True, ())
