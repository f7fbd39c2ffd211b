"""What stays of a closed month as it was charged, by decisions to leave what came late."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db.models import Q

from billing.engine.facts import Facts, HeldFact
from billing.engine.held import Charged, what_stays
from billing.models import Cost, LateDecision, Period
from billing.snapshots.charged import charged_by_place, shares_of
from billing.snapshots.overlay import NOTHING, Overlay
from municipalities.models import Municipality


def with_held(closed: Facts, today: Facts, period: Period, overlay: Overlay = NOTHING) -> Facts:
    """``today``'s facts of a closed month with what stays as charged: what is left by a decision that holds.

    Who was charged has its name there. ``overlay`` is what ``today`` was gathered with.
    """
    left = _left_in(period, overlay.decisions)
    if not left:
        return today
    laid = {cost.pk: cost for cost in overlay.costs if cost.pk}
    wholes = {credits or pk for pk, credits in Cost.objects.filter(pk__in=left).values_list("pk", "credits")}
    wholes |= {cost.credits_id for cost in laid.values() if cost.credits_id}
    rows = Cost.objects.filter(Q(pk__in=wholes) | Q(credits__in=wholes)).select_related("credits")
    costs = [laid.get(cost.pk, cost) for cost in rows]
    places = [(period.first_day, cost.pk) for cost in costs]
    own = shares_of(places, period.cooperation)
    corrected = charged_by_place(
        period.cooperation, concerns=period.first_day, cost__in=[pk for _, pk in places]
    )
    stays = what_stays(
        closed,
        today,
        {
            cost.reference: Charged(
                credits=cost.credits.reference if cost.credits else None,
                was=own.get(place, {}),
                corrections=tuple(corrected.get(place, ())),
                left=frozenset(left[cost.pk]),
            )
            for place, cost in zip(places, costs, strict=True)
        },
    )
    return replace(today, held=stays, municipalities={**_names_of(stays), **today.municipalities})


def _names_of(stays: Mapping[str, HeldFact]) -> dict[str, str]:
    codes = {code for each in stays.values() for code in each.shares}
    rows = Municipality.objects.filter(code__in={code[2:] for code in codes})
    return {row.key: row.name for row in rows if row.key in codes}


def _left_in(period: Period, laid: Iterable[LateDecision]) -> dict[int, set[str]]:
    """By cost, the marks on which the last decision in a closed month is to leave what they name."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = LateDecision.objects.filter(period=period).order_by("id")
    last = {(pk, mark): verdict for pk, mark, verdict in rows.values_list("cost_id", "mark", "verdict")}
    last |= {(row.cost_id, row.mark): row.verdict for row in laid}
    for (pk, mark), verdict in last.items():
        if verdict == LateDecision.Verdict.LEAVE:
            found[pk].add(mark)
    return found
