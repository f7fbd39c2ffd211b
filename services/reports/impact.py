"""What falls if a part goes: the rows of one day as a graph, and what the engine says of it in rows again.

Things are known by kind and primary key, such as ``site:3``; what is at a link's outer end, by its name.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from municipalities.models import Cooperation, Link, Municipality, Site, Supplier
from services.engine.graph import Graph, Line, Need, Way
from services.engine.impact import Impact, State, fall, single_points
from services.models import Application, Dependency, Installation, Subscription

RUNNING = (Installation.Purpose.PRIMARY, Installation.Purpose.MIRROR)
LOSABLE = ("site", "outside", "supplier", "link", "application")
"""The kinds of things that somebody may ask about, in the order in which they are offered."""


@dataclass(frozen=True)
class Things:
    """A graph and what its ids stand for: names of things, and the use that each of its uses is."""

    graph: Graph
    names: Mapping[str, str]
    uses: Mapping[str, Subscription]
    applications: Mapping[int, Application]

    def losable(self) -> dict[str, list[tuple[str, str]]]:
        """By kind the ids and names of all that can be lost, by name."""
        found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in LOSABLE}
        for name, shown in self.names.items():
            kind = name.partition(":")[0]
            if kind in found and not (kind == "outside" and self.graph.needs[name]):
                found[kind].append((name, shown))
        return {kind: sorted(each, key=lambda pair: pair[1].lower()) for kind, each in found.items()}


@dataclass(frozen=True, slots=True)
class Falling:
    """What becomes of one application: its worst state, that of each municipality that uses it, and why."""

    application: Application
    state: State
    by_place: Mapping[Municipality, State]
    because: tuple[str, ...]
    stopped: Mapping[Municipality, int]
    """Those for which it is down, with their users as far as they were told."""


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


def graph_of(cooperation: Cooperation, day: dt.date) -> Things:
    """Everything that holds on ``day``, in seven queries and three for what dependencies name."""
    made = _Maker()
    sites = Site.objects.of(cooperation).as_of(day).order_by()
    at: dict[int | None, list[str]] = defaultdict(list)
    for site in sites:
        at[site.municipality_id].append(made.add(f"site:{site.pk}", site.name))
    for supplier in Supplier.objects.of(cooperation).order_by():
        made.add(f"supplier:{supplier.pk}", supplier.name)
    _add_links(made, Link.objects.of(cooperation).as_of(day).order_by())
    applications = {row.pk: row for row in Application.objects.of(cooperation).order_by()}
    for application in applications.values():
        made.add(f"application:{application.pk}", application.name)
    goals = _add_installations(
        made, Installation.objects.of(cooperation).as_of(day).filter(purpose__in=RUNNING).order_by()
    )
    _add_dependencies(made, Dependency.objects.of(cooperation).as_of(day).for_listing().order_by("pk"))
    uses, ways = dict[str, Subscription](), list[Way]()
    for use in Subscription.objects.of(cooperation).as_of(day).select_related("municipality").order_by():
        name, application_id = made.add(f"use:{use.pk}"), use.application_id
        uses[name] = use
        made.needs[name].append(Need.all_of(f"application:{application_id}"))
        if at.get(use.municipality_id) and goals.get(application_id):
            ways.append(Way(name, tuple(at[use.municipality_id]), tuple(goals[application_id])))
    needs = {name: tuple(each) for name, each in made.needs.items()}
    return Things(Graph(needs, tuple(made.lines), tuple(ways)), made.names, uses, applications)


def _add_links(made: _Maker, links: Iterable[Link]) -> None:
    """Links as lines. Behind an Internet connection there is a world, not a way to the next site.

    An outer end that is called like a supplier is the supplier's: it is offered once, as that.
    """
    suppliers = {shown.lower(): name for name, shown in made.names.items() if name.startswith("supplier:")}
    for link in links:
        one, other = f"site:{link.site_id}", f"site:{link.other_site_id}"
        if link.outside:
            other = made.add(f"outside:{link.outside}", link.outside)
            if link.outside.lower() in suppliers:
                made.needs[other] = [Need.all_of(suppliers[link.outside.lower()])]
            if link.kind == Link.Kind.INTERNET:
                other = made.add(f"internet:{link.pk}")
        if one not in made.needs or other not in made.needs:
            continue  # an end that no longer is
        name = made.add(f"link:{link.pk}", link.name)
        made.lines.append(Line(name, one, other))
        if link.kind == Link.Kind.INTERNET and link.outside:
            made.needs[name].append(Need.all_of(f"outside:{link.outside}"))
        made.needs[name].append(Need.all_of(one) if link.outside else Need.all_of(one, other))
        if link.supplier_id:
            made.needs[name].append(Need.all_of(f"supplier:{link.supplier_id}"))


def _add_installations(made: _Maker, rows: Iterable[Installation]) -> dict[int, list[tuple[str, str]]]:
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


def impact_of(things: Things, lost: Collection[str]) -> list[Falling]:
    """What becomes of each application that is used, those that are hit hardest first."""
    found = fall(things.graph, lost)
    by_application = defaultdict[int, dict[str, Subscription]](dict)
    for name, use in things.uses.items():
        by_application[use.application_id][name] = use
    rows = [_falling(things, found, pk, uses) for pk, uses in by_application.items()]
    return sorted(rows, key=lambda row: (-row.state, -len(row.stopped), row.application.name.lower()))


def people_stopped(uses: Iterable[tuple[Municipality, int]]) -> int:
    """How many people lose a service at least: who uses several is one, so the most of each municipality."""
    most = dict[Municipality, int]()
    for place, users in uses:
        most[place] = max(most.get(place, 0), users)
    return sum(most.values())


def _falling(things: Things, found: Impact, application: int, uses: Mapping[str, Subscription]) -> Falling:
    states = {use.municipality: found.state(name) for name, use in uses.items()}
    worst = max(uses, key=lambda name: (found.state(name), -len(found.chain(name)), name))
    return Falling(
        application=things.applications[application],
        state=found.state(worst),
        by_place=states,
        because=tuple(step for step in found.chain(worst) if things.names.get(step)),
        stopped={
            use.municipality: use.users or 0 for name, use in uses.items() if found.state(name) is State.DOWN
        },
    )


def points_of(things: Things) -> list[tuple[str, list[Subscription]]]:
    """Whatever alone stops a use, with what it stops; what stops most users first, then most uses.

    That an application stops its own uses says nothing of how it runs, so applications are not among them.
    """
    kinds = things.losable()
    candidates = [name for kind in LOSABLE[:-1] for name, _shown in kinds[kind]]
    found = single_points(things.graph, candidates, things.uses.__contains__)
    rows = [(name, [things.uses[use] for use in taken]) for name, taken in found.items()]
    return sorted(rows, key=lambda row: (-_people(row[1]), -len(row[1]), things.names[row[0]]))


def _people(uses: Iterable[Subscription]) -> int:
    return people_stopped((use.municipality, use.users or 0) for use in uses)
