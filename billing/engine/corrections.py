"""What a late change makes of a closed month: as charged, as it should be, and the difference.

How it should be is computed in ``should_be``; here is what decisions on that are bound to, and what of it is
still to be charged. Amounts are whole minor units by code.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from billing.engine.facts import CorrectionFact, CostFact, Owed, fingerprint
from billing.engine.split import Carry

Shares = Mapping[str, int]
LEFT = "left"
"""Why a refund is divided among nobody: what it refunds was left, and nobody was charged."""


@dataclass(frozen=True, slots=True)
class LateLine:
    """One cost of a closed month that is not as charged: ``was`` in the closed run, ``should`` be.

    ``owed`` is what its rounding owes now beyond what it owed then. ``cause`` is "cost" where the cost itself
    changed, "rules" where its payers or weights did. ``reason`` says why nothing divides it, if so.
    ``result`` names what decisions are bound to: the cost's part, and by which weights it is divided. What
    rounding gives whom, and what other refunds leave of it, is no part of that: it may follow from another
    late change. ``result_alone`` is that of a refund as if its cost were not held. ``stands`` is the result
    of what counts of a cost for its refunds: what was charged, where it is held; "" as in its month's own
    run. ``is_compared`` says that the closed month has rules for such costs, so that what changed is known.
    """

    cost: CostFact
    was: Shares
    should: Shares
    owed: Owed
    cause: str
    key: str
    key_version: int | None
    amount_minor: int
    reason: str
    detail: str
    result: str
    result_alone: str = ""
    stands: str = ""
    is_compared: bool = True


def difference(charged: Shares, should: Shares) -> dict[str, int]:
    """``should`` - ``charged`` by ascending code, without those who stay as they are."""
    codes = sorted({*charged, *should})
    found = {code: should.get(code, 0) - charged.get(code, 0) for code in codes}
    return {code: minor for code, minor in found.items() if minor}


def mark_of(charged: Shares, result: str) -> str:
    """SHA-256 of a difference: what somebody decided on stays decided as long as it is the same.

    What was ``charged`` so far counts, too: to leave an öre is not to leave a fortune.
    """
    return fingerprint(json.dumps([sorted(charged.items()), result]))


def marks_of(charged: Shares, late: LateLine | None, refunded: LateLine | None = None) -> list[str]:
    """The marks that decisions on a difference may bear, its own first.

    ``refunded`` is the line of the cost that it refunds, where that is late.
    """
    return [mark_of(charged, result) for result in _results(late, refunded)]


def _results(late: LateLine | None, refunded: LateLine | None) -> list[str]:
    """What is ``late``, or of a refund that its month does not know what became of its cost; none is "".

    What is held is listed also where each would carry what the month's own run says: before it was held,
    nothing was late there.
    """
    unlisted = (
        [f"of {refunded.stands}" if refunded.stands else "", f"of {refunded.result}"] if refunded else [""]
    )
    if late is None:
        return [*dict.fromkeys(unlisted)]
    is_listed_because_held = not late.reason and not difference(late.was, late.should)
    found = [late.result, late.result_alone or late.result, *(unlisted if is_listed_because_held else [])]
    return [*dict.fromkeys(found)]


def charged_so_far(was: Shares, charged: Iterable[CorrectionFact]) -> dict[str, int]:
    """What a closed month's own run and the corrections of later ones come to, by code."""
    so_far = dict(was)
    for correction in charged:
        for code, minor in correction.shares.items():
            so_far[code] = so_far.get(code, 0) + minor
    return so_far


def to_charge(
    *,
    month: str,
    late: LateLine | None,
    charged: Iterable[CorrectionFact],
    mark: str,
    was: Shares,
) -> CorrectionFact | None:
    """What is still to be charged for one cost of the closed ``month``; None where nothing is.

    ``charged`` are the corrections of it in later closed months, ``was`` its shares in its own run, which
    are what it should be again where ``late`` is None.
    """
    earlier = list(charged)
    so_far = charged_so_far(was, earlier)
    owed: dict[str, Carry] = {}
    for correction in earlier:
        for key, (unit, parts) in correction.owed.items():
            owed.setdefault(key, Carry()).add(unit, {code: -part for code, part in parts.items()})
    if late:
        for key, (unit, parts) in late.owed.items():
            owed.setdefault(key, Carry()).add(unit, parts)
    should = late.should if late else was
    differs = difference(so_far, should)
    if not differs:
        return None
    last = earlier[-1] if earlier else None
    cost = late.cost if late else last.cost if last else None
    if cost is None:
        return None
    return CorrectionFact(
        month=month,
        cost=cost,
        charged={code: so_far.get(code, 0) for code in differs},
        should={code: should.get(code, 0) for code in differs},
        mark=mark,
        cause=_cause_of(late, earlier, so_far, should),
        key=late.key if late else last.key if last else "",
        key_version=late.key_version if late else last.key_version if last else None,
        owed={key: (carry.denominator, owing(carry)) for key, carry in owed.items() if owing(carry)},
    )


def _cause_of(
    late: LateLine | None, earlier: Sequence[CorrectionFact], so_far: Shares, should: Shares
) -> str:
    """What changed since the cost was last charged.

    Other rules move a cost between payers: its sum stays, and more than a unit of rounding moves. A refund
    is moved by those of its cost, where its own sum stays. Where other rules were charged once, or the closed
    month has none for such costs, today's are held to what was charged, also where the sum changes with them.
    """
    differs = difference(so_far, should)
    if late and late.cost.credits:
        return "cost" if sum(differs.values()) else late.cause
    if not earlier:
        return late.cause if late else "cost"
    last = earlier[-1]
    if late is None:
        return last.cause
    is_same = same_but_codes(last.cost, late.cost) and not sum(differs.values())
    if is_same and max(map(abs, differs.values())) > 1:
        return "rules"
    is_same_kind = (last.cost.application, last.cost.cost_type) == (
        late.cost.application,
        late.cost.cost_type,
    )
    is_asked = any(each.cause == "rules" for each in earlier) or (is_same_kind and not late.is_compared)
    if is_asked and any(so_far.values()) and any(should.values()):
        return "rules" if _moves_proportions(so_far, should) else "cost"
    return late.cause


def _moves_proportions(so_far: Shares, should: Shares) -> bool:
    """Whether somebody's part of the sum changes by more than rounding does: a unit each then and now."""
    then, now = sum(so_far.values()), sum(should.values())
    codes = {*so_far, *should}
    apart = (abs(should.get(code, 0) * then - so_far.get(code, 0) * now) for code in codes)
    return max(apart) > 2 * max(abs(then), abs(now))


def same_but_codes(one: CostFact, other: CostFact) -> bool:
    """Whether two are the same cost as far as money goes, whatever application and type are called."""
    return _without_codes(one) == _without_codes(other)


def _without_codes(cost: CostFact) -> CostFact:
    return replace(cost, application=None, cost_type="", supplier="", description="")


def owing(carry: Carry) -> dict[str, int]:
    return {code: part for code, part in sorted(carry.owed.items()) if part}
