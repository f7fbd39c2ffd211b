"""Firewalls and redundancy groups: in the form, in the lists, and as something that can fall."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from municipalities.models import Cooperation, Link, Municipality, Site
from municipalities.reports import in_words, redundancy_groups, ways_out_of_sites
from services.reports import graph_of, impact_of
from sharedict.accounts.models import User
from tests.factories.municipalities import LinkFactory, SiteFactory, SupplierFactory
from tests.factories.services import ApplicationFactory, InstallationFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def centre(north: Cooperation, torsby: Municipality) -> Site:
    return SiteFactory(cooperation=north, name="Centre", municipality=torsby)


def said(site: Site) -> str:
    return in_words(ways_out_of_sites(Link.objects.for_listing()).get(site.pk))


def test_a_site_has_two_ways_out_when_nothing_is_in_common(north: Cooperation, centre: Site) -> None:
    assert said(centre) == "no link"
    first = LinkFactory(site=centre, outside="Teracom", firewall="F1")
    assert said(centre) == "one link only"
    second = LinkFactory(site=centre, outside=" TERACOM", firewall="F2")
    assert said(centre) == "in common: Teracom"
    second.outside = "Telia"
    second.save()
    assert said(centre) == "independent"
    first.supplier = second.supplier = SupplierFactory(cooperation=north, name="Skanova")
    first.save()
    second.save()
    assert said(centre) == "in common: Skanova"


def test_a_link_between_sites_is_a_way_out_of_both(north: Cooperation, centre: Site) -> None:
    other = SiteFactory(cooperation=north, name="Other")
    LinkFactory(site=centre, other_site=other, outside="", firewall="F1", other_firewall="F9")
    LinkFactory(site=centre, outside="Teracom", firewall="F2")
    LinkFactory(site=other, outside="Teracom", firewall="F9")
    assert said(centre) == "independent"
    assert said(other) == "in common: F9"


def test_a_group_says_whether_its_links_stand_in_for_each_other(north: Cooperation, centre: Site) -> None:
    LinkFactory(site=centre, outside="Teracom", firewall="F1", redundancy_group="Internet")
    LinkFactory(site=centre, outside="Telia", firewall="F1", redundancy_group="internet ")
    LinkFactory(site=centre, outside="Acme", firewall="F2")
    found = redundancy_groups(Link.objects.for_listing())
    assert {name: in_words(verdict) for name, verdict in found.items()} == {"internet": "in common: F1"}


def test_the_lists_and_their_files_say_it(
    north: Cooperation, centre: Site, coordinator: User, sign_in: SignIn
) -> None:
    LinkFactory(site=centre, outside="Teracom", firewall="F1", redundancy_group="Internet")
    LinkFactory(site=centre, outside="Telia", firewall="F2", redundancy_group="Internet")
    client = sign_in(coordinator)
    page = client.get("/north/network/").content.decode()
    assert page.count('<span class="sd-state sd-state-ok">independent</span>') == 3
    sites = b"".join(client.get("/north/network/?format=csv")).decode()
    assert "independent" in sites
    links = b"".join(client.get("/north/network/?rows=links&format=csv")).decode()
    assert "Telia,,,,F2,Internet," in links


def test_without_firewalls_and_groups_the_list_of_links_is_as_it_was(
    north: Cooperation, centre: Site, coordinator: User, sign_in: SignIn
) -> None:
    LinkFactory(site=centre)
    page = sign_in(coordinator).get("/north/network/").content.decode()
    assert "Redundancy group" not in page
    assert "one link only" in page


def test_a_firewall_at_the_other_site_needs_one(centre: Site, administrator: User, sign_in: SignIn) -> None:
    fields: dict[str, Any] = {"name": "Line", "kind": "vpn", "site": centre.pk, "valid_from": "2026-01-01"}
    fields |= {"outside": "Teracom", "firewall": "F1", "other_firewall": "F2"}
    client = sign_in(administrator)
    answer = client.post("/north/network/links/new/", fields)
    assert answer.status_code == 422
    assert "A firewall at the other site needs another site." in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        LinkFactory(site=centre, other_firewall="F2")
    assert client.post("/north/network/links/new/", {**fields, "other_firewall": ""}).status_code == 302
    assert Link.objects.get().firewall == "F1"


def test_a_firewall_that_goes_takes_its_links(north: Cooperation, torsby: Municipality, centre: Site) -> None:
    far = SiteFactory(cooperation=north, name="Far")
    for number in (1, 2):
        LinkFactory(site=centre, other_site=far, outside="", name=f"Line {number}", firewall="F1")
    application = ApplicationFactory(cooperation=north)
    InstallationFactory(application=application, site=far)
    SubscriptionFactory(application=application, municipality=torsby)
    things = graph_of(north, timezone.localdate())
    ((firewall, name),) = things.losable()["firewall"]
    assert name == "F1 (Centre)"
    (row,) = [each for each in impact_of(things, [firewall]) if each.application == application]
    assert row.state.name == "DOWN"
    assert things.names[row.because[0]] == "F1 (Centre)"
