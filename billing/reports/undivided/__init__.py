"""Costs that nothing divides: in which months, and why, in words."""

from billing.reports.undivided.months import undivided_in
from billing.reports.undivided.words import REASONS, names_whom, with_names

__all__ = ["REASONS", "names_whom", "undivided_in", "with_names"]
