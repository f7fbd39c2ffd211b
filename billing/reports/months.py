"""The months of a cooperation, and what each municipality carries of them."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Exists, Func, JSONField, Max, OuterRef, Q, Subquery, Sum, TextField, Value
from django.db.models.functions import Cast, Concat

from billing.engine.overview import Bar, MunicipalityTotal, Unallocated, percent_of
from billing.engine.statement import StatementError
from billing.models import Period, RunLine, RunTotal, Statement
from billing.querysets import lost_changes
from billing.reports.calendar import MONTHS, Calendar
from billing.reports.rows import minor_of, run_of
from municipalities.models import Cooperation
from sharedict.common.access import Viewer, sight_of
from sharedict.jobs.models import Job, JobQuerySet
from sharedict.kernel.periods import Month


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

    With who proposed and closed it, and what ``calendar_beside`` asks for; ``with_keys`` also what
    ``key_names`` does. One query.
    """
    rows = Period.objects.visible_to(viewer).of(cooperation).filter(current_run__isnull=False)
    rows = rows.filter(first_day=month.first).for_listing().select_related("proposed_by", "closed_by")
    rows = rows.annotate(all_months=MONTHS)
    return (rows.annotate(keys_text=KEYS) if with_keys else rows).first()


def key_names(period: Any) -> dict[str, str]:
    """The names of the keys of the month's current run, by code, as they were then: see ``period_of``."""
    return {code: key["name"] for code, key in json.loads(period.keys_text or "{}").items()}


Totals = dict[str, tuple[str, int]]
"""Municipality -> its name and minor units."""


def totals_of(
    viewer: Viewer, period: Period, calendar: Calendar, read: Mapping[int, Totals] | None = None
) -> list[MunicipalityTotal]:
    """What each municipality that ``viewer`` sees carries of the month, beside the month before.

    One query; none, but the numbers of statements are left out, where ``read`` holds what ``totals_by_month``
    found of both months.
    """
    run, before = run_of(period), calendar.before(period.month)
    runs = [run.pk, *([calendar.runs[before]] if before else [])]
    numbers: dict[str, int] = {}
    if read is None:
        read, numbers = _totals(viewer, runs, issued=run.pk if period.is_closed else None)
    now, then = read[run.pk], read[calendar.runs[before]] if before else {}
    whole = minor_of(run.shared)
    sees_all = period.cooperation_id in sight_of(viewer).whole
    if sees_all and sum(minor for _name, minor in now.values()) != whole:
        raise StatementError
    return [
        MunicipalityTotal(
            municipality=key,
            name=(now.get(key) or then[key])[0],
            this_minor=now[key][1] if key in now else 0,
            before_minor=then[key][1] if key in then else 0,
            number=numbers.get(key),
            has_statement=key in now,
            percent=percent_of(now[key][1], whole) if key in now else None,
        )
        for key in sorted({*now, *then})
    ]


def totals_by_month(viewer: Viewer, runs: Iterable[int]) -> dict[int, Totals]:
    """Run -> municipality -> (name, minor units), as far as ``viewer`` sees them; one query."""
    return _totals(viewer, runs)[0]


def _totals(
    viewer: Viewer, runs: Iterable[int], issued: int | None = None
) -> tuple[dict[int, Totals], dict[str, int]]:
    """What ``totals_by_month`` gives, and the numbers of the statements of the run that was ``issued``."""
    payer = Concat(OuterRef("municipality__country"), OuterRef("municipality__code"))
    number = Subquery(Statement.objects.filter(run=issued, payer=payer).order_by().values("number"))
    rows = RunTotal.objects.visible_to(viewer).filter(run__in=list(runs)).order_by("run_id")
    found: dict[int, Totals] = defaultdict(dict)
    numbers = {}
    for run, country, code, name, amount, *more in rows.values_list(
        *("run_id", "municipality__country", "municipality__code", "name", "amount"),
        *([number] if issued else []),
    ):
        key = f"{country}{code}"
        found[run][key] = (name, minor_of(amount))
        if run == issued and more[0] is not None:
            numbers[key] = more[0]
    return found, numbers


def told_lines(period: Period) -> list[RunLine]:
    """The lines of the month that are told one by one: what nobody carries, and corrections; one query."""
    return list(RunLine.objects.filter(~Q(reason="") | Q(concerns__isnull=False), run=run_of(period)))


def unallocated_of(lines: Iterable[RunLine]) -> list[Unallocated]:
    """Those of ``told_lines`` that nobody carries yet, by reference."""
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
        for line in lines
        if line.reason
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


def jobs_about(period: Period) -> tuple[Job | None, Job | None]:
    """The oldest of ``unfinished_about`` and the last of ``failed_about``, if there are any.

    Two queries, and one where all jobs of the cooperation are done: then no month waits for anything.
    """
    jobs = Job.objects.filter(cooperation=period.cooperation_id)
    if not jobs.undone().exists():
        return None, None
    working, failed = unfinished_about(period).order_by("id")[:1], failed_about(period).order_by("-id")[:1]
    found = {job.is_finished: job for job in working.union(failed, all=True)}
    return found.get(False), found.get(True)


def unfinished_about(period: Period) -> JobQuerySet:
    """The jobs that may still change the month's shares."""
    jobs = Job.objects.filter(cooperation=period.cooperation_id)
    own = jobs.touching(period.month.first, period.month.after)
    of_closed = jobs.filter(_charges_closed(period), touches_from__lt=period.first_day)
    return (own | of_closed).unfinished()


def failed_about(period: Period) -> JobQuerySet:
    """Those that should have brought the month up to date since it was last computed, and could not."""
    jobs = Job.objects.filter(cooperation=period.cooperation_id)
    first, after = period.month.first, period.month.after
    own = jobs.lost(first, after) if period.failure else lost_changes(jobs, first, after)
    own = own.filter(finished_at__gt=run_of(period).computed_at)
    of_closed = lost_changes(jobs.filter(_charges_closed(period)), dt.date.min, first)
    return Job.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=of_closed.values("pk")))


def _charges_closed(period: Period) -> Q:
    """That it is the first open month, which charges what the closed ones find."""
    before = Period.objects.filter(cooperation=period.cooperation_id, first_day__lt=period.first_day)
    return Q(pk__in=[]) if period.is_closed else ~Q(Exists(before.exclude(state=Period.State.CLOSED)))
