"""Rows laid unsaved over those that are stored give the very facts that saving them gives."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import models, transaction

from agreements.models import CostType, Key, KeyVersion, Term
from billing.engine.facts import Facts
from billing.engine.should_be import ShouldBe
from billing.models import Cost, Period
from billing.snapshots import Overlay, gather, gather_by_rules_of
from billing.snapshots.month import key_fact
from municipalities.models import Cooperation, Driver, Member, Municipality, Reading
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.common import moments
from tests.factories.agreements import add_version, by, even
from tests.factories.billing import CostFactory, PeriodFactory
from tests.factories.closed import JANUARY as CLOSED_JANUARY
from tests.factories.closed import close_quarter
from tests.factories.municipalities import DriverFactory, MemberFactory, ReadingFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

JANUARY, MIDDLE, FEBRUARY, MARCH = (
    dt.date(2026, 1, 1),
    dt.date(2026, 1, 16),
    dt.date(2026, 2, 1),
    dt.date(2026, 3, 1),
)


@dataclass
class World:
    """January 2026: costs of two applications, one refunded, divided half evenly and half by users."""

    january: Period
    torsby: Municipality
    hagfors: Municipality
    sundsvall: Municipality
    erp: Application
    mail: Application
    licence: CostType
    users: Driver
    cost: Cost
    refund: Cost
    gone: Cost
    later: Cost

    def stored(self, model: type[models.Model], **wanted: Any) -> Any:
        return model._default_manager.get(**wanted)


@pytest.fixture
def world(
    north: Cooperation,
    erp: Application,
    licence: CostType,
    default_term: Term,
    torsby: Municipality,
    hagfors: Municipality,
    sundsvall: Municipality,
) -> World:
    mail = ApplicationFactory(cooperation=north, code="mail")
    users = DriverFactory(cooperation=north, code="users")
    KeyVersion.objects.filter(key=default_term.key).update(valid_until=dt.date(2025, 1, 1))
    add_version(
        default_term.key,
        even(50),
        by(users, percent=50, rule="latest_before"),
        valid_from=dt.date(2025, 1, 1),
    )
    for place, values in ((torsby, (10, 20)), (hagfors, (30,)), (sundsvall, (5, 5))):
        for year, value in zip((2024, 2025), values, strict=False):
            ReadingFactory(
                driver=users, municipality=place, reference_on=dt.date(year, 12, 31), value=Decimal(value)
            )
    SubscriptionFactory(application=mail, municipality=hagfors)
    like = {"cooperation": north, "application": erp, "cost_type": licence}
    cost = CostFactory(**like, ends_on=MARCH, reference="C00000001")
    CostFactory(cooperation=north, application=mail, cost_type=licence, reference="C00000005")
    return World(
        january=PeriodFactory(cooperation=north),
        torsby=torsby,
        hagfors=hagfors,
        sundsvall=sundsvall,
        erp=erp,
        mail=mail,
        licence=licence,
        users=users,
        cost=cost,
        refund=CostFactory(**like, amount=Decimal(-10), credits=cost, reference="C00000002"),
        gone=CostFactory(**like, withdrawn_on=JANUARY, reference="C00000003"),
        later=CostFactory(**like, starts_on=FEBRUARY, ends_on=MARCH, reference="C00000004"),
    )


def changed(row: Any, **values: Any) -> Any:
    found = copy(row)
    for name, value in values.items():
        setattr(found, name, value)
    return found


def added_cost(world: World, **values: Any) -> Cost:
    return CostFactory.build(
        **{
            "cooperation": world.january.cooperation,
            "application": world.erp,
            "cost_type": world.licence,
            "reference": "C00000009",
            "currency": "SEK",
            **values,
        }
    )


def use(world: World) -> Subscription:
    found: Subscription = world.stored(Subscription, application=world.erp, municipality=world.torsby)
    return found


def member(world: World) -> Member:
    found: Member = world.stored(Member, cooperation=world.january.cooperation, municipality=world.hagfors)
    return found


def reading(world: World, place: Municipality, year: int) -> Reading:
    day = dt.date(year, 12, 31)
    found: Reading = world.stored(Reading, driver=world.users, municipality=place, reference_on=day)
    return found


CASES: dict[str, tuple[str, Callable[[World], Any]]] = {
    "a cost is added": ("costs", added_cost),
    "one of another application": ("costs", lambda world: added_cost(world, application=world.mail)),
    "one of no application": ("costs", lambda world: added_cost(world, application=None)),
    "one of another month": ("costs", lambda world: added_cost(world, starts_on=FEBRUARY, ends_on=MARCH)),
    "a refund is added": ("costs", lambda world: added_cost(world, credits=world.cost, amount=Decimal(-20))),
    "an amount changes": ("costs", lambda world: changed(world.cost, amount=Decimal("90.01"))),
    "days change": ("costs", lambda world: changed(world.cost, starts_on=MIDDLE, ends_on=FEBRUARY)),
    "a cost leaves the month": ("costs", lambda world: changed(world.cost, starts_on=FEBRUARY)),
    "a cost comes into the month": ("costs", lambda world: changed(world.later, starts_on=MIDDLE)),
    "a cost changes its application": ("costs", lambda world: changed(world.cost, application=world.mail)),
    "a cost is withdrawn": ("costs", lambda world: changed(world.refund, withdrawn_on=FEBRUARY)),
    "a cost is restored": ("costs", lambda world: changed(world.gone, withdrawn_on=None)),
    "a subscription is added": (
        "subscriptions",
        lambda world: SubscriptionFactory.build(
            cooperation=world.january.cooperation,
            application=world.mail,
            municipality=world.torsby,
            valid_from=MIDDLE,
        ),
    ),
    "a subscription of who is no member": (
        "subscriptions",
        lambda world: SubscriptionFactory.build(
            cooperation=world.january.cooperation, application=world.erp, municipality=world.sundsvall
        ),
    ),
    "a subscription ends": ("subscriptions", lambda world: changed(use(world), valid_until=MIDDLE)),
    "a subscription ended before": ("subscriptions", lambda world: changed(use(world), valid_until=JANUARY)),
    "a subscription begins later": ("subscriptions", lambda world: changed(use(world), valid_from=MIDDLE)),
    "a subscription to something else": (
        "subscriptions",
        lambda world: changed(use(world), application=world.mail),
    ),
    "a member is added": (
        "members",
        lambda world: MemberFactory.build(
            cooperation=world.january.cooperation, municipality=world.sundsvall, valid_from=MIDDLE
        ),
    ),
    "a member leaves": ("members", lambda world: changed(member(world), valid_until=MIDDLE)),
    "a member left before": ("members", lambda world: changed(member(world), valid_until=JANUARY)),
    "an earlier reading": (
        "readings",
        lambda world: ReadingFactory.build(
            driver=world.users,
            cooperation=world.january.cooperation,
            municipality=world.torsby,
            reference_on=dt.date(2025, 12, 30),
            value=Decimal("7.5000"),
        ),
    ),
    "a reading is added": (
        "readings",
        lambda world: ReadingFactory.build(
            driver=world.users,
            cooperation=world.january.cooperation,
            municipality=world.hagfors,
            reference_on=dt.date(2025, 12, 31),
            value=Decimal("7.5000"),
        ),
    ),
    "a later reading": (
        "readings",
        lambda world: ReadingFactory.build(
            driver=world.users,
            cooperation=world.january.cooperation,
            municipality=world.torsby,
            reference_on=MIDDLE,
            value=Decimal("7.5000"),
        ),
    ),
    "a reading changes": (
        "readings",
        lambda world: changed(reading(world, world.torsby, 2025), value=Decimal("99.0000"), source="Count"),
    ),
    "an older reading changes": (
        "readings",
        lambda world: changed(reading(world, world.torsby, 2024), value=Decimal("99.0000")),
    ),
    "a reading moves out of reach": (
        "readings",
        lambda world: changed(reading(world, world.torsby, 2025), reference_on=MIDDLE),
    ),
    "a reading of who pays nothing": (
        "readings",
        lambda world: changed(reading(world, world.sundsvall, 2025), value=Decimal("99.0000")),
    ),
}


class UndoneError(Exception):
    """Takes back what was saved."""


def as_saved(period: Period, save: Callable[[], object]) -> Facts:
    """The facts of ``period`` after ``save``, which is taken back."""
    found: list[Facts] = []
    with suppress(UndoneError), transaction.atomic():
        save()
        found.append(gather(period))
        raise UndoneError
    return found[0]


@pytest.mark.parametrize("what", CASES)
def test_a_row_that_is_laid_over_gives_the_facts_that_saving_it_gives(world: World, what: str) -> None:
    """Gathered where PostgreSQL refuses to write and to lock."""
    kind, make = CASES[what]
    row = make(world)
    with moments.reading():
        laid = gather(world.january, Overlay(**{kind: [row]}))
    saved = as_saved(world.january, row.save)
    assert laid.to_json() == saved.to_json()


NO_EFFECT = {
    "one of another month",
    "a later reading",
    "an earlier reading",
    "an older reading changes",
    "a reading of who pays nothing",
}


@pytest.mark.parametrize("what", CASES)
def test_each_case_says_something_of_the_month_or_is_known_not_to(world: World, what: str) -> None:
    kind, make = CASES[what]
    before = gather(world.january).to_json()
    is_same = gather(world.january, Overlay(**{kind: [make(world)]})).to_json() == before
    assert is_same == (what in NO_EFFECT)


def test_rows_of_every_kind_are_laid_over_together(world: World) -> None:
    rows = {
        "costs": [added_cost(world, application=world.mail), changed(world.cost, amount=Decimal(7))],
        "subscriptions": [changed(use(world), valid_until=MIDDLE)],
        "members": [changed(member(world), valid_until=MIDDLE)],
        "readings": [changed(reading(world, world.torsby, 2025), value=Decimal("3.0000"))],
    }
    with moments.reading():
        laid = gather(world.january, Overlay(**rows))
    saved = as_saved(world.january, lambda: [row.save() for kind in rows.values() for row in kind])
    assert laid.to_json() == saved.to_json()


def test_a_key_that_is_laid_over_gives_the_facts_that_adopting_it_gives(world: World, even_key: Key) -> None:
    versions: list[KeyVersion] = []

    def adopt() -> None:
        KeyVersion.objects.filter(key=even_key, valid_until=None).update(valid_until=JANUARY)
        versions.append(add_version(even_key, even(30), even(70), valid_from=JANUARY))
        versions[0] = KeyVersion.objects.for_listing().get(pk=versions[0].pk)
        facts.append(key_fact(versions[0]))

    facts: list[Any] = []
    saved = as_saved(world.january, adopt)
    with moments.reading():
        laid = gather(world.january, Overlay(keys=facts))
    assert laid.to_json() == saved.to_json()
    assert laid.to_json() != gather(world.january).to_json()


def test_a_key_that_no_term_uses_is_left_out(world: World, population_key: Key) -> None:
    unused = key_fact(KeyVersion.objects.for_listing().get(key=population_key))
    laid = gather(world.january, Overlay(keys=[unused]))
    assert laid.to_json() == gather(world.january).to_json()


def test_a_closed_month_tells_what_an_unsaved_cost_would_correct(
    north: Cooperation, licence: CostType, administrator: User, second_administrator: User
) -> None:
    close_quarter(north, proposer=administrator, closer=second_administrator)
    period = Period.objects.get(cooperation=north, first_day=CLOSED_JANUARY)
    assert period.current_run
    closed = Facts.from_json(period.current_run.facts)
    unsaved = CostFactory.build(
        cooperation=north,
        cost_type=licence,
        reference="",
        starts_on=CLOSED_JANUARY,
        ends_on=dt.date(2025, 2, 1),
    )
    with moments.reading():
        today = gather_by_rules_of(closed, period, Overlay(costs=[unsaved]))
    [late] = ShouldBe(closed, today).late
    assert (late.was, late.should) == ({}, {"SE1737": 5000, "SE1783": 5000})
