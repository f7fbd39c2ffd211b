"""How the links at each site, and those of a redundancy group, stand in for each other today."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.engine.ways_out import Standing, Verdict, WayOut, verdict_of
from municipalities.models import Link, folded

LOOKS = {
    Standing.INDEPENDENT: "ok",
    Standing.UNTOLD: "neutral",
    Standing.SHARED: "warning",
    Standing.SINGLE: "warning",
    Standing.NONE: "neutral",
}
WORDS = {
    Standing.INDEPENDENT: gettext_lazy("independent"),
    Standing.UNTOLD: gettext_lazy("firewalls not told"),
    Standing.SINGLE: gettext_lazy("one link only"),
    Standing.NONE: gettext_lazy("no link"),
}


def ways_out_of_sites(links: Iterable[Link]) -> Mapping[int, Verdict]:
    """By the primary key of each site that some of ``links`` ends at."""
    at, said = defaultdict[int, list[WayOut]](list), _Names()
    for link in links:
        for site, way in _ends(link, said):
            at[site].append(way)
    return {site: verdict_of(ways) for site, ways in at.items()}


def redundancy_groups(links: Iterable[Link]) -> Mapping[str, Verdict]:
    """By what ``Link.group`` gives: how the links of each group stand, whichever site they are at."""
    found, said = defaultdict[str, list[Link]](list), _Names()
    for link in links:
        if link.group:
            found[link.group].append(link)
    return {name: verdict_of([*_in_group(each, said)]) for name, each in found.items()}


def in_words(verdict: Verdict | None) -> str:
    if verdict is None:
        return str(WORDS[Standing.NONE])
    if verdict.standing is Standing.SHARED:
        return _("in common: %(points)s") % {"points": ", ".join(verdict.shared)}
    return str(WORDS[verdict.standing])


class _Names(dict[str, str]):
    """Names as they were first typed: typed otherwise, they are the same point."""

    def of(self, *names: str) -> frozenset[str]:
        return frozenset(
            self.setdefault(folded(name), " ".join(name.split())) for name in names if name.strip()
        )

    def one(self, name: str) -> str:
        return next(iter(self.of(name)), "")


def _ends(link: Link, said: _Names) -> Iterator[tuple[int, WayOut]]:
    """The link as seen from each site that it ends at."""
    supplier = link.supplier.name if link.supplier else ""
    here, there = said.one(link.firewall), said.one(link.other_firewall)
    if link.other_site is None:
        yield link.site_id, WayOut(link.name, here, said.of(supplier, link.outside))
        return
    for site, device, other, beyond in (
        (link.site_id, here, link.other_site.name, there),
        (link.other_site.pk, there, link.site.name, here),
    ):
        behind = f"{beyond} ({other})" if beyond else ""
        yield site, WayOut(link.name, device, said.of(supplier, other, behind))


def _in_group(links: Sequence[Link], said: _Names) -> Iterator[WayOut]:
    """As seen from where all of them end, if they do, else from the site that each begins at."""
    sides = [dict(_ends(link, said)) for link in links]
    common = set(sides[0]).intersection(*sides[1:])
    for link, side in zip(links, sides, strict=True):
        yield side[min(common)] if common else side[link.site_id]
