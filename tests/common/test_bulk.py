"""Many rows at once: what is stored is what Django's own way stores."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from agreements.models import CostType
from billing.models import Cost
from municipalities.models import Cooperation, Driver, Municipality, Reading
from sharedict.audit.models import Entry
from sharedict.common import bulk
from sharedict.common.bulk import add_rows, change_rows
from tests.factories.municipalities import DriverFactory

pytestmark = pytest.mark.django_db

STRANGE = 'tab\there, new\nline, back\\slash, \\N, "quotes", räkor 🦐'


@pytest.fixture(params=[0, 10_000], ids=["copied", "django"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "FEW", request.param)


@pytest.fixture
def driver(north: Cooperation) -> Driver:
    made: Driver = DriverFactory(cooperation=north)
    return made


def reading(driver: Driver, place: Municipality, day: dt.date, value: str) -> Reading:
    return Reading(
        driver=driver,
        cooperation_id=driver.cooperation_id,
        municipality=place,
        reference_on=day,
        value=Decimal(value),
        source=STRANGE,
    )


@pytest.mark.usefixtures("way")
def test_rows_are_added_with_keys_and_changed(driver: Driver, torsby: Municipality) -> None:
    days = [dt.date(2026, 1, day) for day in (1, 2)]
    rows = add_rows(Reading, [reading(driver, torsby, day, "1.5") for day in days])
    assert list(Reading.objects.filter(driver=driver).order_by("reference_on")) == list(rows)
    assert {row.source for row in Reading.objects.filter(driver=driver)} == {STRANGE}
    rows[0].value, rows[0].source, rows[1].reference_on = Decimal(3), "x", dt.date(2026, 5, 5)
    change_rows(Reading, rows, ["value", "source"])
    stored = list(Reading.objects.filter(driver=driver).order_by("reference_on"))
    assert [(row.value, row.source, row.reference_on) for row in stored] == [
        (Decimal(3), "x", days[0]),
        (Decimal("1.5"), STRANGE, days[1]),
    ]


@pytest.mark.usefixtures("way")
def test_moments_json_and_nothing_are_kept(north: Cooperation) -> None:
    at = dt.datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=dt.UTC)
    changes = {"what": [None, STRANGE]}
    entry = Entry(cooperation=None, at=at, verb="add", subject_type="x", subject_id="1", changes=changes)
    [added] = add_rows(Entry, [entry])
    found = Entry.objects.get(pk=added.pk)
    assert (found.at, found.changes, found.cooperation, found.user) == (at, changes, None, None)


@pytest.mark.usefixtures("way")
def test_the_database_refuses_what_it_always_does(driver: Driver, torsby: Municipality) -> None:
    rows = [reading(driver, torsby, dt.date(2026, 1, 1), "1") for _ in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        add_rows(Reading, rows)
    [row] = add_rows(Reading, [reading(driver, torsby, dt.date(2026, 1, 1), "1")])
    row.value = Decimal(-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        change_rows(Reading, [row], ["value"])


@pytest.mark.usefixtures("way")
def test_none_are_nothing(north: Cooperation, licence: CostType) -> None:
    assert list(add_rows(Cost, [])) == []
    change_rows(Cost, [], ["amount"])
