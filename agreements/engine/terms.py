"""What applies on a date: the most specific term, and the day a driver is read at."""

import datetime as dt
from collections.abc import Iterable
from typing import Protocol, TypeVar

from sharedict.kernel.periods import Month


class Scoped(Protocol):
    """A term as far as choosing goes: the application and cost type it is limited to, if any."""

    @property
    def application(self) -> str | None: ...
    @property
    def cost_type(self) -> str | None: ...


T = TypeVar("T", bound=Scoped)


def term_for(terms: Iterable[T], *, application: str | None, cost_type: str) -> T | None:
    """The most specific of ``terms``: application and cost type, application, cost type, default; or None.

    The terms are those in force on the day; no two of them may have the same scope.
    """
    by_scope = {(term.application, term.cost_type): term for term in terms}
    scopes = ((application, cost_type), (application, None), (None, cost_type), (None, None))
    return next((by_scope[scope] for scope in scopes if scope in by_scope), None)


def reading_span(rule: str, month: Month) -> tuple[dt.date, dt.date]:
    """The half-open span of days whose latest reading counts for ``month`` under a reference-date ``rule``.

    ``year_start``: known on 1 January of the year. ``midyear_before``: on 30 June of the year before.
    ``latest_before``: before the month begins. ``month``: within the month itself.
    """
    spans = {
        "year_start": (dt.date.min, dt.date(month.year, 1, 2)),
        "midyear_before": (dt.date.min, dt.date(month.year - 1, 7, 1)),
        "latest_before": (dt.date.min, month.first),
        "month": (month.first, month.after),
    }
    return spans[rule]


def reading_day(rule: str, month: Month) -> dt.date:
    """The day that a reading under a reference-date ``rule`` stands for; see ``reading_span``."""
    days = {
        "year_start": dt.date(month.year, 1, 1),
        "midyear_before": dt.date(month.year - 1, 6, 30),
        "latest_before": month.first,
        "month": month.first,
    }
    return days[rule]


def notice_day(ends_on: dt.date, months: int) -> dt.date:
    """The last day to give notice ``months`` before ``ends_on``: the same day of the month, or its last."""
    month = Month.of(ends_on).plus(-months)
    if month.year < dt.MINYEAR:
        return dt.date.min
    return dt.date(month.year, month.number, min(ends_on.day, month.days))
