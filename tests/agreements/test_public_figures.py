"""A public figure moves the shares of whoever pays by it, members or not."""

import datetime as dt
from decimal import Decimal

import pytest

from agreements.models import Term
from municipalities.actions import import_public_readings, naming, save_row
from municipalities.models import Cooperation, Driver, Municipality, Reading
from services.models import Subscription
from sharedict.jobs.models import Job
from tests.factories.agreements import CostTypeFactory, KeyFactory, TermFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.services import SubscriptionFactory

DAY = dt.date(2025, 12, 31)


@pytest.fixture
def guest(db: None) -> Municipality:
    place: Municipality = MunicipalityFactory(code="0180", name="Guest")
    return place


@pytest.fixture
def payer(guest: Municipality, outside: Cooperation) -> Term:
    """A municipality that is no member anywhere pays in one cooperation, by name."""
    kind = CostTypeFactory(cooperation=outside)
    key = KeyFactory(cooperation=outside)
    term: Term = TermFactory(key=key, cost_type=kind, payers=Term.Payers.NAMED, named=[guest])
    return term


@pytest.fixture
def user(guest: Municipality, north: Cooperation) -> Subscription:
    row: Subscription = SubscriptionFactory(municipality=guest, application__cooperation=north)
    return row


def reading(driver: Driver, place: Municipality) -> Reading:
    return Reading(driver=driver, municipality=place, reference_on=DAY, value=Decimal(5), source="A register")


@pytest.mark.parametrize("in_bulk", [False, True])
def test_who_pays_without_being_a_member_is_recomputed(
    in_bulk: bool, population: Driver, guest: Municipality, payer: Term, user: Subscription
) -> None:
    Job.objects.all().delete()
    row = reading(population, guest)
    if in_bulk:
        import_public_readings(driver=population, readings=[row], by=None)
    else:
        save_row(row=row, by=None)
    jobs = Job.objects.order_by("cooperation").values_list("cooperation", "touches_from", "touches_until")
    concerned = sorted([payer.cooperation_id, user.cooperation_id])
    assert list(jobs) == [(pk, DAY, None) for pk in concerned]


def test_each_municipality_is_looked_for_where_it_is_named(
    guest: Municipality, torsby: Municipality, north: Cooperation, payer: Term, user: Subscription
) -> None:
    found = naming([guest.pk, torsby.pk])
    assert found[payer.cooperation_id] == {guest.pk}
    assert found[north.pk] == {guest.pk, torsby.pk}
    assert naming([]) == {}
