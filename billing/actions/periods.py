"""Which months a cooperation has: made where costs fall, taken away before its first."""

import datetime as dt

from django.db import transaction
from django.db.models import Max, Min

from billing.models import Cost, Period, Run, RunLine, RunTotal, ShareBlock
from municipalities.actions import changed
from municipalities.models import Cooperation
from sharedict.audit.actions import field_values
from sharedict.kernel.periods import Month, months_between

Touches = tuple[dt.date, dt.date | None]
PROPOSAL = ("state", "proposed_by", "proposed_at")
"""The columns of a month that say who proposed it."""


def first_open(cooperation: Cooperation) -> Period | None:
    """The first month that is not closed: the one that charges the corrections of those that are."""
    rows = Period.objects.of(cooperation).exclude(state=Period.State.CLOSED)
    return rows.order_by("first_day").first()


def ensure_periods(*, cooperation: Cooperation, touches: Touches) -> None:
    """Make the periods that are missing; safe to repeat.

    Months run without a gap from the cooperation's first month to the one after the last closed, and there
    is one wherever a cost falls into a day of ``touches``. None is left before a first month that was moved.
    """
    _forget_before(cooperation)
    first, after = max(touches[0], cooperation.first_month), touches[1]
    costs = Cost.objects.of(cooperation).valid().filter(ends_on__gt=first)
    if after is not None:
        costs = costs.filter(starts_on__lt=after)
    span = costs.aggregate(start=Min("starts_on"), end=Max("ends_on"))
    wanted: set[Month] = set()
    if span["start"] is not None:
        start = max(span["start"], first)
        end = min(span["end"], after) if after else span["end"]
        wanted |= {
            month for month in months_between(start, end) if costs.touching(month.first, month.after).exists()
        }
    closed = Period.objects.of(cooperation).filter(state=Period.State.CLOSED)
    last = closed.aggregate(last=Max("first_day"))["last"]
    if last is not None:
        wanted |= {*months_between(cooperation.first_month, Month.of(last).plus(2).first)}
    elif wanted:
        wanted |= {*months_between(cooperation.first_month, Month.of(cooperation.first_month).after)}
    add_periods(cooperation, wanted)


def _forget_before(cooperation: Cooperation) -> None:
    """Take the open months before the cooperation's first month away, with what was computed for them."""
    rows = Period.objects.of(cooperation).filter(first_day__lt=cooperation.first_month)
    early = list(rows.exclude(state=Period.State.CLOSED).values_list("pk", flat=True))
    if not early:
        return
    with transaction.atomic():
        Period.objects.filter(pk__in=early).update(current_run=None)
        for model in (ShareBlock, RunTotal, RunLine):
            model._default_manager.filter(run__period__in=early).delete()
        Run.objects.filter(period__in=early).delete()
        for period in rows.filter(state=Period.State.PROPOSED):
            was = field_values(period)
            changed(done=[("delete", period, {name: [was[name], ""] for name in PROPOSAL})], by=None)
        Period.objects.filter(pk__in=early).delete()


def add_periods(cooperation: Cooperation, months: set[Month]) -> None:
    """Make a period of each of ``months`` that has none."""
    known = set(Period.objects.of(cooperation).values_list("first_day", flat=True))
    missing = sorted(month.first for month in months if month.first not in known)
    Period.objects.bulk_create(
        [Period(cooperation=cooperation, first_day=first_day) for first_day in missing], ignore_conflicts=True
    )
