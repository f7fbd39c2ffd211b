"""Why a municipality's amount changed between two months, parted by cause and adding up exactly.

The earlier month becomes the later one in steps, each computed whole: first the costs of both months get the
later one's days, then all costs are the later month's, then who pays and what is read, then the terms and
keys, and last who pays for only a part of the month. What a step moves is its part. A step that changes
nothing is not computed; rounding goes with the step that is. A step that something falls out of, since only
the next makes it whole again, is taken together with that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from agreements.engine.terms import term_for
from billing.engine.allocate import Allocation, allocate
from billing.engine.facts import CostFact, Facts, TermFact
from sharedict.kernel.periods import Month

Charged = Mapping[str, int]
"""Minor units by code."""


@dataclass(frozen=True, slots=True)
class Parted:
    """What of a change comes of each cause, in minor units; all of them add up to ``total_minor``.

    ``days_minor``: how many days of a cost fall in the month, and who pays for a part of it. ``price_minor``:
    costs that came, went, or changed. ``users_minor``: who pays, and what was read. ``key_minor``: the terms
    and what the keys say. ``corrections_minor``: corrections of closed months.
    """

    days_minor: int = 0
    price_minor: int = 0
    users_minor: int = 0
    key_minor: int = 0
    corrections_minor: int = 0

    @property
    def total_minor(self) -> int:
        charged = self.days_minor + self.price_minor + self.users_minor + self.key_minor
        return charged + self.corrections_minor


def part_change(earlier: Facts, later: Facts) -> dict[str, Parted]:
    """What moved each municipality's amount from ``earlier`` to ``later``: code -> its parts.

    Everybody of either month; the parts of each add up to what the later month charges beyond the earlier
    one. Six computations of a month at the most.
    """
    was, is_now = allocate(earlier), allocate(later)
    first, last = was.shared_by_code(), is_now.shared_by_code()
    month = Month.parse(later.month)
    rules = replace(_whole_payers(earlier, month), month=later.month, rule_version=later.rule_version)
    payers = _whole_payers(later, month)
    old, new = _in_month(was, month), _in_month(is_now, month)
    same = {each.reference for each in earlier.costs} & {
        each.reference for each in later.costs if each in earlier.costs
    }
    moved = tuple({**old, **{name: new[name] for name in same & new.keys()}}.values())
    newest = tuple(new.values())
    steps = [
        replace(rules, costs=moved),
        _mixed(rules, payers, newest, is_paid_anew=False),
        _mixed(rules, payers, newest, is_paid_anew=True),
        replace(payers, costs=newest),
    ]
    start = None if _is_partial(earlier) else replace(rules, costs=tuple(old.values()))
    stops = _stops(start, steps, first, last, is_whole=not _is_partial(later))
    corrections = was.corrected_by_code(), is_now.corrected_by_code()
    codes = sorted({code for each in (*stops, *corrections) for code in each})
    found = {}
    for code in codes:
        parts = [b.get(code, 0) - a.get(code, 0) for a, b in pairwise(stops)]
        found[code] = Parted(
            days_minor=parts[0] + parts[4],
            price_minor=parts[1],
            users_minor=parts[2],
            key_minor=parts[3],
            corrections_minor=corrections[1].get(code, 0) - corrections[0].get(code, 0),
        )
    return found


def _stops(
    start: Facts | None, steps: Sequence[Facts], first: Charged, last: Charged, *, is_whole: bool
) -> list[Charged]:
    """What is charged before, after each of ``steps``, and in the end.

    ``start`` divides as the month that is charged ``first``, if it is known; where the end ``is_whole``, the
    last of ``steps`` divides as the month that is charged ``last``.
    """
    stops, known = [first], start
    for step in steps:
        if known is not None and _divides_alike(step, known):
            stops.append(stops[-1])
        elif is_whole and _divides_alike(step, steps[-1]):
            stops.append(last)
            known = step
        else:
            done = allocate(step)
            is_lost = any(line.division is None for line in done.lines)
            stops.append(stops[-1] if is_lost else done.shared_by_code())
            known = known if is_lost else step
    return [*stops, last]


def _divides_alike(one: Facts, other: Facts) -> bool:
    return _dividing(one) == _dividing(other)


def _dividing(facts: Facts) -> tuple[object, ...]:
    """What of ``facts`` the shares of their costs follow from, without names, numbers and order."""
    costs = sorted((each.application or "", each.cost_type, each.amount_minor) for each in facts.costs)
    rules: dict[tuple[str | None, str], object] = {}
    for cost in facts.costs:
        term = term_for(facts.terms, application=cost.application, cost_type=cost.cost_type)
        if term is None:
            rules[cost.application, cost.cost_type] = ()
            continue
        key = facts.keys.get(term.key)
        parts = key.components if key else ()
        read = [
            {code: reading.value for code, reading in facts.readings.get(part.readings_at, {}).items()}
            for part in parts
            if part.driver
        ]
        said = (key.when_zero, key.base_minor, key.floor, key.cap) if key else ()
        payers = _payers(facts, cost, term)
        rules[cost.application, cost.cost_type] = (_plain(term), parts, said, read, payers)
    return costs, rules


def _payers(facts: Facts, cost: CostFact, term: TermFact) -> object:
    if term.payers == "named":
        place = term.named
    elif term.payers == "subscribers" and cost.application is not None:
        place = facts.subscribers.get(cost.application)
    else:
        place = facts.members
    return None if place is None else facts.groups[place]


def _is_partial(facts: Facts) -> bool:
    """Whether anybody pays for only some days of the month, or has left within it."""
    days = Month.parse(facts.month).days
    whole = days if facts.rule_version == 1 else ((1, days + 1),)
    return bool(facts.left) or any(held != whole for group in facts.groups for held in group.values())


def _plain(term: TermFact | None) -> TermFact | None:
    """What of a term divides."""
    if term is None:
        return None
    return replace(term, number=0, named=None, agreement="", application=None, cost_type=None)


def _mixed(rules: Facts, payers: Facts, costs: tuple[CostFact, ...], *, is_paid_anew: bool) -> Facts:
    """``costs`` by the terms and keys of ``rules``, paid and read as there or, anew, as in ``payers``.

    What a cost needs that ``rules`` do not know is as in ``payers``: the cost is new, not its rules.
    """
    groups = (*rules.groups, *payers.groups)
    shift = len(rules.groups)

    def moved(place: int | None) -> int | None:
        return None if place is None else place + shift

    known = {(cost.application, cost.cost_type) for cost in rules.costs}
    terms = []
    for number, (application, kind) in enumerate(
        sorted({(each.application, each.cost_type) for each in costs}, key=str), start=1
    ):
        is_known = (application, kind) in known
        term = term_for((rules if is_known else payers).terms, application=application, cost_type=kind)
        if term:
            named = term.named if is_known else moved(term.named)
            terms.append(replace(term, number=number, application=application, cost_type=kind, named=named))
    users = {code: place + shift for code, place in payers.subscribers.items()}
    readings = {
        at: {**rules.readings.get(at, {}), **payers.readings.get(at, {})}
        if is_paid_anew
        else {**payers.readings.get(at, {}), **rules.readings.get(at, {})}
        for at in {*rules.readings, *payers.readings}
    }
    return replace(
        payers,
        costs=costs,
        groups=groups,
        terms=tuple(terms),
        keys={**payers.keys, **rules.keys},
        subscribers={**rules.subscribers, **users} if is_paid_anew else {**users, **rules.subscribers},
        members=moved(payers.members) if is_paid_anew or rules.members is None else rules.members,
        readings=readings,
        left=payers.left if is_paid_anew else rules.left,
        corrections=(),
    )


def _whole_payers(facts: Facts, month: Month) -> Facts:
    """``facts`` with everybody who pays in the month for all of ``month``, and without corrections."""
    whole = ((1, month.days + 1),)
    groups = tuple(dict.fromkeys(group, whole) for group in facts.groups)
    return replace(facts, groups=groups, corrections=(), carry={}, left={})


def _in_month(allocation: Allocation, month: Month) -> dict[str, CostFact]:
    """What of each cost was charged, as a cost of the whole of ``month``, by reference; refunds taken off."""
    found: dict[str, CostFact] = {}
    days = {"starts_on": month.first.isoformat(), "ends_on": month.after.isoformat()}
    for line in allocation.lines:
        whole = found.get(line.follows)
        if line.division is None:
            continue
        if whole:
            found[line.follows] = replace(whole, amount_minor=whole.amount_minor + line.amount_minor)
        else:
            cost = replace(line.cost, amount_minor=line.amount_minor, credits=None, **days)
            found[cost.reference] = cost
    return found
