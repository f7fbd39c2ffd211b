"""What somebody should look at before a month is proposed: it stops nothing, and is not passed over."""

from collections.abc import Iterator

from agreements.engine.notices import Notice, notices_of
from agreements.engine.terms import term_for
from billing.engine.allocate import Allocation
from billing.engine.facts import Facts
from billing.engine.spread import days_in
from sharedict.kernel.periods import Month


def notices(facts: Facts, allocation: Allocation) -> tuple[Notice, ...]:
    """All of a month, each once, in order.

    Those of its keys (``notices_of``), and ``left``: who has left the cooperation and is still subscribed,
    or named in a term.
    """
    month = Month.parse(facts.month)
    found: set[Notice] = set()
    for division in allocation.divisions:
        found.update(notices_of(division.basis, month))
    found.update(_of_those_who_left(facts))
    return tuple(sorted(found, key=lambda each: (each.code, each.about, each.places, each.dates)))


def _of_those_who_left(facts: Facts) -> Iterator[Notice]:
    if not facts.left:
        return
    month = Month.parse(facts.month)
    for cost in facts.costs:
        term = term_for(facts.terms, application=cost.application, cost_type=cost.cost_type)
        if cost.application is None or cost.application not in facts.subscribers or term is None:
            continue
        if term.payers != "subscribers" or term.after_leaving:
            continue
        first, after = days_in(cost, month)
        subscribers = facts.groups[facts.subscribers[cost.application]]
        gone = tuple(
            code
            for code in sorted(subscribers.keys() & facts.left.keys())
            if any(start < after and end > first for start, end in facts.left[code])
        )
        if gone:
            yield Notice("left", cost.application, gone)
    for term in facts.terms:
        if term.named is not None and not term.after_leaving:
            gone = tuple(sorted(facts.groups[term.named].keys() & facts.left.keys()))
            if gone:
                yield Notice("left", term.key, gone)
