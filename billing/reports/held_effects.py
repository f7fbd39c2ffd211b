"""What a change of a cost does in closed months where something of it, or of its refunds, was once left.

A decision holds for the result that it was made on, so an older one may hold again, and one on a refund may
hold no longer. Only the month itself tells: it is computed in memory as it is and as it would be. That takes
a few queries and computations for each of these months, which are few.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Q

from billing.engine.facts import CorrectionFact, Facts
from billing.models import Cost, LateDecision, Period
from billing.snapshots import (
    CHARGED,
    STOPS,
    LateState,
    Overlay,
    Verdict,
    gather_by_rules_of,
    late_states_if,
)
from municipalities.models import Cooperation
from sharedict.kernel.periods import Month

Change = tuple[Cost | None, Cost | None]
"""A cost as it is stored and as it is to be; None for one that is added or removed."""
States = Mapping[int, LateState]
"""What is late in one month, by the key of the cost."""


@dataclass(frozen=True, slots=True)
class MonthEffect:
    """What a changed cost is to be in one closed month beyond what is charged of it, in minor units.

    Negative what is to be given back; 0 where the amount stays and others carry it.
    """

    month: Month
    amount_minor: int


class Becomes(StrEnum):
    """What becomes of a cost because another one of its family changes; ``ANEW`` it was left before."""

    ANEW = "anew"
    CHARGED = "charged"
    STOPS = "stops"
    LEFT = "left"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class OtherEffect:
    """What of another cost, named by its reference, is to be charged or given back with a change, or not."""

    reference: str
    month: Month
    becomes: Becomes
    amount_minor: int


@dataclass(frozen=True, slots=True)
class HeldEffect:
    """What one change does in ``asked``, closed months that were computed with it and without.

    ``months``, ``dropped`` and ``left`` are as in ``ClosedEffect``; ``stops`` those of ``months`` in which it
    is charged to nobody yet: why nothing divides it, or "" where it waits for a decision.
    ``is_charged_otherwise`` says whether what is charged of these months as corrections comes out otherwise.
    """

    asked: tuple[Month, ...] = ()
    months: tuple[MonthEffect, ...] = ()
    dropped: tuple[MonthEffect, ...] = ()
    left: tuple[MonthEffect, ...] = ()
    others: tuple[OtherEffect, ...] = ()
    stops: Mapping[Month, str] = field(default_factory=dict)
    is_charged_otherwise: bool = False


def months_ever_left(cooperation: Cooperation, wanted: Collection[int]) -> dict[int, set[Month]]:
    """The closed months in which somebody once left something of these costs or of what refunds them.

    By the key of the cost, and of what it refunds; one query, none without ``wanted``.
    """
    found: dict[int, set[Month]] = defaultdict(set)
    if not wanted:
        return found
    rows = LateDecision.objects.filter(cooperation=cooperation, verdict=LateDecision.Verdict.LEAVE)
    rows = rows.filter(Q(cost__in=wanted) | Q(cost__credits__in=wanted)).order_by()
    for pk, credits, first_day in rows.values_list("cost", "cost__credits", "period__first_day").distinct():
        for key in (pk, credits):
            if key:
                found[key].add(Month.of(first_day))
    return found


def held_effects(
    cooperation: Cooperation, changes: Sequence[Change], asked: Sequence[Collection[Month]]
) -> list[HeldEffect]:
    """What each of ``changes``, saved together, does in those closed months that are ``asked`` of it.

    A month that could not be computed so far is not computed here either.
    """
    wanted = {month.first for months in asked for month in months}
    if not wanted:
        return [HeldEffect() for _change in changes]
    laid = [change if months else (None, None) for change, months in zip(changes, asked, strict=True)]
    before, after = (_overlay(laid, at) for at in (0, 1))
    rows = Period.objects.of(cooperation).select_related("cooperation", "current_run")
    found = {}
    for period in rows.filter(first_day__in=wanted, failure="", current_run__isnull=False):
        found[period.month] = _as_it_is_and_would_be(period, before, after)
    keys = _keys(laid)
    families = _families(cooperation, laid, keys)
    return [
        _effect({month: found[month] for month in sorted(months) if month in found}, key, others)
        for months, key, others in zip(asked, keys, families, strict=True)
    ]


def _overlay(changes: Iterable[Change], at: int) -> Overlay:
    """The rows of ``changes`` as they are (``at`` 0) or as they are to be (1).

    Those that are not there are laid as withdrawn, since what is saved already may be stored by now; those
    that are not saved get references that come last among equals, as theirs will.
    """
    found: dict[object, Cost] = {}
    for number, change in enumerate(changes, start=1):
        row, other = change[at], change[1 - at]
        if row and row.pk:
            found[row.pk] = row
        elif row:
            found[f"~{number}"] = unnumbered = copy(row)
            unnumbered.reference = f"~{number}"
        elif other and other.pk:
            found[other.pk] = gone = copy(other)
            gone.withdrawn_on = gone.starts_on
    return Overlay(costs=[*found.values()])


def _as_it_is_and_would_be(period: Period, *overlays: Overlay) -> tuple[States, ...]:
    if period.current_run is None:
        raise ValueError("The month has no run.")
    closed = Facts.from_json(period.current_run.facts)
    found = []
    for overlay in overlays:
        states = late_states_if(period, closed, gather_by_rules_of(closed, period, overlay), overlay)
        found.append({state.cost_id: state for state in states})
    return tuple(found)


def _keys(changes: Iterable[Change]) -> list[int]:
    """The key of each changed cost; of new ones as ``late_states_if`` counts those."""
    found, new = [], 0
    for before, after in changes:
        stored = next((cost.pk for cost in (before, after) if cost and cost.pk), 0)
        new += not stored and after is not None
        found.append(stored or -new)
    return found


def _families(
    cooperation: Cooperation, changes: Iterable[Change], changed: Collection[int]
) -> list[dict[int, str]]:
    """Of each change the keys and references of the others that refund the same cost, and of that cost.

    Of those that are ``changed`` themselves each is told by its own change, and of no cost twice.
    """
    wholes = [{cost.credits_id or cost.pk for cost in change if cost} - {None} for change in changes]
    wanted = {pk for each in wholes for pk in each}
    rows = Cost.objects.of(cooperation).filter(Q(pk__in=wanted) | Q(credits__in=wanted))
    columns = rows.values_list("pk", "credits", "reference")
    known = {pk: (credits or pk, name) for pk, credits, name in columns}
    found = []
    taken = {*changed}
    for each in wholes:
        others = {pk: name for pk, (whole, name) in known.items() if whole in each and pk not in taken}
        taken |= others.keys()
        found.append(others)
    return found


def _effect(found: Mapping[Month, tuple[States, ...]], key: int, family: Mapping[int, str]) -> HeldEffect:
    """``found`` is what is late in each month as it is and as it would be, ``family`` who else is told of."""
    months, dropped, left, others = [], [], [], []
    stops: dict[Month, str] = {}
    for month, (then, now) in found.items():
        was, will = then.get(key), now.get(key)
        if not is_alike(was, will):
            if was and was.verdict in CHARGED and (not will or will.verdict == Verdict.LEFT):
                dropped.append(MonthEffect(month, was.amount_minor))
            if will and will.verdict != Verdict.LEFT:
                months.append(MonthEffect(month, will.amount_minor))
                if will.verdict in STOPS:
                    stops[month] = will.reason
            elif (state := will or was) and state.verdict == Verdict.LEFT:
                left.append(MonthEffect(month, state.amount_minor))
        for pk, name in family.items():
            if told := _other(name, month, then.get(pk), now.get(pk)):
                others.append(told)
    return HeldEffect(
        asked=tuple(found),
        months=tuple(months),
        dropped=tuple(dropped),
        left=tuple(left),
        others=tuple(sorted(others, key=lambda each: (each.reference, each.month))),
        stops=stops,
        is_charged_otherwise=any(_corrections(then) != _corrections(now) for then, now in found.values()),
    )


def _other(name: str, month: Month, was: LateState | None, will: LateState | None) -> OtherEffect | None:
    """What becomes of another cost, where anything is charged of it otherwise or waits to be."""
    if is_alike(was, will):
        return None
    if will and will.verdict in CHARGED:
        is_anew = was is not None and was.verdict == Verdict.LEFT
        return OtherEffect(name, month, Becomes.ANEW if is_anew else Becomes.CHARGED, will.amount_minor)
    if will and will.verdict in STOPS:
        return OtherEffect(name, month, Becomes.STOPS, will.amount_minor)
    if was is None or was.verdict not in CHARGED:
        return None
    if will:
        return OtherEffect(name, month, Becomes.LEFT, will.amount_minor)
    return OtherEffect(name, month, Becomes.DROPPED, was.amount_minor)


def is_alike(one: LateState | None, other: LateState | None) -> bool:
    """Whether the same remains to be charged by both, and the same happens to it."""
    return _meant(one) == _meant(other)


def _meant(state: LateState | None) -> tuple[object, ...]:
    if state is None:
        return ()
    verdict = Verdict.COUNTS if state.verdict in CHARGED else state.verdict
    return verdict, state.correction.shares, state.undivided_minor, state.reason


def _corrections(states: States) -> list[CorrectionFact]:
    return [state.correction for _key, state in sorted(states.items()) if state.verdict in CHARGED]
