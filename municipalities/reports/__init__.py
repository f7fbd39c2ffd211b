"""What is stored beside what would be, or was, and as a picture."""

from municipalities.reports.boundaries import map_of, map_of_sites
from municipalities.reports.changes import Change, add_words_of, changes_in_words, subject_in_words
from municipalities.reports.letting_in import has_let_in
from municipalities.reports.municipalities import (
    REGISTER_COLUMNS,
    compare_municipalities,
    listed_municipalities,
)
from municipalities.reports.network import (
    MOST_DRAWN,
    network_count,
    network_figures,
    network_finding,
    network_of,
)
from municipalities.reports.places import places_by_code
from municipalities.reports.population import compare_population, listed_population, read_population
from municipalities.reports.readings import KEPT_BY, READING_COLUMNS, compare_readings, reading_in_words
from municipalities.reports.successors import Merged, Mergers, known_mergers, merged_of
from municipalities.reports.ways_out import LOOKS, in_words, redundancy_groups, ways_out_of_sites

__all__ = [
    "KEPT_BY",
    "LOOKS",
    "MOST_DRAWN",
    "READING_COLUMNS",
    "REGISTER_COLUMNS",
    "Change",
    "Merged",
    "Mergers",
    "add_words_of",
    "changes_in_words",
    "compare_municipalities",
    "compare_population",
    "compare_readings",
    "has_let_in",
    "in_words",
    "known_mergers",
    "listed_municipalities",
    "listed_population",
    "map_of",
    "map_of_sites",
    "merged_of",
    "network_count",
    "network_figures",
    "network_finding",
    "network_of",
    "places_by_code",
    "read_population",
    "reading_in_words",
    "redundancy_groups",
    "subject_in_words",
    "ways_out_of_sites",
]
