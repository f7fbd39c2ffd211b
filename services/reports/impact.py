"""What falls if a part goes: what the engine says of the things of one day, in rows again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from municipalities.models import Municipality
from services.engine.impact import Impact, State, elsewhere, fall, single_points
from services.models import Application, Subscription
from services.reports.things import LOSABLE, Things


@dataclass(frozen=True, slots=True)
class Falling:
    """What becomes of one application: its worst state, that of each municipality that uses it, and why."""

    application: Application
    state: State
    by_place: Mapping[Municipality, State]
    because: tuple[str, ...]
    stopped: Mapping[Municipality, int]
    """Those for which it is down, with their users as far as they were told."""


def fallen(things: Things, lost: Collection[str], *, stay: bool = False) -> Impact:
    """What becomes of everything. Whoever sits at a lost site works from elsewhere, unless they ``stay``."""
    found = fall(things.graph, lost)
    return found if stay else elsewhere(things.graph, found, things.seats)


def impact_of(things: Things, lost: Collection[str], *, stay: bool = False) -> list[Falling]:
    """What becomes of each application that is used, those that are hit hardest first; as ``fallen``."""
    found = fallen(things, lost, stay=stay)
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
    Whoever sits at a lost site works from elsewhere.
    """
    kinds = things.losable()
    candidates = [name for kind in LOSABLE[:-1] for name, _shown in kinds[kind]]
    found = single_points(things.graph, candidates, things.uses.__contains__, things.seats)
    rows = [(name, [things.uses[use] for use in taken]) for name, taken in found.items()]
    return sorted(rows, key=lambda row: (-_people(row[1]), -len(row[1]), things.names[row[0]]))


def _people(uses: Iterable[Subscription]) -> int:
    return people_stopped((use.municipality, use.users or 0) for use in uses)
