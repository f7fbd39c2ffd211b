from services.reports.impact import Falling, Things, graph_of, impact_of, people_stopped, points_of
from services.reports.outages import Hit, hits_of, survivors_of, table_of
from services.reports.where import where_it_runs

__all__ = [
    "Falling",
    "Hit",
    "Things",
    "graph_of",
    "hits_of",
    "impact_of",
    "people_stopped",
    "points_of",
    "survivors_of",
    "table_of",
    "where_it_runs",
]
