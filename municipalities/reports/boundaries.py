"""The boundaries of municipalities, for pictures; see ``registers/README.md`` for where they are from."""

import csv
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.models import Municipality, Site
from sharedict.pictures.areas import LOOKS, Place, areas
from sharedict.pictures.drawing import Key, Picture

BOUNDARIES = Path(__file__).resolve().parents[1] / "registers" / "boundaries_se.csv"
COUNTRY = "SE"
MOST_WITHOUT = 6
"""So few members are no map: a list says as much."""

Boundary = list[list[tuple[int, int]]]


def boundary_of(key: str) -> Boundary:
    """The rings of ``key`` (SE1737): easting and northing in hundreds of metres; none if unknown."""
    return _rings(_lines().get(key, ""))


@cache
def _lines() -> dict[str, str]:
    with BOUNDARIES.open(encoding="utf-8", newline="") as file:
        return {f"{COUNTRY}{row['code']}": row["boundary"] for row in csv.DictReader(file)}


def _rings(text: str) -> Boundary:
    numbers = ([int(each) for each in ring.split()] for ring in text.split(";") if ring)
    return [list(zip(ring[::2], ring[1::2], strict=True)) for ring in numbers]


def map_of(
    finding: str,
    using: Collection[int],
    members: Sequence[Municipality],
    *,
    own: Collection[int],
    used: str,
    unused: str,
) -> Picture | None:
    """``members`` on a map by whether they are among ``using``; None for few whose boundaries are known.

    ``using`` and ``own``, of whom the reader is, are primary keys; ``used`` and ``unused`` are what the two
    looks mean. The reader's own are named first, then those that use it. The finding says how many are not
    shown.
    """
    looks = {
        place.pk: ("own" if place.pk in own else "use") if place.pk in using else "none" for place in members
    }
    places = [
        Place(place.name, boundary_of(place.key), looks[place.pk])
        for place in sorted(members, key=lambda each: (each.pk not in own, each.pk not in using, each.name))
    ]
    shown = [place for place in places if place.rings]
    if len(shown) <= MOST_WITHOUT:
        return None
    words = {"own": _("yours"), "use": used, "none": unused}
    drawn = {place.look for place in shown}
    keys = [Key(LOOKS[look], said) for look, said in words.items() if look in drawn]
    return areas(f"{finding} {_left_out(places)}".strip(), shown, keys)


def _left_out(places: Iterable[Place]) -> str:
    """How many of ``places`` the map does not show: nobody takes what is drawn for all there is."""
    count = sum(not place.rings for place in places)
    said = ngettext(
        "%(count)s member is not on the map: its boundary is not known here.",
        "%(count)s members are not on the map: their boundaries are not known here.",
        count,
    )
    return said % {"count": count} if count else ""


def map_of_sites(
    sites: Iterable[Site], members: Sequence[Municipality], *, own: Collection[int]
) -> Picture | None:
    """In which municipalities ``sites`` stand, as ``map_of`` shows it."""
    standing = {site.municipality_id for site in sites if site.municipality_id}
    count = len([place for place in members if place.pk in standing])
    words = {"count": count, "all": len(members)}
    finding = _("There are sites in %(count)s of %(all)s municipalities.") % words
    return map_of(finding, standing, members, own=own, used=_("has a site"), unused=_("has none"))
