"""Readings: own ones pushed, public ones read only."""

from collections.abc import Callable

import pytest
from django.utils.http import urlencode

from municipalities.models import Cooperation, Driver, Reading
from sharedict.accounts.models import User
from sharedict.jobs.models import Job
from tests.api.conftest import Caller
from tests.api.test_bad_input import READING
from tests.factories.municipalities import DriverFactory, ReadingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def users(north: Cooperation) -> Driver:
    return DriverFactory(cooperation=north, code="users", name="Users", unit="users")


def test_a_pushed_reading_comes_back(caller: Caller, users: Driver) -> None:
    status, reading = caller.post("readings/", READING)
    assert status == 201
    assert reading == READING | {
        "id": reading["id"],
        "cooperation": "north",
        "driver_name": "Users",
        "unit": "users",
        "municipality_name": "Torsby",
        "value": "412.0000",
        "is_own_figure": False,
        "closed_months": [],
        "decide_before": None,
        "warnings": [],
    }
    of_answer = ("closed_months", "decide_before", "warnings")
    read = {name: value for name, value in reading.items() if name not in of_answer}
    assert caller.get("readings/", driver="users", municipality="SE1737")[1]["results"] == [read]
    assert Job.objects.unfinished().exists()


def test_the_same_reading_twice_gives_one_row(caller: Caller, users: Driver) -> None:
    assert caller.post("readings/", READING)[0] == 201
    assert caller.post("readings/", READING | {"value": "412.00"})[0] == 200
    assert caller.post("readings/", READING | {"value": "413"})[0] == 409
    assert users.readings.count() == 1


def test_one_municipality_and_day_has_one_reading(caller: Caller, users: Driver) -> None:
    caller.post("readings/", READING)
    status, said = caller.post("readings/", READING | {"external_id": "ad-2"})
    assert (status, list(said["fields"])) == (400, ["reference_on"])


def test_a_reading_is_corrected(caller: Caller, users: Driver) -> None:
    _, reading = caller.post("readings/", READING)
    status, corrected = caller.patch(f"readings/{reading['id']}/", {"value": "400"})
    assert (status, corrected["value"]) == (200, "400.0000")
    assert caller.patch(f"readings/{reading['id']}/", {"driver": "users"})[0] == 400


def test_public_readings_are_nobodys_to_change(
    caller: Caller, person: Callable[[User], Caller], administrator: User, population: Driver
) -> None:
    public = population.readings.first()
    assert public
    assert caller.get(f"readings/{public.pk}/")[1]["cooperation"] is None
    for somebody in (caller, person(administrator)):
        assert somebody.patch(f"readings/{public.pk}/", {"value": "1"})[0] == 404
    taken = READING | {"driver": "population", "reference_on": public.reference_on.isoformat()}
    status, said = caller.post("readings/", taken | {"municipality": public.municipality.key})
    assert (status, [*said["fields"]]) == (400, ["reference_on"])


def test_what_the_public_register_lacks_is_entered_for_oneself(
    caller: Caller, foreigner: Caller, population: Driver
) -> None:
    own = READING | {"driver": "population", "reference_on": "2026-06-30"}
    status, reading = caller.post("readings/", own)
    assert (status, reading["cooperation"], reading["is_own_figure"]) == (201, "north", True)
    assert caller.patch(f"readings/{reading['id']}/", {"value": "400"})[0] == 200
    assert foreigner.get(f"readings/{reading['id']}/")[0] == 404
    assert not any(row["is_own_figure"] for row in foreigner.get("readings/")[1]["results"])


def test_another_cooperations_readings_are_not_there(foreigner: Caller, users: Driver) -> None:
    theirs = ReadingFactory(driver=users)
    assert foreigner.get(f"readings/{theirs.pk}/")[0] == 404
    assert foreigner.patch(f"readings/{theirs.pk}/", {"value": "1"})[0] == 404
    assert foreigner.post("readings/", READING | {"municipality": "SE2281"})[0] == 400
    assert not Reading.objects.filter(cooperation__slug="outside").exists()


@pytest.mark.parametrize("text", ["\x1e", " ", "1737", "se1737", "SE17370000"])
def test_what_names_no_municipality_narrows_no_list(caller: Caller, users: Driver, text: str) -> None:
    status, problem = caller.get(f"readings/?{urlencode({'municipality': text})}")
    assert status == 400
    assert "SE1737" in str(problem)
