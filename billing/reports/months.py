"""The months of a cooperation, and what each municipality carries of them."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Func, JSONField, Max, Q, Sum, TextField, Value
from django.db.models.functions import Cast

from billing.engine.overview import Bar, MunicipalityTotal, Unallocated, percent_of
from billing.engine.statement import StatementError
from billing.models import Period, RunLine, RunTotal, Statement
from billing.querysets import lost_changes
from billing.reports.rows import minor_of, run_of
from municipalities.models import Cooperation
from sharedict.common.access import Viewer, sight_of
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of a cooperation that have a run, in order, with its id; and which of them are closed."""

    runs: Mapping[Month, int]
    year_starts_in: int
    closed: frozenset[Month] = frozenset()

    def year_from(self, month: Month) -> Month:
        """The first month of the agreement year that ``month`` lies in."""
        year = month.year if month.number >= self.year_starts_in else month.year - 1
        return Month(year, self.year_starts_in)

    def before(self, month: Month) -> Month | None:
        """The month before, where it has a run."""
        previous = month.plus(-1)
        return previous if previous in self.runs else None

    def after(self, month: Month) -> Month | None:
        following = month.plus(1)
        return following if following in self.runs else None


def calendar_of(cooperation: Cooperation) -> Calendar:
    """One query."""
    rows = Period.objects.of(cooperation).filter(current_run__isnull=False).order_by("first_day")
    found = list(rows.values_list("first_day", "current_run_id", "state"))
    return Calendar(
        {Month.of(first_day): run for first_day, run, _state in found},
        cooperation.year_starts_in,
        frozenset(Month.of(first_day) for first_day, _run, state in found if state == Period.State.CLOSED),
    )


class PlainJSONField(JSONField):
    """The type ``json``, which is read as it is written: of a long text one part is taken sooner from it."""

    def db_type(self, connection: Any) -> str:
        return "json"


KEYS = Func(
    Cast("current_run__facts", PlainJSONField()),
    Value("keys"),
    function="json_extract_path_text",
    output_field=TextField(),
)


def period_of(
    viewer: Viewer, cooperation: Cooperation, month: Month, *, with_keys: bool = False
) -> Period | None:
    """The month as ``viewer`` may see it, with its current run; None before anything was computed for it.

    ``with_keys`` also what ``key_names`` asks for.
    """
    rows = Period.objects.visible_to(viewer).of(cooperation).filter(current_run__isnull=False)
    rows = rows.filter(first_day=month.first).for_listing()
    return (rows.annotate(keys_text=KEYS) if with_keys else rows).first()


def key_names(period: Any) -> dict[str, str]:
    """The names of the keys of the month's current run, by code, as they were then: see ``period_of``."""
    return {code: key["name"] for code, key in json.loads(period.keys_text or "{}").items()}


def totals_of(viewer: Viewer, period: Period, calendar: Calendar) -> list[MunicipalityTotal]:
    """What each municipality that ``viewer`` sees carries of the month, beside the month before."""
    run, before = run_of(period), calendar.before(period.month)
    runs = [run.pk, *([calendar.runs[before]] if before else [])]
    rows = RunTotal.objects.visible_to(viewer).filter(run__in=runs).select_related("municipality")
    now: dict[str, RunTotal] = {}
    then: dict[str, RunTotal] = {}
    for row in rows:
        (now if row.run_id == run.pk else then)[row.municipality.key] = row
    whole = minor_of(run.shared)
    sees_all = period.cooperation_id in sight_of(viewer).whole
    if sees_all and sum(minor_of(row.amount) for row in now.values()) != whole:
        raise StatementError
    issued = Statement.objects.filter(run=run).values_list("municipality_id", "number")
    numbers = dict(issued) if period.is_closed else {}
    return [
        MunicipalityTotal(
            municipality=key,
            name=(now.get(key) or then[key]).name,
            this_minor=minor_of(now[key].amount) if key in now else 0,
            before_minor=minor_of(then[key].amount) if key in then else 0,
            number=numbers.get(now[key].municipality_id) if key in now else None,
            has_statement=key in now,
            percent=percent_of(minor_of(now[key].amount), whole) if key in now else None,
        )
        for key in sorted({*now, *then})
    ]


def unallocated_of(period: Period) -> list[Unallocated]:
    """The costs of the month that nobody carries yet, by reference."""
    return [
        Unallocated(
            reference=line.reference,
            application=line.application_code,
            application_name=line.application_name,
            cost_type_name=line.cost_type_name,
            description=line.description,
            amount_minor=minor_of(line.amount),
            reason=line.reason,
            detail=line.detail,
        )
        for line in RunLine.objects.filter(run=run_of(period)).exclude(reason="")
    ]


def changes_by_application(period: Period, calendar: Calendar) -> tuple[list[Bar], int]:
    """By how much each application's cost differs from the month before, and corrections of earlier months.

    Costs that are shared only; together they are the change of what is shared. One query.
    """
    before = calendar.before(period.month)
    runs = [period.current_run_id, *([calendar.runs[before]] if before else [])]
    rows = (
        RunLine.objects.filter(run__in=runs, reason="")
        .values("application_code")
        .annotate(
            name=Max("application_name"),
            this=Sum("amount", filter=Q(run=period.current_run_id, concerns=None)),
            before=Sum("amount", filter=Q(concerns=None) & ~Q(run=period.current_run_id)),
            late=Sum("amount", filter=Q(run=period.current_run_id, concerns__isnull=False)),
            late_before=Sum("amount", filter=Q(concerns__isnull=False) & ~Q(run=period.current_run_id)),
        )
        .order_by("name", "application_code")
    )
    found = list(rows)
    late_minor = sum(minor_of(row["late"]) - minor_of(row["late_before"]) for row in found)
    return [Bar(row["name"], minor_of(row["this"]) - minor_of(row["before"])) for row in found], late_minor


def totals_by_month(viewer: Viewer, runs: Iterable[int]) -> dict[int, dict[str, tuple[str, int]]]:
    """Run -> municipality -> (name, minor units), as far as ``viewer`` sees them; one query."""
    rows = RunTotal.objects.visible_to(viewer).filter(run__in=list(runs)).order_by("run_id")
    found: dict[int, dict[str, tuple[str, int]]] = defaultdict(dict)
    for run, country, code, name, amount in rows.values_list(
        "run_id", "municipality__country", "municipality__code", "name", "amount"
    ):
        found[run][f"{country}{code}"] = (name, minor_of(amount))
    return found


def has_undone_jobs(cooperation: Cooperation) -> bool:
    """Whether any job of the cooperation is unfinished or failed: else no month of it waits for anything."""
    return Job.objects.filter(cooperation=cooperation).undone().exists()


def unfinished_job(period: Period) -> Job | None:
    """The oldest job that may still change the month's shares."""
    jobs = Job.objects.filter(cooperation=period.cooperation_id)
    own = jobs.touching(period.month.first, period.month.after)
    of_closed = jobs.filter(_charges_closed(period), touches_from__lt=period.first_day)
    return (own | of_closed).unfinished().order_by("id").first()


def failed_job(period: Period) -> Job | None:
    """A job that should have brought the month up to date since it was last computed, and could not."""
    jobs = Job.objects.filter(cooperation=period.cooperation_id)
    first, after = period.month.first, period.month.after
    own = jobs.lost(first, after) if period.failure else lost_changes(jobs, first, after)
    own = own.filter(finished_at__gt=run_of(period).computed_at)
    of_closed = lost_changes(jobs.filter(_charges_closed(period)), dt.date.min, first)
    return (
        Job.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=of_closed.values("pk")))
        .order_by("-id")
        .first()
    )


def _charges_closed(period: Period) -> Q:
    """That it is the first open month, which charges what the closed ones find."""
    before = Period.objects.filter(cooperation=period.cooperation_id, first_day__lt=period.first_day)
    return Q(pk__in=[]) if period.is_closed else ~Q(Exists(before.exclude(state=Period.State.CLOSED)))
