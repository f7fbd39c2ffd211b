"""What stays of a closed month as it was charged: late changes left by a decision that still holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from billing.engine.corrections import Shares, charged_so_far, marks_of
from billing.engine.facts import CorrectionFact, Facts, HeldFact
from billing.engine.should_be import ShouldBe


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
        while asked := [
            name
            for name, each in charged.items()
            if bool(each.credits) is of_refunds and name not in found and each.left
        ]:
            more = _left_beside(found, closed, today, charged, asked)
            if not more:
                break
            found.update(more)
    return found


def goes_along(refund: CorrectionFact | None, reason: str, *, is_cost_late: bool) -> bool:
    """Whether a refund is moved by nothing but its cost, which is late too: its own sum stays."""
    return refund is not None and not reason and is_cost_late and not sum(refund.shares.values())


def _left_beside(
    held: Mapping[str, HeldFact],
    closed: Facts,
    today: Facts,
    charged: Mapping[str, Charged],
    asked: Iterable[str],
) -> dict[str, HeldFact]:
    """What of those ``asked`` is left, as they differ where what is ``held`` is known to be."""
    late = {line.cost.reference: line for line in ShouldBe(closed, replace(today, held=held)).late}
    found = {}
    for name in asked:
        each = charged[name]
        shares = charged_so_far(each.was, each.corrections)
        if not each.left.isdisjoint(marks_of(shares, late.get(name), late.get(each.credits or ""))):
            found[name] = HeldFact(shares, each.credits)
    return found
