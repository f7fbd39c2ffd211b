"""How a cost spreads over months: by days, and a refund as the cost that it refunds."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from billing.engine.facts import CostFact, day
from sharedict.kernel.periods import Month, months_between


def month_part(cost: CostFact, month: Month) -> int:
    """The minor units of ``cost`` that fall in ``month``: spread by days, parts adding up to the whole.

    Each part is the difference of two rounded-down running totals, so the parts of a negative amount
    mirror those of the positive one.
    """
    start, end, size = day(cost.starts_on), day(cost.ends_on), abs(cost.amount_minor)
    part = _until(size, start, end, month.after) - _until(size, start, end, month.first)
    return part if cost.amount_minor >= 0 else -part


def refund_part(
    cost: CostFact, refund: CostFact, month: Month, *, refunded_before: Sequence[int] = ()
) -> int:
    """The minor units of ``refund`` that fall in ``month``: in proportion to what is left of ``cost`` then.

    ``refunded_before`` are earlier refunds of the very same days, in turn and without sign. No part has the
    sign of the cost or is more than is left of it, and refunds that reach the whole mirror the cost's parts.
    """
    whole, (_, start), (_, end) = refund_totals(cost, refund, month, refunded_before)
    if not whole:
        return month_part(refund, month)
    return end - start if refund.amount_minor >= 0 else start - end


def refund_totals(
    cost: CostFact, refund: CostFact, month: Month, refunded_before: Sequence[int]
) -> tuple[int, tuple[int, int], tuple[int, int]]:
    """What is left of ``cost`` on the days of ``refund``, and running totals when ``month`` begins and ends.

    Each total is what is left on those of the days that are over, and what the refund then gives back. All
    without sign; nothing is given back where nothing is left.
    """
    left = _on_days_of(refund, cost)
    for size in refunded_before:
        left = _left_after(size, left)
    size, whole = abs(refund.amount_minor), sum(left.values())

    def total(until: Month) -> tuple[int, int]:
        then = sum(minor for each, minor in left.items() if each < until)
        return then, size * then // whole if whole else 0

    return whole, total(month), total(month.plus(1))


def given_before(refund: CostFact, costs: Iterable[CostFact]) -> tuple[int, ...]:
    """What those of ``costs`` that refund the same cost on the same days each give back before ``refund``."""
    others = [each for each in costs if each.credits == refund.credits]
    return next(given for each, given in in_turn(others) if each.reference == refund.reference)


def in_turn(refunds: Iterable[CostFact]) -> list[tuple[CostFact, tuple[int, ...]]]:
    """The refunds of one cost in the order they count, each with what those before it on its days refund.

    The order follows from what money depends on: days and amount; only equals stand by reference.
    """
    before: dict[tuple[str, str], tuple[int, ...]] = {}
    found = []
    for refund in sorted(refunds, key=content):
        days = refund.starts_on, refund.ends_on
        found.append((refund, before.get(days, ())))
        before[days] = (*before.get(days, ()), abs(refund.amount_minor))
    return found


def first_excess(cost: CostFact, refunds: Sequence[CostFact]) -> Month | None:
    """The first month in which ``refunds`` would give back more than ``cost`` is; None where there is none.

    Refunds that pass and reach the whole undo every month of the cost exactly.
    """
    for month in months_between(day(cost.starts_on), day(cost.ends_on)):
        if abs(refunded_in(cost, refunds, month)) > abs(month_part(cost, month)):
            return month
    return None


def refunded_in(cost: CostFact, refunds: Iterable[CostFact], month: Month) -> int:
    """The minor units of all ``refunds`` of ``cost`` that fall in ``month``."""
    turns = in_turn(refunds)
    return sum(refund_part(cost, refund, month, refunded_before=before) for refund, before in turns)


def content(cost: CostFact) -> tuple[str, str, str, str, int, str]:
    """What orders costs: days, application, type and amount; only equals stand by reference."""
    return (
        cost.starts_on,
        cost.ends_on,
        cost.application or "",
        cost.cost_type,
        cost.amount_minor,
        cost.reference,
    )


def days_in(cost: CostFact, month: Month) -> tuple[int, int]:
    """The days of ``month`` that ``cost`` covers, half-open, as numbers from 1; none: two equal ones."""
    first = max(day(cost.starts_on), month.first)
    after = max(first, min(day(cost.ends_on), month.after))
    return (first - month.first).days + 1, (after - month.first).days + 1


def _until(size: int, start: dt.date, end: dt.date, before: dt.date) -> int:
    """What of ``size`` minor units on the days ``[start, end)`` lies before ``before``, rounded down."""
    whole = (end - start).days
    return size * min(whole, max(0, (before - start).days)) // whole


def _on_days_of(refund: CostFact, cost: CostFact) -> dict[Month, int]:
    """The minor units of ``cost`` on the days of ``refund``, by month, without sign."""
    start, end = day(refund.starts_on), day(refund.ends_on)
    whole = abs(cost.amount_minor), day(cost.starts_on), day(cost.ends_on)
    return {
        month: _until(*whole, min(end, month.after)) - _until(*whole, max(start, month.first))
        for month in months_between(start, end)
    }


def _left_after(size: int, left: Mapping[Month, int]) -> dict[Month, int]:
    """What is left of each month when ``size`` is given back in proportion; nowhere less than nothing."""
    whole, then, done, found = sum(left.values()), 0, 0, {}
    for month, minor in left.items():
        then += minor
        given = size * then // whole if whole else 0
        found[month] = max(0, minor - (given - done))
        done = given
    return found
