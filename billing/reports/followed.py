"""What becomes of the refunds of a late cost by what is decided on it.

A refund goes by what its cost was charged, so a decision on the cost may be one on its refunds. Only the
closed month itself tells: it is computed in memory with its late costs charged and with them left.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from billing.engine.facts import Facts
from billing.models import Cost, LateDecision, Period
from billing.reports.held_effects import is_alike
from billing.snapshots import LateState, Overlay, gather_by_rules_of, late_states_if
from municipalities.models import Cooperation
from sharedict.kernel.periods import Month

Place = tuple[Month, int]
"""A closed month, and the key of a cost."""
CHARGE, LEAVE = LateDecision.Verdict.CHARGE, LateDecision.Verdict.LEAVE


@dataclass(frozen=True, slots=True)
class Followed:
    """A refund, named by its reference, that goes by what is decided on its cost.

    What is late of it where the cost is ``charged`` and where it is ``left``; None where nothing is.
    """

    reference: str
    charged: LateState | None
    left: LateState | None


def followed(cooperation: Cooperation, states: Iterable[LateState]) -> dict[Place, list[Followed]]:
    """By late cost of ``states`` its refunds that go by what is decided on it, by reference.

    One query where no late cost has a refund in its month; a few more, and two computations, for each month
    in which one has.
    """
    late = list(states)
    rows = Cost.objects.of(cooperation).filter(credits__in={state.cost_id for state in late})
    refunds: Mapping[int | None, list[Cost]] = defaultdict(list)
    for refund in rows.order_by("reference"):
        refunds[refund.credits_id].append(refund)
    asked: Mapping[Month, list[LateState]] = defaultdict(list)
    for state in late:
        if any(_falls_in(state.month, refund) for refund in refunds.get(state.cost_id, ())):
            asked[state.month].append(state)
    if not asked:
        return {}
    found: dict[Place, list[Followed]] = {}
    periods = Period.objects.of(cooperation).select_related("cooperation", "current_run")
    for period in periods.filter(first_day__in=[month.first for month in asked], failure=""):
        charged, left = (_where_decided(period, asked[period.month], verdict) for verdict in (CHARGE, LEAVE))
        for state in asked[period.month]:
            found[state.month, state.cost_id] = [
                Followed(refund.reference, charged.get(refund.pk), left.get(refund.pk))
                for refund in refunds[state.cost_id]
                if not is_alike(charged.get(refund.pk), left.get(refund.pk))
            ]
    return found


def _falls_in(month: Month, refund: Cost) -> bool:
    return refund.starts_on < month.after and refund.ends_on > month.first


def _where_decided(
    period: Period, states: Iterable[LateState], verdict: LateDecision.Verdict
) -> dict[int, LateState]:
    """What is late in ``period`` by the key of the cost, where ``verdict`` is decided on all ``states``."""
    if period.current_run is None:
        raise ValueError("The month has no run.")
    closed = Facts.from_json(period.current_run.facts)
    laid = [
        LateDecision(period=period, cost_id=state.cost_id, mark=state.mark, verdict=verdict)
        for state in states
    ]
    now = late_states_if(period, closed, gather_by_rules_of(closed, period), Overlay(decisions=laid))
    return {state.cost_id: state for state in now}
