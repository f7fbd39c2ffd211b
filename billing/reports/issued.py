"""A statement as it was issued, from its own rows; and the costs behind any."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, F
from django.db.models.functions import Cast

from billing.engine.statement import Party, ShareRow, Statement, StatementError, StatementLine, in_order
from billing.models import Period, RunTotal, Share
from billing.models import Statement as StatementRow
from billing.reports.rows import minor_of, run_of
from sharedict.kernel.periods import Month

LINE_COLUMNS = (
    *("application", "application_name", "cost_type", "cost_type_name", "amount", "before", "year"),
    *("references", "concerns", "corrects__statement__number", "corrects__position", "description"),
)

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
    Cast(F("line__amount") * 100, BigIntegerField()),  # a Decimal for each would be thrown away at once
    "amount_minor",
    "line__concerns",
)


def as_issued(issued: StatementRow, head: RunTotal, period: Period) -> Statement:
    """What ``issued`` says, and the costs behind it from its run; nothing is looked up elsewhere."""
    run = run_of(period)
    lines = tuple(_line(*row) for row in issued.lines.values_list(*LINE_COLUMNS))
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
        lines=lines,
        shares=shares_of(head),
        kind=issued.kind,
        issued_at=issued.issued_at,
        due_on=issued.due_on,
        is_taken_over=issued.is_taken_over,
        content_hash=issued.content_hash,
        before_corrections_minor=minor_of(issued.before_total) - sum(line.before_minor for line in lines),
        year_corrections_minor=minor_of(issued.year_total) - sum(line.year_minor for line in lines),
    )
    if statement.hash() != issued.content_hash or minor_of(head.amount) != statement.total_minor:
        raise StatementError
    return statement


def _line(
    application: str,
    application_name: str,
    cost_type: str,
    cost_type_name: str,
    amount: Decimal,
    before: Decimal,
    year: Decimal,
    references: list[str],
    concerns: dt.date | None,
    number: int | None,
    position: int | None,
    description: str,
) -> StatementLine:
    """From what ``LINE_COLUMNS`` hold."""
    return StatementLine(
        application=application,
        application_name=application_name,
        cost_type=cost_type,
        cost_type_name=cost_type_name,
        this_minor=minor_of(amount),
        before_minor=minor_of(before),
        year_minor=minor_of(year),
        references=tuple(references),
        concerns=Month.of(concerns) if concerns else None,
        corrects=(number, position) if number is not None and position is not None else None,
        description=description,
    )


def shares_of(head: RunTotal) -> tuple[ShareRow, ...]:
    rows: Any = Share.objects.filter(
        run_id=head.run_id, municipality_id=head.municipality_id, line__run_id=head.run_id
    ).values_list(*SHARE_COLUMNS)
    shares = [ShareRow(*(*fields, Month.of(concerns) if concerns else None)) for *fields, concerns in rows]
    first = Month(1900, 1)
    return tuple(sorted(shares, key=lambda row: (row.concerns or first, *in_order(row), row.reference)))
