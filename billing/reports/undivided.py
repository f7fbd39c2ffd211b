"""Costs that nothing divides: in which months, and why, in words."""

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy

from agreements.engine.weigh import WeightError
from agreements.portal import NO_WEIGHTS
from billing.engine.allocate import Ledger
from billing.engine.corrections import LEFT
from billing.engine.facts import Facts
from billing.models import Cost, Period
from billing.snapshots import Overlay, cost_fact, gather_by_rules_of, gather_costs
from municipalities.models import Cooperation
from sharedict.kernel.periods import Month

REASONS = {
    "no_term": (
        gettext_lazy("No term says how such a cost is divided."),
        gettext_lazy("Add a term for it"),
        "term-add",
    ),
    "no_key_version": (
        gettext_lazy("The key has no version in force on the first day of the month."),
        gettext_lazy("Add a version of the key"),
        "keys",
    ),
    "no_payers": (
        gettext_lazy("Nobody uses the application in this month."),
        gettext_lazy("Add a subscription, or end the cost"),
        "subscriptions",
    ),
    **NO_WEIGHTS,
    "no_basis": (
        gettext_lazy("No payer has any weight by this key in this month."),
        gettext_lazy("Mend the readings"),
        "drivers",
    ),
    LEFT: (gettext_lazy("It refunds a cost that was left uncharged, and is left with it."), "", ""),
}
"""Why a cost is unallocated -> in words, what to do about it, and the page to do it on."""

MOST_MONTHS = 6
"""So many months are asked whether something divides a cost; the later ones are taken to be like the last."""

_CODE = re.compile(r"\b[A-Z]{2}[0-9]{3,6}\b")


def names_whom(reason: str) -> bool:
    """Whether what stands beside ``reason`` holds the codes of municipalities."""
    return reason in ("missing_reading", "fixed_parts_differ")


def with_names(detail: str, names: Mapping[str, str]) -> str:
    """``detail`` with names in place of the codes of municipalities (SE1737)."""
    return _CODE.sub(lambda found: names.get(found[0], found[0]), detail)


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
