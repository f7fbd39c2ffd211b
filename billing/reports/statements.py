"""The statement of one municipality and month: as it was issued, or preliminary from the current run."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, Sum

from billing.engine.statement import (
    Party,
    Scope,
    ShareRow,
    Statement,
    StatementError,
    StatementLine,
    in_order,
    statement_lines,
)
from billing.models import Period, RunTotal, Share
from billing.models import Statement as StatementRow
from billing.models import StatementLine as StatementLineRow
from billing.reports.months import Calendar
from billing.reports.rows import minor_of, run_of
from municipalities.models import Cooperation, Municipality
from sharedict.common.access import Viewer
from sharedict.kernel.periods import Month

Sums = dict[Scope, int]
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
    "line__concerns",
)


def head_of(viewer: Viewer, period: Period, key: str) -> RunTotal | None:
    """The head of the statement of ``key`` (SE1737), if there is one that ``viewer`` sees."""
    rows = RunTotal.objects.visible_to(viewer).filter(run=period.current_run_id)
    found = rows.filter(municipality__country=key[:2], municipality__code=key[2:])
    return found.select_related("municipality").first()


def statement_of(head: RunTotal, period: Period, calendar: Calendar) -> Statement:
    """The statement that ``head`` begins: as it was issued, or preliminary from the current run.

    Raises StatementError where what is stored does not add up, or is not what was issued.
    """
    if not period.is_closed:
        return preliminary(head, period, calendar)
    issued = StatementRow.objects.get(run=head.run_id, municipality=head.municipality_id)
    return as_issued(issued, head, period)


def as_issued(issued: StatementRow, head: RunTotal, period: Period) -> Statement:
    """What ``issued`` says, and the costs behind it from its run; nothing is looked up elsewhere."""
    run = run_of(period)
    statement = Statement(
        payee=Party(issued.payee, issued.payee_name, issued.payee_organisation_number, issued.payee_address),
        payer=Party(issued.payer, issued.payer_name, issued.payer_organisation_number),
        currency=issued.currency,
        month=Month.of(issued.first_day),
        state=period.state,
        number=issued.number,
        run_number=run.number,
        rule_version=run.rule_version,
        fingerprint=run.fingerprint,
        computed_at=run.computed_at,
        before=Month.of(issued.before_from) if issued.before_from else None,
        year_from=Month.of(issued.year_from),
        total_minor=minor_of(issued.total),
        lines=tuple(_line(row) for row in issued.lines.select_related("corrects__statement")),
        shares=_shares(head),
        kind=issued.kind,
        issued_at=issued.issued_at,
        due_on=issued.due_on,
        is_taken_over=issued.is_taken_over,
        content_hash=issued.content_hash,
    )
    if statement.hash() != issued.content_hash:
        raise StatementError
    return statement


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
    shares, year_from, before = _shares(head), calendar.year_from(month), calendar.before(month)
    sums, then, names = _earlier(head, month, calendar)
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
            before=then,
            year=sums,
            names=names,
            corrected=_corrected(head, shares),
        ),
        shares=shares,
    )


def payee_of(cooperation: Cooperation) -> Party:
    return Party(cooperation.slug, cooperation.name, cooperation.organisation_number, cooperation.address)


def payer_of(municipality: Municipality, name: str) -> Party:
    return Party(municipality.key, name, municipality.organisation_number)


def _line(row: StatementLineRow) -> StatementLine:
    return StatementLine(
        application=row.application,
        application_name=row.application_name,
        cost_type=row.cost_type,
        cost_type_name=row.cost_type_name,
        this_minor=minor_of(row.amount),
        before_minor=minor_of(row.before),
        year_minor=minor_of(row.year),
        references=tuple(row.references),
        concerns=Month.of(row.concerns) if row.concerns else None,
        corrects=(row.corrects.statement.number, row.corrects.position) if row.corrects else None,
        description=row.description,
    )


def _earlier(
    head: RunTotal, month: Month, calendar: Calendar
) -> tuple[Sums, Sums, dict[Scope, tuple[str, str]]]:
    """What the earlier months of the agreement year came to, the month before alone, and their names.

    Closed months are read from what was issued, open ones from their current runs.
    """
    year_from, before = calendar.year_from(month), calendar.before(month)
    months = {other for other in calendar.runs if year_from <= other < month} | (
        {before} if before else set()
    )
    year: Sums = {}
    then: Sums = {}
    names: dict[Scope, tuple[str, str]] = {}
    issued = [other.first for other in months & calendar.closed]
    runs = {calendar.runs[other]: other for other in months - calendar.closed}
    for first_day, application, kind, *named, minor, in_year in (
        *_issued(head, issued, year_from),
        *_running(head, runs, year_from),
    ):
        scope, other = (application, kind), Month.of(first_day)
        names[scope] = (named[0], named[1])
        if other >= year_from:
            year[scope] = year.get(scope, 0) + in_year
        if other == before:
            then[scope] = then.get(scope, 0) + minor
    return year, then, names


Row = tuple[dt.date, str, str, str, str, int, int]
"""Month, codes and names of application and type, sum, and its part of this agreement year (minor units)."""


def _issued(head: RunTotal, months: Sequence[dt.date], year_from: Month) -> list[Row]:
    if not months:
        return []
    rows = StatementLineRow.objects.filter(
        statement__cooperation=head.cooperation_id,
        statement__municipality=head.municipality_id,
        statement__first_day__in=months,
    )
    in_year = Q(concerns=None) | Q(concerns__gte=year_from.first)
    sums = rows.values_list("statement__first_day", "application", "cost_type").annotate(
        application_known=Max("application_name"),
        kind_known=Max("cost_type_name"),
        this=Sum("amount"),
        year_part=Sum("amount", filter=in_year, default=Decimal(0)),
    )
    return [
        (*row, minor_of(this), minor_of(part))
        for *row, this, part in sums.order_by("statement__first_day", "application", "cost_type")
    ]


def _running(head: RunTotal, runs: dict[int, Month], year_from: Month) -> list[Row]:
    """Naming the runs of the lines too lets the database read those in one go."""
    if not runs:
        return []
    rows = Share.objects.filter(run_id__in=runs, municipality_id=head.municipality_id, line__run_id__in=runs)
    in_year = Q(line__concerns=None) | Q(line__concerns__gte=year_from.first)
    sums = rows.values_list("run_id", "line__application_code", "line__cost_type_code").annotate(
        application_known=Max("line__application_name"),
        kind_known=Max("line__cost_type_name"),
        this=Sum("amount_minor"),
        year_part=Sum("amount_minor", filter=in_year, default=0),
    )
    found = [(runs[run].first, *row) for run, *row in sums.order_by()]
    return sorted(found)


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


def _shares(head: RunTotal) -> tuple[ShareRow, ...]:
    rows: Iterable[Any] = Share.objects.filter(
        run_id=head.run_id, municipality_id=head.municipality_id, line__run_id=head.run_id
    ).values_list(*SHARE_COLUMNS)
    shares = [
        ShareRow(*(*texts, minor_of(cost), share, Month.of(concerns) if concerns else None))
        for *texts, cost, share, concerns in rows
    ]
    first = Month(1900, 1)
    return tuple(sorted(shares, key=lambda row: (row.concerns or first, *in_order(row), row.reference)))
