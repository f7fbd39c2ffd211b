"""The three clocks of an application: rows as the engine takes them, in words and as a picture."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import holidays
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.portal import listed
from services.engine.clocks import Clock, Hours, is_open, parse_hours, written
from services.models import WEEK, Application, Calendar
from sharedict.pictures import clocks as pictures
from sharedict.pictures.drawing import Picture

KINDS = (
    ("runs", gettext_lazy("Runs")),
    ("measured", gettext_lazy("Measured")),
    ("supported", gettext_lazy("Support")),
)
"""The three clocks of an application, by field."""


@dataclass(frozen=True, slots=True)
class Told:
    """One of the clocks: its calendar, whether that is open now, and its hours in words."""

    name: str
    calendar: Calendar
    is_open: bool
    hours: str


@cache
def public_holidays(country: str, year: int) -> frozenset[dt.date]:
    """None where no country is told, or the package knows none of that year."""
    return frozenset(holidays.country_holidays(country, years=year)) if country else frozenset()


def clock_of(calendar: Calendar, years: Collection[int]) -> Clock:
    """``calendar`` as the engine takes it, good for ``years``; a query unless ``closed_days`` are loaded."""
    days = frozenset(day for year in years for day in public_holidays(calendar.country, year))
    return Clock(
        zone=timezone.get_current_timezone(),
        week=calendar.week,
        holiday=parse_hours(calendar.holiday),
        holidays=days,
        closed=frozenset(each.day for each in calendar.closed_days.all()),
    )


def clocks_told(application: Application, now: dt.datetime) -> list[Told]:
    """The clocks that are told of ``application``, whose calendars are loaded with their closed days."""
    year = timezone.localtime(now).year
    found = []
    for field, name in KINDS:
        calendar: Calendar | None = getattr(application, field)
        if calendar:
            clock = clock_of(calendar, (year - 1, year, year + 1))
            found.append(Told(str(name), calendar, is_open(clock, now), hours_in_words(calendar)))
    return found


def hours_in_words(calendar: Calendar) -> str:
    """``Monday to Friday 08:00-16:30, else closed``."""
    if set(days := [*calendar.week, parse_hours(calendar.holiday)]) == {((0, 24 * 60),)}:
        return _("always")
    fields: list[Any] = [Calendar._meta.get_field(name) for name in (*WEEK, "holiday")]
    names = [str(field.verbose_name) for field in fields]
    holidays = names[-1]
    if not calendar.country:
        names, days = names[:-1], days[:-1]
    said = []
    for hours, group in groupby(zip(names, days, strict=True), key=lambda each: each[1]):
        if hours:
            alike = [name for name, _hours in group]
            which = _("every day") if alike == names else _several(alike, holidays)
            said.append(f"{which} {written(hours)}")
    return listed(said) if said else _("closed")


def _several(names: list[str], holidays: str) -> str:
    """``Monday to Friday``, ``Saturday, Sunday and public holidays``: these follow no weekday."""
    days = [name for name in names if name != holidays]
    if len(days) > 2:
        days = [_("%(first)s to %(last)s") % {"first": days[0], "last": days[-1]}]
    return listed([*days, *(name for name in names if name == holidays)])


def picture_of_clocks(told: Iterable[Told]) -> Picture | None:
    """A day and night of each clock: weekdays as they are on most of them, weekends as on Saturdays."""
    clocks = [
        pictures.Clock(each.name, _bars(_usual(each.calendar.week[:5])), _bars(each.calendar.week[5]))
        for each in told
    ]
    finding = "; ".join(f"{each.name}: {each.hours}" for each in told)
    return pictures.clocks(finding, clocks) if clocks else None


def _usual(week: list[Hours]) -> Hours:
    return max(week, key=week.count)


def _bars(hours: Any) -> list[pictures.Hours]:
    return [pictures.Hours(start, end) for start, end in hours]
