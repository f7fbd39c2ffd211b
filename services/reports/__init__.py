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
    lacking_in,
    on_call_of,
    risks_of,
    shortages_of,
    skills_told,
    staff_of,
    stand_ins_of,
)
from services.reports.status import (
    MOST,
    Hitting,
    as_hitting,
    going_on_told,
    hitting,
)
from services.reports.things import (
    Things,
    graph_of,
)
from services.reports.where import (
    where_it_runs,
)

__all__ = [
    "HORIZON",
    "MOST",
    "NEEDS_NOBODY",
    "Falling",
    "Hit",
    "Hitting",
    "Risk",
    "Staff",
    "Things",
    "Turn",
    "as_hitting",
    "fallen",
    "going_on_told",
    "graph_of",
    "hits_of",
    "hitting",
    "impact_of",
    "lacking_in",
    "lost_in_words",
    "on_call_of",
    "people_stopped",
    "picture_of",
    "points_of",
    "risks_of",
    "running_on",
    "shortages_of",
    "skills_told",
    "staff_of",
    "stand_ins_of",
    "survivors_of",
    "table_of",
    "where_it_runs",
]
