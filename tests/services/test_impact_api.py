"""What falls and what alone stops something, asked for by programs."""

from collections.abc import Callable

import pytest
from django.test import Client

from municipalities.models import Cooperation, Municipality, Site
from services.models import Application
from sharedict.accounts.models import User
from tests.factories.municipalities import LinkFactory, SiteFactory
from tests.factories.services import ApplicationFactory, InstallationFactory, SubscriptionFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def centre(north: Cooperation, torsby: Municipality) -> Site:
    """The maps run at one centre alone, and Torsby uses them with 40 people."""
    site: Site = SiteFactory(cooperation=north, name="Centre", municipality=torsby)
    LinkFactory(site=site, outside="Teracom")
    maps = ApplicationFactory(cooperation=north, code="maps", name="Maps")
    InstallationFactory(application=maps, site=site)
    SubscriptionFactory(application=maps, municipality=torsby, users=40)
    return site


def test_what_falls_is_told_use_by_use_with_the_reason(centre: Site, finance: User, sign_in: SignIn) -> None:
    found = sign_in(finance).get(f"/api/v1/impact/?lost=site:{centre.pk}").json()
    assert (found["cooperation"], found["people"]) == ("north", 40)
    assert found["lost"] == [{"id": f"site:{centre.pk}", "name": "Centre"}]
    rows = {row["application"]: row for row in found["results"]}
    [use] = rows["maps"]["uses"]
    assert (rows["maps"]["state"], use["municipality"], use["users"]) == ("down", "SE1737", 40)
    assert [step["name"] for step in use["because"]] == ["Centre"]
    assert rows["erp"]["state"] == "up"
    assert rows["erp"]["uses"][0]["because"] == []


def test_what_alone_stops_something_is_listed(centre: Site, finance: User, sign_in: SignIn) -> None:
    found = sign_in(finance).get("/api/v1/single-points/?cooperation=north").json()["results"]
    assert found[0] == {
        "id": f"site:{centre.pk}",
        "name": "Centre",
        "people": 40,
        "applications": ["maps"],
        "municipalities": ["SE1737"],
    }


@pytest.mark.parametrize(
    "query",
    [
        "lost=",
        "lost=site:999999",
        "lost=nothing",
        "lost=%00",
        "lost=site:x&stay=maybe",
        "odd=1",
    ],
)
def test_what_cannot_be_asked_is_refused(query: str, centre: Site, finance: User, sign_in: SignIn) -> None:
    assert sign_in(finance).get(f"/api/v1/impact/?{query}").status_code == 400


def test_of_another_cooperation_nothing_is_told(
    centre: Site, erp: Application, stranger: User, sign_in: SignIn
) -> None:
    client = sign_in(stranger)
    for address in (f"impact/?cooperation=north&lost=site:{centre.pk}", "single-points/?cooperation=north"):
        assert client.get(f"/api/v1/{address}").status_code == 404
    assert client.get(f"/api/v1/impact/?lost=site:{centre.pk}").status_code == 400
    assert client.get("/api/v1/single-points/").json()["results"] == []


def test_nobody_is_told_without_signing_in(centre: Site, client: Client) -> None:
    assert client.get(f"/api/v1/impact/?lost=site:{centre.pk}").status_code == 401
