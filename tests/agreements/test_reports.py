"""What a key version comes to among the members of a month, as it would be charged."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from agreements.engine.notices import Notice
from agreements.engine.weigh import WeightError
from agreements.models import CostType, Key, KeyVersion, Term
from agreements.portal import NO_WEIGHTS
from agreements.reports import Outcome, Weight, outcome_of
from billing.engine.allocate import allocate
from billing.snapshots import gather
from municipalities.models import Cooperation, Driver, Member, Municipality, Reading
from services.models import Application
from sharedict.kernel.periods import Month
from tests.factories.agreements import KeyFactory, add_version, by, even
from tests.factories.billing import CostFactory, PeriodFactory
from tests.factories.municipalities import DriverFactory, MemberFactory, MunicipalityFactory, ReadingFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 15)
JUNE, JULY = dt.date(2026, 6, 1), dt.date(2026, 7, 1)


def of(version: KeyVersion, north: Cooperation, amount_minor: int = 100_000, **values: Any) -> Outcome:
    version = KeyVersion.objects.for_listing().get(pk=version.pk)
    return outcome_of(version, north, DAY, amount_minor=amount_minor, **values)


def percents(outcome: Outcome) -> dict[str, Fraction | None]:
    return {payer.municipality.name: payer.percent for payer in outcome.payers}


def pays(outcome: Outcome) -> dict[str, Decimal | None]:
    return {payer.municipality.name: payer.pays for payer in outcome.payers}


def fixed(parts: dict[Municipality, Any], percent: int = 100) -> dict[str, Any]:
    return {"kind": "fixed", "percent": Decimal(percent), "fixed": parts}


def test_components_add_up_to_one_exact_percentage_for_each(north: Cooperation, population: Driver) -> None:
    version = add_version(KeyFactory(cooperation=north), even(30), by(population, 70))
    outcome = of(version, north, 33_334)
    assert outcome.month == Month(2026, 6)
    assert percents(outcome) == {"Hagfors": Fraction(43), "Torsby": Fraction(57)}
    assert pays(outcome) == {"Hagfors": Decimal("143.34"), "Torsby": Decimal("190.00")}
    assert not outcome.reason
    assert not outcome.notices
    assert not outcome.has_more_rules
    assert not outcome.days_differ


def test_the_reading_is_that_of_the_reference_date(
    north: Cooperation, population_key: Key, population: Driver, torsby: Municipality
) -> None:
    ReadingFactory(driver=population, municipality=torsby, reference_on=dt.date(2026, 1, 2), value=99)
    outcome = of(population_key.versions.get(), north)
    found = {payer.municipality: payer.weights for payer in outcome.payers}
    expected = Weight("Population", Decimal(12000), dt.date(2025, 12, 31), "Statistics Sweden")
    assert found[torsby] == [expected]


def test_without_a_reading_the_key_cannot_be_applied(north: Cooperation, torsby: Municipality) -> None:
    driver = DriverFactory(cooperation=north)
    ReadingFactory(driver=driver, municipality=torsby)
    outcome = of(add_version(KeyFactory(cooperation=north), by(driver)), north)
    assert outcome.reason == "missing_reading"
    assert percents(outcome) == pays(outcome) == {"Hagfors": None, "Torsby": None}
    assert [payer.weights[0].value for payer in outcome.payers] == [None, Decimal(1)]


@pytest.mark.parametrize(("when_zero", "reason"), [("even", ""), ("error", "driver_is_zero")])
def test_a_driver_of_zero_is_even_or_nothing(
    north: Cooperation, torsby: Municipality, hagfors: Municipality, when_zero: str, reason: str
) -> None:
    driver = DriverFactory(cooperation=north)
    for place in (torsby, hagfors):
        ReadingFactory(driver=driver, municipality=place, value=0)
    version = add_version(KeyFactory(cooperation=north), by(driver), when_zero=when_zero)
    outcome = of(version, north)
    assert outcome.reason == reason
    assert percents(outcome) == dict.fromkeys(("Hagfors", "Torsby"), None if reason else Fraction(50))


def test_those_who_are_no_members_in_the_month_are_left_out(north: Cooperation, even_key: Key) -> None:
    MemberFactory(cooperation=north, valid_until=JUNE)
    MemberFactory(cooperation=north, valid_from=JULY)
    outcome = of(even_key.versions.get(), north)
    assert percents(outcome) == {"Hagfors": Fraction(50), "Torsby": Fraction(50)}


def test_who_joins_or_leaves_within_the_month_counts_by_days_where_asked(
    north: Cooperation, even_key: Key, sundsvall: Municipality, torsby: Municipality
) -> None:
    MemberFactory(cooperation=north, municipality=sundsvall, valid_from=dt.date(2026, 6, 16))
    Member.objects.filter(municipality=torsby).update(valid_until=dt.date(2026, 6, 6))
    MemberFactory(cooperation=north, municipality=torsby, valid_from=dt.date(2026, 6, 26))
    version = even_key.versions.get()
    whole, counted = of(version, north), of(version, north, by_days=True)
    assert [payer.days for payer in whole.payers] == [30, 15, 10]
    assert whole.days_differ
    assert not whole.is_by_days
    assert set(percents(whole).values()) == {Fraction(100, 3)}
    assert counted.is_by_days
    assert counted.has_more_rules
    assert percents(counted) == {
        "Hagfors": Fraction(3000, 55),
        "Sundsvall": Fraction(1500, 55),
        "Torsby": Fraction(1000, 55),
    }


def test_base_amount_floor_and_cap_are_of_the_whole_cost(north: Cooperation, population: Driver) -> None:
    key = KeyFactory(cooperation=north)
    version = add_version(key, by(population), base_amount=Decimal("100.00"), cap_percent=Decimal(55))
    outcome = of(version, north)
    torsby = next(payer for payer in outcome.payers if payer.municipality.name == "Torsby")
    assert (torsby.by_key, torsby.base) == (Fraction(60), Decimal(100))
    # 100 and 60 % of 800 are 580 of 1,000: the cap takes 30
    assert pays(outcome) == {"Hagfors": Decimal(450), "Torsby": Decimal(550)}
    assert outcome.is_limited
    assert not outcome.base_is_too_large
    small = of(version, north, 10_000)
    assert small.base_is_too_large
    assert pays(small) == {"Hagfors": Decimal(50), "Torsby": Decimal(50)}


def test_limits_that_cannot_be_met_are_said(north: Cooperation) -> None:
    version = add_version(KeyFactory(cooperation=north), even(), cap_percent=Decimal(40))
    assert of(version, north).reason == "limits_impossible"


def test_fixed_parts_leave_others_at_zero(north: Cooperation, torsby: Municipality) -> None:
    key = KeyFactory(cooperation=north, code="people")
    outcome = of(add_version(key, fixed({torsby: 100})), north)
    assert percents(outcome) == {"Torsby": Fraction(100), "Hagfors": Fraction(0)}
    assert outcome.notices == [Notice("no_fixed_part", "people", ("SE1783",))]


def test_who_holds_a_fixed_part_and_is_no_member_is_named(
    north: Cooperation, torsby: Municipality, sundsvall: Municipality
) -> None:
    parts = fixed({torsby: 60, sundsvall: 40, MunicipalityFactory(): 0})
    outcome = of(add_version(KeyFactory(cooperation=north), parts), north)
    assert (outcome.reason, outcome.absent) == ("fixed_parts_differ", ["Sundsvall"])


def test_readings_that_are_old_or_of_different_days_are_told(
    north: Cooperation, torsby: Municipality, hagfors: Municipality
) -> None:
    driver = DriverFactory(cooperation=north, code="devices")
    ReadingFactory(driver=driver, municipality=torsby, reference_on=dt.date(2025, 1, 1))
    old = ReadingFactory(driver=driver, municipality=hagfors, reference_on=dt.date(2024, 12, 31))
    version = add_version(KeyFactory(cooperation=north), by(driver))
    days = ("2024-12-31", "2025-01-01")
    assert of(version, north).notices == [
        Notice("readings_differ", "devices", ("SE1783",), days),
        Notice("stale_reading", "devices", ("SE1783",), days[:1]),
    ]
    Reading.objects.filter(pk=old.pk).update(reference_on=dt.date(2025, 1, 1))
    assert of(version, north).notices == []


@pytest.mark.parametrize(("begins", "month"), [(JUNE, 6), (dt.date(2026, 6, 2), 7)])
def test_a_version_that_begins_within_a_month_is_shown_for_the_next(
    north: Cooperation, begins: dt.date, month: int
) -> None:
    version = add_version(KeyFactory(cooperation=north), even(), valid_from=begins)
    assert of(version, north).month == Month(2026, month)


def test_without_members_there_is_nobody_to_pay(north: Cooperation, even_key: Key) -> None:
    Member.objects.filter(cooperation=north).delete()
    outcome = of(even_key.versions.get(), north)
    assert outcome.payers == []
    assert not outcome.reason


@pytest.mark.parametrize("by_days", [False, True])
def test_it_is_what_billing_charges_of_a_cost_of_the_month(
    north: Cooperation,
    erp: Application,
    licence: CostType,
    default_term: Term,
    population: Driver,
    sundsvall: Municipality,
    by_days: bool,
) -> None:
    MemberFactory(cooperation=north, municipality=sundsvall, valid_from=dt.date(2026, 6, 20))
    KeyVersion.objects.filter(key=default_term.key).update(valid_until=dt.date(2025, 1, 1))
    version = add_version(
        default_term.key,
        by(population, 70),
        even(30),
        valid_from=dt.date(2025, 1, 1),
        base_amount=Decimal("12.34"),
        floor_percent=Decimal(20),
        cap_percent=Decimal("40.5"),
    )
    Term.objects.filter(pk=default_term.pk).update(by_days=by_days, payers="members")
    CostFactory(
        cooperation=north,
        application=erp,
        cost_type=licence,
        amount=Decimal("777.77"),
        starts_on=JUNE,
        ends_on=JULY,
    )
    allocation = allocate(gather(PeriodFactory(cooperation=north, first_day=JUNE)))
    (division,) = allocation.divisions
    charged = {
        code: Fraction(100 * weight, division.total)
        for code, weight in zip(division.codes, division.weights, strict=True)
    }
    outcome = of(version, north, 77_777, by_days=by_days)
    assert {payer.municipality.key: payer.percent for payer in outcome.payers} == charged
    assert len(set(charged.values())) == 3
    assert outcome.is_limited


def test_every_reason_for_no_weights_has_words() -> None:
    assert {error.code for error in WeightError.__subclasses__()} == set(NO_WEIGHTS)
