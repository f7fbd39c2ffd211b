"""The picture of real rows: no two labels overlap, in worlds of few and of many sites, whatever is lost."""

import pytest

from municipalities.models import Link, Municipality, Site, Supplier
from municipalities.reports import network_of
from sharedict.pictures.drawing import Box
from sharedict.pictures.rails import rails
from tests.pictures.measuring import WIDTHS, crossings, drawn, is_shown

NAMES = ("Torsby", "Kristinehamn", "Örnsköldsvik", "Å", "Sunne", "Upplands-Bro", "Lidköping", "Malung-Sälen")
PROVIDERS = ("Teracom", "TeliaSonera Sverige AB", "GlobalConnect", "Tele2", "IP-Only Networks", "Skanova")
SIZES = (3, 7, 16, 40)
WIDE = {320: 288, 1440: 1248}


def world(count: int) -> tuple[list[Site], list[Link]]:
    """Sites with links to providers and to the first, through firewalls and in groups; nothing is saved."""
    sites = []
    for number in range(count):
        place = Municipality(pk=number + 1, name=NAMES[number % len(NAMES)])
        name = f"{place.name} operations centre {number + 1}"
        site = Site(pk=number + 1, name=name, kind=Site.Kind.OPERATIONS, municipality=place)
        site._prefetched_objects_cache = {"mirrors": []}
        sites.append(site)
    sites[-1].kind = Site.Kind.MIRROR
    sites[-1]._prefetched_objects_cache = {"mirrors": sites[:-1]}
    links = []
    for number, site in enumerate(sites):
        outside = PROVIDERS[number % len(PROVIDERS)]
        kind = Link.Kind.INTERNET if number % 5 == 0 else Link.Kind.BROADBAND
        links.append(Link(kind=kind, site=site, outside=outside, mbps=100 * (number % 4 + 1)))
        if number:
            links.append(Link(kind=Link.Kind.VPN, site=site, other_site=sites[0]))
        if number % 3 == 2:
            links.append(Link(kind=Link.Kind.FIBRE, site=site, other_site=sites[number - 1], mbps=10_000))
    for number, link in enumerate(links):
        link.pk, link.name, link.supplier = number + 1, f"Line {number}", Supplier(name="Mossfiber AB")
    return sites, links


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("is_lost", [False, True])
@pytest.mark.parametrize("count", SIZES)
def test_no_two_labels_overlap(count: int, is_lost: bool, width: int) -> None:
    sites, links = world(count)
    lost = {sites[0].pk} if is_lost else set[int]()
    gone = {link.pk for link in links if {link.site_id, link.other_site_id} & lost}
    said = {site.pk: ["Property register: with less", "Case handling: down", "9 more"] for site in sites}
    wanted = network_of(
        sites,
        links,
        own={2},
        finding="",
        lost_sites=lost,
        lost_links=gone,
        said=said if is_lost else None,
    )
    picture = rails(wanted)
    assert [*crossings(picture, width)] == []
    drawing = drawn(picture, width)
    assert len([shape for shape in drawing.shapes if isinstance(shape, Box)]) == count
    told = " ".join(label.text for label in drawing.labels if is_shown(label, width))
    assert all(outside[:5] in told for outside in {link.outside for link in links if link.outside})


def test_what_is_lost_looks_lost() -> None:
    sites, links = world(3)
    gone = {link.pk for link in links if link.site_id == 2}
    wanted = network_of(sites, links, own=(), finding="", lost_sites={2}, lost_links=gone)
    assert {site.key: site.look for site in wanted.sites} == {"1": "", "2": "out", "3": ""}
    rail = {each.name: each for each in wanted.providers}
    assert rail["TeliaSonera Sverige AB"].state == "out", "its only link is lost"
    assert rail["Teracom"].state == "use"
    (vpn,) = (each for each in wanted.joints if each.name == "switched VPN")
    assert (vpn.state, vpn.lost) == ("use", frozenset({"2"}))
