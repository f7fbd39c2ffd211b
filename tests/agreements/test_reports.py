"""What a key version comes to among today's members."""

import datetime as dt
from decimal import Decimal

import pytest

from agreements.models import Key, KeyVersion
from agreements.reports import Weight, outcome_of
from municipalities.models import Cooperation, Driver, Municipality
from tests.factories.agreements import KeyFactory, add_version, by, even
from tests.factories.municipalities import DriverFactory, MemberFactory, ReadingFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 15)


def of(version: KeyVersion, north: Cooperation) -> dict[str, Decimal | None]:
    version = KeyVersion.objects.for_listing().get(pk=version.pk)
    return {row.municipality.name: row.percent for row in outcome_of(version, north, DAY)}


def test_components_add_up_to_one_percentage_for_each(north: Cooperation, population: Driver) -> None:
    version = add_version(KeyFactory(cooperation=north), even(30), by(population, 70))
    assert of(version, north) == {"Torsby": Decimal("57.000"), "Hagfors": Decimal("43.000")}


def test_the_reading_is_that_of_the_reference_date(
    north: Cooperation, population_key: Key, population: Driver, torsby: Municipality
) -> None:
    ReadingFactory(driver=population, municipality=torsby, reference_on=dt.date(2026, 1, 2), value=99)
    version = KeyVersion.objects.for_listing().get(key=population_key)
    found = {row.municipality: row.weights for row in outcome_of(version, north, DAY)}
    expected = Weight("Population", Decimal(12000), dt.date(2025, 12, 31), "Statistics Sweden")
    assert found[torsby] == [expected]


def test_without_a_reading_there_is_no_percentage(north: Cooperation, torsby: Municipality) -> None:
    driver = DriverFactory(cooperation=north)
    ReadingFactory(driver=driver, municipality=torsby)
    version = add_version(KeyFactory(cooperation=north), by(driver))
    assert of(version, north) == {"Torsby": None, "Hagfors": None}


@pytest.mark.parametrize(("when_zero", "percent"), [("even", Decimal("50.000")), ("error", None)])
def test_a_driver_of_zero_is_even_or_nothing(
    north: Cooperation,
    torsby: Municipality,
    hagfors: Municipality,
    when_zero: str,
    percent: Decimal | None,
) -> None:
    driver = DriverFactory(cooperation=north)
    for place in (torsby, hagfors):
        ReadingFactory(driver=driver, municipality=place, value=0)
    version = add_version(KeyFactory(cooperation=north), by(driver), when_zero=when_zero)
    assert of(version, north) == {"Torsby": percent, "Hagfors": percent}


def test_those_who_are_no_members_that_day_are_left_out(north: Cooperation, even_key: Key) -> None:
    MemberFactory(cooperation=north, valid_until=DAY)
    MemberFactory(cooperation=north, valid_from=DAY + dt.timedelta(days=1))
    assert of(even_key.versions.get(), north) == {"Torsby": Decimal("50.000"), "Hagfors": Decimal("50.000")}


def test_fixed_parts_leave_others_at_zero(north: Cooperation, torsby: Municipality) -> None:
    component = {"kind": "fixed", "percent": Decimal(100), "fixed": {torsby: 100}}
    version = add_version(KeyFactory(cooperation=north), component)
    assert of(version, north) == {"Torsby": Decimal("100.000"), "Hagfors": Decimal("0.000")}
