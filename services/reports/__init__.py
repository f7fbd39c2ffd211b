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
    due_told,
    gaps_of,
)
from services.reports.impact import (
    Falling,
    fallen,
    impact_of,
    people_stopped,
    points_of,
)
from services.reports.kept import (
    graph_of,
)
from services.reports.measured import (
    Measured,
    hours_kept,
    measured_of,
)
from services.reports.orders import (
    OpenOrders,
    orders_told,
    rules_of,
)
from services.reports.outages import (
    STATES,
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
from services.reports.purposes import (
    place_in_tree,
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
)
from services.reports.things import (
    Things,
    made_graph,
)
from services.reports.where import (
    where_it_is_used,
    where_it_runs,
)

__all__ = [
    "AHEAD",
    "HORIZON",
    "MOST",
    "NEEDS_NOBODY",
    "STATES",
    "Due",
    "Falling",
    "Gap",
    "Hit",
    "Hitting",
    "Measured",
    "OpenOrders",
    "Risk",
    "Staff",
    "Things",
    "Turn",
    "as_hitting",
    "clock_of",
    "clocks_told",
    "due_of",
    "due_told",
    "fallen",
    "gaps_of",
    "going_on_told",
    "graph_of",
    "hits_of",
    "hours_in_words",
    "hours_kept",
    "impact_of",
    "lacking_in",
    "lost_in_words",
    "made_graph",
    "measured_of",
    "on_call_of",
    "orders_told",
    "people_stopped",
    "picture_of",
    "picture_of_clocks",
    "place_in_tree",
    "points_of",
    "risks_of",
    "rules_of",
    "running_on",
    "shortages_of",
    "skills_told",
    "staff_of",
    "stand_ins_of",
    "survivors_of",
    "table_of",
    "where_it_is_used",
    "where_it_runs",
]
