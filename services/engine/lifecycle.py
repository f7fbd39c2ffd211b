"""The stages of an application's life, and which of them may follow each other."""

from collections.abc import Mapping
from typing import Final

IDEA, PLANNED, PILOT = "idea", "planned", "pilot"
IN_USE, PHASING_OUT, RETIRED = "in_use", "phasing_out", "retired"

MOVES: Final[Mapping[str, tuple[str, ...]]] = {
    IDEA: (PLANNED, RETIRED),
    PLANNED: (PILOT, IN_USE, IDEA, RETIRED),
    PILOT: (IN_USE, PLANNED, PHASING_OUT, RETIRED),
    IN_USE: (PHASING_OUT, PILOT),
    PHASING_OUT: (RETIRED, IN_USE),
    RETIRED: (PHASING_OUT, PLANNED),
}
"""Where each stage may go next, the usual first. What is in use is phased out before it is retired; one step
back undoes a move that was a mistake."""


def may_move(stage: str, to: str) -> bool:
    """Whether ``to`` may follow ``stage``; staying is no move."""
    return to in MOVES.get(stage, ())
