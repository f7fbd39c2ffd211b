"""Sites, links and their picture."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from municipalities.models import Cooperation, Link, Municipality, Site
from municipalities.reports import network_of
from services.models import Application
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.factories.municipalities import LinkFactory, SiteFactory
from tests.factories.services import InstallationFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def room(north: Cooperation, torsby: Municipality) -> Site:
    site: Site = SiteFactory(cooperation=north, name="Torsby room", municipality=torsby)
    return site


@pytest.fixture
def mirror(north: Cooperation) -> Site:
    site: Site = SiteFactory(cooperation=north, name="Mirror", kind=Site.Kind.MIRROR)
    return site


def site_fields(**fields: Any) -> dict[str, Any]:
    return {"name": "New site", "kind": "server_room", "valid_from": "2026-01-01"} | fields


def link_fields(site: Site, **fields: Any) -> dict[str, Any]:
    return {"name": "Line", "kind": "vpn", "site": site.pk, "valid_from": "2026-01-01"} | fields


def picture(client: Client) -> str:
    """The figure as text without line breaks: its drawings and its table."""
    page = client.get("/north/network/").content.decode()
    return " ".join(page.split('<figure class="sd-chart"')[1].split("</figure>")[0].split())


def words_of(figure: str) -> set[str]:
    return {*re.findall(r"<text [^>]*>([^<]+)</text>", figure)}


def rows_of(figure: str) -> set[tuple[str, ...]]:
    return {
        tuple(re.findall(r"<t[hd][^>]*>([^<]*)<", row))
        for row in re.findall(r"<tr>(<th scope=.row.*?)</tr>", figure)
    }


def test_a_site_is_added_with_what_it_mirrors_and_logged(
    sign_in: SignIn, administrator: User, north: Cooperation, room: Site
) -> None:
    client = sign_in(administrator)
    fields = site_fields(name="Fourth site", kind="mirror", mirrors=[room.pk])
    assert client.post("/north/network/sites/new/", fields).headers["Location"] == "/north/network/"
    site = Site.objects.get(name="Fourth site")
    assert list(site.mirrors.all()) == [room]
    assert Entry.objects.filter(changes={"mirrors": ["", "Torsby room"]}).exists()
    fields["mirrors"] = []
    assert client.post(f"/north/network/sites/{site.pk}/", fields).status_code == 302
    assert not site.mirrors.exists()


def test_a_site_of_another_cooperation_is_no_choice(
    sign_in: SignIn, administrator: User, room: Site, outside: Cooperation
) -> None:
    theirs = SiteFactory(cooperation=outside)
    client = sign_in(administrator)
    response = client.post("/north/network/sites/new/", site_fields(mirrors=[theirs.pk]))
    assert response.status_code == 422
    assert not Site.objects.filter(name="New site").exists()
    response = client.post("/north/network/links/new/", link_fields(room, other_site=theirs.pk))
    assert response.status_code == 422
    assert b"Select a valid choice" in response.content


def test_a_site_does_not_mirror_itself(sign_in: SignIn, administrator: User, room: Site) -> None:
    fields = site_fields(name=room.name, mirrors=[room.pk])
    assert sign_in(administrator).post(f"/north/network/sites/{room.pk}/", fields).status_code == 422


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({}, "Name the other end"),
        ({"outside": "Teracom", "other_site": "mirror"}, "Name the other end"),
        ({"other_site": "room"}, "two different sites"),
    ],
)
def test_a_link_has_two_ends(
    sign_in: SignIn, administrator: User, room: Site, mirror: Site, ends: dict[str, str], said: str
) -> None:
    sites = {"room": room.pk, "mirror": mirror.pk}
    fields = link_fields(room, **{name: sites.get(value, value) for name, value in ends.items()})
    response = sign_in(administrator).post("/north/network/links/new/", fields)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Link.objects.exists()


@pytest.mark.parametrize("mbps", ["-1", "1.5", "fast", "9" * 12, "9" * 40])
def test_a_speed_is_a_whole_number(sign_in: SignIn, administrator: User, room: Site, mbps: str) -> None:
    fields = link_fields(room, outside="Teracom", mbps=mbps)
    assert sign_in(administrator).post("/north/network/links/new/", fields).status_code == 422


def test_the_picture_shows_what_is_in_force(
    sign_in: SignIn, finance: User, north: Cooperation, room: Site, mirror: Site
) -> None:
    mirror.mirrors.set([room])
    LinkFactory(site=room, outside="Teracom", mbps=100)
    LinkFactory(site=room, other_site=mirror, outside="", kind="vpn")
    LinkFactory(site=room, outside="Gone", valid_until="2021-01-01")
    figure = picture(sign_in(finance))
    assert {
        "Torsby room",
        "Mirror",
        "Teracom",
        "broadband 100 Mbit/s",
        "switched VPN",
        "can take over",
    } <= words_of(figure)
    assert "Gone" not in figure
    assert rows_of(figure) == {
        ("Torsby room", "Teracom", "broadband 100 Mbit/s"),
        ("Torsby room", "Mirror", "switched VPN"),
        ("Mirror", "Torsby room", "mirrors"),
    }


def heading(client: Client, language: str) -> str:
    """What the picture finds, as its heading and, with the count, for those who do not see it."""
    with translation.override(language):  # the request leaves its language behind
        page = client.get("/north/network/", headers={"Accept-Language": language})
    found: str = page.context["picture_title"]
    assert page.context["picture"] is None or page.content.decode().count(f'aria-label="{found}.') == 2
    return found


@pytest.mark.parametrize(
    ("language", "found", "count"),
    [
        (
            "en",
            "The only Internet connection is at Torsby room; Mirror can take over for 2 sites",
            "3 sites, 2 links",
        ),
        (
            "sv",
            "Den enda internetanslutningen finns vid Torsby room; Mirror kan ta över för 2 driftställen",
            "3 driftställen, 2 förbindelser",
        ),
    ],
)
def test_the_heading_is_what_the_picture_finds_and_the_count_where_it_finds_nothing(
    sign_in: SignIn,
    finance: User,
    north: Cooperation,
    room: Site,
    mirror: Site,
    language: str,
    found: str,
    count: str,
) -> None:
    other = SiteFactory(cooperation=north, name="Other room")
    mirror.mirrors.set([room, other])
    LinkFactory(site=room, outside="Acme", kind="internet")
    LinkFactory(site=other, other_site=room, outside="", kind="vpn")
    client = sign_in(finance)
    assert heading(client, language) == found
    Link.objects.filter(kind="internet").update(kind="broadband")
    mirror.mirrors.clear()
    assert heading(client, language) == count


@pytest.mark.parametrize(
    ("language", "all_at_one", "takes_over"),
    [
        ("en", "All 2 Internet connections are at Torsby room", "Other sites can take over for 2"),
        ("sv", "Alla 2 internetanslutningar finns vid Torsby room", "Andra driftställen kan ta över för 2"),
    ],
)
def test_a_finding_that_is_not_true_is_not_said(
    sign_in: SignIn,
    finance: User,
    room: Site,
    mirror: Site,
    language: str,
    all_at_one: str,
    takes_over: str,
) -> None:
    client = sign_in(finance)
    for name in ("Acme", "Teracom"):
        LinkFactory(site=room, outside=name, kind="internet")
    assert heading(client, language) == all_at_one
    LinkFactory(site=mirror, outside="Acme", kind="internet")
    mirror.mirrors.set([room])
    room.mirrors.set([mirror])
    assert heading(client, language) == takes_over


def test_a_site_that_nothing_joins_is_no_picture(sign_in: SignIn, finance: User, room: Site) -> None:
    """Its count is in the list below, and a box alone would be said to be joined."""
    client = sign_in(finance)
    assert "sd-pic" not in client.get("/north/network/").content.decode()
    LinkFactory(site=room, outside="Teracom")
    assert heading(client, "en") == "1 site, 1 link"


def test_own_sites_stand_out_and_come_first_and_mirrors_last(
    north: Cooperation, room: Site, mirror: Site, torsby: Municipality
) -> None:
    SiteFactory(cooperation=north, name="Anybody's")
    sites = Site.objects.for_listing()
    wanted = network_of(sites, [], own={torsby.pk}, finding="")
    assert [(site.name, site.look) for site in wanted.sites] == [
        ("Torsby room", "own"),
        ("Anybody's", ""),
        ("Mirror", ""),
    ]


def test_what_meets_in_one_site_is_one_rail(north: Cooperation) -> None:
    hub, one, two, three = (SiteFactory(cooperation=north, name=name) for name in ("Hub", "A", "B", "C"))
    links = [
        LinkFactory(site=one, other_site=hub, outside="", kind="vpn"),
        LinkFactory(site=hub, other_site=two, outside="", kind="vpn"),
        LinkFactory(site=two, other_site=three, outside="", kind="vpn"),
        LinkFactory(site=two, other_site=three, outside="", kind="fibre", mbps=10),
        LinkFactory(site=one, outside="Teracom", kind="internet"),
        LinkFactory(site=two, outside="Teracom", kind="broadband", mbps=100),
        LinkFactory(site=three, outside="Acme", kind="internet"),
    ]
    wanted = network_of(Site.objects.for_listing(), links, own=(), finding="")
    names = {str(site.pk): site.name for site in (hub, one, two, three)}
    assert [(rail.name, rail.words, [names[key] for key in rail.sites]) for rail in wanted.joints] == [
        ("dark fibre 10 Mbit/s", "", ["B", "C"]),
        ("switched VPN", "by way of B", ["B", "Hub", "C"]),
        ("switched VPN", "", ["A", "Hub"]),
    ]
    assert [(rail.name, rail.words, [names[key] for key in rail.sites]) for rail in wanted.providers] == [
        ("Teracom", "Internet connection, broadband 100 Mbit/s", ["A", "B"]),
        ("Acme", "Internet connection", ["C"]),
    ]


def test_what_leads_elsewhere_is_left_out(north: Cooperation, room: Site, mirror: Site) -> None:
    mirror.mirrors.set([room])
    links = [
        LinkFactory(site=room, other_site=mirror, outside=""),
        LinkFactory(site=mirror, outside="Teracom"),
        LinkFactory(site=room, outside="Acme"),
    ]
    wanted = network_of(Site.objects.for_listing().filter(pk=room.pk), links, own=(), finding="")
    assert [rail.name for rail in wanted.providers] == ["Acme"]
    assert [*wanted.joints] == []


def test_without_sites_the_page_says_what_to_do(sign_in: SignIn, administrator: User) -> None:
    page = sign_in(administrator).get("/north/network/").content
    assert b"No sites yet" in page
    assert b"No links yet" in page
    assert b"sd-pic" not in page


def test_both_lists_come_as_files(sign_in: SignIn, finance: User, room: Site, mirror: Site) -> None:
    mirror.mirrors.set([room])
    LinkFactory(site=room, name="=cmd", outside="Teracom")
    client = sign_in(finance)
    sites = b"".join(client.get("/north/network/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Mirror,mirror,,,Torsby room" in sites
    links = b"".join(client.get("/north/network/?rows=links&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=cmd,broadband,Torsby room,Teracom" in links
    assert client.get("/north/network/?rows=links&format=xlsx").content.startswith(b"PK")


def test_a_site_ends(sign_in: SignIn, administrator: User, room: Site) -> None:
    response = sign_in(administrator).post(
        f"/north/network/sites/{room.pk}/end/", {"valid_until": "2025-12-31"}
    )
    assert response.headers["Location"] == "/north/network/"
    room.refresh_from_db()
    assert str(room.valid_until) == "2026-01-01"


def test_a_name_serves_once_in_a_cooperation(
    sign_in: SignIn, administrator: User, room: Site, outside: Cooperation
) -> None:
    SiteFactory(cooperation=outside, name="Elsewhere")
    client = sign_in(administrator)
    assert client.post("/north/network/sites/new/", site_fields(name="Elsewhere")).status_code == 302
    response = client.post("/north/network/sites/new/", site_fields(name=room.name))
    assert response.status_code == 422
    assert b"already a site with this name" in response.content


def test_the_list_says_what_runs_where(
    sign_in: SignIn, finance: User, room: Site, mirror: Site, erp: Application
) -> None:
    InstallationFactory(application=erp, site=room)
    InstallationFactory(application=erp, site=mirror, purpose="mirror")
    response = sign_in(finance).get("/north/network/?format=csv")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Mirror,mirror,,,,ERP (mirror)," in text
    assert "Torsby room,server room,Torsby,,,ERP," in text


def test_only_a_list_that_is_narrowed_offers_to_clear_its_filter(
    sign_in: SignIn, administrator: User
) -> None:
    client = sign_in(administrator)
    assert b"Clear the filter" not in client.get("/north/network/").content
    narrowed = client.get("/north/network/?q=nowhere").content
    assert b"Nothing fits the filter" in narrowed
    assert b"No sites yet" not in narrowed
    assert narrowed.count(b"No links yet") == 1


def test_more_links_than_a_picture_can_show_are_lists_only(
    sign_in: SignIn, administrator: User, room: Site, mirror: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(administrator)
    LinkFactory(site=room, outside="Teracom")
    LinkFactory(site=mirror, outside="Teracom")
    assert "sd-pic" in client.get("/north/network/").content.decode()
    monkeypatch.setattr("municipalities.views.network.MOST_DRAWN", 1)
    page = client.get("/north/network/").content.decode()
    assert "sd-pic" not in page
    assert "more links than a picture can show" in page
