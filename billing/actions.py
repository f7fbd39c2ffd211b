"""Costs come in, months are computed, proposed and closed."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, transaction
from django.db.models import Exists, F, Max, Min, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.engine.allocate import Allocation, allocate
from billing.engine.facts import RULE_VERSION, fingerprint
from billing.imports import IMPORTED
from billing.models import Cost, Period, Run, RunLine, RunTotal, ShareBlock
from billing.rows import write_rows
from billing.snapshots import gather
from municipalities.actions import announce, differences, refuse_strangers, save_row
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.audit.actions import field_values, record_all
from sharedict.jobs.actions import announce_change
from sharedict.kernel.money import to_major
from sharedict.kernel.periods import months_between

TRIES = 5
CREDITED = ("application_id", "cost_type_id", "starts_on", "ends_on", "cooperation_id")
"""What a credit note has in common with the cost it undoes, beside the opposite amount."""
Progress = Callable[[int, int], None]


@transaction.atomic
def save_cost(*, cost: Cost, by: object) -> Cost:
    """Add or change a cost; a new one gets the next reference of its cooperation.

    Raises ValidationError, by field, also for another currency than the cooperation's and for a credit that
    does not undo its cost exactly.
    """
    cooperation = Cooperation.objects.select_for_update(no_key=True).get(pk=cost.cooperation_id)
    refuse_cost(cost, cooperation)
    if not cost.reference:
        cost.reference = _reference(_last_number(cooperation) + 1)
    return save_row(row=cost, by=by)


@transaction.atomic
def add_costs(*, cooperation: Cooperation, costs: Sequence[Cost], by: object) -> list[Cost]:
    """Add many new costs, none of them a credit note, in a few queries; numbered, logged and announced.

    Raises ValidationError for a field that is wrong, and IntegrityError for what only the database refuses.
    """
    Cooperation.objects.select_for_update(no_key=True).get(pk=cooperation.pk)
    for number, cost in enumerate(costs, start=_last_number(cooperation) + 1):
        cost.cooperation, cost.currency, cost.reference = (
            cooperation,
            cooperation.currency,
            _reference(number),
        )
        refuse_strangers(cost)
        cost.clean_fields(exclude=["cooperation", "application", "cost_type", "credits"])
    added = Cost.objects.bulk_create(costs)
    record_all(
        subjects=[("add", cost, differences({}, cost)) for cost in added],
        by=by,
        at=timezone.now(),
        cooperation_id=cooperation.pk,
    )
    announce(rows=added, by=by)
    return added


@transaction.atomic
def import_costs(*, cooperation: Cooperation, costs: Sequence[Cost], by: object) -> None:
    """Add the costs that are new and change the others, in a few queries; logged one by one.

    They are validated already, under a lock on the cooperation: see ``compare_costs``. None is a credit note,
    withdrawn, or undone by one that would then no longer fit.
    """
    changed = {cost.pk: cost for cost in costs if cost.pk}
    before = {
        cost.pk: cost for cost in Cost.objects.select_for_update().order_by("pk").filter(pk__in=changed)
    }
    if new := [cost for cost in costs if not cost.pk]:
        add_costs(cooperation=cooperation, costs=new, by=by)
    if not changed:
        return
    Cost.objects.bulk_update(changed.values(), sorted(IMPORTED), batch_size=1000)
    record_all(
        subjects=[
            ("change", cost, differences(field_values(before[pk]), cost)) for pk, cost in changed.items()
        ],
        by=by,
        at=timezone.now(),
        cooperation_id=cooperation.pk,
    )
    announce(rows=[*before.values(), *changed.values()], by=by)


@transaction.atomic
def withdraw_cost(*, cost: Cost, on: dt.date, by: object) -> Cost:
    """Let a cost count no longer, in any month that is not closed; safe to repeat.

    Raises ValidationError while a credit note undoes it: withdraw that first.
    """
    if cost.is_withdrawn:
        return cost
    if Cost.objects.valid().filter(credits=cost).exists():
        raise ValidationError(_("A credit note undoes this cost: withdraw the credit note first."))
    cost.withdrawn_on = on
    return save_row(row=cost, by=by)


@transaction.atomic
def restore_cost(*, cost: Cost, by: object) -> Cost:
    """Let a withdrawn cost count again; safe to repeat."""
    if cost.credits and cost.credits.is_withdrawn:
        raise ValidationError(_("The cost that it undoes is withdrawn: restore that first."))
    cost.withdrawn_on = None
    return save_row(row=cost, by=by)


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
            with _one_snapshot():
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


@transaction.atomic
def propose_period(*, period: Period, by: User) -> Period:
    """Ask for the month to be closed. Raises ValidationError where it cannot be."""
    period = Period.objects.select_for_update().get(pk=period.pk)
    _refuse_unready(period)
    if period.state == Period.State.OPEN:
        period.state, period.proposed_by, period.proposed_at = Period.State.PROPOSED, by, timezone.now()
        save_row(row=period, by=by)
    return period


@transaction.atomic
def close_period(*, period: Period, by: User) -> Period:
    """Close a proposed month for good, numbering its statements; somebody else than the proposer does it.

    Later months of the agreement year carry its rounding on, and are recomputed. Raises ValidationError
    where it cannot be closed.
    """
    period = Period.objects.select_for_update().get(pk=period.pk)
    if period.is_closed:
        return period
    _refuse_unready(period)
    if period.state != Period.State.PROPOSED:
        raise ValidationError(_("Propose the month first."))
    if period.proposed_by_id == by.pk:
        raise ValidationError(_("Somebody else than the proposer closes the month."))
    period.state, period.closed_by, period.closed_at = Period.State.CLOSED, by, timezone.now()
    save_row(row=period, by=by)
    _number_statements(period)
    announce_change(cooperation_id=period.cooperation_id, touches=(period.month.after, None), by=by)
    return period


def _number_statements(period: Period) -> None:
    Cooperation.objects.select_for_update(no_key=True).get(pk=period.cooperation_id)
    last = RunTotal.objects.of(period.cooperation).aggregate(last=Max("statement_number"))["last"] or 0
    totals = list(RunTotal.objects.filter(run=period.current_run))
    for number, total in enumerate(totals, start=last + 1):
        total.statement_number = number
    RunTotal.objects.bulk_update(totals, ["statement_number"])


def _refuse_unready(period: Period) -> None:
    run = period.current_run
    if run is None or fingerprint(gather(period).to_json()) != run.fingerprint:
        raise ValidationError(_("The month is being recomputed: try again in a moment."))
    if run.unallocated_lines:
        raise ValidationError(
            _("%(count)d costs are unallocated: give them a term, or mend its key.")
            % {"count": run.unallocated_lines}
        )
    if (
        Period.objects.of(period.cooperation)
        .filter(first_day__lt=period.first_day)
        .exclude(state=Period.State.CLOSED)
        .exists()
    ):
        raise ValidationError(_("Close the months before it first."))


def _last_number(cooperation: Cooperation) -> int:
    last = Cost.objects.of(cooperation).aggregate(last=Max("reference"))["last"]
    return int(last[1:]) if last else 0


def _reference(number: int) -> str:
    return f"C{number:08d}"


def refuse_cost(cost: Cost, cooperation: Cooperation) -> None:
    """Raise ValidationError for what the row's own fields do not tell: withdrawn, other currency, credits."""
    if cost.is_withdrawn:
        raise ValidationError(_("This cost is withdrawn: add a new one instead."))
    if cost.currency != cooperation.currency:
        raise ValidationError(
            {"currency": _("This cooperation counts in %(currency)s.") % {"currency": cooperation.currency}}
        )
    _refuse_uneven_credit(cost)
    _refuse_change_under_credit(cost)


def _refuse_uneven_credit(cost: Cost) -> None:
    undone = cost.credits
    if undone is None:
        return
    if undone.amount != -cost.amount or any(
        getattr(undone, name) != getattr(cost, name) for name in CREDITED
    ):
        raise ValidationError(
            {
                "credits": _(
                    "A credit note undoes a cost in full: same application, type and days, opposite amount."
                )
            }
        )
    if undone.is_withdrawn:
        raise ValidationError({"credits": _("That cost is withdrawn already.")})


def _refuse_change_under_credit(cost: Cost) -> None:
    """A credited cost keeps what its credit note repeats, or the two would no longer cancel out."""
    if not cost.pk or not Cost.objects.valid().filter(credits=cost).exists():
        return
    before = Cost.objects.get(pk=cost.pk)
    if before.amount != cost.amount or any(getattr(before, name) != getattr(cost, name) for name in CREDITED):
        raise ValidationError(_("A credit note undoes this cost: withdraw the credit note first."))


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """A transaction whose queries all see the same moment; inside another one, that one's rules hold."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
