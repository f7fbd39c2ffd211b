"""Half-open spans of days, and the calendar month that costs are shared in."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Self

from sharedict.kernel.errors import SharedictError


class MonthError(SharedictError):
    """Write the month as year and month, like 2026-10."""

    code = "month_invalid"


class DayError(SharedictError):
    """Write the day as year, month and day, like 2026-10-31."""

    code = "day_invalid"


def parse_day(text: str) -> dt.date:
    """The day written ``YYYY-MM-DD``; raises DayError for anything else, other ways of ISO 8601 too."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise DayError


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; ``first`` is its first day and ``after`` the first day of the next."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> Self:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
        if not found or not 1900 <= int(found[1]) < 2200:
            raise MonthError
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.number, 1)

    @property
    def after(self) -> dt.date:
        return dt.date(self.year + self.number // 12, self.number % 12 + 1, 1)

    @property
    def days(self) -> int:
        return (self.after - self.first).days

    def plus(self, months: int) -> Self:
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return type(self)(year, index + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def months_between(start: dt.date, end: dt.date) -> list[Month]:
    """Every month that has a day in the half-open span ``[start, end)``, in order."""
    month, found = Month.of(start), []
    while month.first < end:
        found.append(month)
        month = month.plus(1)
    return found


def overlap_days(start: dt.date, end: dt.date | None, month: Month) -> int:
    """Days of ``[start, end)`` in ``month``; ``None`` as end means open."""
    last = month.after if end is None else min(end, month.after)
    return max(0, (last - max(start, month.first)).days)
