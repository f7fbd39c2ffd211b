"""In which months nothing divides a cost, asked of the engine that would."""

from collections.abc import Iterable

from agreements.engine.weigh import WeightError
from billing.engine.allocate import Ledger
from billing.engine.facts import Facts
from billing.models import Cost, Period
from billing.snapshots import Overlay, cost_fact, gather_by_rules_of, gather_costs
from municipalities.models import Cooperation
from sharedict.kernel.periods import Month

MOST_MONTHS = 6
"""So many months are asked whether something divides a cost; the later ones are taken to be like the last."""


def undivided_in(cooperation: Cooperation, cost: Cost, months: Iterable[Month]) -> dict[Month, str]:
    """Those of ``months`` in which nothing would divide ``cost``, each with the code of the reason.

    None for a credit note, which follows what it refunds.
    """
    if cost.credits_id or cost.is_withdrawn:
        return {}
    wanted = sorted(months)
    rows = Period.objects.of(cooperation).select_related("current_run")
    periods = {row.month: row for row in rows.filter(first_day__in=[month.first for month in wanted])}
    found, reason = {}, ""
    for place, month in enumerate(wanted):
        if place < MOST_MONTHS:
            reason = _reason(periods.get(month) or Period(first_day=month.first), cooperation, cost)
        if reason:
            found[month] = reason
    return found


def _reason(period: Period, cooperation: Cooperation, cost: Cost) -> str:
    period.cooperation = cooperation
    overlay = Overlay(costs=(cost,))
    if period.is_closed and period.current_run:
        facts = gather_by_rules_of(Facts.from_json(period.current_run.facts), period, overlay)
    else:
        facts = gather_costs(period, overlay)
    ledger, fact = Ledger(facts), cost_fact(cost)
    place = ledger.division_of(fact, ledger.term_of(fact))
    if isinstance(place, int):
        return ""
    return place.code if isinstance(place, WeightError) else place
