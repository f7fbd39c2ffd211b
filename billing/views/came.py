"""How a late change came: the days of the cost, when its month closed, what was typed since, when to act."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Cost, LateDecision, Period
from billing.views.pictures import month_name
from sharedict.audit.models import Entry
from sharedict.common.days import date_format
from sharedict.kernel.periods import Month
from sharedict.pictures.drawing import Picture
from sharedict.pictures.timeline import Kind, Point, Span, Timeline, timeline


def how_it_came(
    closed: Period,
    cost: Cost,
    entered: Sequence[Entry],
    decisions: Sequence[LateDecision],
    *,
    charged_in: Month | None,
    waits: bool,
    today: dt.date,
) -> Picture:
    """A line of time from the first day that the month has of the cost until its difference is charged.

    ``charged_in`` charges it, if any does; ``waits`` says that somebody has to act before that month closes.
    """
    start, until = max(cost.starts_on, closed.month.first), min(cost.ends_on, closed.month.after)
    points = [Point(day, words, Kind.DONE) for day, words in _done(closed, entered, decisions)]
    if charged_in:
        words = _("%(month)s can close and charge it") % {"month": month_name(charged_in)}
        if waits:
            words = _("decide before %(month)s closes") % {"month": month_name(charged_in)}
        points.append(Point(max(charged_in.after, today), words, Kind.ACT if waits else Kind.AHEAD))
    end = max([today, until, *(point.on for point in points)])
    written = "j F" if start.year == end.year else "j F Y"

    def short(day: dt.date) -> str:
        return date_format(day, written)

    last, days = until - dt.timedelta(days=1), short(start)
    if start < last:
        days = _("%(first)s to %(last)s") % {"first": days, "last": short(last)}
    return timeline(
        Timeline(
            _("How it came: %(what)s") % {"what": ", ".join(_said(point) for point in points)},
            start,
            end + dt.timedelta(days=max(1, (end - start).days // 20)),
            today,
            ": ".join((short(today), _("today"))),
            [replace(point, words=f"{short(point.on)}: {point.words}") for point in points],
            [Span(start, until, ": ".join((days, _("days of the cost"))))] if start < until else [],
            [(month.first, _month(month)) for month in _months(Month.of(start), Month.of(end))],
        )
    )


def _done(
    closed: Period, entered: Sequence[Entry], decisions: Sequence[LateDecision]
) -> list[tuple[dt.date, str]]:
    """What has happened and when; what happened on one day in one breath."""
    found: dict[dt.date, list[str]] = {}
    if closed.closed_at:
        said = _("%(month)s closed") % {"month": month_name(closed.month)}
        found.setdefault(timezone.localdate(closed.closed_at), []).append(said)
    for entry in reversed(entered):
        found.setdefault(timezone.localdate(entry.at), []).append(_entered(entry))
    for decision in decisions:
        said = _("left") if decision.verdict == LateDecision.Verdict.LEAVE else _("decided to charge")
        found.setdefault(timezone.localdate(decision.decided_at), []).append(said)
    return [(day, ", ".join(dict.fromkeys(words))) for day, words in sorted(found.items())]


def _entered(entry: Entry) -> str:
    if entry.verb == "add":
        return _("cost entered")
    withdrawn = entry.changes.get("withdrawn_on")
    if withdrawn:
        return _("cost withdrawn") if withdrawn[1] else _("cost restored")
    return _("cost changed")


def _said(point: Point) -> str:
    return f"{point.words} {date_format(point.on, 'j F Y')}"


def _months(first: Month, last: Month) -> list[Month]:
    found = [first.plus(1)]
    while found[-1] < last:
        found.append(found[-1].plus(1))
    return found


def _month(month: Month) -> str:
    return month_name(month) if month.first.month == 1 else date_format(month.first, "F")
