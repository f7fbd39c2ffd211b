"""What stays of a closed month as it was charged: late changes left by a decision that still holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from billing.engine.corrections import Shares, ShouldBe, charged_so_far, marks_of, to_charge
from billing.engine.facts import CorrectionFact, Facts, HeldFact


@dataclass(frozen=True, slots=True)
class Charged:
    """What a closed month was charged of one cost: in its own run (``was``, by code), and by ``corrections``.

    ``credits`` names the cost that it refunds; ``left`` are the marks on which the last decision is to leave.
    """

    credits: str | None
    was: Shares
    corrections: tuple[CorrectionFact, ...]
    left: frozenset[str]


def what_stays(closed: Facts, today: Facts, charged: Mapping[str, Charged]) -> dict[str, HeldFact]:
    """What is left of ``charged`` costs, by reference, where ``closed`` is held against ``today``'s facts.

    Costs first, since what their refunds come to depends on which of them are left. One may differ only
    because another is held, and was left as such: so it is asked until nothing more is found.
    """
    found: dict[str, HeldFact] = {}
    for of_refunds in (False, True):
        asked = {name: each for name, each in charged.items() if bool(each.credits) is of_refunds}
        while any(each.left or each.credits in found for name, each in asked.items() if name not in found):
            more = _left_beside(found, closed, today, charged)
            more = {name: stays for name, stays in more.items() if name in asked and name not in found}
            if not more:
                break
            found.update(more)
    return found


def goes_along(refund: CorrectionFact | None, reason: str, *, is_cost_late: bool) -> bool:
    """Whether nothing has changed of a refund but the rules of its cost, which is late too."""
    return refund is not None and refund.cause == "rules" and not reason and is_cost_late


def _left_beside(
    held: Mapping[str, HeldFact], closed: Facts, today: Facts, charged: Mapping[str, Charged]
) -> dict[str, HeldFact]:
    """What is left of ``charged``, as it differs where what is ``held`` is known to be."""
    late = {line.cost.reference: line for line in ShouldBe(closed, replace(today, held=held)).late}
    moved = {
        name: to_charge(
            month=closed.month,
            late=late.get(name),
            charged=each.corrections,
            mark="",
            was=each.was,
        )
        for name, each in charged.items()
    }
    found = {}
    for name, each in charged.items():
        line, refunded = late.get(name), each.credits or ""
        shares = charged_so_far(each.was, each.corrections)
        if goes_along(moved[name], line.reason if line else "", is_cost_late=bool(moved.get(refunded))):
            is_left = refunded in held
        else:
            is_left = not each.left.isdisjoint(marks_of(shares, line, late.get(refunded)))
        if is_left:
            found[name] = HeldFact(shares, each.credits)
    return found
