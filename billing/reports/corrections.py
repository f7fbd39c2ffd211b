"""The corrections of earlier, closed months that a month charges, and where a closed month was corrected."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Sum

from billing.engine.overview import Correction
from billing.models import Cost, LateDecision, Period, RunLine, Share
from billing.reports.rows import minor_of, run_of
from billing.snapshots import LateState, correction_of, moved_minor
from sharedict.audit.models import Entry
from sharedict.common.access import Viewer
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class Corrected:
    """That ``month`` charges corrections of another one: of how many costs, and what they come to.

    ``moved_minor`` is what those who pay more by them pay more.
    """

    month: Month
    is_closed: bool
    count: int
    amount_minor: int
    moved_minor: int


@dataclass(frozen=True, slots=True)
class Together:
    """Late changes taken together: how many, what they come to, and what those pay more who pay more."""

    count: int
    amount_minor: int
    moved_minor: int


def corrections_of(lines: Iterable[RunLine]) -> list[Correction]:
    """The corrections among ``told_lines`` of a month, by month and reference."""
    return [
        Correction(
            month=Month.of(row.concerns),
            reference=row.reference,
            description=row.description,
            application_name=row.application_name,
            cost_type_name=row.cost_type_name,
            amount_minor=minor_of(row.amount),
            moved_minor=moved_minor(correction_of(row.evidence)) if row.evidence else 0,
        )
        for row in lines
        if row.concerns
    ]


def corrections_by_municipality(viewer: Viewer, period: Period) -> dict[str, int]:
    """What each municipality that ``viewer`` sees pays of the corrections, by code; one query."""
    run = run_of(period).pk
    rows = Share.objects.visible_to(viewer).filter(run_id=run, line__run_id=run, line__concerns__isnull=False)
    sums = rows.values_list("municipality__country", "municipality__code").annotate(sum=Sum("amount_minor"))
    return {f"{country}{code}": int(minor) for country, code, minor in sums.order_by()}


def corrected_in(period: Period) -> list[Corrected]:
    """The later months that charge corrections of ``period``, in order, as all see them; two queries."""
    rows = RunLine.objects.of(period.cooperation).current().filter(concerns=period.first_day)
    sums = list(
        rows.values_list("run_id", "run__period__first_day", "run__period__state")
        .annotate(lines=Count("number"), sum=Sum("amount"))
        .order_by("run__period__first_day")
    )
    runs = [run for run, *_cells in sums]
    more = Share.objects.filter(
        run_id__in=runs, line__run_id__in=runs, line__concerns=period.first_day, amount_minor__gt=0
    )
    moved = dict(more.values_list("run_id").annotate(sum=Sum("amount_minor")).order_by()) if runs else {}
    return [
        Corrected(
            Month.of(first_day), state == Period.State.CLOSED, lines, minor_of(amount), int(moved.get(run, 0))
        )
        for run, first_day, state, lines, amount in sums
    ]


def together(states: Iterable[LateState]) -> Together:
    """How many ``states`` there are, what charging them comes to, and what it moves."""
    found = list(states)
    return Together(
        len(found), sum(state.amount_minor for state in found), sum(state.moved_minor for state in found)
    )


def left_at_closing(period: Period, decisions: Iterable[LateDecision]) -> list[LateDecision]:
    """Those of ``decisions``, to leave late changes, that stood when ``period`` was closed, the latest first.

    One for each cost and month: the last that was taken by then, unless a month has charged a correction of
    it since. What they came to then is kept nowhere. A query where any was to leave something.
    """
    last = {
        (row.period_id, row.cost_id): row
        for row in decisions
        if period.closed_at and row.decided_at <= period.closed_at
    }
    left = [row for row in last.values() if row.verdict == LateDecision.Verdict.LEAVE]
    if not left:
        return []
    lines = RunLine.objects.of(period.cooperation).current().filter(cost__in={row.cost_id for row in left})
    charged = lines.filter(concerns__isnull=False, run__period__closed_at__lte=period.closed_at)
    last_at = {
        (concerns, cost): at
        for concerns, cost, at in charged.order_by("run__period__closed_at").values_list(
            "concerns", "cost", "run__period__closed_at"
        )
        if at
    }
    stood = [
        row
        for row in left
        if (row.period.first_day, row.cost_id) not in last_at
        or last_at[row.period.first_day, row.cost_id] < row.decided_at
    ]
    return sorted(stood, key=lambda row: -row.pk)


def charged_since(period: Period, cost: Cost) -> int:
    """What months charge in all to correct ``cost`` in ``period``, minor units; one query."""
    lines = RunLine.objects.of(period.cooperation).current().filter(cost=cost, concerns=period.first_day)
    return minor_of(lines.aggregate(sum=Sum("amount"))["sum"])


def charging_of(period: Period, cost: Cost) -> list[tuple[Month, bool]]:
    """The months that charge a correction of ``cost`` in ``period``, and whether they are closed."""
    rows = RunLine.objects.of(period.cooperation).current().filter(concerns=period.first_day, cost=cost)
    found = rows.order_by("run__period__first_day").values_list(
        "run__period__first_day", "run__period__state"
    )
    return [(Month.of(first_day), state == Period.State.CLOSED) for first_day, state in found]


def entered_after(period: Period, cost: Cost) -> list[Entry]:
    """What the change log holds of ``cost`` since ``period`` was closed, the latest first, three at most."""
    rows = Entry.objects.for_listing().filter(
        cooperation=period.cooperation_id,
        at__gt=period.closed_at,
        subject_type=Cost._meta.label_lower,
        subject_id=str(cost.pk),
    )
    return list(rows[:3])
