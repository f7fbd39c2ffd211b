from services.reports.impact import Falling, fallen, impact_of, people_stopped, points_of
from services.reports.things import Things, graph_of
from services.reports.where import where_it_runs

__all__ = [
    "Falling",
    "Things",
    "fallen",
    "graph_of",
    "impact_of",
    "people_stopped",
    "points_of",
    "where_it_runs",
]
