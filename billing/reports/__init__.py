"""Database rows become what everybody is shown, always those of a month's current run."""

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
from billing.reports.reasons import facts_of, shares_of_cost, why, whys
from billing.reports.statements import head_of, preliminary, statement_of

__all__ = [
    "Calendar",
    "calendar_of",
    "changes_by_application",
    "facts_of",
    "failed_job",
    "head_of",
    "period_of",
    "preliminary",
    "shares_of_cost",
    "statement_of",
    "totals_by_month",
    "totals_of",
    "unallocated_of",
    "unfinished_job",
    "why",
    "whys",
]
