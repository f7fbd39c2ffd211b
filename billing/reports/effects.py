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

from django.db.models import Exists, Model, OuterRef, Q

from agreements.models import Agreement, Component, CostType, FixedPart, Key, KeyVersion, Term
from billing.engine.facts import CostFact, day
from billing.engine.spread import days_in, in_turn, month_part, refund_part
from billing.models import Cost, LateDecision, Period, RunLine
from billing.reports.held_effects import (
    Change,
    HeldEffect,
    MonthEffect,
    OtherEffect,
    held_effects,
    months_ever_left,
)
from billing.reports.rows import minor_of
from municipalities.actions import touched
from municipalities.models import Cooperation, Driver, Municipality, Reading
from services.models import Application
from sharedict.common.models import Span
from sharedict.kernel.money import to_minor
from sharedict.kernel.periods import Month, months_between

Place = tuple[int, Month]
"""Key of a cost, and a closed month."""
Families = Mapping[int, tuple[CostFact, Sequence[CostFact]]]
"""Key of a cost -> the cost and its refunds, without the one that changes."""

NAMES = (Cooperation, Municipality, Driver, Application, Agreement, CostType, Key)
"""Rows that shares are shown with; who pays, and how much, does not depend on what they say."""
WHOLE_MONTHS = (Term, KeyVersion, Component, FixedPart)
"""Rows that count in a month as they are on its first day."""
WORDS: Mapping[type[Model], frozenset[str]] = {
    Cost: frozenset({"reference", "external_id", "supplier", "invoice_number", "description", "currency"}),
    Reading: frozenset({"source", "external_id"}),
    Term: frozenset({"agreement"}),
    KeyVersion: frozenset({"number", "decision", "decided_on"}),
}
"""Columns that are shown, and that no amount depends on."""


@dataclass(frozen=True, slots=True)
class Months:
    """The months of a cooperation from its first on, in order, as far as there are any yet.

    ``proposed`` are those of the open ones that wait to be closed.
    """

    first: Month
    closed: tuple[Month, ...]
    opened: tuple[Month, ...]
    proposed: tuple[Month, ...] = ()

    @property
    def charging(self) -> Month | None:
        """The month that charges what changes in closed ones: the first that is open."""
        if not self.closed:
            return None
        return self.opened[0] if self.opened else self.closed[-1].plus(1)


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


def months_of(cooperation: Cooperation) -> Months:
    """One query."""
    rows = Period.objects.of(cooperation).order_by("first_day").values_list("first_day", "state")
    found = [(Month.of(first_day), Period.State(state)) for first_day, state in rows]
    return Months(
        first=Month.of(cooperation.first_month),
        closed=tuple(month for month, state in found if state == Period.State.CLOSED),
        opened=tuple(month for month, state in found if state != Period.State.CLOSED),
        proposed=tuple(month for month, state in found if state == Period.State.PROPOSED),
    )


def closed_months_of(cooperation: Cooperation, touches: Span) -> list[Month]:
    """The closed months with a day in ``touches``; one query."""
    return within(months_of(cooperation).closed, touches)


def within(months: Iterable[Month], touches: Span) -> list[Month]:
    """Those of ``months`` with a day in the half-open span ``touches``."""
    first, after = touches
    return [month for month in months if month.after > first and (after is None or month.first < after)]


def moved_months(months: Iterable[Month], row: Model, span: Span) -> list[Month]:
    """Those of ``months`` in which shares come out otherwise, or may, where ``row`` changes in ``span``.

    Terms and key versions count from the first of a month: the one in force on that day counts in all of it.
    """
    found = within(months, span)
    return [month for month in found if month.first >= span[0]] if isinstance(row, WHOLE_MONTHS) else found


def moved_days(before: Model | None, after: Model | None, more: Iterable[str] = ()) -> Span | None:
    """The days whose shares come out otherwise with ``after`` in place of ``before``, or may; None for none.

    ``more`` names what changes beside the row's own columns.
    """
    row = after if after is not None else before
    if row is None or isinstance(row, NAMES) or not hasattr(row, "touches"):
        return None
    if before is None or after is None:
        return touched(before, after)
    if not changed_columns(before, after).isdisjoint(_counting(row)):
        return touched(before, after)
    return touched(None, after) if [*more] else None


def changed_columns(before: Model, after: Model) -> set[str]:
    fields = after._meta.concrete_fields
    return {each.name for each in fields if each.value_from_object(before) != each.value_from_object(after)}


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
    families = _families(cooperation, changes)
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
    if before and after and changed_columns(before, after).isdisjoint(_counting(after)):
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


def before_first_month(cost: Cost) -> int:
    """The minor units of ``cost`` on days before its cooperation's first month, which nobody shares.

    0 for a withdrawn cost, which counts nowhere.
    """
    first = cost.cooperation.first_month
    if cost.is_withdrawn or cost.starts_on >= first:
        return 0
    families = _beside(_families(cost.cooperation, [(None, cost)]), None, cost)
    return _not_shared(Month.of(first), _fact(cost), families)


def _effect(
    months: Months,
    before: Cost | None,
    after: Cost | None,
    families: Families,
    charged: Mapping[Place, int],
) -> ClosedEffect:
    old, new = _fact(before), _fact(after)
    concerned = _beside(families, before, after)
    left_out, was_left_out = (_not_shared(months.first, fact, concerned) for fact in (new, old))
    spans = [(cost.starts_on, cost.ends_on) for cost in (before, after) if cost and not cost.is_withdrawn]
    changed = changed_columns(before, after) if before and after else Cost.fact_columns
    held = {each for span in spans for each in within(months.proposed, span)}
    reopened = () if changed.isdisjoint(Cost.fact_columns) else tuple(sorted(held))
    if before and after and changed.isdisjoint(_counting(after)):
        return ClosedEffect(reopened=reopened, not_shared_minor=left_out, was_not_shared_minor=was_left_out)
    found, dropped = [], []
    for month in sorted({each for span in spans for each in within(months.closed, span)}):
        moved = _total(new, concerned, month) - _total(old, concerned, month)
        if not moved and not _is_carried_otherwise(old, new, month):
            continue
        pending = _part(old, concerned, month) if old else 0
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


def _beside(families: Families, before: Cost | None, after: Cost | None) -> Families:
    """Those of ``families`` that the cost belongs to, without itself."""
    costs = [cost for cost in (before, after) if cost]
    own = {str(cost.pk) for cost in costs if cost.pk}
    return {
        pk: (whole, [refund for refund in refunds if refund.reference not in own])
        for pk, (whole, refunds) in families.items()
        if pk in {cost.credits_id for cost in costs}
    }


def _counting(row: Model) -> set[str]:
    """The columns of ``row`` that amounts depend on."""
    declared: Iterable[str] | None = getattr(row, "fact_columns", None)
    columns = {field.name for field in row._meta.concrete_fields} if declared is None else {*declared}
    return columns - WORDS.get(type(row), frozenset())


def _fact(cost: Cost | None) -> CostFact | None:
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


class _Refunded(dict[int, tuple[CostFact, Sequence[CostFact]]]):
    """Families; ``ever_left`` are the keys of those of which somebody once decided to leave something."""

    ever_left: frozenset[int] = frozenset()


def _families(cooperation: Cooperation, changes: Iterable[Change]) -> _Refunded:
    """The costs that are refunded by some cost of ``changes``, each with all its refunds."""
    wanted = {cost.credits_id for pair in changes for cost in pair if cost and cost.credits_id}
    found = _Refunded()
    if not wanted:
        return found
    decisions = LateDecision.objects.filter(cost=OuterRef("pk"), verdict=LateDecision.Verdict.LEAVE)
    rows = Cost.objects.of(cooperation).filter(Q(pk__in=wanted) | Q(credits__in=wanted))
    costs: list[Any] = list(rows.annotate(was_left=Exists(decisions)))
    found.ever_left = frozenset(cost.credits_id or cost.pk for cost in costs if cost.was_left)
    refunds: dict[int, list[CostFact]] = {pk: [] for pk in wanted}
    for cost in costs:
        fact = _fact(cost)
        if fact and cost.credits_id in refunds:
            refunds[cost.credits_id].append(fact)
    wholes = {cost.pk: _fact(cost) for cost in costs if cost.pk in wanted}
    found.update({pk: (whole, refunds[pk]) for pk, whole in wholes.items() if whole})
    return found


def _total(fact: CostFact | None, families: Families, month: Month) -> int:
    """What ``fact`` and the other refunds of the same costs are in ``month``."""
    total = 0
    if fact and int(fact.credits or 0) not in families:
        total += month_part(fact, month)
    for pk, (whole, refunds) in families.items():
        all_of_it = [*refunds, fact] if fact and fact.credits == str(pk) else refunds
        for refund, before in in_turn(all_of_it):
            total += refund_part(whole, refund, month, refunded_before=before)
    return total


def _part(fact: CostFact, families: Families, month: Month) -> int:
    """What ``fact`` alone is in ``month``."""
    if int(fact.credits or 0) not in families:
        return month_part(fact, month)
    whole, refunds = families[int(fact.credits or 0)]
    before = next(given for refund, given in in_turn([*refunds, fact]) if refund is fact)
    return refund_part(whole, fact, month, refunded_before=before)


def _is_carried_otherwise(old: CostFact | None, new: CostFact | None, month: Month) -> bool:
    """Whether a part that stays as large as it was has other days, or falls under another term."""
    if old is None or new is None or not month_part(new, month):
        return False
    return _scope(old, month) != _scope(new, month)


def _scope(fact: CostFact, month: Month) -> tuple[Any, ...]:
    return fact.application, fact.cost_type, fact.credits, days_in(fact, month)


def _not_shared(first: Month, fact: CostFact | None, families: Families) -> int:
    if fact is None:
        return 0
    before = months_between(day(fact.starts_on), min(first.first, day(fact.ends_on)))
    return sum(_part(fact, families, month) for month in before)


def _open_months(months: Months, start: dt.date, end: dt.date) -> list[Month]:
    """The months of ``[start, end)`` that are shared and not closed, whether or not there are any yet."""
    first = months.closed[-1].plus(1) if months.closed else months.first
    return months_between(max(start, first.first), end)
