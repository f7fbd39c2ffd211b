"""What is told of a share adds up to it, for any month."""

from fractions import Fraction

from hypothesis import given

from billing.engine.allocate import explanations
from billing.engine.facts import ComponentFact, CostFact, Facts, KeyFact, ReadingFact, TermFact
from billing.engine.why import Why, tell
from tests.billing.engine.strategies import months


def told(facts: Facts, code: str, reference: str) -> Why:
    return next(
        tell(facts, found) for found in explanations(facts, code) if found.line.cost.reference == reference
    )


@given(months)
def test_the_steps_lead_from_the_cost_to_the_share(facts: Facts) -> None:
    for code in facts.municipalities:
        for found in explanations(facts, code):
            why = tell(facts, found)
            part = why.month_part
            size = part.end_minor - part.start_minor
            assert why.cost_minor == (size if why.amount_minor >= 0 else -size)
            assert sum(payer.percent for payer in why.payers) == 100
            assert sum(payer.exact for payer in why.payers) == why.cost_minor
            assert sum(payer.share_minor for payer in why.payers) == why.total_minor == why.cost_minor
            assert why.own == why.payers[found.index]
            assert abs(why.owed_before + why.own.exact - why.own.share_minor - why.owed_after) < Fraction(
                1, 1 << 100
            )


@given(months)
def test_without_the_others_nothing_else_is_different(facts: Facts) -> None:
    for code in facts.municipalities:
        for found in explanations(facts, code):
            alone, whole = tell(facts, found, with_others=False), tell(facts, found)
            assert (alone.own, alone.total_minor, alone.owed_after) == (
                whole.own,
                whole.total_minor,
                whole.owed_after,
            )
            assert alone.payers == ()


MIXED = Facts(
    cooperation="north",
    currency="SEK",
    month="2026-10",
    municipalities={"SE1737": "Torsby", "SE1783": "Hagfors"},
    applications={"erp": "ERP"},
    cost_types={"licence": "Licence"},
    costs=(CostFact("C1", -36500, "2026-01-01", "2027-01-01", "licence", "erp", "Supplier AB", "A credit"),),
    terms=(TermFact(1, "mixed", "members", agreement="Agreement", cost_type="licence"),),
    keys={
        "mixed": KeyFact(
            "mixed",
            "Mixed",
            3,
            "2026-01-01",
            "Board, § 4",
            "2025-11-20",
            (
                ComponentFact("even", 30_000_000),
                ComponentFact("driver", 70_000_000, "population", "year_start"),
            ),
        )
    },
    groups=({"SE1737": 31, "SE1783": 31},),
    members=0,
    drivers={"population": "Population"},
    readings={
        "population|year_start": {
            "SE1737": ReadingFact("12000.5", "2025-12-31", "Statistics Sweden"),
            "SE1783": ReadingFact("7999.5", "2025-12-31", "Statistics Sweden"),
        }
    },
)


def test_a_mixed_key_is_told_component_by_component() -> None:
    why = told(MIXED, "SE1737", "C1")
    even, population = why.own.parts
    assert (even.kind, even.percent, even.numerator, even.denominator, even.gives) == ("even", 30, 1, 2, 15)
    assert (population.driver, population.rule, population.percent) == ("Population", "year_start", 70)
    assert (population.numerator, population.denominator) == (Fraction("12000.5"), 20000)
    assert population.gives == Fraction("12000.5") * 70 / 20000
    assert population.reading == ReadingFact("12000.5", "2025-12-31", "Statistics Sweden")
    assert why.own.by_key == why.own.percent == even.gives + population.gives
    assert (why.key.decision, why.key.decided_on, why.key.version) == ("Board, § 4", "2025-11-20", 3)
    assert (why.term.agreement, why.term_cost_type, why.term_application) == ("Agreement", "Licence", "")


def test_a_year_s_credit_is_spread_by_days() -> None:
    why = told(MIXED, "SE1737", "C1")
    part = why.month_part
    assert (part.days, part.until_start, part.until_end, part.in_month) == (365, 273, 304, 31)
    assert (part.start_minor, part.end_minor) == (27300, 30400)
    assert why.cost_minor == -3100
    assert why.own.exact == Fraction(-3100) * why.own.percent / 100


def test_floor_cap_and_base_are_said_as_percentages_and_amounts() -> None:
    key = MIXED.keys["mixed"]
    bounded = KeyFact(
        key.code,
        key.name,
        key.version,
        key.valid_from,
        key.decision,
        key.decided_on,
        key.components,
        base_minor=100,
        cap=52_500_000,
    )
    facts = Facts(**{**{name: getattr(MIXED, name) for name in MIXED.__slots__}, "keys": {"mixed": bounded}})
    why = told(facts, "SE1737", "C1")
    assert (why.floor, why.cap) == (None, Fraction("52.5"))
    assert why.is_limited
    assert why.own.percent == Fraction("52.5")
    assert why.own.exact == -100 - (3100 - 200) * Fraction("0.525")
    assert not why.base_is_too_large
