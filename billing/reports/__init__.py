"""Database rows become what everybody is shown, always those of a month's current run."""

from billing.reports.calendar import Calendar, calendar_beside, calendar_from, calendar_of
from billing.reports.changed import rules_changed
from billing.reports.corrections import (
    Corrected,
    Together,
    charged_since,
    charging_of,
    corrected_in,
    corrections_by_municipality,
    corrections_of,
    entered_after,
    left_at_closing,
    together,
)
from billing.reports.dropped import Dropped, dropped_proposals
from billing.reports.effects import ClosedEffect, closed_effect_of_cost
from billing.reports.families import before_first_month
from billing.reports.followed import Followed, followed
from billing.reports.held_effects import Becomes, MonthEffect, OtherEffect
from billing.reports.late import Effect, LateRow, effects_of, first_open_month, late_job, late_rows, names_in
from billing.reports.months import (
    Totals,
    changes_by_application,
    failed_about,
    jobs_about,
    key_names,
    period_of,
    told_lines,
    totals_by_month,
    totals_of,
    unallocated_of,
    unfinished_about,
)
from billing.reports.moved import closed_months_of
from billing.reports.names import Names, names_of
from billing.reports.parted import parted_change
from billing.reports.reasons import (
    facts_in_words,
    facts_of,
    shares_of_cost,
    why,
    why_corrected,
    why_late,
    whys,
    whys_corrected,
)
from billing.reports.shares import share_lines
from billing.reports.statements import head_from, head_of, heads_of, preliminary, statement_of
from billing.reports.twice import CONTENT, SAME_COST, SAME_INVOICE, Twin, Twins, twins_of

__all__ = [
    "CONTENT",
    "SAME_COST",
    "SAME_INVOICE",
    "Becomes",
    "Calendar",
    "ClosedEffect",
    "Corrected",
    "Dropped",
    "Effect",
    "Followed",
    "LateRow",
    "MonthEffect",
    "Names",
    "OtherEffect",
    "Together",
    "Totals",
    "Twin",
    "Twins",
    "before_first_month",
    "calendar_beside",
    "calendar_from",
    "calendar_of",
    "changes_by_application",
    "charged_since",
    "charging_of",
    "closed_effect_of_cost",
    "closed_months_of",
    "corrected_in",
    "corrections_by_municipality",
    "corrections_of",
    "dropped_proposals",
    "effects_of",
    "entered_after",
    "facts_in_words",
    "facts_of",
    "failed_about",
    "first_open_month",
    "followed",
    "head_from",
    "head_of",
    "heads_of",
    "jobs_about",
    "key_names",
    "late_job",
    "late_rows",
    "left_at_closing",
    "names_in",
    "names_of",
    "parted_change",
    "period_of",
    "preliminary",
    "rules_changed",
    "share_lines",
    "shares_of_cost",
    "statement_of",
    "together",
    "told_lines",
    "totals_by_month",
    "totals_of",
    "twins_of",
    "unallocated_of",
    "unfinished_about",
    "why",
    "why_corrected",
    "why_late",
    "whys",
    "whys_corrected",
]
