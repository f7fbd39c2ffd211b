"""The statement of one municipality and month."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max, Q, Sum

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
