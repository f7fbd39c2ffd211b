"""What of the rules differs between two facts of one month, told apart for each cost."""

from dataclasses import replace

import pytest

from billing.engine.changed import RulesCompared
from billing.engine.facts import CostFact
from tests.billing.engine.books import EVEN, FIRST, Today

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
