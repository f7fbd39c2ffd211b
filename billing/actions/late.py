"""Late changes of closed months are charged or left, by decision."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.actions.periods import first_open
from billing.models import Cost, LateDecision, Period
from billing.snapshots import LateState, late_states
from municipalities.actions import changed
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.kernel.errors import ConflictError
from sharedict.kernel.written import is_seen


class LateChangeMovedError(ConflictError):
    """A late change is not as it was any more: look at it again, then decide."""

    code = "late_change_moved"


@transaction.atomic
def decide_late(
    *,
    cooperation: Cooperation,
    states: Collection[LateState],
    verdict: LateDecision.Verdict,
    reason: str,
    by: User,
) -> list[LateDecision]:
    """Charge or leave late changes, for all municipalities at once; safe to repeat, and to name one twice.

    A decision holds for the result it was made on. Refunds of a cost that was left go with that cost. Raises
    ValidationError without a reason where one is needed, or for a cost that nothing divides, and
    LateChangeMovedError where a result has changed since.
    """
    Cooperation.objects.select_for_update(no_key=True).get(pk=cooperation.pk)
    now = {(state.month, state.cost_id): state for state in late_states(cooperation)}
    for state in states:
        held = now.get((state.month, state.cost_id))
        is_decided_so = _says(held, verdict, reason)
        if held is None or held.mark != state.mark or not (is_decided_so or held.decision == state.decision):
            raise LateChangeMovedError(_("A late change is not as it was any more: look at it again."))
    states = list({(state.month, state.cost_id): state for state in states}.values())
    states = _without_those_that_go_along(states)
    _refuse_undecidable(states, verdict, reason)
    first_days = {state.month.first for state in states}
    periods = {
        period.month: period for period in Period.objects.of(cooperation).filter(first_day__in=first_days)
    }
    costs = Cost.objects.of(cooperation).in_bulk([state.cost_id for state in states])
    decided = {}
    for state in states:
        if _says(now[state.month, state.cost_id], verdict, reason):
            continue
        row = LateDecision.objects.create(
            cooperation=cooperation,
            period=periods[state.month],
            cost=costs[state.cost_id],
            mark=state.mark,
            verdict=verdict,
            reason=reason,
            decided_by=by,
            decided_at=timezone.now(),
        )
        before = state.decision.verdict if state.decision else ""
        changes = {"verdict": [before, verdict], "reason": ["", reason]}
        decided[row] = changes
    charging = first_open(cooperation)
    days = (min(state.month.first for state in states), charging.month.after) if charging and states else None
    changed(done=[("decide", row, changes) for row, changes in decided.items()], by=by, days=days)
    return [*decided]


def _says(state: LateState | None, verdict: str, reason: str) -> bool:
    """Whether just that is decided already."""
    held = state.decision if state else None
    return held is not None and (held.verdict, held.reason) == (verdict, reason)


def _without_those_that_go_along(states: Collection[LateState]) -> list[LateState]:
    """``states`` without refunds that go with a cost among them; raises ValidationError for others."""
    found = [state for state in states if not state.goes_with]
    costs = {(state.month, state.correction.cost.reference) for state in found}
    for state in states:
        if state.goes_with and (state.month, state.goes_with) not in costs:
            said = _("It refunds %(cost)s: decide on that, and this goes along.")
            raise ValidationError({"verdict": said % {"cost": state.goes_with}})
    return found


def _refuse_undecidable(states: Collection[LateState], verdict: LateDecision.Verdict, reason: str) -> None:
    charge = verdict == LateDecision.Verdict.CHARGE
    if charge and any(state.reason for state in states):
        said = _("Nothing divides this cost in its month: give it a term there, or leave it.")
        raise ValidationError({"verdict": said})
    needs_reason = not charge or any(state.correction.cause == "rules" for state in states)
    if (needs_reason or reason) and not is_seen(reason):
        raise ValidationError({"reason": _("Say why: members and auditors read it.")})
