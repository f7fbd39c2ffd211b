"""Who would pay what of the first month that has costs: the engine's answer over rows that are not saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agreements.engine.keys import FULL_PERCENT, ComponentFact
from billing.engine.allocate import allocate
from billing.engine.facts import Facts
from billing.models import Cost
from billing.reports.moved import months_of
from billing.reports.previews import PayerMoved, Uncounted, laid, period_of, shares_of, uncounted_in
from billing.snapshots import gather_if
from municipalities.models import Cooperation
from municipalities.portal import Change
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class Borne:
    """What each would carry of ``month``: divided evenly, and by ``keys``, the names of those that divide it.

    ``payers`` are all members and whoever else pays, by name; ``whole`` is all of them.
    """

    month: Month
    keys: tuple[str, ...]
    payers: tuple[PayerMoved, ...]
    whole: PayerMoved
    uncounted: tuple[Uncounted, ...]
    names: dict[str, str]


def borne(cooperation: Cooperation, changes: Sequence[Change]) -> Borne | None:
    """Who would pay what if ``changes`` were saved; None where no cost lies in a month that is shared."""
    overlay = laid(changes)
    month = _first_with_costs(cooperation, overlay.costs)
    if month is None:
        return None
    period = period_of(cooperation, month)
    period.cooperation = cooperation
    [facts] = gather_if(period, [overlay])
    even, ruled = allocate(_evenly(facts)), allocate(facts)
    evenly, shares = shares_of(even), shares_of(ruled)
    members = () if facts.members is None else facts.groups[facts.members]
    codes = {*members, *shares}
    payers = [
        PayerMoved(facts.municipalities[code], evenly.get(code, 0), shares.get(code, 0)) for code in codes
    ]
    return Borne(
        month=month,
        keys=tuple(sorted(key.name for key in facts.keys.values())),
        payers=tuple(sorted(payers, key=lambda each: each.name)),
        whole=PayerMoved("", even.allocated_minor, ruled.allocated_minor),
        uncounted=tuple(uncounted_in(ruled)),
        names=dict(facts.municipalities),
    )


def _first_with_costs(cooperation: Cooperation, unsaved: Sequence[Cost]) -> Month | None:
    months = months_of(cooperation)
    start = months.closed[-1].plus(1) if months.closed else months.first
    laid_over = [cost.pk for cost in unsaved if cost.pk]
    stored = Cost.objects.valid().of(cooperation).filter(ends_on__gt=start.first).exclude(pk__in=laid_over)
    first = stored.order_by("starts_on").first()
    costs = [*([first] if first else []), *(cost for cost in unsaved if cost.ends_on > start.first)]
    return max(start, Month.of(min(cost.starts_on for cost in costs))) if costs else None


def _evenly(facts: Facts) -> Facts:
    """The same costs and payers, with keys that divide evenly and no more."""
    even = (ComponentFact("even", FULL_PERCENT),)
    keys = {
        code: replace(key, components=even, base_minor=0, floor=None, cap=None)
        for code, key in facts.keys.items()
    }
    return replace(facts, keys=keys, readings={})
