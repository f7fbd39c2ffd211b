"""How costs were divided, told once for each way: it is what the explanation of each share says."""

from hypothesis import given
from hypothesis import strategies as st

from billing.engine.allocate import explanations
from billing.engine.facts import Facts
from billing.engine.ways import ways_of
from billing.engine.why import tell
from tests.billing.engine.strategies import months, months_of_version_1


@given(st.one_of(months, months, months_of_version_1))
def test_a_way_says_of_each_cost_what_its_explanation_does(facts: Facts) -> None:
    for code in facts.municipalities:
        found = ways_of(facts, code)
        whys = {why.reference: why for why in (tell(facts, each) for each in explanations(facts, code))}
        assert found.costs.keys() == whys.keys()
        for reference, why in whys.items():
            divided = found.costs[reference]
            way = found.ways[divided.way]
            assert (divided.percent, divided.follows) == (why.own.percent, why.follows)
            assert (way.key, way.parts, way.by_key) == (why.key, why.own.parts, why.own.by_key)
            assert (way.days, way.payers) == (why.own.days, why.payer_count)
            assert way.days is None or way.whole_days == why.whole_days
            assert (way.floor, way.cap) == (why.floor, why.cap)


@given(months)
def test_no_two_ways_are_alike(facts: Facts) -> None:
    for code in facts.municipalities:
        ways = ways_of(facts, code).ways
        assert len({repr(way.alike) for way in ways}) == len(ways)
        assert {divided.way for divided in ways_of(facts, code).costs.values()} == {*range(len(ways))}
