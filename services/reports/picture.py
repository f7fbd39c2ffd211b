"""What falls as a picture: the network with what is lost, and in each box what runs there and how it is."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.models import Cooperation, Link, Site
from municipalities.reports import network_of
from services.engine.impact import Impact, State
from services.models import Installation
from services.reports.things import RUNNING
from sharedict.pictures.drawing import Picture
from sharedict.pictures.network import Rail
from sharedict.pictures.network import State as Look
from sharedict.pictures.rails import rails

MOST_NAMED = 3
"""Of so many applications a box names each; of more it names those that are hit hardest."""
WORDS = {
    State.UP: gettext_lazy("up"),
    State.LESS: gettext_lazy("with less"),
    State.DOWN: gettext_lazy("down"),
}


def picture_of(
    found: Impact,
    *,
    links: Collection[Link],
    sites: Collection[Site],
    running: Iterable[Installation],
    own: Collection[int],
    finding: str,
) -> Picture | None:
    """The net of a day with what is lost, ``running`` with applications; None where nothing is joined."""
    at: dict[str, list[Installation]] = defaultdict(list)
    for row in running:
        at[str(row.site_id)].append(row)
    wanted = network_of(
        sites,
        links,
        own=own,
        finding=finding,
        lost_sites={site.pk for site in sites if found.state(f"site:{site.pk}") is State.DOWN},
        lost_links={link.pk for link in links if found.state(f"link:{link.pk}") is State.DOWN},
        said={int(key): _in_box(rows, found) for key, rows in at.items()},
        over=[*_taken_over(at, found)],
    )
    return rails(wanted) if wanted.providers or wanted.joints else None


def running_on(cooperation: Cooperation, day: dt.date) -> list[Installation]:
    """What is installed that day to be used, with applications; primary ones first, then by name."""
    rows = Installation.objects.of(cooperation).as_of(day).filter(purpose__in=RUNNING)
    found = list(rows.select_related("application").order_by("application__name", "pk"))
    return sorted(found, key=lambda row: row.purpose != Installation.Purpose.PRIMARY)


def _in_box(rows: Iterable[Installation], found: Impact) -> list[str]:
    """The applications at a site and how each is, those that are hit hardest first, each once."""
    states = {row.application: found.state(f"application:{row.application_id}") for row in rows}
    ordered = sorted(states, key=lambda application: -states[application])
    said = [f"{each.name}: {WORDS[states[each]]}" for each in ordered[:MOST_NAMED]]
    rest = len(ordered) - MOST_NAMED
    more = ngettext("%(count)s more", "%(count)s more", rest) % {"count": rest}
    return [*said, *([more] if rest > 0 else [])]


def _taken_over(at: Mapping[str, Iterable[Installation]], found: Impact) -> Iterable[Rail]:
    """From the sites whose primary is lost to each site that is there with the mirror of it."""
    lost = defaultdict[int, list[str]](list)
    for site, rows in at.items():
        for row in rows:
            if row.purpose == Installation.Purpose.PRIMARY and _is_down(row, found):
                lost[row.application_id].append(site)
    for site, rows in at.items():
        taken = [
            from_site
            for row in rows
            if row.purpose == Installation.Purpose.MIRROR and not _is_down(row, found)
            for from_site in lost[row.application_id]
        ]
        if taken:
            yield Rail("", "", [*dict.fromkeys([*taken, site])], Look.SPARE, over=site)


def _is_down(row: Installation, found: Impact) -> bool:
    return found.state(f"installation:{row.pk}") is State.DOWN


def lost_in_words(found: Impact, sites: Iterable[Site]) -> str:
    """What is to be seen in the picture: how many sites and links are lost."""
    gone = sum(found.state(f"site:{site.pk}") is State.DOWN for site in sites)
    links = sum(name.startswith("link:") for name in found.down)
    said = []
    if gone:
        said.append(ngettext("%(count)d site is lost", "%(count)d sites are lost", gone) % {"count": gone})
    if links:
        said.append(ngettext("%(count)d link is lost", "%(count)d links are lost", links) % {"count": links})
    return "; ".join(said) or _("No site and no link is lost")
