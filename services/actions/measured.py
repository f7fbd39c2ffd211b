"""Keeping the hours by which years that are over were measured."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.actions import save_row
from services.models import Application, Calendar, ClosedDay, MeasuredYear, OutageEffect
from services.reports import hours_kept


@transaction.atomic
def keep_measured_years(*, now: dt.datetime, **of: Any) -> int:
    """Keep the hours of each year before this in which an outage hit an application: of how many.

    ``of`` narrows which applications. A year is kept once; safe to repeat.
    """
    this_year, years = timezone.localtime(now).year, set[tuple[int, int]]()
    begins = dt.datetime(this_year, 1, 1, tzinfo=timezone.get_current_timezone())
    rows = OutageEffect.objects.exclude(state=OutageEffect.State.UP).exclude(application__measured=None)
    rows = rows.filter(outage__merged_into=None, outage__starts_at__lt=begins, **_about(of))
    for pk, start, end in (
        rows.order_by().values_list("application", "outage__starts_at", "outage__ends_at").distinct()
    ):
        last = min(timezone.localtime(end or now).year, this_year - 1)
        years |= {(pk, year) for year in range(timezone.localtime(start).year, last + 1)}
    known = MeasuredYear.objects.filter(application__in={pk for pk, _year in years})
    missing = years - {*known.values_list("application", "year")}
    applications = Application.objects.select_related("measured").in_bulk({pk for pk, _year in missing})
    for pk, year in sorted(missing):
        application = applications[pk]
        calendar: Any = application.measured
        row = MeasuredYear(
            cooperation_id=application.cooperation_id,
            application=application,
            year=year,
            calendar_name=calendar.name,
            hours=hours_kept(calendar, year),
        )
        save_row(row=row, by=None)
    return len(missing)


def _about(of: dict[str, Any]) -> dict[str, Any]:
    return {f"application__{name}": value for name, value in of.items()}


def keep_before_calendar_changes(row: Calendar | ClosedDay) -> None:
    """Keep the years that are over before the hours by which they were measured change."""
    calendar = row.calendar_id if isinstance(row, ClosedDay) else row.pk
    if calendar:
        keep_measured_years(now=timezone.now(), measured=calendar)


def keep_before_other_calendar(row: Application) -> None:
    """The same before an application is measured by another calendar."""
    if row.pk and row.as_read.get("measured_id") not in (None, row.measured_id):
        keep_measured_years(now=timezone.now(), pk=row.pk)
