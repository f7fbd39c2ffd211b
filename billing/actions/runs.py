"""Months are computed: from frozen facts to a run's rows, in one transaction."""

import datetime as dt
from collections.abc import Callable

from django.db import DEFAULT_DB_ALIAS, OperationalError, transaction
from django.db.models import Exists, F, Max, Min, OuterRef
from django.utils import timezone

from billing.engine.allocate import Allocation, allocate
from billing.engine.facts import RULE_VERSION, fingerprint
from billing.models import Cost, Period, Run, RunLine, RunTotal, ShareBlock
from billing.rows import write_rows
from billing.snapshots import gather
from municipalities.models import Cooperation, Municipality
from sharedict.common import moments
from sharedict.kernel.money import to_major
from sharedict.kernel.periods import months_between

TRIES = 5
Progress = Callable[[int, int], None]


def recompute(
    *,
    cooperation_id: int,
    touches: tuple[dt.date, dt.date | None],
    progress: Progress = lambda done, total: None,
) -> list[Run]:
    """Bring the months that ``touches`` (half-open days) meets up to date, and give back the new runs.

    Months come to be when a cost falls in them. One whose facts are unchanged gets no run.
    """
    cooperation = Cooperation.objects.get(pk=cooperation_id)
    ensure_periods(cooperation=cooperation, touches=touches)
    first, after = touches
    periods = Period.objects.of(cooperation).filter(first_day__gte=first.replace(day=1))
    if after is not None:
        periods = periods.filter(first_day__lt=after)
    ids = list(periods.order_by("first_day").values_list("pk", flat=True))
    runs = []
    for done, pk in enumerate(ids):
        progress(done, len(ids))
        runs.append(compute_period(period_id=pk))
    progress(len(ids), len(ids))
    return [run for run in runs if run]


def ensure_periods(*, cooperation: Cooperation, touches: tuple[dt.date, dt.date | None]) -> None:
    """Make a period of every month that ``touches`` meets and that some cost falls in; safe to repeat."""
    first, after = touches
    costs = Cost.objects.of(cooperation).valid().filter(ends_on__gt=first)
    if after is not None:
        costs = costs.filter(starts_on__lt=after)
    span = costs.aggregate(start=Min("starts_on"), end=Max("ends_on"))
    if span["start"] is None:
        return
    start = max(span["start"], first)
    end = min(span["end"], after) if after else span["end"]
    known = set(Period.objects.of(cooperation).values_list("first_day", flat=True))
    missing = [
        month.first
        for month in months_between(start, end)
        if month.first not in known and costs.touching(month.first, month.after).exists()
    ]
    Period.objects.bulk_create(
        [Period(cooperation=cooperation, first_day=first_day) for first_day in missing], ignore_conflicts=True
    )


def compute_period(*, period_id: int) -> Run | None:
    """Write a new current run of the period if its facts have changed; None if they have not.

    Facts are read in one snapshot of the database, under a lock on the period. A closed period keeps its
    run; that its facts have changed since is only noted.
    """
    for attempt in range(TRIES):
        try:
            with moments.writing():
                return _compute(Period.objects.select_for_update().get(pk=period_id))
        except OperationalError as error:
            # another worker wrote a run of this period since our snapshot was taken: take a new one
            if getattr(error.__cause__, "pgcode", None) != "40001" or attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _compute(period: Period) -> Run | None:
    facts = gather(period)
    canonical = facts.to_json()
    mark = fingerprint(canonical)
    last = period.runs.order_by("-number").values_list("number", flat=True).first() or 0
    current = period.current_run
    is_current = current is not None and current.fingerprint == mark
    if period.is_closed:
        Period.objects.filter(pk=period.pk).update(has_late_changes=not is_current)
    if is_current or period.is_closed:
        return None
    allocation = allocate(facts)
    run = _new_run(period, last + 1, canonical, mark, allocation)
    costs = Cost.objects.of(period.cooperation).touching(period.month.first, period.month.after)
    write_rows(
        run=run,
        facts=facts,
        allocation=allocation,
        cost_ids=dict(costs.values_list("reference", "pk")),
        places={place.key: place.pk for place in Municipality.objects.only("country", "code")},
    )
    period.current_run = run
    period.state, period.proposed_by, period.proposed_at = Period.State.OPEN, None, None
    period.save(update_fields=["current_run", "state", "proposed_by", "proposed_at"])
    return run


def _new_run(period: Period, number: int, canonical: str, mark: str, allocation: Allocation) -> Run:
    return Run.objects.create(
        cooperation_id=period.cooperation_id,
        period=period,
        number=number,
        rule_version=RULE_VERSION,
        facts=canonical,
        fingerprint=mark,
        carry={key: [carry.denominator, carry.owed] for key, carry in allocation.carry.items()},
        total=to_major(allocation.allocated_minor + allocation.unallocated_minor),
        unallocated=to_major(allocation.unallocated_minor),
        unallocated_lines=sum(line.basis is None for line in allocation.lines),
        computed_at=timezone.now(),
    )


def drop_superseded_shares(*, cooperation_id: int) -> int:
    """Delete the shares of runs that are no longer current; gives back of how many. Their facts stay."""
    stale = list(
        Run.objects.filter(Exists(RunLine.objects.filter(run=OuterRef("pk"))), cooperation=cooperation_id)
        .exclude(period__current_run=F("pk"))
        .values_list("pk", flat=True)
    )
    if not stale:
        return 0
    with transaction.atomic():
        for model in (ShareBlock, RunTotal, RunLine):
            model._default_manager.filter(run__in=stale)._raw_delete(DEFAULT_DB_ALIAS)
    return len(stale)
