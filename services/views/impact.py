"""What falls if a part goes, and which parts alone stop a service."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.models import Link, Municipality, Site
from municipalities.portal import CooperationPage, rows_as_file, told
from municipalities.reports import MOST_DRAWN, network_figures
from services.engine.impact import Impact, State
from services.forms import LostForm
from services.portal import KINDS, impact_url
from services.reports import (
    Falling,
    Things,
    fallen,
    graph_of,
    impact_of,
    lost_in_words,
    people_stopped,
    picture_of,
    points_of,
    running_on,
)
from sharedict.common.figures import count
from sharedict.common.sheets import Cell

MOST_LINKS = 40
"""More links than this are not offered one by one."""
MOST_PLACES = 6
"""Of so many municipalities each has a column; of more it is told how many."""
STATES = {
    State.UP: (gettext_lazy("up"), "ok"),
    State.LESS: (gettext_lazy("with less"), "warning"),
    State.DOWN: (gettext_lazy("down"), "danger"),
}


class ImpactPage(CooperationPage):
    """``?lost=site:3&lost=link:4``: what is not there, or is not known, is left out.

    With ``stay`` whoever sits at a lost site cannot work from elsewhere.
    """

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        today = timezone.localdate()
        things = graph_of(self.cooperation, today)
        lost = [name for name in dict.fromkeys(request.GET.getlist("lost")) if things.names.get(name)]
        stay = "stay" in request.GET
        rows = impact_of(things, lost, stay=stay)
        title, kind = self.title(things, lost), request.GET.get("format", "")
        if kind in ("csv", "xlsx"):
            header, *lines = impact_lines(things, rows) if lost else point_lines(self.points(things))
            return rows_as_file(self, kind, "what-falls", title, [str(cell) for cell in header], iter(lines))
        asked = request.GET.copy()
        asked.pop("format", None)
        context = {
            "title": title,
            "files": [f"?{asked.urlencode()}{'&' if asked else ''}format={each}" for each in ("csv", "xlsx")],
            "pictured": self.pictured(things, fallen(things, lost, stay=stay), today) if lost else None,
            "form": LostForm({"lost": lost, "stay": stay}, choices=self.choices(things, lost)),
            "opening": self.opening(rows) if lost and rows else None,
            "table": self.table(things, rows) if lost else None,
            "points": [] if lost else self.points(things),
            "has_uses": bool(rows),
        }
        return self.page("services/impact.html", context)

    def pictured(self, things: Things, found: Impact, today: dt.date) -> dict[str, Any] | None:
        """The net with what is lost, for ``components/pic/figure.html``; None where nothing can be drawn."""
        if len(things.graph.lines) > MOST_DRAWN:
            return None
        sites = list(Site.objects.of(self.cooperation).as_of(today).for_listing())
        links = list(Link.objects.of(self.cooperation).as_of(today).for_listing())
        title = lost_in_words(found, sites)
        picture = picture_of(
            found,
            links=links,
            sites=sites,
            running=running_on(self.cooperation, today),
            own=self.rights.municipality_ids,
            finding=title,
        )
        if picture is None:
            return None
        return {"picture": picture, "title": title, "figures": network_figures(sites, links)}

    def title(self, things: Things, lost: Sequence[str]) -> str:
        if not lost:
            return _("What falls if a part goes")
        names = told([things.names[name] for name in lost])
        title = ngettext("What falls if %(names)s goes", "What falls if %(names)s go", len(lost))
        return title % {"names": names}

    def choices(self, things: Things, lost: Sequence[str]) -> list[Any]:
        """By kind what can be lost; of many links, and of applications, only what is lost already."""
        found = []
        for kind, each in things.losable().items():
            is_offered = kind != "application" and not (kind == "link" and len(each) > MOST_LINKS)
            kept = each if is_offered else [pair for pair in each if pair[0] in lost]
            if kept:
                found.append((KINDS[kind][1], kept))
        return found

    def opening(self, rows: Sequence[Falling]) -> dict[str, Any]:
        by_state = {state: [row for row in rows if row.state is state] for state in State}
        stopped = by_state[State.DOWN]
        people = people_stopped(pair for row in stopped for pair in row.stopped.items())
        less, untouched = len(by_state[State.LESS]), len(by_state[State.UP])
        said = []
        if people:
            words = ngettext(
                "At least %(count)s person loses a service.",
                "At least %(count)s people lose a service.",
                people,
            )
            said.append({"bold": words % {"count": count(people)}, "text": ""})
        if less:
            words = ngettext("%(count)s goes on with less.", "%(count)s go on with less.", less)
            said.append({"bold": "", "text": words % {"count": less}})
        if untouched:
            words = ngettext("%(count)s does not notice.", "%(count)s do not notice.", untouched)
            said.append({"bold": "", "text": words % {"count": untouched}})
        return {
            "label": _("Stopped for somebody"),
            "value": _("%(stopped)d of %(all)d") % {"stopped": len(stopped), "all": len(rows)},
            "unit": ngettext("service", "services", len(rows)),
            "sentences": said,
        }

    def table(self, things: Things, rows: Sequence[Falling]) -> dict[str, Any]:
        """Service by service, those that are hit hardest first."""
        places = sorted({use.municipality for row in rows for use in row.uses}, key=lambda place: place.name)
        each = places if len(places) <= MOST_PLACES else []
        return {
            "places": each,
            "rows": [
                {
                    "application": row.application,
                    "state": STATES[row.state],
                    "states": _by_place(row, each),
                    "down": len(row.stopped),
                    "less": sum(use.state is State.LESS for use in row.uses),
                    "of": len(row.uses),
                    "because": " → ".join(things.names[step] for step in row.because),
                }
                for row in rows
            ],
        }

    def points(self, things: Things) -> list[dict[str, Any]]:
        found = []
        for name, uses in points_of(things):
            names = {things.applications[use.application_id].name for use in uses}
            found.append(
                {
                    "name": things.names[name],
                    "kind": KINDS[name.partition(":")[0]][0],
                    "url": impact_url(self.cooperation.slug, *name.split(":", 1)),
                    "every": ", ".join(sorted(names, key=str.lower)),
                    "services": told(sorted(names, key=str.lower)),
                    "places": len({use.municipality_id for use in uses}),
                    "people": people_stopped((use.municipality, use.users or 0) for use in uses),
                }
            )
        return found


def _by_place(row: Falling, places: Sequence[Municipality]) -> list[tuple[Municipality, Any]]:
    """What becomes of it at each of ``places``; None where it is not used."""
    states = {use.municipality: STATES[use.state] for use in row.uses} if places else {}
    return [(place, states.get(place)) for place in places]


def impact_lines(things: Things, rows: Sequence[Falling]) -> Iterator[Sequence[Cell]]:
    """What the page shows, one line for each service and municipality, for a continuity plan."""
    yield [_("Service"), _("Municipality"), _("State"), _("Users"), _("Shortest reason")]
    for row in rows:
        for use in sorted(row.uses, key=lambda use: use.municipality.name):
            said = " → ".join(things.names[step] for step in use.because)
            yield [row.application.name, use.municipality.name, str(STATES[use.state][0]), use.users, said]


def point_lines(points: Sequence[dict[str, Any]]) -> Iterator[Sequence[Cell]]:
    yield [_("If it goes"), _("Kind"), _("People"), _("Municipalities"), _("Services")]
    for point in points:
        yield [point["name"], str(point["kind"]), point["people"], point["places"], point["every"]]
