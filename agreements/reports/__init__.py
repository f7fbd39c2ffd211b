"""What keys come to, which terms apply, and what comings and goings leave behind."""

from agreements.reports.applying import applying
from agreements.reports.departures import Forgotten, OddPart, forgotten, odd_parts
from agreements.reports.outcomes import Outcome, Payer, Weight, outcome_of

__all__ = [
    "Forgotten",
    "OddPart",
    "Outcome",
    "Payer",
    "Weight",
    "applying",
    "forgotten",
    "odd_parts",
    "outcome_of",
]
