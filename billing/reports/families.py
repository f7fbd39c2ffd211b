"""What a cost is in a month beside the refunds of the same cost, and what nobody shares of it.

Refunds of one cost are spread together, so a change of one moves the parts of the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from billing.engine.facts import CostFact, day
from billing.engine.spread import in_turn, month_part, refund_part
from billing.models import Cost, LateDecision
from billing.reports.held_effects import Change
from municipalities.models import Cooperation
from sharedict.kernel.money import to_minor
from sharedict.kernel.periods import Month, months_between

Families = Mapping[int, tuple[CostFact, Sequence[CostFact]]]
"""Key of a cost -> the cost and its refunds, without the one that changes."""


class Refunded(dict[int, tuple[CostFact, Sequence[CostFact]]]):
    """Families; ``ever_left`` are the keys of those of which somebody once decided to leave something."""

    ever_left: frozenset[int] = frozenset()


def families_of(cooperation: Cooperation, changes: Iterable[Change]) -> Refunded:
    """The costs that are refunded by some cost of ``changes``, each with all its refunds."""
    wanted = {cost.credits_id for pair in changes for cost in pair if cost and cost.credits_id}
    found = Refunded()
    if not wanted:
        return found
    decisions = LateDecision.objects.filter(cost=OuterRef("pk"), verdict=LateDecision.Verdict.LEAVE)
    rows = Cost.objects.of(cooperation).filter(Q(pk__in=wanted) | Q(credits__in=wanted))
    costs: list[Any] = list(rows.annotate(was_left=Exists(decisions)))
    found.ever_left = frozenset(cost.credits_id or cost.pk for cost in costs if cost.was_left)
    refunds: dict[int, list[CostFact]] = {pk: [] for pk in wanted}
    for cost in costs:
        fact = fact_of(cost)
        if fact and cost.credits_id in refunds:
            refunds[cost.credits_id].append(fact)
    wholes = {cost.pk: fact_of(cost) for cost in costs if cost.pk in wanted}
    found.update({pk: (whole, refunds[pk]) for pk, whole in wholes.items() if whole})
    return found


def beside(families: Families, before: Cost | None, after: Cost | None) -> Families:
    """Those of ``families`` that the cost belongs to, without itself."""
    costs = [cost for cost in (before, after) if cost]
    own = {str(cost.pk) for cost in costs if cost.pk}
    return {
        pk: (whole, [refund for refund in refunds if refund.reference not in own])
        for pk, (whole, refunds) in families.items()
        if pk in {cost.credits_id for cost in costs}
    }


def fact_of(cost: Cost | None) -> CostFact | None:
    """``cost`` as far as spreading goes, related rows by their keys; None for one that does not count."""
    if cost is None or cost.is_withdrawn:
        return None
    return CostFact(
        reference=str(cost.pk or ""),
        amount_minor=to_minor(cost.amount),
        starts_on=cost.starts_on.isoformat(),
        ends_on=cost.ends_on.isoformat(),
        cost_type=str(cost.cost_type_id),
        application=str(cost.application_id) if cost.application_id else None,
        credits=str(cost.credits_id) if cost.credits_id else None,
    )


def total_in(fact: CostFact | None, families: Families, month: Month) -> int:
    """What ``fact`` and the other refunds of the same costs are in ``month``."""
    total = 0
    if fact and int(fact.credits or 0) not in families:
        total += month_part(fact, month)
    for pk, (whole, refunds) in families.items():
        all_of_it = [*refunds, fact] if fact and fact.credits == str(pk) else refunds
        for refund, before in in_turn(all_of_it):
            total += refund_part(whole, refund, month, refunded_before=before)
    return total


def part_in(fact: CostFact, families: Families, month: Month) -> int:
    """What ``fact`` alone is in ``month``."""
    if int(fact.credits or 0) not in families:
        return month_part(fact, month)
    whole, refunds = families[int(fact.credits or 0)]
    before = next(given for refund, given in in_turn([*refunds, fact]) if refund is fact)
    return refund_part(whole, fact, month, refunded_before=before)


def not_shared(first: Month, fact: CostFact | None, families: Families) -> int:
    if fact is None:
        return 0
    before = months_between(day(fact.starts_on), min(first.first, day(fact.ends_on)))
    return sum(part_in(fact, families, month) for month in before)


def before_first_month(cost: Cost) -> int:
    """The minor units of ``cost`` on days before its cooperation's first month, which nobody shares.

    0 for a withdrawn cost, which counts nowhere.
    """
    first = cost.cooperation.first_month
    if cost.is_withdrawn or cost.starts_on >= first:
        return 0
    families = beside(families_of(cost.cooperation, [(None, cost)]), None, cost)
    return not_shared(Month.of(first), fact_of(cost), families)
