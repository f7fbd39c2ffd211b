"""Database rows become what everybody is shown, always those of a month's current run."""

from billing.reports.corrections import (
    Corrected,
    Together,
    charging_of,
    corrected_in,
    corrections_by_municipality,
    corrections_of,
    entered_after,
    open_before,
    together,
)
from billing.reports.costs import before_first_month
from billing.reports.late import Effect, LateRow, effects_of, first_open_month, late_rows, names_in
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
from billing.reports.reasons import (
    facts_of,
    shares_of_cost,
    why,
    why_corrected,
    whys,
    whys_corrected,
)
from billing.reports.statements import head_of, preliminary, statement_of

__all__ = [
    "Calendar",
    "Corrected",
    "Effect",
    "LateRow",
    "Together",
    "before_first_month",
    "calendar_of",
    "changes_by_application",
    "charging_of",
    "corrected_in",
    "corrections_by_municipality",
    "corrections_of",
    "effects_of",
    "entered_after",
    "facts_of",
    "failed_job",
    "first_open_month",
    "head_of",
    "late_rows",
    "names_in",
    "open_before",
    "period_of",
    "preliminary",
    "shares_of_cost",
    "statement_of",
    "together",
    "totals_by_month",
    "totals_of",
    "unallocated_of",
    "unfinished_job",
    "why",
    "why_corrected",
    "whys",
    "whys_corrected",
]
