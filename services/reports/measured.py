"""How long an application was down in the hours that count, by the calendar of each year as it was then."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateparse import parse_date

from services.engine.clocks import Clock, open_minutes, parse_hours, written
from services.models import Application, Calendar, MeasuredYear, OutageEffect
from services.reports.clocks import clock_of, public_holidays

A_YEAR = dt.timedelta(days=365)
Span = tuple[dt.datetime, dt.datetime]
ALWAYS = ((0, 24 * 60),)


@dataclass(frozen=True, slots=True)
class Measured:
    """What twelve months came to, in minutes of the hours that count: open, and down for somebody."""

    open: int
    down: int
    calendar: Calendar | None
    since: dt.datetime

    @property
    def attained_bp(self) -> int:
        """How much of the hours that count it was up for everybody, in 1/10,000, rounded down."""
        return (self.open - self.down) * 10_000 // self.open if self.open else 10_000


def measured_of(application: Application, now: dt.datetime) -> Measured | None:
    """The twelve months before ``now``, or since somebody uses it; None while nobody does. Three queries.

    Planned work, and what leaves an application with less, do not count. Whatever overlaps counts once.
    """
    uses = application.subscriptions.order_by("valid_from").values_list("valid_from", flat=True)
    first = uses.first()
    zone = timezone.get_current_timezone()
    if first is None or (begun := dt.datetime.combine(first, dt.time(), zone)) >= now:
        return None
    start = max(now - A_YEAR, begun)
    rows = OutageEffect.objects.filter(application=application, state=OutageEffect.State.DOWN)
    rows = rows.filter(outage__merged_into=None, outage__is_planned=False, outage__starts_at__lt=now)
    spans = rows.order_by("outage__starts_at").values_list("outage__starts_at", "outage__ends_at").distinct()
    down = list(united((max(begin, start), min(end or now, now)) for begin, end in spans))
    kept = {row.year: row for row in application.measured_years.all()} if start.year < now.year else {}
    opened = lost = 0
    for year, begin, end in by_year(start, now):
        clock = clock_in(application, year, kept.get(year))
        opened += open_minutes(clock, begin, end)
        lost += sum(open_minutes(clock, max(first, begin), min(last, end)) for first, last in down)
    return Measured(opened, lost, application.measured, start)


def united(spans: Iterable[Span]) -> Iterator[Span]:
    """The same time without overlaps; ``spans`` come by their beginning."""
    last: Span | None = None
    for begin, end in spans:
        if end <= begin:
            continue
        if last and begin <= last[1]:
            last = last[0], max(last[1], end)
            continue
        if last:
            yield last
        last = begin, end
    if last:
        yield last


def by_year(start: dt.datetime, end: dt.datetime) -> Iterator[tuple[int, dt.datetime, dt.datetime]]:
    """Each year of ``[start, end)`` by the clock on the wall, with its part of that time."""
    zone = timezone.get_current_timezone()
    first, last = start.astimezone(zone).year, end.astimezone(zone).year
    for year in range(first, last + 1):
        begin = dt.datetime(year, 1, 1, tzinfo=zone)
        yield year, max(start, begin), min(end, dt.datetime(year + 1, 1, 1, tzinfo=zone))


def clock_in(application: Application, year: int, kept: MeasuredYear | None) -> Clock:
    """By what ``application`` is measured in ``year``: the hours kept of it, else those of its calendar."""
    zone = timezone.get_current_timezone()
    if kept:
        return Clock(
            zone=zone,
            week=kept.week,
            holiday=parse_hours(kept.hours["holiday"]),
            holidays=_days(kept.hours["holidays"]),
            closed=_days(kept.hours["closed"]),
        )
    if application.measured is None:
        return Clock(zone=zone, week=[ALWAYS] * 7, holiday=ALWAYS)
    return clock_of(application.measured, (year,))


def _days(texts: Iterable[str]) -> frozenset[dt.date]:
    return frozenset(day for text in texts if (day := parse_date(text)))


def hours_kept(calendar: Calendar, year: int) -> dict[str, object]:
    """What ``calendar`` says of ``year``, to be kept."""
    closed = calendar.closed_days.filter(day__year=year).order_by("day").values_list("day", flat=True)
    return {
        "week": [written(hours) for hours in calendar.week],
        "holiday": written(parse_hours(calendar.holiday)),
        "holidays": sorted(map(str, public_holidays(calendar.country, year))),
        "closed": [*map(str, closed)],
    }
