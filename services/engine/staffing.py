"""Who can run something on which days, where that is too few, and who stands in. Pure: no clock, no rows.

Days are half-open, an end as None is open. A person is named by a number.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

ENOUGH = 2
"""So many able people are no risk."""


class Level(IntEnum):
    """How well somebody knows an application; from ``RUNS`` on they are able to run it."""

    KNOWS = 1
    RUNS = 2
    TEACHES = 3


class Lack(IntEnum):
    """What is wrong, worst first."""

    NOBODY = 0  # nobody is able
    AWAY = 1  # there are some, and none is there
    ONE = 2  # one is able


@dataclass(frozen=True, slots=True)
class Days:
    first: dt.date
    after: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return self.first <= day and (self.after is None or day < self.after)


@dataclass(frozen=True, slots=True)
class Skill:
    person: int
    level: Level
    days: Days


@dataclass(frozen=True, slots=True)
class Shortage:
    """Days of the asked ones on which ``lack`` holds; ``able`` are those who could, there or not."""

    lack: Lack
    days: Days
    able: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who is there on ``there`` of the days asked for, at ``level`` on each of them at least."""

    person: int
    level: Level
    there: int


Away = Mapping[int, Sequence[Days]]
"""When each person is not there; who is not in it is always there."""


def level_on(skills: Iterable[Skill], day: dt.date) -> dict[int, Level]:
    """How well each person knows it on ``day``; of several skills the best."""
    found: dict[int, Level] = {}
    for skill in skills:
        if skill.days.holds(day):
            found[skill.person] = max(skill.level, found.get(skill.person, skill.level))
    return found


def is_away(person: int, away: Away, day: dt.date) -> bool:
    return any(days.holds(day) for days in away.get(person, ()))


def shortages(skills: Sequence[Skill], away: Away, asked: Days) -> list[Shortage]:
    """The days of ``asked`` on which too few can run it, in their order; days that are alike are one.

    ``asked`` has an end. A person who only knows it does not count.
    """
    found: list[Shortage] = []
    for piece in _pieces(skills, away, asked):
        now = _lacking(skills, away, piece)
        if now is None:
            continue
        last = found[-1] if found else None
        if last and (last.lack, last.able, last.days.after) == (now.lack, now.able, now.days.first):
            found[-1] = Shortage(now.lack, Days(last.days.first, now.days.after), now.able)
        else:
            found.append(now)
    return found


def _lacking(skills: Sequence[Skill], away: Away, days: Days) -> Shortage | None:
    levels = level_on(skills, days.first)
    able = frozenset(person for person, level in levels.items() if level >= Level.RUNS)
    if not able:
        return Shortage(Lack.NOBODY, days)
    if all(is_away(person, away, days.first) for person in able):
        return Shortage(Lack.AWAY, days, able)
    return Shortage(Lack.ONE, days, able) if len(able) < ENOUGH else None


def stand_ins(
    skills: Sequence[Skill], away: Away, asked: Days, *, without: Collection[int] = ()
) -> list[StandIn]:
    """Who is there on some of ``asked``, best first, without those named; ``asked`` has an end.

    Whoever is able comes before those who only know it; then who is there on more of the days, then who
    knows it better; those alike in the order of ``skills``.
    """
    there: dict[int, int] = {}
    lowest: dict[int, Level] = {}
    for piece in _pieces(skills, away, asked):
        length = ((piece.after or piece.first) - piece.first).days
        for person, level in level_on(skills, piece.first).items():
            if person not in without and not is_away(person, away, piece.first):
                there[person] = there.get(person, 0) + length
                lowest[person] = min(level, lowest.get(person, level))
    order = {person: place for place, person in enumerate(dict.fromkeys(skill.person for skill in skills))}
    found = [StandIn(person, lowest[person], days) for person, days in there.items()]
    return sorted(
        found, key=lambda each: (each.level < Level.RUNS, -each.there, -each.level, order[each.person])
    )


def _pieces(skills: Iterable[Skill], away: Away, asked: Days) -> Iterator[Days]:
    """``asked`` cut where somebody begins or ceases to know it or to be away."""
    if asked.after is None:
        raise ValueError("These days have no end.")
    cuts = {asked.first, asked.after}
    people = set[int]()
    for skill in skills:
        people.add(skill.person)
        cuts |= {skill.days.first, skill.days.after or asked.after}
    for person in people:
        for days in away.get(person, ()):
            cuts |= {days.first, days.after or asked.after}
    inside = sorted(cut for cut in cuts if asked.first <= cut <= asked.after)
    for first, after in pairwise(inside):
        yield Days(first, after)
