"""Months are computed: from frozen facts to a run's rows, in one transaction."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, transaction
from django.db.models import F, Max
from django.utils import timezone

from billing.actions.periods import PROPOSAL, Touches, ensure_periods, first_open
from billing.actions.telling import tell_of_fallen, tell_of_unallocated
from billing.engine.allocate import Allocation, allocate
from billing.engine.corrections import LateLine
from billing.engine.facts import RULE_VERSION, Facts, fingerprint
from billing.engine.notices import notices
from billing.models import Cost, LateChange, Period, Run, RunLine, RunTotal, ShareBlock, Statement
from billing.rows import write_rows
from billing.snapshots import gather, gather_by_rules_of, late_lines, with_held
from municipalities.actions import changed, differences
from municipalities.models import Cooperation, Municipality
from sharedict.audit.actions import field_values
from sharedict.common import moments
from sharedict.kernel.errors import SharedictError
from sharedict.kernel.money import to_major

logger = logging.getLogger(__name__)

TRIES = 5
CHECK, COMPUTE = "check", "compute"
KEPT_FOR = dt.timedelta(minutes=15)
"""So long can a list that somebody reads page by page go on with the runs it began with."""

FACTS_KEPT_FOR = dt.timedelta(days=90)
Progress = Callable[[int, int], None]
Place = dict[str, Any]


class MonthsFailedError(SharedictError):
    """Some months could not be computed; the others are up to date."""

    code = "months_failed"


def recompute(
    *, cooperation_id: int, touches: Touches, progress: Progress = lambda done, total: None
) -> list[Run]:
    """Bring the months that ``touches`` (half-open days) meets up to date, and give back the new runs."""
    months = recompute_by_month(cooperation_id=cooperation_id, touches=touches, progress=progress)
    return [month.run for month in months if month.run]


@dataclass(frozen=True, slots=True)
class MonthDone:
    """One month brought up to date: its new run, if it got one, and where to go on; None after the last."""

    run: Run | None
    place: Place | None


def recompute_by_month(
    *,
    cooperation_id: int,
    touches: Touches,
    progress: Progress = lambda done, total: None,
    place: Place | None = None,
) -> Iterator[MonthDone]:
    """Bring the months that ``touches`` meets up to date one by one, going on from ``place``.

    A closed month is held against today's facts; the first open month charges what that finds, so it is
    computed last whenever one was met. One month never stops another: the one that fails says why, and
    MonthsFailedError names them all in the end, those from before ``place`` too. Which months there are is
    found anew each time: one that was computed and has been closed since is still to be checked.
    """
    cooperation = Cooperation.objects.get(pk=cooperation_id)
    ensure_periods(cooperation=cooperation, touches=touches)
    steps = _steps(cooperation, touches)
    done: list[list[Any]] = [*(place or {}).get("done", ())]
    failed: list[str] = [*(place or {}).get("failed", ())]
    left = [step for step in steps if step not in done]
    progress(len(steps) - len(left), len(steps))
    for still, (kind, pk) in zip(range(len(left) - 1, -1, -1), left, strict=True):
        run = None
        try:
            run = (check_closed_period if kind == CHECK else compute_period)(period_id=pk)
        except Exception as error:  # noqa: BLE001 - noted, reported, and raised again in the end
            failed.append(_note_failure(pk, error))
        done.append([kind, pk])
        progress(len(steps) - still, len(steps))
        yield MonthDone(run, {"done": [*done], "failed": [*failed]} if still else None)
    if failed:
        raise MonthsFailedError("; ".join(failed))


def _steps(cooperation: Cooperation, touches: Touches) -> list[list[Any]]:
    """What is to be done with which month, in order, as JSON can hold it."""
    first, after = touches
    rows = Period.objects.of(cooperation).filter(first_day__gte=first.replace(day=1)).order_by("first_day")
    if after is not None:
        rows = rows.filter(first_day__lt=after)
    closed = [pk for pk, state in rows.values_list("pk", "state") if state == Period.State.CLOSED]
    steps = [[CHECK, pk] for pk in closed]
    steps += [[COMPUTE, pk] for pk in rows.exclude(pk__in=closed).values_list("pk", flat=True)]
    charging = first_open(cooperation)
    if closed and charging and [COMPUTE, charging.pk] not in steps:
        steps.append([COMPUTE, charging.pk])
    return steps


def compute_period(*, period_id: int) -> Run | None:
    """Write a new current run of the period if its facts have changed; None if they have not.

    Facts are read in one snapshot of the database, under a lock on the period. A closed period keeps its
    run.
    """
    return _in_one_snapshot(_compute, period_id)


def check_closed_period(*, period_id: int) -> Run | None:
    """Hold a closed month against today's facts, and note what should be otherwise.

    Gives back the run that says how it should be, where that is new; None otherwise.
    """
    return _in_one_snapshot(_check, period_id)


def _in_one_snapshot(step: Callable[[Period], Run | None], period_id: int) -> Run | None:
    for attempt in range(TRIES):
        try:
            with moments.writing():
                return step(Period.objects.select_for_update().get(pk=period_id))
        except OperationalError as error:
            # another worker wrote a run of this period since our snapshot was taken: take a new one
            if getattr(error.__cause__, "pgcode", None) != "40001" or attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _note_failure(period_id: int, error: Exception) -> str:
    """Mark the month as failed, in the words that its page shows; gives back a line for the job."""
    period = Period.objects.get(pk=period_id)
    logger.exception("%s of %s could not be computed", period, period.cooperation_id)
    reason = error.message if isinstance(error, SharedictError) else f"{type(error).__name__}: {error}"
    Period.objects.filter(pk=period_id).update(failure=reason[:1000])
    return f"{period}: {reason}"[:500]


def _compute(period: Period) -> Run | None:
    if period.is_closed:
        return None
    facts = gather(period)
    canonical = facts.to_json()
    mark = fingerprint(canonical)
    current = period.current_run
    if current is not None and current.fingerprint == mark:
        if period.failure:
            Period.objects.filter(pk=period.pk).update(failure="")
        return None
    allocation = allocate(facts)
    run = _new_run(period, facts, canonical, mark, allocation)
    references = [each.cost.reference for each in facts.corrections]
    costs = Cost.objects.of(period.cooperation)
    costs = costs.touching(period.month.first, period.month.after) | costs.filter(reference__in=references)
    write_rows(
        run=run,
        facts=facts,
        allocation=allocation,
        cost_ids=dict(costs.values_list("reference", "pk")),
        places={place.key: place.pk for place in Municipality.objects.only("country", "code")},
    )
    if current is not None:
        Run.objects.filter(pk=current.pk).update(superseded_at=timezone.now())
    period.current_run, period.failure = run, ""
    _drop_proposal(period)
    period.save(update_fields=["current_run", "failure"])
    tell_of_unallocated(period, current, run)
    return run


def _drop_proposal(period: Period) -> None:
    """Open the month again, since other figures were proposed; the change log says so."""
    if period.state != Period.State.PROPOSED:
        return
    before = field_values(period)
    tell_of_fallen(period, period.proposed_by_id, period.proposed_at)
    period.state, period.proposed_by, period.proposed_at = Period.State.OPEN, None, None
    period.save(update_fields=PROPOSAL)
    changed(done=[("change", period, differences(before, period))], by=None)


def _check(period: Period) -> Run | None:
    if not period.is_closed or period.current_run is None:
        return None
    closed = Facts.from_json(period.current_run.facts)
    today = with_held(closed, gather_by_rules_of(closed, period), period)
    canonical = today.to_json()
    mark = fingerprint(canonical)
    if mark == period.checked_mark and not period.failure:
        return None
    period.late_changes.all().delete()
    run = None
    if late := late_lines(closed, today):
        run = _should_be(period, today, canonical, mark, late)
        _note_late(period, run, late)
    _drop_unread(period)
    period.checked_mark, period.failure, period.has_late_changes = mark, "", run is not None
    period.save(update_fields=["checked_mark", "failure", "has_late_changes"])
    return run


def _should_be(period: Period, today: Facts, canonical: str, mark: str, late: tuple[LateLine, ...]) -> Run:
    """The computation that the reasons are read from: the one there is of the same facts, or a new one."""
    known = Run.objects.filter(period=period, kind=Run.Kind.SHOULD_BE, fingerprint=mark).first()
    return known or Run.objects.create(
        cooperation_id=period.cooperation_id,
        period=period,
        kind=Run.Kind.SHOULD_BE,
        number=_next_number(period),
        rule_version=today.rule_version,
        facts=canonical,
        fingerprint=mark,
        money_mark=today.money_mark(),
        total=to_major(sum(line.amount_minor for line in late)),
        unallocated=to_major(sum(line.amount_minor for line in late if line.reason)),
        unallocated_lines=sum(bool(line.reason) for line in late),
        computed_at=timezone.now(),
    )


def _note_late(period: Period, run: Run, late: tuple[LateLine, ...]) -> None:
    """Keep what ``run`` says of each cost."""
    references = [line.cost.reference for line in late]
    costs = Cost.objects.of(period.cooperation).filter(reference__in=references)
    cost_ids = dict(costs.values_list("reference", "pk"))
    LateChange.objects.bulk_create(
        LateChange(
            cooperation_id=period.cooperation_id,
            period=period,
            cost_id=cost_ids[line.cost.reference],
            run=run,
            cause=line.cause,
            content=asdict(line),
        )
        for line in late
    )


def _drop_unread(period: Period) -> None:
    """Forget the computations of how the month should be that nothing refers to."""
    lines = RunLine.objects.of(period.cooperation).current().filter(concerns=period.first_day)
    marks = set(lines.values_list("evidence__mark", flat=True))
    rows = Run.objects.filter(period=period, kind=Run.Kind.SHOULD_BE).exclude(fingerprint__in=marks)
    rows.exclude(pk__in=LateChange.objects.filter(period=period).values("run")).delete()


def _next_number(period: Period) -> int:
    return (period.runs.aggregate(last=Max("number"))["last"] or 0) + 1


def _new_run(period: Period, facts: Facts, canonical: str, mark: str, allocation: Allocation) -> Run:
    return Run.objects.create(
        cooperation_id=period.cooperation_id,
        period=period,
        number=_next_number(period),
        rule_version=RULE_VERSION,
        facts=canonical,
        fingerprint=mark,
        money_mark=facts.money_mark(),
        notices=[asdict(notice) for notice in notices(facts, allocation)],
        carry={key: [carry.denominator, carry.owed] for key, carry in allocation.carry.items()},
        total=to_major(allocation.allocated_minor + allocation.unallocated_minor),
        unallocated=to_major(allocation.unallocated_minor),
        unallocated_lines=sum(line.division is None for line in allocation.lines),
        computed_at=timezone.now(),
    )


@transaction.atomic
def drop_superseded_shares(*, cooperation_id: int | None = None) -> int:
    """Delete the shares of runs that ceased to be current more than ``KEPT_FOR`` ago; of how many runs.

    Without ``cooperation_id`` those of all cooperations. Their facts stay.
    """
    rows = Run.objects.filter(superseded_at__lt=timezone.now() - KEPT_FOR).exclude(
        period__current_run=F("pk")
    )
    if cooperation_id is not None:
        rows = rows.filter(cooperation=cooperation_id)
    held = rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    stale = list(held.values_list("pk", flat=True))
    if stale:
        for model in (ShareBlock, RunTotal, RunLine):
            model._default_manager.filter(run__in=stale)._raw_delete(DEFAULT_DB_ALIAS)
        Run.objects.filter(pk__in=stale).update(superseded_at=None)
    return len(stale)


@transaction.atomic
def drop_superseded_runs() -> int:
    """Delete the runs that another took the place of long ago, with their facts; gives back how many.

    What a month closed with, what a statement was issued from and what a late change shows are kept.
    """
    rows = Run.objects.filter(computed_at__lt=timezone.now() - FACTS_KEPT_FOR, kind=Run.Kind.MONTH)
    rows = rows.filter(superseded_at=None).exclude(period__current_run=F("pk"))
    rows = rows.exclude(pk__in=Statement.objects.values("run"))
    rows = rows.exclude(pk__in=LateChange.objects.values("run"))
    held = rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    old = list(held.values_list("pk", flat=True))
    Run.objects.filter(pk__in=old)._raw_delete(DEFAULT_DB_ALIAS)
    return len(old)
