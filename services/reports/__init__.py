from services.reports.impact import Falling, fallen, impact_of, people_stopped, points_of
from services.reports.picture import lost_in_words, picture_of, running_on
from services.reports.things import Things, graph_of
from services.reports.where import where_it_runs

__all__ = [
    "Falling",
    "Things",
    "fallen",
    "graph_of",
    "impact_of",
    "lost_in_words",
    "people_stopped",
    "picture_of",
    "points_of",
    "running_on",
    "where_it_runs",
]
