"""Database rows become what everybody is shown, always those of a month's current run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, Sum

from billing.engine.allocate import explain, explanations
from billing.engine.facts import Facts
from billing.engine.statement import (
    Bar,
    MunicipalityTotal,
    ShareRow,
    Statement,
    StatementLine,
    Unallocated,
    percent_of,
)
from billing.engine.why import Why, tell
from billing.models import Period, Run, RunLine, RunTotal, Share
from municipalities.models import Cooperation
from sharedict.common.access import Viewer
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month

# In the order of ShareRow's fields.
SHARE_COLUMNS: tuple[Any, ...] = (
    "line__reference",
    "line__application_code",
    "line__application_name",
    "line__cost_type_code",
    "line__cost_type_name",
    "line__supplier",
    "line__description",
    "line__key_code",
    "line__key_version",
    "line__amount",
    "amount_minor",
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of a cooperation that have a run, in order, with its id."""

    runs: Mapping[Month, int]
    year_starts_in: int

    def year_from(self, month: Month) -> Month:
        """The first month of the agreement year that ``month`` lies in."""
        year = month.year if month.number >= self.year_starts_in else month.year - 1
        return Month(year, self.year_starts_in)

    def year_so_far(self, month: Month) -> list[int]:
        """The runs of the agreement year up to and with ``month``."""
        return [run for other, run in self.runs.items() if self.year_from(month) <= other <= month]

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
    return Calendar(
        {Month.of(first_day): run for first_day, run in rows.values_list("first_day", "current_run_id")},
        cooperation.year_starts_in,
    )


def period_of(viewer: Viewer, cooperation: Cooperation, month: Month) -> Period | None:
    """The month as ``viewer`` may see it, with its current run; None before anything was computed for it."""
    rows = Period.objects.visible_to(viewer).of(cooperation).filter(current_run__isnull=False)
    return rows.filter(first_day=month.first).for_listing().first()


def head_of(viewer: Viewer, period: Period, key: str) -> RunTotal | None:
    """The head of the statement of ``key`` (SE1737), if there is one that ``viewer`` sees."""
    rows = RunTotal.objects.visible_to(viewer).filter(run=period.current_run_id)
    found = rows.filter(municipality__country=key[:2], municipality__code=key[2:])
    return found.select_related("municipality").first()


def statement_of(head: RunTotal, period: Period, calendar: Calendar) -> Statement:
    """The statement that ``head`` begins: two queries, whatever its size; three where something ended."""
    cooperation, run = period.cooperation, _run(period)
    month = period.month
    shares = _shares(head)
    return Statement(
        cooperation=cooperation.slug,
        cooperation_name=cooperation.name,
        currency=cooperation.currency,
        month=month,
        municipality=head.municipality.key,
        name=head.name,
        state=period.state,
        number=head.statement_number,
        run_number=run.number,
        rule_version=run.rule_version,
        fingerprint=run.fingerprint,
        computed_at=run.computed_at,
        before=calendar.before(month),
        year_from=calendar.year_from(month),
        total_minor=_minor(head.amount),
        lines=_lines(head, month, calendar, shares),
        shares=shares,
    )


def _lines(
    head: RunTotal, month: Month, calendar: Calendar, shares: Iterable[ShareRow]
) -> tuple[StatementLine, ...]:
    """By application and type: this month, the month before and the year so far, summed by the database.

    Naming the runs of the lines too lets the database read those in one go.
    """
    before, year = calendar.before(month), calendar.year_so_far(month)
    before_run = calendar.runs[before] if before else 0
    runs = sorted({head.run_id, *year, before_run} - {0})
    rows = list(
        Share.objects.filter(run_id__in=runs, municipality_id=head.municipality_id, line__run_id__in=runs)
        .values_list("line__application_code", "line__cost_type_code")
        .annotate(
            latest=Max("line_id"),
            this=Sum("amount_minor", filter=Q(run_id=head.run_id), default=0),
            before=Sum("amount_minor", filter=Q(run_id=before_run), default=0),
            year=Sum("amount_minor", filter=None if before_run in year else ~Q(run_id=before_run), default=0),
        )
        .order_by()
    )
    names = {(row.application, row.cost_type): (row.application_name, row.cost_type_name) for row in shares}
    names |= _names_of(
        [latest for *codes, latest, _this, _before, _year in rows if tuple(codes) not in names]
    )
    lines = (
        StatementLine(
            application=application,
            application_name=names[application, cost_type][0],
            cost_type=cost_type,
            cost_type_name=names[application, cost_type][1],
            this_minor=this,
            before_minor=then,
            year_minor=so_far,
        )
        for application, cost_type, _latest, this, then, so_far in rows
    )
    return tuple(sorted(lines, key=_in_order))


def _names_of(line_ids: list[int]) -> dict[tuple[str, str], tuple[str, str]]:
    """The names that these lines have for their application and type, by code."""
    rows = RunLine.objects.filter(pk__in=line_ids)
    return {
        (application, kind): (application_name, kind_name)
        for application, kind, application_name, kind_name in rows.values_list(
            "application_code", "cost_type_code", "application_name", "cost_type_name"
        )
    }


def _shares(head: RunTotal) -> tuple[ShareRow, ...]:
    rows: Iterable[Any] = Share.objects.filter(
        run_id=head.run_id, municipality_id=head.municipality_id, line__run_id=head.run_id
    ).values_list(*SHARE_COLUMNS)
    shares = [ShareRow(*(*texts, _minor(cost), share)) for *texts, cost, share in rows]
    return tuple(sorted(shares, key=lambda row: (*_in_order(row), row.reference)))


def _in_order(row: StatementLine | ShareRow) -> tuple[bool, str, str, str, str]:
    """By name; costs of the cooperation as a whole come last."""
    return (
        not row.application,
        row.application_name.casefold(),
        row.application,
        row.cost_type_name.casefold(),
        row.cost_type,
    )


def why(period: Period, reference: str, key: str) -> Why | None:
    """Why the municipality ``key`` carries its share of the cost; None where it carries none of it."""
    facts = facts_of(period)
    found = explain(facts, reference, key)
    return tell(facts, found) if found else None


def whys(period: Period, key: str) -> Iterator[Why]:
    """Why the municipality ``key`` carries each of its shares, without the other payers."""
    facts = facts_of(period)
    for found in explanations(facts, key):
        if found.basis.weights[found.index] or found.share_minor:
            yield tell(facts, found, with_others=False)


def facts_of(period: Period) -> Facts:
    """What the month's current run was computed from."""
    return Facts.from_json(Run.objects.values_list("facts", flat=True).get(pk=_run(period).pk))


def shares_of_cost(viewer: Viewer, period: Period, reference: str) -> dict[str, int]:
    """The shares of one cost that ``viewer`` may see, by municipality; minor units."""
    run = _run(period).pk
    payers = RunTotal.objects.filter(run=run).values("municipality")
    rows = Share.objects.visible_to(viewer).filter(
        run_id=run, municipality__in=payers, line__run_id=run, line__reference=reference
    )
    return {
        f"{country}{code}": _minor(amount)
        for country, code, amount in rows.values_list("municipality__country", "municipality__code", "amount")
    }


def totals_of(viewer: Viewer, period: Period, calendar: Calendar) -> list[MunicipalityTotal]:
    """What each municipality that ``viewer`` sees carries of the month, beside the month before."""
    run, before = _run(period), calendar.before(period.month)
    runs = [run.pk, *([calendar.runs[before]] if before else [])]
    rows = RunTotal.objects.visible_to(viewer).filter(run__in=runs).select_related("municipality")
    now: dict[str, RunTotal] = {}
    then: dict[str, RunTotal] = {}
    for row in rows:
        (now if row.run_id == run.pk else then)[row.municipality.key] = row
    whole = _minor(run.total) - _minor(run.unallocated)
    return [
        MunicipalityTotal(
            municipality=key,
            name=(now.get(key) or then[key]).name,
            this_minor=_minor(now[key].amount) if key in now else 0,
            before_minor=_minor(then[key].amount) if key in then else 0,
            number=now[key].statement_number if key in now else None,
            has_statement=key in now,
            percent=percent_of(_minor(now[key].amount), whole) if key in now else None,
        )
        for key in sorted({*now, *then})
    ]


def unallocated_of(period: Period) -> list[Unallocated]:
    """The costs of the month that nobody carries yet, by reference."""
    return [
        Unallocated(
            reference=line.reference,
            application_name=line.application_name,
            cost_type_name=line.cost_type_name,
            description=line.description,
            amount_minor=_minor(line.amount),
            reason=line.reason,
            detail=line.detail,
        )
        for line in RunLine.objects.filter(run=_run(period)).exclude(reason="")
    ]


def changes_by_application(period: Period, calendar: Calendar) -> list[Bar]:
    """By how much each application's cost differs from the month before; costs that are shared only."""
    before = calendar.before(period.month)
    runs = [period.current_run_id, *([calendar.runs[before]] if before else [])]
    rows = (
        RunLine.objects.filter(run__in=runs, reason="")
        .values("application_code")
        .annotate(
            name=Max("application_name"),
            this=Sum("amount", filter=Q(run=period.current_run_id)),
            before=Sum("amount", filter=~Q(run=period.current_run_id)),
        )
        .order_by("name", "application_code")
    )
    return [Bar(row["name"], _minor(row["this"]) - _minor(row["before"])) for row in rows]


def totals_by_month(viewer: Viewer, runs: Iterable[int]) -> dict[int, dict[str, tuple[str, int]]]:
    """Run -> municipality -> (name, minor units), as far as ``viewer`` sees them; one query."""
    rows = RunTotal.objects.visible_to(viewer).filter(run__in=list(runs)).order_by("run_id")
    found: dict[int, dict[str, tuple[str, int]]] = defaultdict(dict)
    for run, country, code, name, amount in rows.values_list(
        "run_id", "municipality__country", "municipality__code", "name", "amount"
    ):
        found[run][f"{country}{code}"] = (name, _minor(amount))
    return found


def unfinished_job(period: Period) -> Job | None:
    """The oldest job that may still change the month's shares."""
    jobs = Job.objects.filter(cooperation=period.cooperation_id).unfinished()
    return jobs.touching(period.month.first, period.month.after).order_by("id").first()


def failed_job(period: Period) -> Job | None:
    """A job that should have brought the month up to date since it was last computed, and could not."""
    jobs = Job.objects.filter(
        cooperation=period.cooperation_id, state=Job.State.FAILED, finished_at__gt=_run(period).computed_at
    )
    return jobs.touching(period.month.first, period.month.after).order_by("-id").first()


def _run(period: Period) -> Run:
    if period.current_run is None:
        raise ValueError("The month has no run.")
    return period.current_run


def _minor(amount: Decimal | None) -> int:
    """Minor units of an amount that a column with two decimals held, or a sum of such; 0 for none."""
    return 0 if amount is None else int(amount * 100)
