"""What changed of the rules that divide late costs, since each of them was last charged."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import F, Q

from billing.engine.changed import RulesChanged, RulesCompared
from billing.engine.facts import Facts
from billing.models import Period, Run, RunLine
from billing.snapshots import LateState
from municipalities.models import Cooperation
from municipalities.models.driver import in_words
from sharedict.kernel.periods import Month

Place = tuple[Month, str]
"""A closed month, and the reference of a cost."""


def rules_changed(cooperation: Cooperation, states: Iterable[LateState]) -> dict[Place, RulesChanged]:
    """By month and reference, what is otherwise in how the costs of ``states`` are divided.

    Only of those that other rules made late; the names of drivers are the reader's. Two queries, or none.
    """
    late = [state for state in states if state.correction.cause == "rules" and not state.reason]
    if not late:
        return {}
    charged = _last_marks(cooperation, late)
    pairs: dict[tuple[Month, str, str], list[LateState]] = defaultdict(list)
    for state in late:
        then = charged.get((state.month.first, state.cost_id), "")
        pairs[state.month, then, state.correction.mark].append(state)
    facts = _facts(cooperation, pairs)
    found = {}
    for (month, then, now), of_it in pairs.items():
        if (month, then) in facts and (month, now) in facts:
            compared = RulesCompared(facts[month, then], facts[month, now])
            for state in of_it:
                found[month, state.correction.cost.reference] = _in_words(compared.of(state.correction.cost))
    return found


def _last_marks(cooperation: Cooperation, late: Iterable[LateState]) -> dict[tuple[dt.date, int], str]:
    """The facts by which each was last charged, where a closed month has corrected it."""
    places = {(state.month.first, state.cost_id) for state in late}
    rows = (
        RunLine.objects.of(cooperation)
        .current()
        .filter(run__period__state=Period.State.CLOSED, concerns__in={day for day, _pk in places})
        .filter(cost__in={pk for _day, pk in places})
        .order_by("run__period__first_day")
    )
    marks = rows.values_list("concerns", "cost_id", "evidence__mark")
    return {(day, pk): mark or "" for day, pk, mark in marks if day}


def _facts(
    cooperation: Cooperation, pairs: Iterable[tuple[Month, str, str]]
) -> dict[tuple[Month, str], Facts]:
    """Facts of closed months by their fingerprint; those that a month was closed with under none."""
    wanted = list(pairs)
    own = Q(pk=F("period__current_run"))
    later = Q(kind=Run.Kind.SHOULD_BE, fingerprint__in={mark for _month, *marks in wanted for mark in marks})
    rows = Run.objects.filter(own | later, period__cooperation=cooperation).filter(
        period__first_day__in={month.first for month, *_marks in wanted}
    )
    return {
        (Month.of(day), "" if kind == Run.Kind.MONTH else mark): Facts.from_json(text)
        for day, kind, mark, text in rows.values_list("period__first_day", "kind", "fingerprint", "facts")
    }


def _in_words(changed: RulesChanged) -> RulesChanged:
    readings = tuple(replace(each, driver=in_words(each.driver)) for each in changed.readings)
    return replace(changed, readings=readings)
