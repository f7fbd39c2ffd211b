"""The rows of one day as a graph: what is there, what it needs, and what joins the places.

Things are known by kind and primary key, such as ``site:3``; what is at a link's outer end, by its name.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from municipalities.models import Cooperation, Link, Municipality, Site, Supplier, folded
from services.engine.graph import Graph, Line, Need, Way
from services.engine.impact import Seats
from services.models import Application, Dependency, Installation, Subscription

SITE = ("pk", "name", "municipality_id")
LINK = (
    *("pk", "name", "kind", "site_id", "other_site_id", "outside"),
    *("supplier_id", "firewall", "other_firewall"),
)
INSTALLATION = ("pk", "application_id", "site_id", "purpose")
RUNNING = (Installation.Purpose.PRIMARY, Installation.Purpose.MIRROR)
LOSABLE = ("site", "outside", "supplier", "firewall", "link", "application")
"""The kinds of things that somebody may ask about, in the order in which they are offered."""


@dataclass(frozen=True)
class Things:
    """A graph and what its ids stand for: names of things, the use that each of its uses is, and its seats.

    The seats of a use are the sites of its municipality, from which it is used.
    """

    graph: Graph
    names: Mapping[str, str]
    uses: Mapping[str, Subscription]
    applications: Mapping[int, Application]
    seats: Seats = field(default_factory=dict)

    def losable(self) -> dict[str, list[tuple[str, str]]]:
        """By kind the ids and names of all that can be lost, by name."""
        found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in LOSABLE}
        for name, shown in self.names.items():
            kind = name.partition(":")[0]
            if kind in found and not (kind == "outside" and self.graph.needs[name]):
                found[kind].append((name, shown))
        return {kind: sorted(each, key=lambda pair: pair[1].lower()) for kind, each in found.items()}


@dataclass
class _Maker:
    """Collects the needs, lines and ways of one day."""

    needs: dict[str, list[Need]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def add(self, name: str, shown: str = "") -> str:
        self.needs.setdefault(name, [])
        self.names.setdefault(name, shown)
        return name


def made_graph(cooperation: Cooperation, day: dt.date) -> Things:
    """The graph of ``day`` from its rows, in eight queries and three for what dependencies name.

    Of what is many only the columns are read: whole rows would take most of the time.
    """
    made = _Maker()
    sites = Site.objects.of(cooperation).as_of(day).order_by("pk").values_list(*SITE, named=True)
    at: dict[int | None, list[str]] = defaultdict(list)
    for site in sites:
        at[site.municipality_id].append(made.add(f"site:{site.pk}", site.name))
    for key, supplier in Supplier.objects.of(cooperation).order_by().values_list("pk", "name"):
        made.add(f"supplier:{key}", supplier)
    links = Link.objects.of(cooperation).as_of(day).order_by("pk")
    _add_links(made, links.values_list(*LINK, named=True))
    applications = {row.pk: row for row in Application.objects.of(cooperation).order_by()}
    for application in applications.values():
        made.add(f"application:{application.pk}", application.name)
    running = Installation.objects.of(cooperation).as_of(day).filter(purpose__in=RUNNING).order_by()
    goals = _add_installations(made, running.values_list(*INSTALLATION, named=True))
    _add_dependencies(made, Dependency.objects.of(cooperation).as_of(day).for_listing().order_by("pk"))
    uses, seats, ways = dict[str, Subscription](), dict[str, tuple[str, ...]](), list[Way]()
    using = list(Subscription.objects.of(cooperation).as_of(day).order_by())
    places = Municipality.objects.in_bulk({use.municipality_id for use in using})
    for use in using:
        use.municipality = places[use.municipality_id]  # one row for all that they use
        name, application_id = made.add(f"use:{use.pk}"), use.application_id
        uses[name] = use
        made.needs[name].append(Need.all_of(f"application:{application_id}"))
        if at.get(use.municipality_id):
            seats[name] = tuple(at[use.municipality_id])
        if at.get(use.municipality_id) and goals.get(application_id):
            ways.append(Way(name, tuple(at[use.municipality_id]), tuple(goals[application_id])))
    needs = {name: tuple(each) for name, each in made.needs.items()}
    return Things(Graph(needs, tuple(made.lines), tuple(ways)), made.names, uses, applications, seats)


def _add_links(made: _Maker, links: Iterable[Any]) -> None:
    """Links as lines. Behind an Internet connection there is a world, not a way to the next site.

    An outer end that is called like a supplier is the supplier's: it is offered once, as that. However often
    and in whatever letters its name was typed, it is one, called as on the first of its links.
    """
    suppliers = {folded(shown): name for name, shown in made.names.items() if name.startswith("supplier:")}
    outer = dict[str, str]()
    for link in links:
        ends = [f"site:{pk}" for pk in (link.site_id, link.other_site_id) if pk]
        if any(end not in made.needs for end in ends):
            continue  # an end that no longer is
        name = made.add(f"link:{link.pk}", link.name)
        made.needs[name].append(Need.all_of(*ends))
        for end, device in zip(ends, (link.firewall, link.other_firewall), strict=False):
            if device.strip():
                firewall = made.add(f"firewall:{end[5:]}:{folded(device)}", f"{device} ({made.names[end]})")
                made.needs[firewall] = [Need.all_of(end)]
                made.needs[name].append(Need.all_of(firewall))
        if link.outside:
            provider = folded(link.outside)
            outside = outer.setdefault(provider, f"outside:{link.outside}")
            made.add(outside, link.outside)
            if provider in suppliers:
                made.needs[outside] = [Need.all_of(suppliers[provider])]
            if link.kind == Link.Kind.INTERNET:
                made.needs[name].append(Need.all_of(outside))
                outside = made.add(f"internet:{link.pk}")
            ends.append(outside)
        made.lines.append(Line(name, *ends))
        if link.supplier_id:
            made.needs[name].append(Need.all_of(f"supplier:{link.supplier_id}"))


def _add_installations(made: _Maker, rows: Iterable[Any]) -> dict[int, list[tuple[str, str]]]:
    """Each at its site; an application needs one of its own. Gives where each application can be reached."""
    goals = defaultdict[int, list[tuple[str, str]]](list)
    primary = dict[int, str]()
    for row in sorted(rows, key=lambda row: (row.purpose != Installation.Purpose.PRIMARY, row.pk)):
        site = f"site:{row.site_id}"
        if site not in made.needs:
            continue
        name = made.add(f"installation:{row.pk}")
        made.needs[name].append(Need.all_of(site))
        goals[row.application_id].append((name, site))
        if row.purpose == Installation.Purpose.PRIMARY:
            primary.setdefault(row.application_id, name)
    for application, ends in goals.items():
        of = tuple(name for name, _site in ends)
        made.needs[f"application:{application}"].append(Need(of, 1, primary.get(application, "")))
    return goals


def _add_dependencies(made: _Maker, rows: Iterable[Dependency]) -> None:
    """What each needs of what is there that day; of which fewer are there than it needs, all that are."""
    for row in rows:
        of = tuple(
            name
            for name in (
                *(f"application:{other.pk}" for other in row.applications.all()),
                *(f"link:{other.pk}" for other in row.links.all()),
                *(f"supplier:{other.pk}" for other in row.suppliers.all()),
            )
            if name in made.needs
        )
        if of:
            least = len(of) if row.at_least is None else min(row.at_least, len(of))
            made.needs[f"application:{row.application_id}"].append(Need(of, least))
