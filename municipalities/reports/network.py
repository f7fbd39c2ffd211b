"""The sites of a cooperation, and what joins them, as a picture and in figures."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.models import Link, Site
from sharedict.pictures.network import Network, Rail, State
from sharedict.pictures.network import Site as Node

MOST_DRAWN = 150
"""More links than these are no picture: it would be thousands of lines, and take seconds to lay out."""


def network_of(
    sites: Iterable[Site],
    links: Iterable[Link],
    *,
    own: Collection[int],
    finding: str,
    lost_sites: Collection[int] = (),
    lost_links: Collection[int] = (),
    said: Mapping[int, Sequence[str]] | None = None,
    over: Sequence[Rail] | None = None,
) -> Network:
    """``sites`` and what joins them, for a picture; ``own``: the municipalities that the reader answers for.

    ``sites`` come with what they mirror. What leads to a site that is not among them is left out. By their
    primary keys, ``lost_sites`` and ``lost_links`` are shown as lost, and ``said`` is what stands in boxes
    instead of what a site is. ``over`` are rails of what takes over, instead of what each site could.
    """
    ordered = sorted(
        sites, key=lambda site: (site.kind == Site.Kind.MIRROR, site.municipality_id is None, site.name)
    )
    shown = {site.pk: site for site in ordered}
    kept = [link for link in links if _is_among(link, shown)]
    return Network(
        finding=finding,
        sites=[
            Node(
                str(site.pk),
                site.name,
                _kind(site, shown) if said is None else said.get(site.pk, ()),
                "out" if site.pk in lost_sites else "own" if site.municipality_id in own else "",
            )
            for site in ordered
        ],
        providers=[*_providers([link for link in kept if link.outside], lost_links)],
        joints=[
            *_joints([link for link in kept if not link.outside], shown, lost_links),
            *(_mirrors(shown) if over is None else over),
        ],
        words={
            State.USE: _("link in use"),
            State.SPARE: _("can take over") if over is None else _("takes over"),
            State.OUT: _("lost"),
        },
    )


def _kind(site: Site, shown: Mapping[int, Site]) -> list[str]:
    return [str(site.get_kind_display()), *([_("can take over")] if _mirrored(site, shown) else [])]


def network_count(sites: Sequence[Site], links: Sequence[Link]) -> str:
    return "{}, {}".format(
        ngettext("%(count)d site", "%(count)d sites", len(sites)) % {"count": len(sites)},
        ngettext("%(count)d link", "%(count)d links", len(links)) % {"count": len(links)},
    )


def network_finding(sites: Sequence[Site], links: Sequence[Link]) -> str:
    """What is worth knowing of ``sites``: whether all hang on one's Internet connection, and what takes over.

    Empty where there is no such thing. Where traffic goes is in no link, so it says what is connected.
    """
    shown = {site.pk: site for site in sites}
    outwards = [link for link in links if link.kind == Link.Kind.INTERNET and link.outside]
    connected = {link.site_id for link in outwards if link.site_id in shown}
    said: list[str] = []
    if len(connected) == 1 < len(sites):
        words = ngettext(
            "the only Internet connection is at %(site)s",
            "all %(count)d Internet connections are at %(site)s",
            len(outwards),
        )
        said.append(words % {"site": shown[connected.pop()].name, "count": len(outwards)})
    over = {site.name: {other.pk for other in _mirrored(site, shown)} for site in sites}
    over = {name: others for name, others in over.items() if others}
    if len(over) == 1:
        ((name, others),) = over.items()
        words = ngettext(
            "%(site)s can take over for %(count)d site",
            "%(site)s can take over for %(count)d sites",
            len(others),
        )
        said.append(words % {"site": name, "count": len(others)})
    elif over:
        count = len(set[int]().union(*over.values()))
        words = ngettext(
            "another site can take over for %(count)d", "other sites can take over for %(count)d", count
        )
        said.append(words % {"count": count})
    finding = "; ".join(said)
    return finding[:1].upper() + finding[1:]


def network_figures(sites: Sequence[Site], links: Sequence[Link]) -> dict[str, Any]:
    """What the picture of a network shows, link by link, for the filter chart_table."""
    shown = {site.pk for site in sites}
    kept = [link for link in links if _is_among(link, shown)]
    names = {f"s{site.pk}": site.name for site in sites} | {
        f"p{link.provider}": link.outside for link in reversed(kept) if link.outside
    }
    joins = [
        {
            "source": f"s{link.site_id}",
            "target": f"s{link.other_site_id}" if link.other_site_id else f"p{link.provider}",
            "label": _link_label(link),
        }
        for link in kept
    ]
    mirrors = [
        {"source": f"s{site.pk}", "target": f"s{other.pk}", "label": _("mirrors")}
        for site in sites
        for other in site.mirrors.all()
        if other.pk in shown
    ]
    nodes = [{"id": key, "name": name} for key, name in names.items()]
    return {"nodes": nodes, "links": [*joins, *mirrors]}


def _is_among(link: Link, sites: Collection[int]) -> bool:
    return link.site_id in sites and (not link.other_site_id or link.other_site_id in sites)


def _providers(links: Iterable[Link], gone: Collection[int]) -> Iterator[Rail]:
    """One for each provider, with all that it supplies; the one that reaches most sites first."""
    found: dict[str, list[Link]] = {}
    for link in links:
        found.setdefault(link.provider, []).append(link)
    for _provider, supplied in sorted(found.items(), key=lambda each: (-len(each[1]), each[0])):
        name = supplied[0].outside
        words = dict.fromkeys(_link_label(link) for link in supplied)
        at = _at_sites((link.site_id, link) for link in supplied)
        yield _rail(name, ", ".join(words), at, gone)


def _at_sites(ends: Iterable[tuple[int, Link]]) -> dict[int, list[Link]]:
    found: dict[int, list[Link]] = {}
    for site, link in ends:
        found.setdefault(site, []).append(link)
    return found


def _rail(name: str, words: str, at: Mapping[int, Sequence[Link]], gone: Collection[int]) -> Rail:
    """A rail of the links at each site: lost at those where all of them are, and as a whole where all are."""
    lost = {site for site, links in at.items() if all(link.pk in gone for link in links)}
    state = State.OUT if len(lost) == len(at) else State.USE
    return Rail(name, words, [*map(str, at)], state, lost=frozenset(map(str, lost)))


def _joints(links: Iterable[Link], sites: Mapping[int, Site], gone: Collection[int]) -> Iterator[Rail]:
    """Links of one kind and speed: those that meet in one site together, beginning where most meet."""
    ordered = sorted(links, key=_link_label)
    for label, group in groupby(ordered, key=_link_label):
        left = [*group]
        while left:
            counts = Counter(end for link in left for end in _ends(link))
            hub = min(counts, key=lambda end: (-counts[end], sites[end].name))
            here = [link for link in left if hub in _ends(link)]
            left = [link for link in left if hub not in _ends(link)]
            at = {hub: here} | _at_sites((end, link) for link in here for end in _ends(link) if end != hub)
            by_way = _("by way of %(site)s") % {"site": sites[hub].name} if len(here) > 1 else ""
            yield _rail(label, by_way, at, gone)


def _mirrors(sites: Mapping[int, Site]) -> Iterator[Rail]:
    """From those that each site mirrors to it: it can take over, as its box says."""
    for site in sites.values():
        mirrored = [str(other.pk) for other in _mirrored(site, sites)]
        if mirrored:
            yield Rail("", "", [*mirrored, str(site.pk)], State.SPARE, over=str(site.pk))


def _mirrored(site: Site, sites: Collection[int]) -> list[Site]:
    return [other for other in site.mirrors.all() if other.pk in sites]


def _ends(link: Link) -> tuple[int, int]:
    return (link.site_id, link.other_site_id or 0)


def _link_label(link: Link) -> str:
    speed = _("%(mbps)s Mbit/s") % {"mbps": link.mbps} if link.mbps else ""
    return " ".join(filter(None, (str(link.get_kind_display()), speed)))
