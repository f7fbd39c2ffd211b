"""Keeping the hours by which years that are over were measured."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.actions import lock_cooperation, save_row
from services.models import Application, Calendar, ClosedDay, MeasuredYear, OutageEffect, Subscription
from services.reports import hours_kept


def keep_measured_years(*, now: dt.datetime) -> int:
    """Keep the hours of each year before this in which an outage hit an application: of how many.

    A year is kept once; safe to repeat, also at once. One cooperation after the other, each under its lock.
    """
    found = {row.cooperation_id for row in _missing(now).values()}
    return sum(_keep(now, cooperation_id, {}) for cooperation_id in sorted(found))


@transaction.atomic
def _keep(now: dt.datetime, cooperation_id: int, of: dict[str, Any], *, in_use: bool = False) -> int:
    """Keep the years that are over and not kept yet, under the lock of the cooperation."""
    lock_cooperation(cooperation_id)
    missing = _missing(now, {"cooperation": cooperation_id, **of}, in_use=in_use)
    for (_pk, year), application in sorted(missing.items(), key=lambda each: each[0]):
        calendar: Any = application.measured
        row = MeasuredYear(
            cooperation_id=cooperation_id,
            application=application,
            year=year,
            calendar_name=calendar.name,
            hours=hours_kept(calendar, year),
        )
        save_row(row=row, by=None)
    return len(missing)


def _missing(
    now: dt.datetime, of: dict[str, Any] | None = None, *, in_use: bool = False
) -> dict[tuple[int, int], Application]:
    """By application and year, what is not kept of the years that are over; ``of`` narrows applications.

    Years in which an outage hit it; where it is ``in_use``, last year too: an outage of it may still be told.
    """
    this_year = timezone.localtime(now).year
    years = _hit_years(now, this_year, of or {})
    if in_use:
        years |= {(pk, this_year - 1) for pk in _used_in(this_year - 1, of or {})}
    known = MeasuredYear.objects.filter(application__in={pk for pk, _year in years})
    missing = years - {*known.values_list("application", "year")}
    applications = Application.objects.select_related("measured").in_bulk({pk for pk, _year in missing})
    return {(pk, year): applications[pk] for pk, year in missing}


def _hit_years(now: dt.datetime, this_year: int, of: dict[str, Any]) -> set[tuple[int, int]]:
    begins = dt.datetime(this_year, 1, 1, tzinfo=timezone.get_current_timezone())
    rows = OutageEffect.objects.exclude(state=OutageEffect.State.UP).exclude(application__measured=None)
    rows = rows.filter(outage__merged_into=None, outage__starts_at__lt=begins, **_about(of))
    years = set[tuple[int, int]]()
    for pk, start, end in (
        rows.order_by().values_list("application", "outage__starts_at", "outage__ends_at").distinct()
    ):
        last = min(timezone.localtime(end or now).year, this_year - 1)
        years |= {(pk, year) for year in range(timezone.localtime(start).year, last + 1)}
    return years


def _used_in(year: int, of: dict[str, Any]) -> set[int]:
    """The applications, by primary key, that somebody used on a day of ``year``, and that are measured."""
    rows = Subscription.objects.overlapping(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))
    rows = rows.exclude(application__measured=None).filter(**_about(of))
    return {*rows.order_by().values_list("application", flat=True)}


def _about(of: dict[str, Any]) -> dict[str, Any]:
    return {f"application__{name}": value for name, value in of.items()}


def keep_before_calendar_changes(row: Calendar | ClosedDay) -> None:
    """Keep the years that are over before the hours by which they were measured change.

    A closed day that moves to another calendar changes both.
    """
    both = (row.calendar_id, row.as_read.get("calendar_id")) if isinstance(row, ClosedDay) else (row.pk,)
    for calendar in sorted({pk for pk in both if pk}):
        _keep(timezone.now(), row.cooperation_id, {"measured": calendar}, in_use=True)


def keep_before_other_calendar(row: Application) -> None:
    """The same before an application is measured by another calendar."""
    if row.pk and row.as_read.get("measured_id") not in (None, row.measured_id):
        _keep(timezone.now(), row.cooperation_id, {"pk": row.pk}, in_use=True)
