"""What falls if this goes: what is down, what goes on with less, and by which shortest chain of reasons.

Nothing comes up again: a thing that is lost can only take others with it. Circles end, since each falls once.
"""

from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from services.engine.doubled import bridges, doubled
from services.engine.graph import Component, Graph, GraphError, Need, Way, meet

Seats = Mapping[str, tuple[str, ...]]
"""For each thing that somebody sits at places to use: these places, of which one is enough."""
_NO_SEATS: Seats = {}
MOST_TRIED = 50
"""Of more losses in the net it is not tried out which would have been enough alone."""


class State(IntEnum):
    """How a thing is; a higher one is worse."""

    UP = 0
    LESS = 1
    DOWN = 2


@dataclass(frozen=True, slots=True)
class Impact:
    """What became of a graph: ``down`` and ``less`` name each thing's cause; what was lost is its own."""

    down: Mapping[str, str]
    less: Mapping[str, str]

    def state(self, name: str) -> State:
        return State.DOWN if name in self.down else State.LESS if name in self.less else State.UP

    def chain(self, name: str, hidden: Collection[str] = frozenset()) -> tuple[str, ...]:
        """From what was lost to the thing itself, by the shortest way; empty when it is up.

        What is hidden from the reader passes on what befell it and is not named: an empty text stands for it.
        """
        if self.state(name) is State.UP:
            return ()
        steps = [name]
        while (cause := self.down.get(steps[-1]) or self.less[steps[-1]]) != steps[-1]:
            steps.append(cause)
        return tuple("" if step in hidden else step for step in reversed(steps))


def fall(
    graph: Graph, lost: Collection[str], already: Collection[str] = (), held: Collection[str] = frozenset()
) -> Impact:
    """What is down and with less once ``lost`` and what is ``already`` down are gone.

    ``held`` were found to be up whatever they need: they neither fall nor pass anything on. Ways that were
    not there while everything was up say nothing, since nobody told how they go. Raises GraphError: what is
    lost is no thing.
    """
    graph.known(*lost, *already)
    gone = dict.fromkeys(sorted({*lost, *already} - set(held)))
    down = _Fall(graph, held).of(gone)
    return Impact(down, _with_less(graph, down, held))


def elsewhere(graph: Graph, found: Impact, seats: Seats) -> Impact:
    """``found``, if whoever sits at places that are lost works from somewhere else: that is with less.

    Down stays whoever is only cut off, and what lacks something that it needs. Raises GraphError: something
    needs what has seats, and would have to come up with it.
    """
    if needed := sorted(graph.needed_by.keys() & seats.keys()):
        raise GraphError(f"{needed[0]} is needed, and is nobody's seat")
    moved = _moved(graph, found.down, seats)
    down = {name: cause for name, cause in found.down.items() if name not in moved}
    return Impact(down, {**found.less, **moved})


def single_points(
    graph: Graph, candidates: Iterable[str], wanted: Callable[[str], bool], seats: Seats = _NO_SEATS
) -> dict[str, tuple[str, ...]]:
    """For each candidate that alone takes something wanted down with it: what, in order of their ids.

    With ``seats`` those who sit at what is lost work from ``elsewhere``.
    """
    found, falls = {}, _Fall(graph, frozenset())
    for name in sorted(set(candidates)):
        down = falls.of([name])
        moved = _moved(graph, down, seats)
        taken = tuple(sorted(each for each in down if each != name and each not in moved and wanted(each)))
        if taken:
            found[name] = taken
    return found


def _moved(graph: Graph, down: Mapping[str, str], seats: Seats) -> dict[str, str]:
    """What is down only since all its seats are, and the first of them."""
    return {
        name: seats[name][0]
        for name in down
        if seats.get(name)
        and all(place in down for place in seats[name])
        and all(_holds(need, down) for need in graph.needs[name])
    }


def _holds(need: Need, down: Container[str]) -> bool:
    return sum(name not in down for name in need.of) >= need.at_least


class _Fall:
    """Rounds: what falls by the losses of one round falls in the next, so each falls by a shortest chain."""

    def __init__(self, graph: Graph, held: Collection[str]) -> None:
        self.graph, self.held = graph, frozenset(held)
        self.whole = graph.components()
        self.there = {way for way in graph.ways if meet(way, self.whole)}
        self.bridges = bridges(graph, frozenset())

    def of(self, lost: Iterable[str]) -> dict[str, str]:
        """Each thing that falls and its cause, in the order of the rounds."""
        down = {name: name for name in lost}
        missing = dict[tuple[str, int], int]()
        part, newly = self.whole, list(down)
        while newly:
            fallen = self._by_needs(newly, down, missing)
            if self._touches_net(newly) and not self._is_one_of_several(newly, down):
                before, part = part, self.graph.components(down)
                for name, cause in self._by_ways(newly, down, before, part).items():
                    fallen.setdefault(name, cause)
            newly = sorted(fallen)
            down |= {name: fallen[name] for name in newly}
        return down

    def _by_needs(
        self, newly: Iterable[str], down: Mapping[str, str], missing: dict[tuple[str, int], int]
    ) -> dict[str, str]:
        fallen = dict[str, str]()
        for name in newly:
            for owner, place in self.graph.needed_by.get(name, ()):
                if owner in down or owner in self.held:
                    continue
                need = self.graph.needs[owner][place]
                count = missing[owner, place] = missing.get((owner, place), 0) + need.of.count(name)
                if len(need.of) - count < need.at_least:
                    fallen.setdefault(owner, name)
        return fallen

    def _is_one_of_several(self, newly: Iterable[str], down: Mapping[str, str]) -> bool:
        """Whether all that the net lost is one line, and none without which two places would not meet."""
        first, *others = [name for name in down if name in self.graph.net] or [""]
        is_line = first in self.graph.line_ids and first not in self.bridges
        return is_line and not others and not any(name in self.graph.ways_at for name in newly)

    def _touches_net(self, newly: Iterable[str]) -> bool:
        return any(name in self.graph.net or name in self.graph.ways_at for name in newly)

    def _by_ways(
        self, newly: Iterable[str], down: Mapping[str, str], before: Component, part: Component
    ) -> dict[str, str]:
        return {
            way.owner: self._break(way, down)
            for way in _concerned(self.graph, newly, before, part)
            if way.owner not in down and way.owner not in self.held and not meet(way, part, down)
            if way in self.there
        }

    def _break(self, way: Way, down: Mapping[str, str]) -> str:
        """The first thing that is down on the shortest way as it went while everything was up."""
        goals = {place: thing for thing, place in reversed(way.goals)}
        came = dict.fromkeys(way.starts, "")
        waiting = list(came)
        for place in waiting:
            if place in goals:
                return next(name for name in _back(place, came, goals[place]) if name in down)
            for line, other in self.graph.around.get(place, ()):
                if other not in came:
                    came[other], came[line] = line, place
                    waiting.append(other)
        raise AssertionError("a way that was there has a path")


def _concerned(graph: Graph, newly: Iterable[str], before: Component, part: Component) -> Iterable[Way]:
    """The ways that may have ended: any where the net fell apart, else those of what was lost itself."""
    seen = dict[int, int]()
    if any(seen.setdefault(before[place], number) != number for place, number in part.items()):
        return graph.ways
    return dict.fromkeys(way for name in newly for way in graph.ways_at.get(name, ()))


def _back(place: str, came: Mapping[str, str], thing: str) -> list[str]:
    """The path from a start to a goal: places and lines in turn, and the thing at its end."""
    path = [thing, place]
    while came[path[-1]]:
        path.append(came[path[-1]])
    return path[::-1]


def _with_less(graph: Graph, down: Mapping[str, str], held: Collection[str]) -> dict[str, str]:
    """Each thing that goes on with less, and its cause."""
    less = dict[str, str]()
    newly = list(down)
    ways = _ways_with_less(graph, down) if down else {}
    while newly:
        fallen = dict[str, str]()
        for name in newly:
            for owner, place in graph.needed_by.get(name, ()):
                if owner in down or owner in less or owner in held or owner in fallen:
                    continue
                if _has_less(graph.needs[owner][place], down, less):
                    fallen[owner] = name
        fallen |= {
            owner: cause
            for owner, cause in ways.items()
            if owner not in fallen and owner not in less and owner not in down and owner not in held
        }
        ways = {}
        newly = sorted(fallen)
        less |= {name: fallen[name] for name in newly}
    return less


def _has_less(need: Need, down: Mapping[str, str], less: Mapping[str, str]) -> bool:
    """What it does without, what it used first, or the last one that could fail without a stop is gone."""
    up = sum(name not in down for name in need.of)
    whole = sum(name not in down and name not in less for name in need.of)
    if need.at_least == 0:
        return whole < len(need.of)
    return need.first in down or whole < need.at_least or up == need.at_least < len(need.of)


def _ways_with_less(graph: Graph, down: Mapping[str, str]) -> dict[str, str]:
    """Who reached a goal over two lines that can fail one by one, and has one way left; and what was lost.

    The cause is the first of MOST_TRIED losses that would have been enough, or the first of all where none
    of these would alone.
    """
    lost = [name for name in down if name in graph.net]
    before, now = doubled(graph), doubled(graph, down)
    ways = _concerned(graph, down, before, now)
    thinner = [way for way in ways if meet(way, before) and not meet(way, now, down)]
    causes = dict[str, str]()
    for name in lost[:MOST_TRIED]:
        rest = [way for way in thinner if way.owner not in causes]
        alone = doubled(graph, [name]) if rest else {}
        causes |= {way.owner: name for way in rest if not meet(way, alone)}
    return {way.owner: causes.get(way.owner, (lost or list(down))[0]) for way in thinner}
