"""Who can run what: a cooperation's rows as the engine takes them, and what it finds as rows again."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Greatest, JSONObject, Least

from municipalities.models import Absence, Colleague, Cooperation
from services.engine.staffing import Away, Days, Lack, Level, Shortage, Skill, is_away, level_on, shortages
from services.engine.staffing import stand_ins as engine_stand_ins
from services.models import Application, Competence, OnCall

HORIZON = dt.timedelta(days=90)
"""So far ahead shortages are looked for."""
LEVELS = {
    Competence.Level.KNOWS: Level.KNOWS,
    Competence.Level.RUNS: Level.RUNS,
    Competence.Level.TEACHES: Level.TEACHES,
}
NEEDS_NOBODY = (Application.Lifecycle.IDEA, Application.Lifecycle.RETIRED)


@dataclass(frozen=True, slots=True)
class Staff:
    """What is known from ``day`` on; skills end with the days that their people work here."""

    day: dt.date
    applications: list[Application]
    people: dict[int, Colleague]
    skills: dict[int, list[Skill]] = field(default_factory=dict)
    away: Away = field(default_factory=dict)

    def able_on(self, application: int, day: dt.date) -> list[tuple[Colleague, Level, bool]]:
        """Everybody who knows it that day, best first, with whether they are away."""
        levels = level_on(self.skills.get(application, ()), day)
        found = [(self.people[pk], level, is_away(pk, self.away, day)) for pk, level in levels.items()]
        return sorted(found, key=lambda each: (-each[1], each[2], each[0].name.lower()))


@dataclass(frozen=True, slots=True)
class Risk:
    """What is lacking of an application, and the first days on which; ``able`` are those who could."""

    application: Application
    lack: Lack
    days: Days
    able: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """A stand-in; ``whole`` where they are there on all the days."""

    colleague: Colleague
    level: Level
    there: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn on call, and the days of it on which whoever has it is away or works here no more."""

    row: OnCall
    missing: tuple[Days, ...] = ()


def staff_of(cooperation: Cooperation, day: dt.date, applications: Collection[int] | None = None) -> Staff:
    """Three queries, however many rows: of all that needs somebody, or of ``applications`` alone."""
    rows = Application.objects.of(cooperation).exclude(lifecycle__in=NEEDS_NOBODY)
    if applications is not None:
        rows = Application.objects.of(cooperation).filter(pk__in=applications)
    wanted = list(rows.order_by("name"))
    competences = Competence.objects.of(cooperation).lasting(day).filter(application__in=wanted)
    people: dict[int, Colleague] = {}
    skills = defaultdict[int, list[Skill]](list)
    for row in competences.select_related("colleague__municipality").order_by("colleague__name", "pk"):
        days = _while_here(row)
        if days:
            people[row.colleague_id] = row.colleague
            level = LEVELS[Competence.Level(row.level)]
            skills[row.application_id].append(Skill(row.colleague_id, level, days))
    return Staff(day, wanted, people, dict(skills), away_of(cooperation, day, people))


def _while_here(row: Competence) -> Days | None:
    """The days of the competence on which its colleague works here."""
    first = max(row.valid_from, row.colleague.valid_from)
    ends = [end for end in (row.valid_until, row.colleague.valid_until) if end]
    after = min(ends, default=None)
    return None if after and after <= first else Days(first, after)


def away_of(cooperation: Cooperation, day: dt.date, people: Iterable[int]) -> dict[int, list[Days]]:
    """When each of ``people`` is away from ``day`` on; one query."""
    found = defaultdict[int, list[Days]](list)
    for row in Absence.objects.of(cooperation).lasting(day).filter(colleague__in=list(people)):
        found[row.colleague_id].append(Days(row.valid_from, row.valid_until))
    return dict(found)


def risks_of(staff: Staff) -> list[Risk]:
    """The first time within ``HORIZON`` that each thing is lacking of each application, worst first."""
    found = []
    for application in staff.applications:
        seen = set[Lack]()
        for each in shortages_of(staff, application.pk):
            if each.lack not in seen:
                seen.add(each.lack)
                able = sorted((staff.people[pk] for pk in each.able), key=lambda row: row.name.lower())
                found.append(Risk(application, each.lack, each.days, tuple(able)))
    return sorted(found, key=lambda each: (each.lack, each.days.first, each.application.name.lower()))


def shortages_of(staff: Staff, application: int) -> list[Shortage]:
    asked = Days(staff.day, staff.day + HORIZON)
    return shortages(staff.skills.get(application, ()), staff.away, asked)


def skills_told(day: dt.date) -> ArraySubquery:
    """Beside a cooperation: of each application who is able, and when away; ``lacking_in`` counts by it."""
    away = (
        Absence.objects.lasting(day)
        .filter(colleague=OuterRef("colleague"))
        .order_by()
        .values(days=JSONObject(first="valid_from", after="valid_until"))
    )
    skills = (
        Competence.objects.lasting(day)
        .filter(application=OuterRef("pk"))
        .order_by()
        .values(
            skill=JSONObject(
                person="colleague_id",
                level="level",
                first=Greatest("valid_from", "colleague__valid_from"),
                after=Least("valid_until", "colleague__valid_until"),
                away=ArraySubquery(away),
            )
        )
    )
    rows = Application.objects.filter(cooperation=OuterRef("pk")).exclude(lifecycle__in=NEEDS_NOBODY)
    return ArraySubquery(rows.order_by().values(told=JSONObject(skills=ArraySubquery(skills))))


def lacking_in(told: Iterable[Mapping[str, Any]], day: dt.date) -> int:
    """How many applications lack somebody within ``HORIZON`` by ``skills_told``; 0 where nobody is entered.

    The same as ``risks_of`` tells, for a page that says only how many.
    """
    skills = [each["skills"] for each in told]
    asked = Days(day, day + HORIZON)
    return sum(bool(shortages(*_as_told(each), asked)) for each in skills) if any(skills) else 0


def _as_told(rows: Iterable[Mapping[str, Any]]) -> tuple[list[Skill], Away]:
    """Skills, and when their people are away, as the database tells them; none of days that nobody works."""
    skills, away = [], {}
    for row in rows:
        days = _days(row)
        if days.after is None or days.first < days.after:
            skills.append(Skill(row["person"], LEVELS[Competence.Level(row["level"])], days))
            away[row["person"]] = [_days(each) for each in row["away"]]
    return skills, away


def _days(told: Mapping[str, Any]) -> Days:
    after = told["after"]
    return Days(dt.date.fromisoformat(told["first"]), dt.date.fromisoformat(after) if after else None)


def stand_ins_of(staff: Staff, application: int, asked: Days, without: Collection[int]) -> list[Suggested]:
    """Who can stand in on ``asked``, which has an end, best first."""
    skills = staff.skills.get(application, ())
    found = engine_stand_ins(skills, staff.away, asked, without=without)
    length = ((asked.after or asked.first) - asked.first).days
    return [
        Suggested(staff.people[each.person], each.level, each.there, each.there == length) for each in found
    ]


def on_call_of(cooperation: Cooperation, day: dt.date) -> list[Turn]:
    """The turns from ``day`` on, and where whoever has one is not there; two queries."""
    rows = list(OnCall.objects.of(cooperation).lasting(day).for_listing().order_by("valid_from", "pk"))
    away = away_of(cooperation, day, {row.colleague_id for row in rows})
    return [Turn(row, tuple(_missing(row, away, day))) for row in rows]


def _missing(row: OnCall, away: Away, day: dt.date) -> Iterable[Days]:
    for days in away.get(row.colleague_id, ()):
        is_before = days.after is not None and days.after <= row.valid_from
        if not is_before and (row.valid_until is None or days.first < row.valid_until):
            yield Days(max(days.first, row.valid_from, day), _earlier(days.after, row.valid_until))
    left = row.colleague.valid_until
    if left and (row.valid_until is None or left < row.valid_until):
        yield Days(max(left, row.valid_from, day), row.valid_until)


def _earlier(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return min((day for day in (one, other) if day), default=None)
