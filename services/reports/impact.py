"""What falls if a part goes: what the engine says of the things of one day, in rows again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from municipalities.models import Municipality
from services.engine.impact import Impact, State, elsewhere, fall, single_points
from services.models import Application, Subscription
from services.reports.things import LOSABLE, Things


class Use(NamedTuple):
    """What becomes of an application where one municipality uses it, and why: several may be hit otherwise.

    ``users`` is None where it was not told how many there are; ``because`` is empty where it is up.
    """

    municipality: Municipality
    state: State
    users: int | None
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Falling:
    """What becomes of one application: its worst state and why, and every use of it."""

    application: Application
    state: State
    because: tuple[str, ...]
    uses: tuple[Use, ...]

    @property
    def stopped(self) -> Mapping[Municipality, int]:
        """Those for which it is down, with their users as far as they were told."""
        return {use.municipality: use.users or 0 for use in self.uses if use.state is State.DOWN}


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
    told = []
    worst: tuple[State, int, str, tuple[str, ...]] = (State.UP, 0, "", ())
    for name, use in uses.items():
        state = found.state(name)
        because: tuple[str, ...] = ()
        if state is not State.UP:
            chain = found.chain(name)
            because = _named(things, chain)
            worst = max(worst, (state, -len(chain), name, because))
        told.append(Use(use.municipality, state, use.users, because))
    return Falling(things.applications[application], worst[0], worst[-1], tuple(told))


def _named(things: Things, chain: Iterable[str]) -> tuple[str, ...]:
    """The steps of ``chain`` that have a name."""
    return tuple(step for step in chain if things.names.get(step))


def points_of(things: Things, application: Application | None = None) -> list[tuple[str, list[Subscription]]]:
    """Whatever alone stops a use (of ``application`` if one is given), with what it stops.

    What stops most users comes first, then what stops most uses.

    That an application stops its own uses says nothing of how it runs, so applications are among them only
    where they stop those of another.
    Whoever sits at a lost site works from elsewhere.
    """
    kinds = things.losable()
    own = f"application:{application.pk}" if application else ""
    asked = LOSABLE if application else LOSABLE[:-1]
    candidates = [name for kind in asked for name, _shown in kinds[kind] if name != own]
    wanted = {
        name
        for name, use in things.uses.items()
        if application in (None, things.applications[use.application_id])
    }
    found = single_points(things.graph, candidates, wanted.__contains__, things.seats)
    rows = [(name, [things.uses[use] for use in taken]) for name, taken in found.items()]
    return sorted(rows, key=lambda row: (-_people(row[1]), -len(row[1]), things.names[row[0]]))


def _people(uses: Iterable[Subscription]) -> int:
    return people_stopped((use.municipality, use.users or 0) for use in uses)
