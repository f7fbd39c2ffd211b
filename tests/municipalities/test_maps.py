"""The boundaries of municipalities, and the maps made of them."""

import csv
from collections.abc import Callable

import pytest
from django.test import Client

from municipalities.models import Cooperation, Member, Municipality
from municipalities.reports import map_of
from municipalities.reports.boundaries import BOUNDARIES, MOST_WITHOUT, boundary_of
from sharedict.accounts.models import User
from sharedict.pictures.drawing import Picture
from tests.factories.municipalities import SiteFactory
from tests.front.pictures import VARMLAND

SignIn = Callable[[User], Client]


def member(number: int, code: str, country: str = "SE") -> Municipality:
    return Municipality(pk=number, country=country, code=code, name=f"{code} in {country}")


def of(members: list[Municipality], own: int = 1) -> Picture | None:
    return map_of("", {1, 2}, members, own={own}, used="uses it", unused="does not")


def test_every_municipality_of_the_register_has_a_boundary() -> None:
    with BOUNDARIES.with_name("municipalities_se.csv").open(encoding="utf-8", newline="") as file:
        keys = [f"SE{row['code']}" for row in csv.DictReader(file)]
    assert len(keys) == 290
    assert [key for key in keys if not all(len(ring) > 2 for ring in boundary_of(key) or [[]])] == []


def test_torsby_is_the_northernmost_of_varmland_and_arjang_the_westernmost() -> None:
    points = {
        name: [point for ring in boundary_of(f"SE{code}") for point in ring]
        for code, name in VARMLAND.items()
    }
    assert max(points, key=lambda name: max(north for _east, north in points[name])) == "Torsby"
    assert min(points, key=lambda name: min(east for east, _north in points[name])) == "Årjäng"


def test_few_members_and_members_without_boundaries_are_no_map() -> None:
    codes = [*VARMLAND]
    members = [member(number, code) for number, code in enumerate(codes, start=1)]
    assert of(members[:MOST_WITHOUT]) is None
    assert of(members[: MOST_WITHOUT + 1]) is not None
    assert of([member(number, code, "NO") for number, code in enumerate(codes, start=1)]) is None


def test_a_map_has_a_key_for_each_look_that_is_there() -> None:
    members = [member(number, code) for number, code in enumerate([*VARMLAND], start=1)]
    mine, theirs = of(members), of(members, own=99)
    assert mine
    assert theirs
    assert [key.look for key in mine.keys] == ["area-own", "area-use", "area-none"]
    assert [key.look for key in theirs.keys] == ["area-use", "area-none"]


def test_who_is_not_on_the_map_is_told_of_and_has_no_look_in_its_key() -> None:
    members = [member(number, code) for number, code in enumerate([*VARMLAND], start=3)]
    abroad = [member(1, "0301", "NO"), member(2, "3401", "NO")]
    found = map_of("Two use it.", {1, 2}, [*members, *abroad], own={1}, used="uses it", unused="does not")
    assert found
    said = "2 members are not on the map: their boundaries are not known here."
    assert found.finding == f"Two use it. {said}"
    assert [key.look for key in found.keys] == ["area-none"]


def test_many_members_of_whom_few_can_be_drawn_are_no_map() -> None:
    abroad = [member(number, f"{number:04}", "NO") for number in range(10, 30)]
    assert of([member(1, "1737"), member(2, "1783"), *abroad]) is None


@pytest.fixture
def county(north: Cooperation) -> list[Municipality]:
    """All of Värmland are members of ``north``."""
    places = []
    for code, name in VARMLAND.items():
        place, _made = Municipality.objects.get_or_create(country="SE", code=code, defaults={"name": name})
        Member.objects.get_or_create(
            cooperation=north, municipality=place, defaults={"valid_from": north.first_month}
        )
        places.append(place)
    return places


@pytest.mark.django_db
def test_a_service_shows_on_a_map_who_uses_it_and_a_small_cooperation_none(
    coordinator: User, north: Cooperation, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(coordinator)
    assert client.get("/north/services/erp/").context["map"] is None
    request.getfixturevalue("county")
    page = client.get("/north/services/erp/")
    shown = page.context["map"]
    assert shown.finding == "2 of 16 members use it."
    assert [shape.look for shape in shown.drawings[0].shapes].count("area-none") == 14
    assert f'd="{shown.drawings[0].shapes[0].path}"' in page.content.decode()


@pytest.mark.django_db
def test_the_network_shows_where_the_sites_are(
    coordinator: User, county: list[Municipality], north: Cooperation, torsby: Municipality, sign_in: SignIn
) -> None:
    SiteFactory(cooperation=north, municipality=torsby)
    SiteFactory(cooperation=north, municipality=county[5])
    SiteFactory(cooperation=north, municipality=None)
    shown = sign_in(coordinator).get("/north/network/").context["map"]
    assert shown.finding == "There are sites in 2 of 16 municipalities."
    assert [shape.look for shape in shown.drawings[0].shapes[:3]] == ["area-own", "area-use", "area-none"]
