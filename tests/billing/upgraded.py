"""Prints as JSON what the database at ``DATABASE_URL`` says once all its jobs are done: run by itself.

``python -m tests.billing.upgraded``; see ``test_upgrade``.
"""

import json
import sys
from typing import Any

import django

django.setup()

from billing.models import Cost, Period, RunLine, Share  # noqa: E402 - models exist once Django is set up
from billing.reports import calendar_of, statement_of  # noqa: E402
from billing.snapshots import late_states  # noqa: E402
from municipalities.models import Cooperation  # noqa: E402
from sharedict.audit.models import Entry, PersonalValue  # noqa: E402
from sharedict.audit.reports import changes_told  # noqa: E402
from sharedict.common.sight import everything, seeing  # noqa: E402
from sharedict.jobs.actions import run_all  # noqa: E402
from sharedict.jobs.models import Job  # noqa: E402


def whole() -> dict[str, Any]:
    log = of_log()
    run_all()
    return {
        "log": log,
        "personal": list(
            PersonalValue.objects.order_by("entry", "part").values_list("entry", "part", "user")
        ),
        "jobs": sorted(set(Job.objects.values_list("state", "error"))),
        "cooperations": {row.slug: of_cooperation(row) for row in Cooperation.objects.order_by("slug")},
    }


def of_log() -> list[Any]:
    """Each entry as it is read, and what of it stands in the log itself."""
    entries = list(Entry.objects.for_listing().order_by("id"))
    told = changes_told(entries)
    return [
        [[entry.pk, entry.who, entry.what, told[entry.pk]], [entry.actor, entry.subject, entry.changes]]
        for entry in entries
    ]


def of_cooperation(cooperation: Cooperation) -> dict[str, Any]:
    calendar = calendar_of(cooperation)
    periods = (
        Period.objects.of(cooperation).order_by("first_day").select_related("current_run", "cooperation")
    )
    return {
        "first_month": cooperation.first_month.isoformat(),
        "months": {str(period): of_month(period, calendar) for period in periods},
        "costs": [
            [reference, int(amount * 100), str(start), str(end), description]
            for reference, amount, start, end, description in Cost.objects.of(cooperation)
            .valid()
            .order_by("reference")
            .values_list("reference", "amount", "starts_on", "ends_on", "description")
        ],
        "late": [
            {
                "month": str(state.month),
                "reference": state.correction.cost.reference,
                "verdict": state.verdict.value,
                "cause": state.correction.cause,
                "amount": state.amount_minor,
                "shares": state.correction.shares,
            }
            for state in late_states(cooperation)
        ],
    }


def of_month(period: Period, calendar: Any) -> dict[str, Any]:
    run = period.current_run
    if run is None:
        return {"state": period.state, "run": None}
    return {
        "state": period.state,
        "is_taken_over": period.is_taken_over,
        "failure": period.failure,
        "closed_at": period.closed_at.isoformat() if period.closed_at else None,
        "run": run.pk,
        "rule_version": run.rule_version,
        "total": str(run.total),
        "shares": shares(run.pk, is_correction=False),
        "corrections": shares(run.pk, is_correction=True),
        "statements": statements(period, calendar) if period.is_closed else {},
    }


def shares(run: int, *, is_correction: bool) -> dict[str, dict[str, int]]:
    """Minor units by reference and code; a correction's by month and reference."""
    lines = {
        line.number: f"{line.concerns:%Y-%m} {line.reference}" if line.concerns else line.reference
        for line in RunLine.objects.filter(run=run, concerns__isnull=not is_correction)
    }
    found: dict[str, dict[str, int]] = {}
    rows = Share.objects.filter(run_id=run).order_by("municipality__code")
    for number, code, minor in rows.values_list("line_number", "municipality__code", "amount_minor"):
        if number in lines:
            found.setdefault(lines[number], {})[code] = minor
    return found


def statements(period: Period, calendar: Any) -> dict[str, dict[str, Any]]:
    """Each as it is read, which fails where its hash or its sums differ."""
    found: dict[str, dict[str, Any]] = {}
    for head in period.current_run.totals.select_related("municipality"):
        statement = statement_of(head, period, calendar)
        found[statement.municipality] = {
            "number": statement.number,
            "name": statement.name,
            "amount": f"{statement.total_minor / 100:.2f}",
            "before": statement.before_minor,
            "before_month": str(statement.before) if statement.before else None,
            "year": statement.year_minor,
            "year_from": str(statement.year_from),
            "is_taken_over": statement.is_taken_over,
            "hash_matches": statement.hash() == statement.content_hash,
            "rows": period.statements.filter(payer=statement.municipality).count(),
        }
    return found


if __name__ == "__main__":
    with seeing(everything("what an upgraded database says")):
        json.dump(whole(), sys.stdout)
