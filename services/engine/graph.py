"""What needs what: things, the lines between places, and the ways by which things are reached.

Everything is a **thing** with an id: a site, a link, a supplier, an installation, an application, a use.
A thing says what it **needs**; a **line** joins two places; a **way** says that a thing must reach one of its
goals over them.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sharedict.kernel.errors import SharedictError

Component = Mapping[str, int]
"""To which part of the net each place belongs; places in one part reach each other."""


class GraphError(SharedictError):
    """What needs what contradicts itself."""

    code = "graph_invalid"


@dataclass(frozen=True, slots=True)
class Need:
    """At least so many ``of`` these must be there; where 0 are, it goes on without them, but with less.

    ``first`` is the one of them that is used while it is there (the primary beside its mirrors), if one is.
    """

    of: tuple[str, ...]
    at_least: int
    first: str = ""

    @staticmethod
    def all_of(*ids: str) -> "Need":
        return Need(ids, len(ids))


@dataclass(frozen=True, slots=True)
class Way:
    """``owner`` must reach one of ``goals``, things and the place where each is, from one of ``starts``."""

    owner: str
    starts: tuple[str, ...]
    goals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A thing that joins two places, both ways."""

    id: str
    one: str
    other: str


@dataclass(frozen=True)
class Graph:
    """All of it. Raises GraphError: what is named is no thing, or a need asks for more than it names."""

    needs: Mapping[str, tuple[Need, ...]]
    lines: tuple[Line, ...] = ()
    ways: tuple[Way, ...] = ()

    def __post_init__(self) -> None:
        for owner, needs in self.needs.items():
            for need in needs:
                self.known(owner, *need.of)
                if not 0 <= need.at_least <= len(need.of):
                    raise GraphError(f"{owner} needs {need.at_least} of {len(need.of)}")
                if need.first and need.first not in need.of:
                    raise GraphError(f"{owner} uses {need.first} first, and does not need it")
        for line in self.lines:
            self.known(line.id, line.one, line.other)
        for way in self.ways:
            self.known(way.owner, *way.starts, *(part for goal in way.goals for part in goal))

    def known(self, *ids: str) -> None:
        """Raise GraphError when one of them is no thing."""
        for name in ids:
            if name not in self.needs:
                raise GraphError(f"There is no {name}")

    @cached_property
    def needed_by(self) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """For each thing who needs it, and by which of their needs."""
        found = defaultdict[str, list[tuple[str, int]]](list)
        for owner, needs in self.needs.items():
            for place, need in enumerate(needs):
                for name in dict.fromkeys(need.of):
                    found[name].append((owner, place))
        return {name: tuple(owners) for name, owners in found.items()}

    @cached_property
    def around(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """The lines at each place, with the place at their other end."""
        found = defaultdict[str, list[tuple[str, str]]](list)
        for line in sorted(self.lines, key=lambda line: line.id):
            found[line.one].append((line.id, line.other))
            found[line.other].append((line.id, line.one))
        return {place: tuple(ends) for place, ends in found.items()}

    @cached_property
    def net(self) -> frozenset[str]:
        """All lines, and all places that a line or a way names."""
        ends = {end for line in self.lines for end in (line.id, line.one, line.other)}
        starts = {start for way in self.ways for start in way.starts}
        return frozenset(ends | starts | {place for way in self.ways for _, place in way.goals})

    @cached_property
    def line_ids(self) -> frozenset[str]:
        return frozenset(line.id for line in self.lines)

    @cached_property
    def places(self) -> tuple[str, ...]:
        """All of the net but its lines, in order."""
        return tuple(sorted(self.net - self.line_ids))

    @cached_property
    def ways_at(self) -> Mapping[str, tuple[Way, ...]]:
        """The ways that begin or end at each place or thing."""
        found = defaultdict[str, list[Way]](list)
        for way in self.ways:
            for name in {*way.starts, *(part for goal in way.goals for part in goal)}:
                found[name].append(way)
        return {name: tuple(ways) for name, ways in found.items()}

    def components(self, down: Iterable[str] = ()) -> Component:
        """The parts into which the net falls when these are down."""
        gone, part = frozenset(down), dict[str, int]()
        for place in self.places:
            if place not in part and place not in gone:
                self._fill(place, gone, part)
        return part

    def _fill(self, place: str, gone: frozenset[str], part: dict[str, int]) -> None:
        number = part[place] = len(part)
        waiting = [place]
        while waiting:
            for line, other in self.around.get(waiting.pop(), ()):
                if other not in part and line not in gone and other not in gone:
                    part[other] = number
                    waiting.append(other)

    def relations_of(self, name: str) -> int:
        """How many relations end when a thing is removed: those (who needs, what) that it is a side of."""
        own = sum(len(need.of) for need in self.needs[name])
        others = sum(owner != name for owner, _ in self.needed_by.get(name, ()))
        return own + others + len(self.around.get(name, ()))


def meet(way: Way, part: Component, down: Container[str] = ()) -> bool:
    """Whether the way is there: a start and a living goal in one part of the net."""
    for thing, place in way.goals:
        if thing not in down and (number := part.get(place)) is not None:
            for start in way.starts:
                if part.get(start) == number:
                    return True
    return False
