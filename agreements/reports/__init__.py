"""What keys come to, which terms apply, and what comings and goings leave behind."""

from agreements.reports.applying import applying
from agreements.reports.departures import Departures, Forgotten, OddPart
from agreements.reports.outcomes import Outcome, Payer, Weight, outcome_of

__all__ = [
    "Departures",
    "Forgotten",
    "OddPart",
    "Outcome",
    "Payer",
    "Weight",
    "applying",
    "outcome_of",
]
