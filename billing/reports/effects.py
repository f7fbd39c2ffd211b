"""What a change of a cost or of the rules moves in closed months: told before it is saved.

What a changed cost is to be is held against what closed months have charged of it. Nothing is written or
locked here, and nothing is saved to be taken back: what a row would be is compared with what it is. Where
somebody once left what was late of it, see ``held_effects``.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from billing.engine.facts import CostFact
from billing.engine.spread import days_in, month_part
from billing.models import Cost, Period, RunLine
from billing.reports.families import Families, beside, fact_of, families_of, not_shared, part_in, total_in
from billing.reports.held_effects import (
    Change,
    HeldEffect,
    MonthEffect,
    OtherEffect,
    held_effects,
    months_ever_left,
)
from billing.reports.moved import Months, changed_columns, counting_columns, months_of, within
from billing.reports.rows import minor_of
from municipalities.models import Cooperation
from sharedict.kernel.periods import Month, months_between

Place = tuple[int, Month]
"""Key of a cost, and a closed month."""


@dataclass(frozen=True, slots=True)
class ClosedEffect:
    """What a change of a cost does: ``months`` are the closed ones that it moves, ``charged_in`` where.

    ``dropped`` is what was still to be charged and, by the change, is charged in no month; ``left`` is the
    same of what somebody had decided to leave, and what is left as decided before. ``others`` is what becomes
    of other costs with it, of what it refunds and its refunds. ``computed`` are the closed months that were
    computed to tell it: ``stops`` are those of them that charge it to nobody yet, with why nothing divides
    it, or "" where it waits for a decision, and ``is_charged_otherwise`` says whether what is charged of
    them as corrections comes out otherwise. ``opened`` are the open months that are shared otherwise.
    ``reopened`` are the proposed months that hold the cost: they are computed anew, for its words too, and
    are proposed no longer.
    ``not_shared_minor`` is what of the cost lies before the cooperation's first month,
    ``was_not_shared_minor`` what did.
    """

    months: tuple[MonthEffect, ...] = ()
    dropped: tuple[MonthEffect, ...] = ()
    left: tuple[MonthEffect, ...] = ()
    others: tuple[OtherEffect, ...] = ()
    computed: tuple[Month, ...] = ()
    stops: Mapping[Month, str] = field(default_factory=dict)
    is_charged_otherwise: bool = False
    charged_in: Month | None = None
    opened: tuple[Month, ...] = ()
    reopened: tuple[Month, ...] = ()
    not_shared_minor: int = 0
    was_not_shared_minor: int = 0

    @property
    def total_minor(self) -> int:
        return sum(each.amount_minor for each in self.months)

    def moves_corrections(self, undivided: Collection[Month]) -> bool:
        """Whether what is charged as corrections comes out otherwise; nothing is of ``undivided`` months."""
        told = {each.month for each in (*self.months, *self.dropped)}
        return self.is_charged_otherwise or not told <= {*self.computed, *undivided}


def closed_effect_of_cost(cooperation: Cooperation, before: Cost | None, after: Cost | None) -> ClosedEffect:
    """What saving ``after`` in place of ``before`` does, in a constant number of queries."""
    return closed_effects_of_costs(cooperation, months_of(cooperation), [(before, after)])[0]


def closed_effects_of_costs(
    cooperation: Cooperation, months: Months, changes: Sequence[Change]
) -> list[ClosedEffect]:
    """What each of ``changes``, saved together, does, in a constant number of queries.

    None for new costs without a credit note. Where somebody once left what was late of a cost, of its
    refunds or of what it refunds, the months where that was are computed as they would be.
    """
    families = families_of(cooperation, changes)
    stored = {before.pk for before, _after in changes if before and before.pk}
    charged = _charged(cooperation, stored) if months.closed else {}
    found = [_effect(months, before, after, families, charged) for before, after in changes]
    wanted = stored | families.ever_left if months.closed else ()
    ever_left = months_ever_left(cooperation, wanted)
    if not ever_left:
        return found
    asked = [_touched(months.closed, change, ever_left) for change in changes]
    computed = held_effects(cooperation, changes, asked)
    return [_as_computed(months, *pair) for pair in zip(found, computed, strict=True)]


def _touched(
    closed: Iterable[Month], change: Change, ever_left: Mapping[int, Collection[Month]]
) -> list[Month]:
    """The ``closed`` months that ``change`` may move and in which something of its family was left once."""
    before, after = change
    if before and after and changed_columns(before, after).isdisjoint(counting_columns(after)):
        return []
    family = {pk for cost in change if cost for pk in (cost.pk, cost.credits_id) if pk}
    left = {month for pk in family for month in ever_left.get(pk, ())}
    spans = [(cost.starts_on, cost.ends_on) for cost in change if cost and not cost.is_withdrawn]
    return sorted(left.intersection(chain.from_iterable(within(closed, span) for span in spans)))


def _as_computed(months: Months, effect: ClosedEffect, computed: HeldEffect) -> ClosedEffect:
    """``effect`` with what is said of some months replaced by what computing them says."""
    if not computed.asked:
        return effect
    kept, dropped = (
        [each for each in part if each.month not in computed.asked]
        for part in (effect.months, effect.dropped)
    )
    found = replace(
        effect,
        months=_in_order([*kept, *computed.months]),
        dropped=_in_order([*dropped, *computed.dropped]),
        left=computed.left,
        others=computed.others,
        computed=computed.asked,
        stops=computed.stops,
        is_charged_otherwise=computed.is_charged_otherwise,
    )
    is_charged = found.months or found.dropped or found.others
    return replace(found, charged_in=months.charging if is_charged else None)


def _in_order(effects: Iterable[MonthEffect]) -> tuple[MonthEffect, ...]:
    return tuple(sorted(effects, key=lambda each: each.month))


def _effect(
    months: Months,
    before: Cost | None,
    after: Cost | None,
    families: Families,
    charged: Mapping[Place, int],
) -> ClosedEffect:
    old, new = fact_of(before), fact_of(after)
    concerned = beside(families, before, after)
    left_out, was_left_out = (not_shared(months.first, fact, concerned) for fact in (new, old))
    spans = [(cost.starts_on, cost.ends_on) for cost in (before, after) if cost and not cost.is_withdrawn]
    changed = changed_columns(before, after) if before and after else Cost.fact_columns
    held = {each for span in spans for each in within(months.proposed, span)}
    reopened = () if changed.isdisjoint(Cost.fact_columns) else tuple(sorted(held))
    if before and after and changed.isdisjoint(counting_columns(after)):
        return ClosedEffect(reopened=reopened, not_shared_minor=left_out, was_not_shared_minor=was_left_out)
    found, dropped = [], []
    for month in sorted({each for span in spans for each in within(months.closed, span)}):
        moved = total_in(new, concerned, month) - total_in(old, concerned, month)
        if not moved and not _is_carried_otherwise(old, new, month):
            continue
        pending = part_in(old, concerned, month) if old else 0
        if before and before.pk:
            pending -= charged.get((before.pk, month), 0)
        if moved + pending or not pending:
            found.append(MonthEffect(month, moved + pending))
        else:
            dropped.append(MonthEffect(month, pending))
    return ClosedEffect(
        months=tuple(found),
        dropped=tuple(dropped),
        charged_in=months.charging if found or dropped else None,
        opened=tuple(sorted({each for span in spans for each in _open_months(months, *span)})),
        reopened=reopened,
        not_shared_minor=left_out,
        was_not_shared_minor=was_left_out,
    )


def _charged(cooperation: Cooperation, stored: Collection[int]) -> dict[Place, int]:
    """What closed months have charged of the costs with these keys, by the month it is charged for.

    In minor units: the month's own line, and the corrections of it in later closed months.
    """
    found: dict[Place, int] = {}
    if not stored:
        return found
    lines = RunLine.objects.of(cooperation).current().filter(cost__in=stored, reason="")
    rows = lines.filter(run__period__state=Period.State.CLOSED).values_list(
        "cost_id", "concerns", "run__period__first_day", "amount"
    )
    for pk, concerns, first_day, amount in rows:
        place = pk, Month.of(concerns or first_day)
        found[place] = found.get(place, 0) + minor_of(amount)
    return found


def _is_carried_otherwise(old: CostFact | None, new: CostFact | None, month: Month) -> bool:
    """Whether a part that stays as large as it was has other days, or falls under another term."""
    if old is None or new is None or not month_part(new, month):
        return False
    return _scope(old, month) != _scope(new, month)


def _scope(fact: CostFact, month: Month) -> tuple[Any, ...]:
    return fact.application, fact.cost_type, fact.credits, days_in(fact, month)


def _open_months(months: Months, start: dt.date, end: dt.date) -> list[Month]:
    """The months of ``[start, end)`` that are shared and not closed, whether or not there are any yet."""
    first = months.closed[-1].plus(1) if months.closed else months.first
    return months_between(max(start, first.first), end)
