"""Drivers of the cooperation, the public ones beside them, and their readings."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from municipalities.models import Cooperation, Driver, Municipality, Reading
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.factories.municipalities import DriverFactory, ReadingFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def users(north: Cooperation) -> Driver:
    driver: Driver = DriverFactory(cooperation=north, code="users", name="Users", unit="users")
    return driver


def fields(place: Municipality, **changed: Any) -> dict[str, Any]:
    known = {"municipality": place.pk, "reference_on": "2026-06-30", "value": "810", "source": "Directory"}
    return known | changed


def test_own_and_public_drivers_are_listed_with_their_latest_reading(
    sign_in: SignIn,
    finance: User,
    users: Driver,
    population: Driver,
    torsby: Municipality,
    outside: Cooperation,
) -> None:
    own = Reading.objects.filter(driver=population).exclude(municipality__name="Sundsvall")
    latest = own.latest("reference_on").reference_on
    ReadingFactory(driver=users, municipality=torsby, reference_on=dt.date(2026, 6, 30))
    DriverFactory(cooperation=outside, name="Theirs")
    response = sign_in(finance).get("/north/drivers/?format=csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[1:] == [
        f"Population,population,inhabitants,public register,{own.count()},{latest},",
        "Users,users,users,this cooperation,1,2026-06-30,",
    ]


def test_public_drivers_are_named_in_the_readers_language_own_ones_as_they_are(
    sign_in: SignIn, finance: User, users: Driver, population: Driver
) -> None:
    DriverFactory(cooperation=users.cooperation, code="residents", name="Population", unit="inhabitants")
    response = sign_in(finance).get("/north/drivers/?format=csv", headers={"accept-language": "sv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    named = {line.split(",")[1]: line.split(",")[0:3:2] for line in lines[1:]}
    assert named["population"] == ["Folkmängd", "invånare"]
    assert named["residents"] == ["Population", "inhabitants"]


def test_a_driver_is_added_and_changed(sign_in: SignIn, administrator: User, north: Cooperation) -> None:
    client = sign_in(administrator)
    chosen = {"name": "Tickets", "code": "tickets", "unit": "tickets"}
    assert client.post("/north/drivers/new/", chosen).headers["Location"] == "/north/drivers/"
    driver = Driver.objects.get(cooperation=north, code="tickets")
    response = client.post(f"/north/drivers/{driver.pk}/change/", chosen | {"retired_on": "2027-01-01"})
    assert response.status_code == 302
    driver.refresh_from_db()
    assert driver.retired_on == dt.date(2027, 1, 1)


@pytest.mark.parametrize("code", ["population", "users", "two words", "", "x" * 10_000, "😀"])
def test_a_code_is_short_free_and_not_a_public_one(
    sign_in: SignIn, administrator: User, users: Driver, population: Driver, code: str
) -> None:
    chosen = {"name": "Other", "code": code, "unit": "pcs"}
    assert sign_in(administrator).post("/north/drivers/new/", chosen).status_code == 422
    assert not Driver.objects.filter(name="Other").exists()


def test_a_reading_is_added_changed_and_removed_and_the_shares_follow(
    sign_in: SignIn, administrator: User, users: Driver, torsby: Municipality
) -> None:
    client = sign_in(administrator)
    response = client.post(f"/north/drivers/{users.pk}/new/", fields(torsby))
    assert response.headers["Location"] == f"/north/drivers/{users.pk}/"
    reading = Reading.objects.get(driver=users)
    assert reading.cooperation == users.cooperation
    assert Job.objects.filter(touches_from="2026-06-30", created_by=administrator).exists()
    assert (
        client.post(f"/north/drivers/readings/{reading.pk}/", fields(torsby, value="812.5")).status_code
        == 302
    )
    reading.refresh_from_db()
    assert reading.value == Decimal("812.5")
    assert Entry.objects.get(verb="change").changes == {"value": ["810.0000", "812.5000"]}
    assert client.post(f"/north/drivers/readings/{reading.pk}/delete/").status_code == 302
    assert not Reading.objects.filter(driver=users).exists()
    assert b"No readings yet" in client.get(f"/north/drivers/{users.pk}/").content


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "-1"},
        {"value": "many"},
        {"value": "NaN"},
        {"value": "9" * 30},
        {"value": "1.23456"},
        {"reference_on": "2026-02-30"},
        {"reference_on": ""},
        {"source": ""},
        {"source": "x" * 10_000},
        {"source": "a\0b"},
        {"municipality": "0"},
        {"municipality": "x"},
    ],
)
def test_a_wrong_reading_is_refused_at_its_field(
    sign_in: SignIn, administrator: User, users: Driver, torsby: Municipality, wrong: dict[str, str]
) -> None:
    response = sign_in(administrator).post(f"/north/drivers/{users.pk}/new/", fields(torsby) | wrong)
    assert response.status_code == 422
    assert b"sd-error-summary" in response.content
    assert not Reading.objects.filter(driver=users).exists()


def test_one_reading_a_day_for_each_municipality(
    sign_in: SignIn, administrator: User, users: Driver, torsby: Municipality
) -> None:
    client = sign_in(administrator)
    client.post(f"/north/drivers/{users.pk}/new/", fields(torsby))
    response = client.post(f"/north/drivers/{users.pk}/new/", fields(torsby, value="1"))
    assert response.status_code == 422
    assert b"change that one" in response.content


def test_a_municipality_of_another_cooperation_is_no_choice(
    sign_in: SignIn, administrator: User, users: Driver, sundsvall: Municipality
) -> None:
    response = sign_in(administrator).post(f"/north/drivers/{users.pk}/new/", fields(sundsvall))
    assert response.status_code == 422
    assert b"Select a valid choice" in response.content


def test_public_readings_are_only_read(
    sign_in: SignIn, administrator: User, population: Driver, torsby: Municipality
) -> None:
    client = sign_in(administrator)
    page = client.get(f"/north/drivers/{population.pk}/").content
    assert b"Torsby" in page
    assert b"Sundsvall" not in page
    reading = Reading.objects.filter(driver=population).first()
    assert reading
    for address, status in (
        (f"{population.pk}/change/", 404),
        (f"readings/{reading.pk}/", 404),
        (f"readings/{reading.pk}/delete/", 404),
    ):
        assert client.get(f"/north/drivers/{address}").status_code == status
        assert client.post(f"/north/drivers/{address}", fields(torsby)).status_code == status


def test_drivers_of_another_cooperation_do_not_exist(
    sign_in: SignIn, stranger: User, users: Driver, torsby: Municipality
) -> None:
    reading = ReadingFactory(driver=users, municipality=torsby)
    client = sign_in(stranger)
    for address in (
        f"{users.pk}/",
        f"{users.pk}/new/",
        f"{users.pk}/import/",
        f"{users.pk}/change/",
        f"readings/{reading.pk}/",
        f"readings/{reading.pk}/delete/",
        f"{10**30}/",
    ):
        assert client.get(f"/outside/drivers/{address}").status_code == 404


def test_others_read_and_do_not_change(
    sign_in: SignIn, finance: User, users: Driver, torsby: Municipality
) -> None:
    reading = ReadingFactory(driver=users, municipality=torsby)
    client = sign_in(finance)
    assert b"Torsby" in client.get(f"/north/drivers/{users.pk}/").content
    for address in (f"{users.pk}/new/", f"{users.pk}/import/", f"readings/{reading.pk}/delete/"):
        assert client.post(f"/north/drivers/{address}").status_code == 403


def test_an_address_as_source_is_a_link_with_a_short_text(
    north: Cooperation, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    address = "https://www.scb.se/hitta-statistik/?a=1&b=2"
    driver = DriverFactory(cooperation=north, code="seats", name="Seats")
    ReadingFactory(driver=driver, municipality=torsby, source=f"<b> {address} (table 1)")
    client = sign_in(administrator)
    text = client.get(f"/north/drivers/{driver.pk}/").content.decode()
    link = f'<a href="{address.replace("&", "&amp;")}" rel="noreferrer">scb.se</a>'
    assert f"&lt;b&gt; {link} (table 1)" in text
    file = client.get(f"/north/drivers/{driver.pk}/?format=csv")
    assert address in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
