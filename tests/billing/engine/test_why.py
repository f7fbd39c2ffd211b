"""What is told of a share adds up to it, for any month."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.engine.keys import ComponentFact, KeyFact, ReadingFact
from billing.engine.allocate import explanations
from billing.engine.facts import CorrectionFact, CostFact, Facts, TermFact, as_version_1
from billing.engine.should_be import ShouldBe
from billing.engine.why import Why, WhyCorrected, tell
from sharedict.kernel.periods import Month
from tests.billing.engine.strategies import months, months_of_version_1


def told(facts: Facts, code: str, reference: str) -> Why:
    return next(
        tell(facts, found) for found in explanations(facts, code) if found.line.cost.reference == reference
    )


any_months = st.one_of(months, months, months_of_version_1)


@given(any_months)
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
            assert why.owed_before + why.own.exact - why.own.share_minor == why.owed_after
            assert why.own.share_minor == why.own.exact + why.moved_minor


@given(any_months)
def test_the_percent_of_everybody_follows_from_what_is_told(facts: Facts) -> None:
    """Parts of the key, days, base, then limits: each step leads to the next, and the last to the weight."""
    for code in facts.municipalities:
        for found in explanations(facts, code):
            why = tell(facts, found)
            assert all(
                sum(part.gives for part in payer.parts) == payer.by_key for payer in why.payers
            ) or any(part.kind == "fixed" for payer in why.payers for part in payer.parts)
            if facts.rule_version == 1:
                continue
            counted = {payer.code: payer.by_key * (payer.days or 1) for payer in why.payers}
            whole = sum(counted.values())
            for payer in why.payers:
                percent = Fraction(100 * counted[payer.code], whole)
                if payer.base is not None and why.base_is_too_large:
                    percent = 100 * payer.base / why.base_sum_minor
                elif payer.base is not None:
                    percent = (100 * payer.base + why.base_left_minor * percent) / why.size_minor
                assert (payer.percent if payer.unlimited is None else payer.unlimited) == percent
                assert (why.floor or 0) <= payer.percent <= (why.cap or 100) or not payer.percent
            assert all((payer.days or why.whole_days) <= why.whole_days for payer in why.payers)
            assert why.is_limited == (why.own.unlimited is not None)
            assert why.counts_days == (why.own.days is not None)


@given(any_months)
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
    groups=({"SE1737": ((1, 32),), "SE1783": ((1, 32),)},),
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


def with_component(component: ComponentFact, **key: str) -> Facts:
    return replace(MIXED, keys={"mixed": replace(MIXED.keys["mixed"], components=(component,), **key)})


def test_a_fixed_part_is_told_in_percent_and_has_neither_driver_nor_rule() -> None:
    fixed = ComponentFact("fixed", 100_000_000, fixed={"SE1737": 25_000_000, "SE1783": 75_000_000})
    (part,) = told(with_component(fixed), "SE1737", "C1").own.parts
    assert (part.numerator, part.denominator, part.gives) == (25, 100, 25)
    assert (part.driver, part.rule, part.reading, part.was_zero) == ("", "", None, False)


def test_a_driver_without_a_name_goes_by_its_code() -> None:
    driver = told(replace(MIXED, drivers={}), "SE1737", "C1").own.parts[1]
    assert driver.driver == "population"


def test_a_driver_that_totals_zero_is_told_as_even_parts() -> None:
    nothing = {code: ReadingFact("0", "2025-12-31", "Statistics Sweden") for code in MIXED.municipalities}
    driver = ComponentFact("driver", 100_000_000, "population", "year_start")
    facts = with_component(driver, when_zero="even")
    (part,) = told(replace(facts, readings={"population|year_start": nothing}), "SE1737", "C1").own.parts
    assert (part.numerator, part.denominator, part.was_zero) == (1, 2, True)


def test_a_year_s_credit_is_spread_by_days() -> None:
    why = told(MIXED, "SE1737", "C1")
    part = why.month_part
    assert (part.days, part.until_start, part.until_end, part.in_month) == (365, 273, 304, 31)
    assert (part.start_minor, part.end_minor) == (27300, 30400)
    assert (part.of_minor, part.of_start, part.of_end, part.before_minor) == (0, 0, 0, 0)
    assert (why.cost_minor, why.part_minor, why.not_given_minor) == (-3100, -3100, 0)
    assert why.own.exact == Fraction(-3100) * why.own.percent / 100
    assert (why.follows, why.followed_minor, why.followed_whole_minor) == ("", 0, 0)


def test_floor_cap_and_base_are_said_as_percentages_and_amounts() -> None:
    key = replace(MIXED.keys["mixed"], base_minor=100, cap=52_500_000)
    facts = replace(MIXED, keys={"mixed": key})
    why = told(facts, "SE1737", "C1")
    assert (why.floor, why.cap) == (None, Fraction("52.5"))
    assert why.is_limited
    assert why.own.percent == Fraction("52.5")
    assert why.own.exact == -3100 * Fraction("0.525")
    assert why.own.unlimited == (100 + (36500 - 200) * why.own.by_key / 100) / 365
    assert (why.own.base, why.base_sum_minor, why.base_left_minor) == (100, 200, 36300)
    assert not why.base_is_too_large


def test_floor_cap_and_base_of_release_0_1_are_said_as_they_were() -> None:
    """The base came of the month's part, and the cap held what was left after it."""
    key = replace(MIXED.keys["mixed"], base_minor=100, cap=52_500_000)
    why = told(as_version_1(replace(MIXED, keys={"mixed": key})), "SE1737", "C1")
    assert (why.is_limited, why.own.base) == (True, None)
    assert why.own.exact == -100 - (3100 - 200) * Fraction("0.525")


def test_days_are_told_out_of_those_that_the_cost_covers() -> None:
    """Hagfors is there for 10 of the 31 days, or for 2 of the 23 that a cost from 9 October covers."""
    held = {"SE1737": ((1, 32),), "SE1783": ((1, 11),)}
    facts = replace(MIXED, groups=(held,), terms=(replace(MIXED.terms[0], by_days=True),))
    why = told(facts, "SE1783", "C1")
    assert (why.counts_days, why.own.days, why.whole_days) == (True, 10, 31)
    assert why.last_day == dt.date.fromisoformat(why.ends_on) - dt.timedelta(days=1)
    later = replace(facts, costs=(replace(MIXED.costs[0], starts_on="2026-10-09"),))
    why = told(later, "SE1783", "C1")
    assert (why.own.days, why.whole_days, why.payers[0].days) == (2, 23, 23)
    assert told(as_version_1(later), "SE1783", "C1").whole_days == 31


REFUNDED = replace(
    MIXED,
    costs=(
        CostFact("C1", 30001, "2026-09-01", "2026-12-01", "licence", "erp"),
        CostFact("C2", -10000, "2026-09-15", "2026-11-15", "licence", "erp", credits="C1"),
        CostFact("C3", -5000, "2026-09-15", "2026-11-15", "licence", "erp", credits="C1"),
    ),
)


def test_a_refund_is_told_from_what_it_refunds() -> None:
    """C1 is 46.15 until 14 September, 98.90 until its end, 201.10 until that of October, 247.26 until
    14 November. So 201.11 of it lie on the days of the refunds, 52.75 before October, 154.95 before November.

    C2 counts first: 100.00 x 52.75 / 201.11 = 26.22 and x 154.95 / 201.11 = 77.04. It leaves 101.11, of
    which 26.53 lie before October and 77.91 before November: C3 is 50.00 x 26.53 / 101.11 = 13.11 and 38.52.
    """
    why = told(REFUNDED, "SE1737", "C2")
    part = why.month_part
    assert (part.of_minor, part.of_start, part.of_end, part.before_minor) == (20111, 5275, 15495, 0)
    assert (part.start_minor, part.end_minor, why.cost_minor) == (2622, 7704, -5082)
    assert (why.follows, why.followed_whole_minor) == ("C1", 10220)
    assert why.followed_minor == told(REFUNDED, "SE1737", "C1").own.share_minor
    part = told(REFUNDED, "SE1737", "C3").month_part
    assert (part.of_minor, part.of_start, part.of_end) == (10111, 2653, 7791)
    assert (part.before_minor, part.start_minor, part.end_minor) == (10000, 1311, 3852)
    assert (part.days, part.until_start, part.until_end, part.in_month) == (61, 16, 47, 31)


def test_a_refund_that_is_limited_says_what_it_does_not_give_back() -> None:
    """Of its part, 50.82, only 30.00 were left."""
    why = replace(told(REFUNDED, "SE1737", "C2"), cost_minor=-3000)
    assert (why.part_minor, why.not_given_minor) == (-5082, 2082)
    mirrored = replace(why, amount_minor=10000, cost_minor=3000)
    assert (mirrored.part_minor, mirrored.not_given_minor) == (5082, 2082)


def test_the_part_of_the_smallest_refund_has_its_sign() -> None:
    cost = CostFact("C1", -1, "2026-10-01", "2026-11-01", "licence", "erp")
    why = told(replace(MIXED, costs=(cost,)), "SE1737", "C1")
    assert (why.part_minor, why.cost_minor) == (-1, -1)


def test_a_corrected_share_differs_by_what_should_be_charged_beyond_what_was() -> None:
    cost = MIXED.costs[0]
    correction = CorrectionFact("2026-10", cost, {"SE1737": 500}, {"SE1737": 720}, "ab")
    why = WhyCorrected(correction, Month(2026, 10), 500, 720, None, None)
    assert why.difference_minor == 220
    assert replace(why, charged_minor=720, should_minor=0).difference_minor == -720


def test_a_share_is_told_by_the_names_of_its_application_and_of_its_term_s() -> None:
    """A cost of the cooperation as a whole has none; a code without a name stands for itself."""
    why = told(MIXED, "SE1737", "C1")
    assert (why.application, why.cost_type, why.term_application) == ("ERP", "Licence", "")
    of_erp = replace(MIXED, terms=(replace(MIXED.terms[0], application="erp", cost_type=None),))
    why = told(of_erp, "SE1737", "C1")
    assert (why.term_application, why.term_cost_type) == ("ERP", "")
    why = told(replace(of_erp, applications={}), "SE1737", "C1")
    assert (why.application, why.term_application) == ("", "erp")
    whole = replace(MIXED, costs=(replace(MIXED.costs[0], application=None),))
    assert told(whole, "SE1737", "C1").application == ""


def test_a_refund_of_release_0_1_is_told_by_its_days() -> None:
    part = told(as_version_1(REFUNDED), "SE1737", "C2").month_part
    assert (part.of_minor, part.start_minor, part.end_minor) == (0, 2622, 7704)


def test_a_refund_of_the_whole_of_release_0_1_is_told_by_its_days_though_it_follows() -> None:
    """300.01 are 98.90 until 30 September and 201.10 until 31 October."""
    whole = REFUNDED.costs[0]
    back = replace(whole, reference="C2", amount_minor=-30001, credits="C1")
    why = told(as_version_1(replace(REFUNDED, costs=(whole, back))), "SE1737", "C2")
    part = why.month_part
    assert (why.follows, why.cost_minor) == ("C1", -10220)
    assert (part.of_minor, part.start_minor, part.end_minor) == (0, 9890, 20110)


def test_a_late_refund_in_a_month_of_release_0_1_is_told_from_what_it_refunds() -> None:
    """1.01 are 0.33 before October and 0.67 before November, so 0.03 are 0.00 and 0.01; by days 0.02."""
    whole = replace(REFUNDED.costs[0], amount_minor=101)
    back = replace(whole, reference="C2", amount_minor=-3, credits="C1")
    closed = as_version_1(replace(REFUNDED, costs=(whole,)))
    today = replace(closed, costs=(whole, back))
    explanation = ShouldBe(closed, today).explanation("C2", "SE1737")
    assert explanation is not None
    why = tell(today, explanation)
    part = why.month_part
    assert (part.of_minor, part.of_start, part.of_end) == (101, 33, 67)
    assert (part.start_minor, part.end_minor, why.cost_minor) == (0, 1, -1)


def test_what_is_not_divided_has_no_explanation() -> None:
    found = next(explanations(MIXED, "SE1737"))
    with pytest.raises(ValueError, match="without a term"):
        tell(MIXED, replace(found, line=replace(found.line, term=None)))
