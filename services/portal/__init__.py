"""What pages show of this app and those above."""

from services.portal.catalogue import APPLICATION, FOUND, class_in_words, installed_at
from services.portal.due import data_protection_panel, missing_in_words, tasks_panel
from services.portal.falls import KINDS, falls_with, impact_url
from services.portal.outages import (
    NOTICE_KINDS,
    PRIORITY_LOOK,
    OutagePanelMaker,
    add_outage_panel,
    long_in_words,
    outages_in_words,
    outages_panel,
    panels_of_outage,
    state_of_outage,
)
from services.portal.panels import (
    Fact,
    FactMaker,
    Opening,
    OpeningMaker,
    Panel,
    PanelMaker,
    Risk,
    add_facts,
    add_opening,
    add_panel,
    facts_of,
    opening_of,
    panels_of,
)
from services.portal.risks import own_risks
from services.portal.staffing import LACKS, LEVELS, days_in_words, staffing_panel

__all__ = [
    "APPLICATION",
    "FOUND",
    "KINDS",
    "LACKS",
    "LEVELS",
    "NOTICE_KINDS",
    "PRIORITY_LOOK",
    "Fact",
    "FactMaker",
    "Opening",
    "OpeningMaker",
    "OutagePanelMaker",
    "Panel",
    "PanelMaker",
    "Risk",
    "add_facts",
    "add_opening",
    "add_outage_panel",
    "add_panel",
    "class_in_words",
    "data_protection_panel",
    "days_in_words",
    "facts_of",
    "falls_with",
    "impact_url",
    "installed_at",
    "long_in_words",
    "missing_in_words",
    "opening_of",
    "outages_in_words",
    "outages_panel",
    "own_risks",
    "panels_of",
    "panels_of_outage",
    "staffing_panel",
    "state_of_outage",
    "tasks_panel",
]
