"""Late changes of closed months: what they are, who decided what, and what is charged of them."""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from math import inf
from typing import Any

from django.db.models import IntegerField, QuerySet, Value
from django.db.models.functions import JSONObject

from billing.engine.corrections import LEFT, LateLine, charged_so_far, marks_of, to_charge
from billing.engine.facts import CorrectionFact, Facts, fingerprint
from billing.engine.held import goes_along
from billing.engine.should_be import ShouldBe
from billing.models import Cost, LateChange, LateDecision, Period
from billing.snapshots.charged import (
    NO_DAY,
    NO_NUMBER,
    ChargedLine,
    Place,
    by_place,
    charged_by_place,
    charged_lines,
    late_line,
    shares_of,
)
from billing.snapshots.held import with_held
from billing.snapshots.overlay import Overlay
from municipalities.models import Cooperation
from sharedict.kernel.periods import Month

Found = tuple[LateLine, str]
"""What is late, and the fingerprint of the facts that say so."""

DECIDED = -1
"""Stands for the number of a line where a decision stands among what was charged."""


class Verdict(StrEnum):
    """What happens to a late change: charged by default or by decision, left, or waiting for one."""

    COUNTS = "counts"
    CHARGE = "charge"
    LEFT = "left"
    WAITING = "waiting"
    UNALLOCATED = "unallocated"


CHARGED = (Verdict.COUNTS, Verdict.CHARGE)
STOPS = (Verdict.WAITING, Verdict.UNALLOCATED)
"""What stands in the way of proposing the month that would charge it."""


@dataclass(frozen=True, slots=True)
class LateState:
    """One cost of a closed month that is not charged as it should be, and what happens to that.

    ``correction`` is what remains to be charged; ``mark`` names the result that a decision is bound to.
    ``was_decided`` says that it was decided on another result, which holds no longer. ``goes_with`` names the
    cost that it refunds where what is decided on that decides on this too.
    ``undivided_minor`` is what the cost should be in the month where nothing divides it, ``reason`` says why.
    """

    month: Month
    cost_id: int
    verdict: Verdict
    correction: CorrectionFact
    mark: str
    reason: str = ""
    detail: str = ""
    undivided_minor: int = 0
    decision: LateDecision | None = field(default=None, compare=False)
    was_decided: bool = field(default=False, compare=False)
    goes_with: str = ""

    @property
    def amount_minor(self) -> int:
        """What charging it comes to; what it would come to, where nothing divides it."""
        return sum(self.correction.shares.values()) + self.undivided_minor

    @property
    def moved_minor(self) -> int:
        """What some municipalities pay more, without sign; as much as others pay less if the sum is 0.

        Where nothing divides a cost that was shared: the part of it that stays with those charged.
        """
        return self.undivided_minor if self.reason else moved_minor(self.correction)


def moved_minor(correction: CorrectionFact) -> int:
    """What those who pay more by ``correction`` pay more, in minor units."""
    return sum(minor for minor in correction.shares.values() if minor > 0)


def left_mark(states: Iterable[LateState]) -> str:
    """What names all that is left of ``states``, and what that comes to for each; empty where nothing is."""
    left = [
        [str(state.month), state.cost_id, state.undivided_minor, sorted(state.correction.shares.items())]
        for state in states
        if state.verdict == Verdict.LEFT
    ]
    return hashlib.sha256(json.dumps(sorted(left)).encode()).hexdigest() if left else ""


def charged_now(period: Period) -> tuple[CorrectionFact, ...]:
    """The corrections that ``period`` charges: all that are to be charged, if it is the first open month."""
    if period.is_closed:
        return ()
    before = Period.objects.of(period.cooperation).filter(first_day__lt=period.first_day)
    if not before.exists() or before.exclude(state=Period.State.CLOSED).exists():
        return ()
    states = late_states(period.cooperation)
    return tuple(state.correction for state in states if state.verdict in CHARGED)


def late_states(cooperation: Cooperation, decisions: Iterable[LateDecision] | None = None) -> list[LateState]:
    """All that closed months were charged otherwise than they should be, by month and reference.

    What later closed months have charged already is no part of it. One query where nothing was late, and one
    more for ``decisions``, where they are not given as ``decisions_of`` does.
    """
    late, charged = _late_and_charged(cooperation)
    if not late and not charged:
        return []
    return _states(cooperation, late, charged, decisions_of(cooperation) if decisions is None else decisions)


def late_verdicts(cooperation: Cooperation) -> list[Verdict]:
    """Those of ``late_states``, which take one query less where nothing else of the decisions is told."""
    decided: list[LateDecision] = []
    late, charged = _late_and_charged(cooperation, decided)
    return [state.verdict for state in _states(cooperation, late, charged, decided)]


def late_states_if(period: Period, closed: Facts, today: Facts, overlay: Overlay) -> list[LateState]:
    """What ``late_states`` says of the closed ``period`` where ``today`` are its facts, with ``overlay``.

    Nothing is written. Costs that are laid over and not saved go by their references, each by one of its own,
    and by negative keys in the order in which they are laid.
    """
    today = with_held(closed, today, period, overlay)
    mark = fingerprint(today.to_json())
    lines = {line.cost.reference: line for line in late_lines(closed, today)}
    rows = Cost.objects.of(period.cooperation).filter(reference__in=lines)
    keys = dict(rows.values_list("reference", "pk"))
    unsaved = [cost.reference for cost in overlay.costs if not cost.pk]
    keys |= {name: -number for number, name in enumerate(unsaved, start=1)}
    late = {(period.first_day, keys[name]): (line, mark) for name, line in lines.items()}
    charged = charged_by_place(period.cooperation, concerns=period.first_day)
    stored = decisions_of(period.cooperation).filter(period=period)
    return _states(period.cooperation, late, charged, chain(stored, overlay.decisions))


def late_lines(closed: Facts, today: Facts) -> tuple[LateLine, ...]:
    """What of a month that was ``closed`` is not as it should be by ``today``'s facts."""
    if today.money_mark() == replace(closed, corrections=()).money_mark():
        return ()
    return ShouldBe(closed, today).late


def _states(
    cooperation: Cooperation,
    late: Mapping[Place, Found],
    charged: Mapping[Place, Sequence[CorrectionFact]],
    decided: Iterable[LateDecision],
) -> list[LateState]:
    """What is ``late``, or was ``charged`` and is not any more, with what was ``decided`` on it, in order."""
    decisions: dict[Place, dict[str, LateDecision]] = defaultdict(dict)
    for row in decided:
        decisions[row.period.first_day, row.cost_id][row.mark] = row
    undone = shares_of([place for place in charged if place not in late], cooperation)
    lines = {(place[0], line.cost.reference): line for place, (line, _mark) in late.items()}
    found = []
    for place in sorted({*late, *charged}):
        state = _state(
            place,
            late.get(place),
            charged.get(place, ()),
            undone.get(place, {}),
            decisions.get(place, {}),
            lines,
        )
        if state:
            found.append(state)
    return _going_along(found)


def _going_along(states: list[LateState]) -> list[LateState]:
    """``states``, with refunds that nothing has changed but the rules of their cost decided as that is."""
    costs = {(state.month, state.correction.cost.reference): state for state in states}
    found = []
    for state in states:
        refunded = state.correction.cost.credits or ""
        cost = costs.get((state.month, refunded))
        if state.reason == LEFT:
            state = replace(state, goes_with=refunded)
        elif cost and goes_along(state.correction, state.reason, is_cost_late=True):
            state = replace(state, goes_with=refunded, verdict=cost.verdict, decision=cost.decision)
        found.append(state)
    return found


def _state(
    place: Place,
    found: Found | None,
    charged: Iterable[CorrectionFact],
    was: dict[str, int],
    decisions: dict[str, LateDecision],
    lines: Mapping[tuple[dt.date, str], LateLine],
) -> LateState | None:
    late, mark = found or (None, "")
    correction = to_charge(
        month=str(Month.of(place[0])),
        late=late,
        charged=charged,
        mark=mark,
        was=late.was if late else was,
    )
    if correction is None and late and late.reason and late.amount_minor:
        correction = CorrectionFact(str(Month.of(place[0])), late.cost, {}, {}, "", late.cause)
    if correction is None:
        return None
    reason = late.reason if late else ""
    marks = marks_of(
        charged_so_far(late.was if late else was, charged),
        late,
        lines.get((place[0], correction.cost.credits or "")),
    )
    made = [decisions[mark] for mark in marks if mark in decisions]
    decision = max(made, key=lambda row: row.pk or inf, default=None)
    return LateState(
        month=Month.of(place[0]),
        cost_id=place[1],
        verdict=_verdict(correction, decision, reason),
        correction=correction,
        mark=decision.mark if decision else marks[0],
        reason=reason,
        detail=late.detail if late else "",
        undivided_minor=late.amount_minor if late and late.reason else 0,
        decision=decision,
        was_decided=decision is None and bool(decisions),
    )


def _verdict(correction: CorrectionFact, decision: LateDecision | None, reason: str) -> Verdict:
    if reason == LEFT:
        return Verdict.LEFT
    if decision and decision.verdict == LateDecision.Verdict.LEAVE:
        return Verdict.LEFT
    if reason:
        return Verdict.UNALLOCATED
    if decision:
        return Verdict.CHARGE
    return Verdict.COUNTS if correction.cause == "cost" else Verdict.WAITING


def _late_and_charged(
    cooperation: Cooperation, decided: list[LateDecision] | None = None
) -> tuple[dict[Place, Found], dict[Place, list[CorrectionFact]]]:
    """What is late, and what closed months have charged by ``charged_lines``: one query for both.

    Into ``decided`` comes what was decided, as far as a verdict needs it.
    """
    rows: Any = LateChange.objects.of(cooperation).order_by()
    rows = rows.values_list("period__first_day", "cost_id", "content", "run__fingerprint", NO_DAY, NO_NUMBER)
    late: dict[Place, Found] = {}
    charged: list[ChargedLine] = []
    parts = [charged_lines(cooperation), *([] if decided is None else [_decided(cooperation)])]
    for day, cost_id, content, mark, charged_in, number in rows.union(*parts, all=True):
        if number == DECIDED and decided is not None:
            decided.append(LateDecision(period=Period(first_day=day), cost_id=cost_id, mark=mark, **content))
        elif charged_in is None:
            late[day, cost_id] = late_line(content), mark
        else:
            charged.append((charged_in, number, day, cost_id, content))
    return late, by_place(charged)


def _decided(cooperation: Cooperation) -> Any:
    """What was decided, as rows beside those of ``charged_lines``."""
    rows = LateDecision.objects.filter(cooperation=cooperation).order_by()
    content = JSONObject(pk="pk", verdict="verdict")
    return rows.values_list(
        "period__first_day", "cost_id", content, "mark", NO_DAY, Value(DECIDED, IntegerField())
    )


def decisions_of(cooperation: Cooperation) -> QuerySet[LateDecision]:
    """What was decided on late changes, the latest last, with the cost and who did."""
    rows = LateDecision.objects.filter(cooperation=cooperation)
    return rows.select_related("period", "cost", "decided_by").order_by("id")
