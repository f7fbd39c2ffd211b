"""Database rows become what everybody is shown, always those of a month's current run."""

from billing.reports.late import Effect, LateRow, effects_of, late_rows
from billing.reports.months import (
    Calendar,
    calendar_of,
    changes_by_application,
    failed_job,
    period_of,
    totals_by_month,
    totals_of,
    unallocated_of,
    unfinished_job,
)
from billing.reports.reasons import WhyCorrected, facts_of, shares_of_cost, why, why_corrected, whys
from billing.reports.statements import head_of, preliminary, statement_of

__all__ = [
    "Calendar",
    "Effect",
    "LateRow",
    "WhyCorrected",
    "calendar_of",
    "changes_by_application",
    "effects_of",
    "facts_of",
    "failed_job",
    "head_of",
    "late_rows",
    "period_of",
    "preliminary",
    "shares_of_cost",
    "statement_of",
    "totals_by_month",
    "totals_of",
    "unallocated_of",
    "unfinished_job",
    "why",
    "why_corrected",
    "whys",
]
