"""Whom a month concerns is told of what becomes of it."""

import datetime as dt

from billing.models import Period, Run
from municipalities.actions import holders, notify, settle
from municipalities.models import Role
from sharedict.accounts.models import User

PROPOSED, CLOSED, DROPPED, TAKEN_BACK = "month-proposed", "month-closed", "proposal-dropped", "proposal-back"
UNALLOCATED, BY_INVITED = "unallocated", "closed-by-invited"


def tell_of_proposal(period: Period, by: User) -> None:
    """Administrators, of whom another one closes it."""
    _tell(period, PROPOSED, _administrators(period), period.proposed_at, by)


def tell_of_closing(period: Period, by: User) -> None:
    """Everybody: it is charged. Who watches over it learns where one of the two has brought in the other."""
    _settle(period, PROPOSED)
    _tell(period, CLOSED, holders(period.cooperation_id), period.closed_at, by)
    if period.is_closed_by_invited:
        watching = holders(period.cooperation_id, [Role.Kind.ADMINISTRATOR, Role.Kind.AUDITOR])
        _tell(period, BY_INVITED, watching, period.closed_at, by)


def tell_of_fallen(period: Period, proposer_id: int | None, proposed_at: dt.datetime | None) -> None:
    """Whoever had proposed it, which something that changed has undone."""
    _settle(period, PROPOSED)
    _tell(period, DROPPED, _one(proposer_id), proposed_at)


def tell_of_return(
    period: Period, proposer_id: int | None, proposed_at: dt.datetime | None, by: User
) -> None:
    """Whoever had proposed it, where somebody else has taken the proposal back."""
    _settle(period, PROPOSED)
    _tell(period, TAKEN_BACK, _one(proposer_id), proposed_at, by)


def tell_of_unallocated(period: Period, before: Run | None, run: Run) -> None:
    """Administrators, once costs are there that nothing divides; not again while some are.

    Once none is, nobody has to read of it any more.
    """
    if run.unallocated_lines and not (before and before.unallocated_lines):
        _tell(period, UNALLOCATED, _administrators(period), run.computed_at)
    elif before and before.unallocated_lines and not run.unallocated_lines:
        _settle(period, UNALLOCATED)


def _settle(period: Period, kind: str) -> None:
    settle(cooperation_id=period.cooperation_id, kind=kind, about=str(period.month))


def _one(pk: int | None) -> set[int]:
    return {pk} if pk else set()


def _administrators(period: Period) -> set[int]:
    return holders(period.cooperation_id, [Role.Kind.ADMINISTRATOR])


def _tell(
    period: Period, kind: str, people: set[int], at: dt.datetime | None, by: User | None = None
) -> None:
    """``at`` is when it happened, so that the same can happen to the month again."""
    notify(
        cooperation_id=period.cooperation_id,
        kind=kind,
        about=str(period.month),
        event=f"{kind} {period.month} {at}",
        people=people,
        by=by,
    )
