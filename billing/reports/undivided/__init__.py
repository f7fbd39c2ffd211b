"""Costs that nothing divides: in which months, and why, in words."""

from billing.reports.undivided.months import undivided_in
from billing.reports.undivided.words import names_key, names_whom, what_to_do, why_in_words, with_names

__all__ = ["names_key", "names_whom", "undivided_in", "what_to_do", "why_in_words", "with_names"]
