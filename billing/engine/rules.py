"""What a rule version decides of a month: the order of its costs, who pays, and in what proportion.

Rule version 1 is release 0.1's and explains its months for ever; see ``billing.engine.facts``.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from agreements.engine.keys import KeyFact
from agreements.engine.weigh import Division, divide, weigh
from billing.engine.facts import CostFact, Facts, Spans, TermFact
from billing.engine.spread import content, days_in, given_before, in_turn, month_part, refund_part
from sharedict.kernel.periods import Month

Payers = dict[str, int]
"""Code -> days paid for."""
Scope = tuple[object, ...]
"""What the division of a cost depends on beside its size: costs with the same scope and key share it."""


class Rules(Protocol):
    """One version of the rules.

    ``refunds_follow`` says whether every refund is divided as the shares of what it refunds; else only one
    that undoes it to the last unit.
    """

    refunds_follow: bool

    def in_order(self, facts: Facts) -> list[CostFact]:
        """The costs in the order in which they are divided; each refund after what it refunds."""

    def part(self, facts: Facts, cost: CostFact, month: Month) -> int:
        """The minor units of ``cost`` in the month."""

    def scope(self, term: TermFact, group: int, covered: tuple[int, int]) -> Scope:
        """``covered`` are the days of the month that the cost covers: see ``days_in``."""

    def payers(self, facts: Facts, cost: CostFact, term: TermFact, group: int, month: Month) -> Payers:
        """Who pays, and for how many days."""

    def division(
        self, facts: Facts, cost: CostFact, term: TermFact, key: KeyFact, payers: Payers, month: Month
    ) -> Division:
        """In what proportion they pay; raises a WeightError."""


class _Rules1:
    """Release 0.1: days of the month decide; base amounts come once a month, outside floor and cap."""

    refunds_follow = False

    def in_order(self, facts: Facts) -> list[CostFact]:
        return sorted(facts.costs, key=lambda cost: (cost.credits or cost.reference, cost.reference))

    def part(self, facts: Facts, cost: CostFact, month: Month) -> int:
        return month_part(cost, month)

    def scope(self, term: TermFact, group: int, covered: tuple[int, int]) -> Scope:
        return group, term.by_days

    def payers(self, facts: Facts, cost: CostFact, term: TermFact, group: int, month: Month) -> Payers:
        return dict(facts.groups[group])

    def division(
        self, facts: Facts, cost: CostFact, term: TermFact, key: KeyFact, payers: Payers, month: Month
    ) -> Division:
        basis = weigh(key, tuple(payers), facts.readings, fixed_parts_must_add_up=False)
        days = [payers[code] for code in basis.codes] if term.by_days else None
        plain = divide(replace(key, base_minor=0), basis, days=days, whole_days=month.days, size=0)
        if not key.base_minor or not plain.total:
            return plain
        size = abs(month_part(cost, month))
        left = size - key.base_minor * len(plain.weights)
        weights = (
            tuple(key.base_minor * plain.total + left * weight for weight in plain.weights)
            if left > 0
            else (1,) * len(plain.weights)
        )
        return Division(basis, weights, plain.days, None, size, plain.unlimited)


class _Rules2:
    """The days that the cost covers decide; base amounts come once of each cost; refunds follow it."""

    refunds_follow = True

    def in_order(self, facts: Facts) -> list[CostFact]:
        known = {cost.reference for cost in facts.costs}
        refunds: dict[str, list[CostFact]] = {}
        for cost in facts.costs:
            if cost.credits in known:
                refunds.setdefault(cost.credits or "", []).append(cost)
        whole = [cost for cost in facts.costs if cost.credits not in known]
        whole.sort(key=lambda cost: _standing(cost, refunds.get(cost.reference, ())))
        found = [each for cost in whole for each in _with_refunds(cost, refunds)]
        ring = {*facts.costs} - {*found}  # costs that refund each other
        return found + sorted(ring, key=content)

    def part(self, facts: Facts, cost: CostFact, month: Month) -> int:
        undone = cost.credits and next((each for each in facts.costs if each.reference == cost.credits), None)
        if not undone:
            return month_part(cost, month)
        return refund_part(undone, cost, month, refunded_before=given_before(cost, facts.costs))

    def scope(self, term: TermFact, group: int, covered: tuple[int, int]) -> Scope:
        return group, term.by_days, term.after_leaving, covered

    def payers(self, facts: Facts, cost: CostFact, term: TermFact, group: int, month: Month) -> Payers:
        covered = days_in(cost, month)
        found = {}
        for code, held in facts.groups[group].items():
            left: Spans = () if term.after_leaving else facts.left.get(code, ())
            days = _days(held, covered) - sum(_days(held, _common(covered, gone)) for gone in left)
            if days:
                found[code] = days
        return found

    def division(
        self, facts: Facts, cost: CostFact, term: TermFact, key: KeyFact, payers: Payers, month: Month
    ) -> Division:
        basis = weigh(key, tuple(payers), facts.readings)
        first, after = days_in(cost, month)
        days = [payers[code] for code in basis.codes] if term.by_days else None
        return divide(key, basis, days=days, whole_days=after - first, size=abs(cost.amount_minor))


RULES: dict[int, Rules] = {1: _Rules1(), 2: _Rules2()}


def _standing(cost: CostFact, refunds: Iterable[CostFact]) -> tuple[object, ...]:
    """What orders whole costs: their content, then their refunds', so that the number never counts."""
    *own, reference = content(cost)
    return own, sorted(content(refund)[:-1] for refund in refunds), reference


def _with_refunds(cost: CostFact, refunds: dict[str, list[CostFact]]) -> Iterable[CostFact]:
    yield cost
    for refund, _before in in_turn(refunds.get(cost.reference, ())):
        yield from _with_refunds(refund, refunds)


def _days(held: Spans, covered: tuple[int, int]) -> int:
    return sum(max(0, min(end, covered[1]) - max(start, covered[0])) for start, end in held)


def _common(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), min(one[1], other[1])
