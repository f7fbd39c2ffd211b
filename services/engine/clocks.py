"""When something is open: hours by weekday, public holidays, and days on which it is closed.

All of it is told by the clock on the wall of one time zone, so a day may have 23 or 25 hours. A time that the
clock leaps over in spring counts as so much later; one that comes twice in autumn is the first of the two.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

DAY_MINUTES: Final = 24 * 60
MOST_SPANS: Final = 4
SPAN: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-\u2013]\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
MINUTE: Final = dt.timedelta(minutes=1)
ONE_DAY: Final = dt.timedelta(days=1)

Hours = tuple[tuple[int, int], ...]
"""Spans of minutes after midnight, in order, that neither touch nor overlap; none where it is closed."""


class HoursError(ValueError):
    """A text that tells no hours; ``code`` says why: ``format``, ``order``, ``overlap`` or ``many``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_hours(text: str) -> Hours:
    """The hours that a text such as ``08:00-12:00, 13-16:30`` tells; an empty one tells none.

    Raises HoursError for what is no hours, what ends before it begins, what overlaps, and more than
    ``MOST_SPANS``. Spans that touch become one.
    """
    found: list[tuple[int, int]] = []
    for part in (part.strip() for part in text.split(",") if part.strip()):
        matched = SPAN.fullmatch(part)
        if matched is None:
            raise HoursError("format")
        start, end = _minute(matched[1], matched[2]), _minute(matched[3], matched[4])
        if end <= start:
            raise HoursError("order")
        if found and start < found[-1][1]:
            raise HoursError("overlap")
        if found and start == found[-1][1]:
            start = found.pop()[0]
        found.append((start, end))
    if len(found) > MOST_SPANS:
        raise HoursError("many")
    return tuple(found)


def _minute(hour: str, minute: str | None) -> int:
    found = int(hour) * 60 + int(minute or 0)
    if found > DAY_MINUTES or int(minute or 0) > 59:
        raise HoursError("format")
    return found


def written(hours: Hours) -> str:
    """The text that ``parse_hours`` reads as ``hours``."""
    return ", ".join(f"{_time(start)}-{_time(end)}" for start, end in hours)


def _time(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour:02}:{rest:02}"


@dataclass(frozen=True, slots=True)
class Clock:
    """What is open when: ``week`` from Monday on, ``holiday`` on ``holidays``, nothing on ``closed`` days."""

    zone: dt.tzinfo
    week: Sequence[Hours]
    holiday: Hours = ()
    holidays: frozenset[dt.date] = frozenset()
    closed: frozenset[dt.date] = frozenset()


def hours_on(clock: Clock, day: dt.date) -> Hours:
    if day in clock.closed:
        return ()
    return clock.holiday if day in clock.holidays else clock.week[day.weekday()]


def is_open(clock: Clock, at: dt.datetime) -> bool:
    """Whether it is open at the instant ``at``, which knows its offset; the minute it closes it is not."""
    return any(start <= at < end for start, end in _spans(clock, at, at))


def open_minutes(clock: Clock, start: dt.datetime, end: dt.datetime) -> int:
    """How many whole minutes of ``[start, end)`` are open; 0 where it ends before it begins."""
    found = dt.timedelta()
    for first, after in _spans(clock, start, end):
        found += max(dt.timedelta(), min(after, end) - max(first, start))
    return found // MINUTE


def _spans(clock: Clock, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """What is open on the days that ``[start, end]`` touches, as instants."""
    day, last = start.astimezone(clock.zone).date(), end.astimezone(clock.zone).date()
    while day <= last:
        for first, after in hours_on(clock, day):
            yield _instant(clock, day, first), _instant(clock, day, after)
        day += ONE_DAY


def _instant(clock: Clock, day: dt.date, minute: int) -> dt.datetime:
    days, rest = divmod(minute, DAY_MINUTES)
    on = day + days * ONE_DAY
    wall = dt.datetime(on.year, on.month, on.day, rest // 60, rest % 60, tzinfo=clock.zone)
    return wall.astimezone(dt.UTC)
