"""Rows become facts: what holds on the month's first day, who pays for how long, which reading counts."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from agreements.models import CostType, Key, KeyVersion, Term
from billing.engine.facts import Facts
from billing.models import Period
from billing.snapshots import gather
from municipalities.actions import save_row
from municipalities.models import Cooperation, Driver, Member, Municipality, Reading
from services.models import Application, Subscription
from sharedict.accounts.models import User
from tests.factories.agreements import AgreementFactory, TermFactory, add_version, by, even
from tests.factories.billing import CostFactory, PeriodFactory
from tests.factories.municipalities import DriverFactory, MemberFactory, ReadingFactory
from tests.factories.services import SubscriptionFactory

JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)


@pytest.fixture
def january(north: Cooperation, erp: Application, licence: CostType) -> Period:
    """January 2026 with one cost of ``erp``."""
    CostFactory(cooperation=north, application=erp, cost_type=licence)
    return PeriodFactory(cooperation=north)


def only_by(driver: Driver, term: Term, rule: str) -> None:
    """Let ``term`` divide by ``driver`` alone, read under ``rule``."""
    KeyVersion.objects.filter(key=term.key).update(valid_until=dt.date(2025, 1, 1))
    add_version(term.key, by(driver, rule=rule), valid_from=dt.date(2025, 1, 1))


def counted(facts: Facts) -> dict[str, str]:
    """The reference date that counts for each municipality."""
    (readings,) = facts.readings.values()
    return {code: reading.reference_on for code, reading in readings.items()}


def test_only_valid_costs_of_the_month_count(
    north: Cooperation, outside: Cooperation, january: Period
) -> None:
    CostFactory(cooperation=north, withdrawn_on=JANUARY, description="withdrawn")
    CostFactory(cooperation=north, starts_on=FEBRUARY, ends_on=dt.date(2026, 3, 1), description="later")
    CostFactory(cooperation=north, starts_on=dt.date(2025, 12, 1), ends_on=JANUARY, description="before")
    CostFactory(cooperation=outside, description="theirs")
    CostFactory(
        cooperation=north,
        starts_on=dt.date(2026, 1, 31),
        ends_on=dt.date(2027, 1, 1),
        description="its last day",
    )
    assert {cost.description for cost in gather(january).costs} == {"Licences", "its last day"}


def test_amounts_are_whole_minor_units(january: Period) -> None:
    (cost,) = gather(january).costs
    assert cost.amount_minor == 10_000


def test_a_months_facts_are_of_its_own_cooperation_alone(outside: Cooperation, january: Period) -> None:
    facts = gather(january)
    assert facts.municipalities == {"SE1737": "Torsby", "SE1783": "Hagfors"}
    assert "SE2281" not in facts.to_json()


def test_members_count_for_the_days_they_are_members(
    north: Cooperation, sundsvall: Municipality, january: Period
) -> None:
    Member.objects.filter(cooperation=north, municipality__code="1783").update(
        valid_until=dt.date(2026, 1, 11)
    )
    MemberFactory(cooperation=north, municipality=sundsvall, valid_from=dt.date(2026, 1, 31))
    facts = gather(january)
    assert facts.groups[facts.members] == {"SE1737": ((1, 32),), "SE1783": ((1, 11),), "SE2281": ((31, 32),)}


def test_who_left_and_came_back_within_a_month_counts_for_both_spans(
    erp: Application, hagfors: Municipality, january: Period
) -> None:
    Subscription.objects.filter(municipality=hagfors).update(valid_until=dt.date(2026, 1, 6))
    SubscriptionFactory(application=erp, municipality=hagfors, valid_from=dt.date(2026, 1, 30))
    facts = gather(january)
    assert facts.groups[facts.subscribers["erp"]] == {"SE1737": ((1, 32),), "SE1783": ((1, 6), (30, 32))}


def test_who_left_on_the_first_day_is_gone(erp: Application, hagfors: Municipality, january: Period) -> None:
    Subscription.objects.filter(municipality=hagfors).update(valid_until=JANUARY)
    facts = gather(january)
    assert facts.groups[facts.subscribers["erp"]] == {"SE1737": ((1, 32),)}


def test_equal_sets_of_payers_are_kept_once(january: Period) -> None:
    facts = gather(january)
    assert facts.groups == ({"SE1737": ((1, 32),), "SE1783": ((1, 32),)},)
    assert (facts.members, facts.subscribers) == (0, {"erp": 0})


def test_named_municipalities_count_for_the_whole_month(
    january: Period, default_term: Term, hagfors: Municipality
) -> None:
    Term.objects.filter(pk=default_term.pk).update(payers="named")
    default_term.named.set([hagfors])
    facts = gather(january)
    (term,) = facts.terms
    assert facts.groups[term.named] == {"SE1783": ((1, 32),)}


def test_the_term_in_force_on_the_first_day_counts(
    january: Period, default_term: Term, population_key: Key
) -> None:
    Term.objects.filter(pk=default_term.pk).update(valid_until=dt.date(2026, 1, 2))
    TermFactory(agreement=default_term.agreement, key=population_key, valid_from=dt.date(2026, 1, 2))
    (term,) = gather(january).terms
    assert term.key == "even"
    (later,) = gather(PeriodFactory(cooperation=january.cooperation, first_day=FEBRUARY)).terms or [None]
    assert later is None


def test_terms_that_no_cost_falls_under_are_left_out(
    north: Cooperation, january: Period, population_key: Key, erp: Application
) -> None:
    before = gather(january).to_json()
    work = CostType.objects.create(cooperation=north, code="work", name="Work")
    TermFactory(key=population_key, application=erp, cost_type=work)
    assert gather(january).to_json() == before


def test_the_key_version_in_force_on_the_first_day_counts(january: Period, even_key: Key) -> None:
    KeyVersion.objects.filter(key=even_key).update(valid_until=JANUARY)
    add_version(even_key, even(30), even(70), valid_from=JANUARY, decision="Board 2025-12-15, paragraph 4")
    found = gather(january).keys["even"]
    assert (found.version, found.decision, len(found.components)) == (2, "Board 2025-12-15, paragraph 4", 2)


def test_a_key_version_that_begins_within_the_month_does_not_count_yet(
    january: Period, even_key: Key
) -> None:
    KeyVersion.objects.filter(key=even_key).update(valid_until=dt.date(2026, 1, 2))
    add_version(even_key, even(), valid_from=dt.date(2026, 1, 2))
    assert gather(january).keys["even"].version == 1


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ({"base_amount": Decimal("12.34")}, "base_minor", 1234),
        ({"floor_percent": Decimal("0.000001")}, "floor", 1),
        ({"cap_percent": Decimal(50)}, "cap", 50_000_000),
        ({"when_zero": "even"}, "when_zero", "even"),
    ],
)
def test_the_rules_of_a_version_are_frozen(
    january: Period, even_key: Key, values: dict[str, Any], name: str, expected: object
) -> None:
    KeyVersion.objects.filter(key=even_key).update(**values)
    assert getattr(gather(january).keys["even"], name) == expected


@pytest.mark.parametrize(
    ("rule", "read_on"),
    [
        ("year_start", dt.date(2026, 1, 1)),
        ("midyear_before", dt.date(2025, 6, 30)),
        ("latest_before", dt.date(2026, 3, 31)),
        ("month", dt.date(2026, 4, 30)),
    ],
)
def test_the_latest_reading_that_the_rule_allows_counts(
    north: Cooperation,
    default_term: Term,
    torsby: Municipality,
    hagfors: Municipality,
    rule: str,
    read_on: dt.date,
) -> None:
    driver = DriverFactory(cooperation=north, code="users")
    only_by(driver, default_term, rule)
    CostFactory(cooperation=north, starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2026, 5, 1))
    for place in (torsby, hagfors):
        for day in (-1, 0, 1):
            ReadingFactory(driver=driver, municipality=place, reference_on=read_on + dt.timedelta(days=day))
    april = PeriodFactory(cooperation=north, first_day=dt.date(2026, 4, 1))
    assert counted(gather(april)) == {"SE1737": str(read_on), "SE1783": str(read_on)}


def test_a_reading_that_does_not_exist_is_not_made_up(
    north: Cooperation, default_term: Term, torsby: Municipality, january: Period
) -> None:
    driver = DriverFactory(cooperation=north, code="users")
    only_by(driver, default_term, "month")
    ReadingFactory(driver=driver, municipality=torsby, reference_on=dt.date(2025, 12, 31))
    assert counted(gather(january)) == {}


def test_other_cooperations_readings_do_not_count(
    north: Cooperation, outside: Cooperation, default_term: Term, torsby: Municipality, january: Period
) -> None:
    own = DriverFactory(cooperation=north, code="users")
    theirs = DriverFactory(cooperation=outside, code="users")
    only_by(own, default_term, "year_start")
    ReadingFactory(driver=theirs, municipality=torsby, value=7)
    assert counted(gather(january)) == {}


def test_a_public_reading_of_somebody_who_does_not_pay_is_left_out(
    january: Period, default_term: Term, population: Driver
) -> None:
    only_by(population, default_term, "year_start")
    facts = gather(january)
    assert set(counted(facts)) == {"SE1737", "SE1783"}
    assert facts.drivers == {"population": "Population"}


def test_a_driver_of_ones_own_cannot_pass_for_the_public_one(
    north: Cooperation, administrator: User, population: Driver
) -> None:
    own = Driver(cooperation=north, code="population", name="Inhabitants by our count", unit="people")
    with pytest.raises(ValidationError) as refused:
        save_row(row=own, by=administrator)
    assert set(refused.value.message_dict) == {"code"}


@pytest.mark.parametrize(
    ("value", "text"), [("12000.0000", "12000"), ("0.5000", "0.5"), ("0.0000", "0"), ("100.0000", "100")]
)
def test_a_reading_is_frozen_without_idle_zeros(
    january: Period, default_term: Term, population: Driver, value: str, text: str
) -> None:
    only_by(population, default_term, "year_start")
    Reading.objects.update(value=Decimal(value))
    facts = gather(january)
    assert facts.readings["population|year_start"]["SE1737"].value == text


@pytest.mark.parametrize("costs", [1, 5])
def test_a_month_is_gathered_in_the_same_number_of_queries(
    north: Cooperation, erp: Application, costs: int, django_assert_max_num_queries: Any
) -> None:
    agreement = AgreementFactory(cooperation=north)
    for number in range(costs):
        kind = CostType.objects.create(cooperation=north, code=f"kind-{number}", name=f"Kind {number}")
        key = Key.objects.create(cooperation=north, code=f"key-{number}", name=f"Key {number}")
        add_version(key, even())
        TermFactory(agreement=agreement, key=key, cost_type=kind)
        CostFactory(cooperation=north, application=erp, cost_type=kind)
    period = Period.objects.get(pk=PeriodFactory(cooperation=north).pk)
    with django_assert_max_num_queries(17):
        assert len(gather(period).costs) == costs
