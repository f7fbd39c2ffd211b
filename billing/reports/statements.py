"""The statement of one municipality and month."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q, Sum

from billing.engine.statement import (
    ShareRow,
    Statement,
    StatementLine,
)
from billing.models import Period, RunLine, RunTotal, Share
from billing.reports.months import Calendar
from billing.reports.rows import minor_of, run_of
from sharedict.common.access import Viewer
from sharedict.kernel.periods import Month

Scope = tuple[str, str]
"""Codes of application and cost type."""
NOTHING = (0, 0)
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


def head_of(viewer: Viewer, period: Period, key: str) -> RunTotal | None:
    """The head of the statement of ``key`` (SE1737), if there is one that ``viewer`` sees."""
    rows = RunTotal.objects.visible_to(viewer).filter(run=period.current_run_id)
    found = rows.filter(municipality__country=key[:2], municipality__code=key[2:])
    return found.select_related("municipality").first()


def statement_of(head: RunTotal, period: Period, calendar: Calendar) -> Statement:
    """The statement that ``head`` begins: two queries, whatever its size; three where something ended."""
    cooperation, run = period.cooperation, run_of(period)
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
        total_minor=minor_of(head.amount),
        lines=_lines(head, month, calendar, shares),
        shares=shares,
    )


def _lines(
    head: RunTotal, month: Month, calendar: Calendar, shares: Iterable[ShareRow]
) -> tuple[StatementLine, ...]:
    """By application and type: this month, the month before, and the year so far."""
    this = defaultdict[Scope, int](int)
    names: dict[Scope, tuple[str, str]] = {}
    for row in shares:
        this[row.application, row.cost_type] += row.share_minor
        names[row.application, row.cost_type] = row.application_name, row.cost_type_name
    before, year = calendar.before(month), calendar.year_so_far(month)
    before_run = calendar.runs[before] if before else 0
    runs = sorted({*year, before_run} - {head.run_id, 0})
    sums = _sums(runs, head.municipality_id, before_run, is_before_in_year=before_run in year)
    names = _names_of(sums.keys() - names.keys(), runs) | names
    lines = (
        StatementLine(
            application=scope[0],
            application_name=application_name,
            cost_type=scope[1],
            cost_type_name=cost_type_name,
            this_minor=this[scope],
            before_minor=sums.get(scope, NOTHING)[0],
            year_minor=this[scope] + sums.get(scope, NOTHING)[1],
        )
        for scope, (application_name, cost_type_name) in names.items()
    )
    return tuple(sorted(lines, key=_in_order))


def _sums(
    runs: Sequence[int], municipality_id: int, before_run: int, *, is_before_in_year: bool
) -> dict[Scope, tuple[int, int]]:
    """What the municipality carried in earlier months: of ``before_run``, and of the year's; minor units.

    Naming the runs of the lines too lets the database read those in one go.
    """
    if not runs:
        return {}
    rows = Share.objects.filter(run_id__in=runs, municipality_id=municipality_id, line__run_id__in=runs)
    before = Q(run_id=before_run)
    sums = rows.values_list("line__application_code", "line__cost_type_code").annotate(
        before=Sum("amount_minor", filter=before, default=0),
        year=Sum("amount_minor", filter=None if is_before_in_year else ~before, default=0),
    )
    return {(application, kind): (then, so_far) for application, kind, then, so_far in sums.order_by()}


def _names_of(scopes: Collection[Scope], runs: Sequence[int]) -> dict[Scope, tuple[str, str]]:
    """The names that these had last."""
    if not scopes:
        return {}
    rows = RunLine.objects.filter(
        run_id__in=runs,
        application_code__in={application for application, _ in scopes},
        cost_type_code__in={kind for _, kind in scopes},
    ).order_by("run__period__first_day", "id")
    return {
        (application, kind): (application_name, kind_name)
        for application, kind, application_name, kind_name in rows.values_list(
            "application_code", "cost_type_code", "application_name", "cost_type_name"
        )
        if (application, kind) in scopes
    }


def _shares(head: RunTotal) -> tuple[ShareRow, ...]:
    rows: Iterable[Any] = Share.objects.filter(
        run_id=head.run_id, municipality_id=head.municipality_id, line__run_id=head.run_id
    ).values_list(*SHARE_COLUMNS)
    shares = [ShareRow(*(*texts, minor_of(cost), share)) for *texts, cost, share in rows]
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
