"""The states of an order, which of them may follow each other, and who may decide on which kind."""

from collections.abc import Mapping
from typing import Final

DRAFT, SENT, APPROVED = "draft", "sent", "approved"
REJECTED, DONE, WITHDRAWN = "rejected", "done", "withdrawn"

MOVES: Final[Mapping[str, tuple[str, ...]]] = {
    DRAFT: (SENT, WITHDRAWN),
    SENT: (APPROVED, REJECTED, WITHDRAWN),
    APPROVED: (DONE,),
    REJECTED: (),
    DONE: (),
    WITHDRAWN: (),
}
"""Where each state may go next, the usual first. What is approved has become subscriptions: another order
ends those."""

DECISIONS: Final = (APPROVED, REJECTED)
"""Moves that somebody else than the orderer makes."""
OPEN: Final = (DRAFT, SENT, APPROVED)
"""States in which somebody still has something to do."""

STANDARD, NEW_SERVICE, REPLACEMENT = "standard", "new_service", "replacement"
COORDINATOR, ADMINISTRATOR = "coordinator", "administrator"

DECIDED_BY: Final[Mapping[str, str]] = {
    STANDARD: COORDINATOR,
    NEW_SERVICE: ADMINISTRATOR,
    REPLACEMENT: ADMINISTRATOR,
}
"""Who decides on an order of each kind where a cooperation has not chosen otherwise: a coordinator of the
municipality, or an administrator of all."""


def may_move(state: str, to: str) -> bool:
    """Whether ``to`` may follow ``state``; staying is no move."""
    return to in MOVES.get(state, ())


def may_decide(
    decided_by: str, *, is_administrator: bool, is_coordinator: bool, has_coordinator: bool
) -> bool:
    """Whether somebody who did not order it may decide on an order that is ``decided_by`` that role.

    ``is_coordinator`` is of the municipality that orders. Where nobody but the orderer is one
    (``has_coordinator`` is false), an administrator decides instead: else nobody could.
    """
    if decided_by == ADMINISTRATOR:
        return is_administrator
    return is_coordinator or (is_administrator and not has_coordinator)
