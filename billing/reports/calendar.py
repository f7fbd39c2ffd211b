"""The months of a cooperation: which there are, which are closed, which are empty, which failed."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject

from billing.models import Period, RunLine
from municipalities.models import Cooperation
from sharedict.kernel.periods import Month, months_between


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of a cooperation that have a run, in order, with its id; and which of all are what.

    ``full`` says of every month whether it has a cost or a correction, ``failed`` of those that could not be
    computed, or held against today's facts, why.
    """

    runs: Mapping[Month, int]
    year_starts_in: int
    closed: frozenset[Month] = frozenset()
    full: Mapping[Month, bool] = field(default_factory=dict)
    failed: Mapping[Month, str] = field(default_factory=dict)

    def year_from(self, month: Month) -> Month:
        """The first month of the agreement year that ``month`` lies in."""
        year = month.year if month.number >= self.year_starts_in else month.year - 1
        return Month(year, self.year_starts_in)

    def before(self, month: Month) -> Month | None:
        """The month before, where it has a run."""
        previous = month.plus(-1)
        return previous if previous in self.runs else None

    def after(self, month: Month) -> Month | None:
        following = month.plus(1)
        return following if following in self.runs else None

    def open_before(self, month: Month, first_day: dt.date) -> list[tuple[Month, bool]]:
        """The months from ``first_day`` to ``month`` that are not closed, and whether each is empty.

        Months run without a gap from the cooperation's first one: one that is not there yet is empty.
        """
        known = (each for each in self.full if each < month)
        months = {*known, *months_between(first_day, month.first)}
        return [(each, not self.full.get(each)) for each in sorted(months - self.closed)]

    @property
    def failed_before(self) -> tuple[Month, str] | None:
        """The first closed month that could not be held against today's facts, and why."""
        return next(((month, why) for month, why in self.failed.items() if month in self.closed), None)


def calendar_of(cooperation: Cooperation) -> Calendar:
    """One query."""
    return calendar_from(Period.objects.of(cooperation).with_lines_or_not(), cooperation)


def calendar_from(periods: Iterable[Any], cooperation: Cooperation) -> Calendar:
    """The calendar of ``periods``, each asked for ``with_lines_or_not``."""
    found = sorted(
        (each.first_day, each.current_run_id, each.state, each.failure, each.has_lines) for each in periods
    )
    return _calendar(found, cooperation)


MONTHS = ArraySubquery(
    Period.objects.filter(cooperation=OuterRef("cooperation"))
    .order_by("first_day")
    .values(
        each=JSONObject(
            first_day="first_day",
            run="current_run_id",
            state="state",
            failure="failure",
            is_full=Exists(RunLine.objects.filter(run=OuterRef("current_run"))),
        )
    )
)
"""All months of the cooperation that an outer query about a month finds, for ``calendar_beside``."""


def calendar_beside(period: Any, cooperation: Cooperation) -> Calendar:
    """The calendar that ``period`` was found with: see ``period_of``."""
    names = ("run", "state", "failure", "is_full")
    rows = [
        (dt.date.fromisoformat(each["first_day"]), *(each[name] for name in names))
        for each in period.all_months
    ]
    return _calendar(rows, cooperation)


Row = tuple[dt.date, int | None, str, str, bool]
"""First day, run, state, failure, and whether there is anything in it."""


def _calendar(rows: Iterable[Row], cooperation: Cooperation) -> Calendar:
    months = [(Month.of(day), run, state, why, is_full) for day, run, state, why, is_full in rows]
    return Calendar(
        {month: run for month, run, _state, _why, _is_full in months if run},
        cooperation.year_starts_in,
        closed=frozenset(month for month, _run, state, *_ in months if state == Period.State.CLOSED),
        full={month: is_full for month, *_, is_full in months},
        failed={month: why for month, _run, _state, why, _is_full in months if why},
    )
