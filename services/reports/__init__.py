from services.reports.impact import Falling, Things, graph_of, impact_of, people_stopped, points_of
from services.reports.staffing import (
    HORIZON,
    NEEDS_NOBODY,
    Risk,
    Staff,
    Turn,
    on_call_of,
    risks_of,
    shortages_of,
    staff_of,
    stand_ins_of,
)
from services.reports.where import where_it_runs

__all__ = [
    "HORIZON",
    "NEEDS_NOBODY",
    "Falling",
    "Risk",
    "Staff",
    "Things",
    "Turn",
    "graph_of",
    "impact_of",
    "on_call_of",
    "people_stopped",
    "points_of",
    "risks_of",
    "shortages_of",
    "staff_of",
    "stand_ins_of",
    "where_it_runs",
]
