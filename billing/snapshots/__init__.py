"""Database rows become frozen facts; nothing else of the engine sees a row."""

from billing.snapshots.charged import correction_of, late_line
from billing.snapshots.held import with_held
from billing.snapshots.late import (
    CHARGED,
    STOPS,
    LateState,
    Verdict,
    decisions_of,
    late_lines,
    late_states,
    late_states_if,
    late_verdicts,
    left_mark,
    moved_minor,
)
from billing.snapshots.month import cost_fact, gather, gather_by_rules_of, gather_costs, gather_if
from billing.snapshots.overlay import NOTHING, Overlay

__all__ = [
    "CHARGED",
    "NOTHING",
    "STOPS",
    "LateState",
    "Overlay",
    "Verdict",
    "correction_of",
    "cost_fact",
    "decisions_of",
    "gather",
    "gather_by_rules_of",
    "gather_costs",
    "gather_if",
    "late_line",
    "late_lines",
    "late_states",
    "late_states_if",
    "late_verdicts",
    "left_mark",
    "moved_minor",
    "with_held",
]
