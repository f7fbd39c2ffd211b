"""Statements are issued when a month closes: rows of their own, which nothing changes any more."""

import datetime as dt

from django.utils import timezone

from billing.engine.statement import Statement
from billing.models import Period, RunTotal, StatementLine
from billing.models import Statement as StatementRow
from billing.reports import calendar_of, preliminary
from billing.reports.statements import corrected_lines
from municipalities.models import Cooperation
from sharedict.kernel.money import to_major


def issue_statements(*, period: Period, number: int, at: dt.datetime) -> list[StatementRow]:
    """Write a statement for each municipality that the month's run charges, numbered from ``number`` on.

    The caller holds a lock on the cooperation, and marks the month as closed afterwards.
    """
    calendar, issued = calendar_of(period.cooperation), []
    heads = RunTotal.objects.filter(run=period.current_run_id).select_related("municipality")
    for place, head in enumerate(heads.order_by("municipality__country", "municipality__code")):
        statement = preliminary(
            head, period, calendar, number=number + place, due_on=due_on(period.cooperation, at)
        )
        row = StatementRow.objects.create(**_columns(statement, head, period), issued_at=at)
        StatementLine.objects.bulk_create(_lines(statement, row, head))
        issued.append(row)
    return issued


def due_on(cooperation: Cooperation, at: dt.datetime) -> dt.date | None:
    """When a statement issued ``at`` is to be paid; None where members settle the difference among them."""
    if cooperation.charging == Cooperation.Charging.SETTLED:
        return None
    return timezone.localtime(at).date() + dt.timedelta(days=cooperation.payment_days)


def _columns(statement: Statement, head: RunTotal, period: Period) -> dict[str, object]:
    return {
        "cooperation_id": period.cooperation_id,
        "kind": statement.kind,
        "number": statement.number,
        "period": period,
        "run_id": head.run_id,
        "municipality_id": head.municipality_id,
        "first_day": statement.month.first,
        "after_day": statement.month.after,
        "payer": statement.payer.key,
        "payer_name": statement.payer.name,
        "payer_organisation_number": statement.payer.organisation_number,
        "payee": statement.payee.key,
        "payee_name": statement.payee.name,
        "payee_organisation_number": statement.payee.organisation_number,
        "payee_address": statement.payee.address,
        "currency": statement.currency,
        "year_from": statement.year_from.first,
        "before_from": statement.before.first if statement.before else None,
        "total": to_major(statement.total_minor),
        "before_total": to_major(statement.before_minor),
        "year_total": to_major(statement.year_minor),
        "due_on": statement.due_on,
        "content_hash": statement.hash(),
    }


def _lines(statement: Statement, row: StatementRow, head: RunTotal) -> list[StatementLine]:
    late = [share for share in statement.shares if share.concerns]
    corrected = (
        {(line.statement.number, line.position): line.pk for line in corrected_lines(head, late)}
        if late
        else {}
    )
    return [
        StatementLine(
            cooperation_id=row.cooperation_id,
            statement=row,
            position=position,
            application=line.application,
            application_name=line.application_name,
            cost_type=line.cost_type,
            cost_type_name=line.cost_type_name,
            amount=to_major(line.this_minor),
            before=to_major(line.before_minor),
            year=to_major(line.year_minor),
            concerns=line.concerns.first if line.concerns else None,
            corrects_id=corrected[line.corrects] if line.corrects else None,
            references=list(line.references),
            description=line.description,
        )
        for position, line in enumerate(statement.lines, start=1)
    ]
