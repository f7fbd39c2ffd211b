from services.reports.clocks import (
    clock_of,
    clocks_told,
    hours_in_words,
    picture_of_clocks,
)
from services.reports.due import (
    AHEAD,
    Due,
    Gap,
    due_of,
    gaps_of,
)
from services.reports.impact import (
    Falling,
    fallen,
    impact_of,
    people_stopped,
    points_of,
)
from services.reports.outages import (
    Hit,
    hits_of,
    survivors_of,
    table_of,
)
from services.reports.picture import (
    lost_in_words,
    picture_of,
    running_on,
)
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
from services.reports.things import (
    Things,
    graph_of,
)
from services.reports.where import (
    where_it_runs,
)

__all__ = [
    "AHEAD",
    "HORIZON",
    "NEEDS_NOBODY",
    "Due",
    "Falling",
    "Gap",
    "Hit",
    "Risk",
    "Staff",
    "Things",
    "Turn",
    "clock_of",
    "clocks_told",
    "due_of",
    "fallen",
    "gaps_of",
    "graph_of",
    "hits_of",
    "hours_in_words",
    "impact_of",
    "lost_in_words",
    "on_call_of",
    "people_stopped",
    "picture_of",
    "picture_of_clocks",
    "points_of",
    "risks_of",
    "running_on",
    "shortages_of",
    "staff_of",
    "stand_ins_of",
    "survivors_of",
    "table_of",
    "where_it_runs",
]
