"""Days so far from today that they may be a slip: asked about before they are saved, and never refused."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.portal.hooks import Change
from sharedict.common.days import last_day
from sharedict.common.models import DayAfterField

YEARS_AHEAD, YEARS_BACK = 5, 20
"""What is further away than that is asked about."""
MOST = 3
"""So many days are named; of more of them it is said how many there are."""


def far_days(changes: Iterable[Change], today: dt.date, *, as_typed: bool = True) -> list[dt.date]:
    """The days that ``changes`` write into rows and that are far from ``today``, each once, in order.

    ``as_typed`` they are last days, as people type them, not the first ones after.
    """
    written = {day for change in changes for day in _written(change, as_typed=as_typed)}
    return sorted(day for day in written if is_far(day, today))


def is_far(day: dt.date, today: dt.date) -> bool:
    """Whether ``day`` is more than YEARS_AHEAD after ``today``, or more than YEARS_BACK before it."""
    return _later(day, -YEARS_AHEAD) > _later(today) or _later(day, YEARS_BACK) < _later(today)


@dataclass(frozen=True, slots=True)
class FarDay:
    """A day that a row holds and that is far away, with the question about it; no other row is concerned."""

    code: ClassVar[str] = "far_day"
    where: ClassVar[str] = ""
    day: dt.date
    message: str


def far_days_of(row: models.Model, today: dt.date) -> list[FarDay]:
    """The days in columns of ``row`` that are far from ``today``, in order."""
    return [FarDay(day, _asked(day, today)) for day in far_days([Change(None, row)], today, as_typed=False)]


def far_in_words(days: Sequence[dt.date], today: dt.date) -> list[str]:
    """A question about each of the first of ``days``, and how many are left."""
    found = [_asked(day, today) for day in days[:MOST]]
    left = len(days) - MOST
    if left > 0:
        more = ngettext("%(count)d more day is as far away.", "%(count)d more days are as far away.", left)
        found.append(more % {"count": left})
    return found


def _asked(day: dt.date, today: dt.date) -> str:
    early, late = sorted([day, today])
    years = late.year - early.year - ((late.month, late.day) < (early.month, early.day))
    words = {"day": day.isoformat(), "years": years}
    if day > today:
        return _("%(day)s is %(years)d years ahead. Is it meant?") % words
    return _("%(day)s is %(years)d years back. Is it meant?") % words


def _written(change: Change, *, as_typed: bool) -> Iterable[dt.date]:
    """The days in columns of the row that are otherwise than before."""
    if change.after is None:
        return
    for field in change.after._meta.concrete_fields:
        if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
            day = getattr(change.after, field.attname)
            if day and (change.before is None or getattr(change.before, field.attname) != day):
                yield last_day(day) if as_typed and isinstance(field, DayAfterField) else day


def _later(day: dt.date, years: int = 0) -> tuple[int, int, int]:
    """The day ``years`` later, in an order; 29 February has one in every year, and no year is too late."""
    return day.year + years, day.month, day.day
