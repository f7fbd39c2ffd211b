"""The statement of one municipality and month: as it was issued, or preliminary from the current run."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q, Sum, Value

from billing.engine.statement import (
    Party,
    Scope,
    ShareRow,
    Statement,
    statement_lines,
)
from billing.models import Period, RunLine, RunTotal
from billing.models import Statement as StatementRow
from billing.models import StatementLine as StatementLineRow
from billing.reports.calendar import Calendar
from billing.reports.issued import as_issued, shares_of
from billing.reports.months import Totals
from billing.reports.rows import minor_of, run_of
from municipalities.models import Cooperation, Municipality
from sharedict.common.access import Viewer
from sharedict.kernel.money import to_major
from sharedict.kernel.periods import Month

Sums = dict[Scope, int]
Names = dict[Scope, tuple[str, str]]


@dataclass
class Earlier:
    """What earlier months came to, in minor units: the agreement year's and the month before alone.

    By application and type without corrections, whose sums stand apart.
    """

    year: Sums = field(default_factory=dict)
    before: Sums = field(default_factory=dict)
    names: Names = field(default_factory=dict)
    year_corrections: int = 0
    before_corrections: int = 0


RUNNING = """
SELECT line.application_code, line.cost_type_code, line.concerns,
       COALESCE(sum(share.minor) FILTER (WHERE share.in_year), 0)::text,
       COALESCE(sum(share.minor) FILTER (WHERE share.just_before), 0)::text
FROM (
    SELECT run_id, run_id = ANY(%(year)s) AS in_year, run_id = %(before)s AS just_before,
           unnest(line_numbers) AS number, unnest(amounts_minor) AS minor
    FROM billing_shareblock
    WHERE run_id = ANY(%(runs)s) AND municipality_id = %(municipality)s
) AS share
JOIN billing_runline AS line ON line.run_id = share.run_id AND line.number = share.number
WHERE line.run_id = ANY(%(runs)s)
GROUP BY line.application_code, line.cost_type_code, line.concerns
"""
"""Sums as digits: they may be wider than a bigint, and a Decimal for each would be thrown away at once."""


def head_of(viewer: Viewer, period: Period, key: str) -> RunTotal | None:
    """The head of the statement of ``key`` (SE1737), if there is one that ``viewer`` sees."""
    run = period.current_run_id or 0
    return heads_of(viewer, [run], key).get(run)


def head_from(period: Period, municipality: Municipality, totals: Totals) -> RunTotal | None:
    """What ``head_of`` gives, of the ``totals`` that were read of the month for the same viewer."""
    if municipality.key not in totals:
        return None
    name, minor = totals[municipality.key]
    return RunTotal(
        cooperation_id=period.cooperation_id,
        run=period.current_run,
        municipality=municipality,
        name=name,
        amount=to_major(minor),
    )


def heads_of(viewer: Viewer, runs: Iterable[int], key: str) -> dict[int, RunTotal]:
    """Run -> the head of the statement of ``key``, where there is one that ``viewer`` sees; one query."""
    rows = RunTotal.objects.visible_to(viewer).filter(run__in=list(runs))
    found = rows.filter(municipality__country=key[:2], municipality__code=key[2:])
    return {head.run_id: head for head in found.select_related("municipality")}


def statement_of(head: RunTotal, period: Period, calendar: Calendar) -> Statement:
    """The statement that ``head`` begins: as it was issued, or preliminary from the current run.

    Raises StatementError where what is stored does not add up, or is not what was issued.
    """
    if not period.is_closed:
        return preliminary(head, period, calendar)
    issued = StatementRow.objects.get(run=head.run_id, municipality=head.municipality_id)
    return as_issued(issued, head, period)


def preliminary(
    head: RunTotal,
    period: Period,
    calendar: Calendar,
    *,
    number: int | None = None,
    due_on: dt.date | None = None,
) -> Statement:
    """The statement as it would be issued now: the same shape, from the current run.

    ``number`` and ``due_on`` are given when it is being issued.
    """
    cooperation, run, month = period.cooperation, run_of(period), period.month
    shares, year_from, before = shares_of(head), calendar.year_from(month), calendar.before(month)
    known = {(share.application, share.cost_type) for share in shares}
    earlier = _earlier(head, month, calendar, known)
    corrected_now = sum(row.share_minor for row in shares if row.concerns and row.concerns >= year_from)
    return Statement(
        payee=payee_of(cooperation),
        payer=payer_of(head.municipality, head.name),
        currency=cooperation.currency,
        month=month,
        state=period.state,
        number=number,
        due_on=due_on,
        run_number=run.number,
        rule_version=run.rule_version,
        fingerprint=run.fingerprint,
        computed_at=run.computed_at,
        before=before,
        year_from=year_from,
        total_minor=minor_of(head.amount),
        lines=statement_lines(
            shares,
            year_from=year_from,
            before=earlier.before,
            year=earlier.year,
            names=earlier.names,
            corrected=_corrected(head, shares),
        ),
        shares=shares,
        before_corrections_minor=earlier.before_corrections,
        year_corrections_minor=earlier.year_corrections + corrected_now,
    )


def payee_of(cooperation: Cooperation) -> Party:
    return Party(cooperation.slug, cooperation.name, cooperation.organisation_number, cooperation.address)


def payer_of(municipality: Municipality, name: str) -> Party:
    return Party(municipality.key, name, municipality.organisation_number)


def _earlier(head: RunTotal, month: Month, calendar: Calendar, known: Collection[Scope]) -> Earlier:
    """What the earlier months of the agreement year came to, with names of scopes that are not ``known``.

    Closed months are read from what was issued, open ones from their current runs.
    """
    year_from, before = calendar.year_from(month), calendar.before(month)
    months = {other for other in calendar.runs if other == before or year_from <= other < month}
    issued = StatementLineRow.objects.filter(
        statement__cooperation=head.cooperation_id,
        statement__municipality=head.municipality_id,
        statement__first_day__in=[other.first for other in months & calendar.closed],
    )
    runs = {calendar.runs[other]: other for other in months - calendar.closed}
    found = [
        *(_issued(issued, year_from, before) if months & calendar.closed else ()),
        *(_running(head.municipality_id, runs, year_from, before) if runs else ()),
    ]
    earlier = Earlier()
    for application, kind, concerns, in_year, just_before in found:
        scope = application, kind
        earlier.year.setdefault(scope, 0)
        earlier.before.setdefault(scope, 0)
        if concerns is None:
            earlier.year[scope] += in_year
            earlier.before[scope] += just_before
            continue
        earlier.before_corrections += just_before
        if concerns >= year_from.first:
            earlier.year_corrections += in_year
    if missing := earlier.year.keys() - {*known}:
        earlier.names = _names_of(missing, issued, runs)
    return earlier


Row = tuple[str, str, dt.date | None, int, int]
"""Codes of application and type, first day of the month corrected, if any; sums of year and month before."""


def _issued(rows: Any, year_from: Month, before: Month | None) -> Iterable[Row]:
    """The sums of closed months."""
    in_year = Q(statement__first_day__gte=year_from.first)
    just_before = Q(statement__first_day=before.first if before else None)
    sums = rows.values_list("application", "cost_type", "concerns").annotate(
        in_year=Sum("amount", filter=in_year), just_before=Sum("amount", filter=just_before)
    )
    return [(*scope, minor_of(year), minor_of(month)) for *scope, year, month in sums.order_by()]


def _running(
    municipality_id: int, runs: Mapping[int, Month], year_from: Month, before: Month | None
) -> Iterable[Row]:
    """Those of open months. The blocks are read here and not their view: in a year's rows that counts."""
    places: dict[str, Any] = {
        "municipality": municipality_id,
        "runs": [*runs],
        "year": [run for run, month in runs.items() if month >= year_from],
        "before": next((run for run, month in runs.items() if month == before), None),
    }
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, places)
        rows = cursor.fetchall()
    return [(*scope, int(year), int(month)) for *scope, year, month in rows]


def _names_of(scopes: Collection[Scope], issued: Any, runs: Collection[int]) -> Names:
    """The names that these had last; one query."""
    running = RunLine.objects.filter(
        run_id__in=runs,
        application_code__in={application for application, _ in scopes},
        cost_type_code__in={kind for _, kind in scopes},
    )
    of_issued = issued.order_by().values_list(
        *("application", "cost_type", "application_name", "cost_type_name"),
        *(Value(1), "statement__first_day", "position"),
    )
    of_running = running.order_by().values_list(
        *("application_code", "cost_type_code", "application_name", "cost_type_name"),
        *(Value(2), "run__period__first_day", "number"),
    )
    named = sorted(of_issued.union(of_running, all=True), key=lambda row: row[4:])
    return {
        (application, kind): (application_name, kind_name)
        for application, kind, application_name, kind_name, *_place in named
        if (application, kind) in scopes
    }


def _corrected(head: RunTotal, shares: Iterable[ShareRow]) -> dict[tuple[Month, str], tuple[int, int]]:
    """Where the corrected costs stood: month and reference -> number of the statement and position there."""
    late = [share for share in shares if share.concerns]
    if not late:
        return {}
    return {
        (Month.of(first_day), reference): (number, position)
        for first_day, references, number, position in corrected_lines(head, late).values_list(
            "statement__first_day", "references", "statement__number", "position"
        )
        for reference in references
    }


def corrected_lines(head: RunTotal, late: Collection[ShareRow]) -> Any:
    """The issued lines that ``late`` may correct."""
    return StatementLineRow.objects.filter(
        statement__cooperation=head.cooperation_id,
        statement__municipality=head.municipality_id,
        statement__first_day__in={share.concerns.first for share in late if share.concerns},
        concerns=None,
        references__overlap=sorted({share.reference for share in late}),
    )
