"""A cooperation in memory: what it knows today, the months it has closed, and what it corrects of them.

Everything late is charged in the next month, as if somebody had always decided so, but for what is left.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from agreements.engine.keys import FULL_PERCENT, ComponentFact, KeyFact, ReadingFact
from billing.engine.allocate import Allocation, allocate
from billing.engine.corrections import LEFT, LateLine, charged_so_far, marks_of, to_charge
from billing.engine.facts import CorrectionFact, CostFact, Facts, Owed, Spans, TermFact, as_version_1
from billing.engine.held import Charged, goes_along, what_stays
from billing.engine.should_be import ShouldBe
from billing.engine.spread import first_excess
from sharedict.kernel.periods import Month

CODES = ("SE1737", "SE1766", "SE1783")
FIRST = Month(2026, 1)
COUNT = 6
"""Months that costs may fall in."""

Shares = dict[str, int]
Place = tuple[str, str]
"""A month, and the reference of a cost."""

EVEN = KeyFact("even", "Even", 1, "2026-01-01", "§ 4", "2025-11-20", (ComponentFact("even", FULL_PERCENT),))
BY_USERS = replace(EVEN, code="users", components=(ComponentFact("driver", FULL_PERCENT, "users", "month"),))


@dataclass(frozen=True)
class Today:
    """All that shares depend on; ``users``, ``held`` and ``base`` by month where they are not as usual."""

    costs: Mapping[str, CostFact] = field(default_factory=dict)
    users: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    held: Mapping[str, Mapping[str, Spans]] = field(default_factory=dict)
    base: Mapping[str, int] = field(default_factory=dict)
    by_days: bool = True
    """Whether the costs of type "work", which are divided by users, count by days."""

    def facts(self, month: Month, *, rule_version: int = 2) -> Facts:
        """The month as it would be gathered now, without what rounding owes."""
        at, whole = str(month), ((1, month.days + 1),)
        users = self.users.get(at, dict(zip(CODES, (5, 3, 2), strict=True)))
        costs = {
            each.reference: each
            for each in self.costs.values()
            if each.starts_on < month.after.isoformat() and each.ends_on > month.first.isoformat()
        }
        found = Facts(
            cooperation="north",
            currency="SEK",
            month=at,
            municipalities={code: code.lower() for code in CODES},
            cost_types={"licence": "Licence", "work": "Work"},
            costs=tuple(costs.values()),
            terms=(
                TermFact(1, "even", "members"),
                TermFact(2, "users", "members", by_days=self.by_days, cost_type="work"),
            ),
            keys={"even": EVEN, "users": replace(BY_USERS, base_minor=self.base.get(at, 0))},
            groups=(dict(self.held.get(at, dict.fromkeys(CODES, whole))),),
            members=0,
            readings={
                "users|month": {
                    code: ReadingFact(str(count), f"{at}-01", "directory") for code, count in users.items()
                }
            },
        )
        return as_version_1(found) if rule_version == 1 else found


class Books:
    """Months closed one after another; those before ``version_2_from`` by the rules of release 0.1."""

    def __init__(self, today: Today, *, version_2_from: Month = FIRST) -> None:
        self.today = today
        self.version_2_from = version_2_from
        self.closed: dict[str, tuple[Facts, Allocation]] = {}
        self.left: dict[Place, set[str]] = defaultdict(set)
        """The marks of late changes that somebody decided to leave."""

    @property
    def next_month(self) -> Month:
        return FIRST.plus(len(self.closed))

    def close(self) -> Allocation:
        """Close the next month, and charge with it all that is late."""
        month = self.next_month
        version = 1 if month < self.version_2_from else 2
        late = self.late() if version == 2 else ()
        carry = list(self.closed.values())[-1][1].carry if self.closed else {}
        facts = replace(
            self.today.facts(month, rule_version=version),
            corrections=tuple(late),
            carry={key: (left.denominator, left.owed) for key, left in carry.items()},
        )
        facts = Facts.from_json(facts.to_json())
        allocation = allocate(facts)
        assert allocation.unallocated_minor == 0
        self.closed[str(month)] = facts, allocation
        return allocation

    def should_be(self, month: str) -> ShouldBe:
        closed, _allocation = self.closed[month]
        today = self.today.facts(Month.parse(month), rule_version=closed.rule_version)
        if any(at == month and marks for (at, _reference), marks in self.left.items()):
            today = replace(today, held=what_stays(closed, today, self._charged_of(month)))
        return ShouldBe(closed, today)

    def _charged_of(self, month: str) -> dict[str, Charged]:
        was, corrections = self.was(month), self.corrections()
        costs = {each.reference: each for each in self.closed[month][0].costs}
        costs |= {each.cost.reference: each.cost for made in corrections.values() for each in made}
        costs |= self.today.costs
        return {
            name: Charged(
                cost.credits,
                was.get(name, {}),
                tuple(corrections.get((month, name), ())),
                frozenset(self.left.get((month, name), ())),
            )
            for name, cost in costs.items()
        }

    def late_lines(self, month: str) -> dict[str, LateLine]:
        return {late.cost.reference: late for late in self.should_be(month).late}

    def late(self) -> tuple[CorrectionFact, ...]:
        """All that is still to be charged of closed months."""
        return tuple(each for each, is_left in self.changes() if not is_left)

    def changes(self) -> list[tuple[CorrectionFact, bool]]:
        """All that closed months were charged otherwise than they should be, and whether it is left."""
        charged = self.corrections()
        found = []
        for month in self.closed:
            lines, was = self.late_lines(month), self.was(month)
            changes = {}
            for name in sorted({*lines, *(at for closed, at in charged if closed == month)}):
                late, made = lines.get(name), charged.get((month, name), ())
                shares = late.was if late else was.get(name, {})
                change = to_charge(month=month, late=late, charged=made, mark="", was=shares)
                if change:
                    refunded = lines.get(change.cost.credits or "")
                    marks = marks_of(charged_so_far(shares, made), late, refunded)
                    decided = (mark for mark in marks if mark in self.left[month, name])
                    mark = next(decided, marks[0])
                    changes[name] = replace(change, mark=mark), late.reason if late else ""
            for name, (change, reason) in changes.items():
                bound_to, of = (month, name), change.cost.credits or ""
                if reason != LEFT and goes_along(change, reason, is_cost_late=of in changes):
                    bound_to, change = (month, of), replace(change, mark=changes[of][0].mark)
                found.append((change, reason == LEFT or change.mark in self.left.get(bound_to, ())))
        return found

    def leave(self, change: CorrectionFact) -> None:
        """Decide that one of ``changes`` is not charged."""
        self.left[change.month, change.cost.reference].add(change.mark)

    def charge(self, change: CorrectionFact) -> None:
        """Decide that one of ``changes`` is charged after all."""
        self.left[change.month, change.cost.reference].discard(change.mark)

    def corrections(self) -> dict[Place, list[CorrectionFact]]:
        """What closed months have charged, by what it corrects."""
        found: dict[Place, list[CorrectionFact]] = defaultdict(list)
        for facts, _allocation in self.closed.values():
            for each in facts.corrections:
                found[each.month, each.cost.reference].append(each)
        return found

    def was(self, month: str) -> dict[str, Shares]:
        """What each cost was divided into in the month's own run."""
        _facts, allocation = self.closed[month]
        return {
            line.cost.reference: without_zero(
                dict(zip(allocation.divisions[line.division].codes, line.shares, strict=True))
            )
            for line in allocation.lines
            if line.division is not None
        }

    def charged(self) -> dict[Place, Shares]:
        """What each cost of each closed month was charged, all corrections counted."""
        found = {(month, at): shares for month in self.closed for at, shares in self.was(month).items()}
        for place, corrections in self.corrections().items():
            for each in corrections:
                found[place] = added(found.get(place, {}), each.shares)
        return found

    def total(self, *references: str) -> Shares:
        """What was charged of some costs, over all closed months."""
        found: Shares = {}
        for (_month, at), shares in self.charged().items():
            if at in references:
                found = added(found, shares)
        return found


def added(one: Shares, other: Mapping[str, int]) -> Shares:
    return without_zero({code: one.get(code, 0) + other.get(code, 0) for code in sorted({*one, *other})})


def without_zero(shares: Shares) -> Shares:
    return {code: minor for code, minor in shares.items() if minor}


def refunds_of(today: Today, reference: str) -> list[CostFact]:
    return [each for each in today.costs.values() if each.credits == reference]


def changed(chance: Random, today: Today) -> Today:
    """``today`` after somebody did something, as far as the portal lets them."""
    of_costs = [_add, _add, _amount, _days, _withdraw, _refund, _refund, _refund, _refund, _text]
    change = chance.choice([*of_costs, _users, _held, _base])
    return change(chance, today)


def drawn(chance: Random) -> Today:
    today = Today(by_days=chance.random() < 1 / 2)
    for _ in range(chance.randint(1, 4)):
        today = _add(chance, today)
    return today


def _with(today: Today, *costs: CostFact) -> Today:
    return replace(today, costs={**today.costs, **{cost.reference: cost for cost in costs}})


def _span(chance: Random) -> tuple[str, str]:
    last = FIRST.plus(COUNT).first
    start = FIRST.first + dt.timedelta(days=chance.randint(0, (last - FIRST.first).days - 2))
    if chance.random() < 1 / 2:
        start = Month.of(start).first
    end = start + dt.timedelta(days=chance.randint(1, (last - start).days))
    return start.isoformat(), end.isoformat()


def _size(chance: Random) -> int:
    return chance.choice([1, 1, 1, -1]) * chance.randint(1, chance.choice([3, 20, 101, 30_001, 10**9]))


def _new(chance: Random, today: Today) -> str:
    """A reference that is not in use, in no order."""
    free = [f"C{number:02d}" for number in range(60) if f"C{number:02d}" not in today.costs]
    return chance.choice(free)


def _add(chance: Random, today: Today) -> Today:
    start, end = _span(chance)
    kind = chance.choice(["licence", "work"])
    return _with(today, CostFact(_new(chance, today), _size(chance), start, end, kind))


def _whole(chance: Random, today: Today, *, refunded: bool = False) -> CostFact | None:
    """A cost that is no credit note; one with such only where that is said to do no harm."""
    some = [
        each
        for each in today.costs.values()
        if each.credits is None and (refunded or not refunds_of(today, each.reference))
    ]
    return chance.choice(some) if some else None


def _amount(chance: Random, today: Today) -> Today:
    cost = _whole(chance, today)
    return _with(today, replace(cost, amount_minor=_size(chance))) if cost else today


def _days(chance: Random, today: Today) -> Today:
    cost = _whole(chance, today)
    if cost is None:
        return today
    start, end = _span(chance)
    return _with(today, replace(cost, starts_on=start, ends_on=end))


def _text(chance: Random, today: Today) -> Today:
    cost = _whole(chance, today, refunded=True)
    return _with(today, replace(cost, description="Another word", supplier="AB")) if cost else today


def _withdraw(chance: Random, today: Today) -> Today:
    if not today.costs:
        return today
    gone = chance.choice(sorted(today.costs))
    left = {at: cost for at, cost in today.costs.items() if gone not in (at, cost.credits)}
    return replace(today, costs=left)


def _refund(chance: Random, today: Today) -> Today:
    """All that is left, a part of it, or a part of some days; nothing where that would be too much."""
    cost = _whole(chance, today, refunded=True)
    if cost is None:
        return today
    others = refunds_of(today, cost.reference)
    left = cost.amount_minor + sum(each.amount_minor for each in others)
    size = chance.choice([left, left, chance.randint(min(left, 0), max(left, 0))])
    note = replace(cost, reference=_new(chance, today), amount_minor=-size, credits=cost.reference)
    if chance.random() < 1 / 4:
        start, end = sorted((*_span(chance), *_span(chance)))[1:3]
        note = replace(note, starts_on=max(start, cost.starts_on), ends_on=min(end, cost.ends_on))
    fits = size and note.starts_on < note.ends_on and first_excess(cost, [*others, note]) is None
    return _with(today, note) if fits else today


def _some_month(chance: Random) -> Month:
    return FIRST.plus(chance.randint(0, COUNT - 1))


def _users(chance: Random, today: Today) -> Today:
    users = {code: chance.choice([0, 1, 1, 7, 500]) for code in CODES}
    users[CODES[0]] = chance.randint(1, 9)
    return replace(today, users={**today.users, str(_some_month(chance)): users})


def _held(chance: Random, today: Today) -> Today:
    month = _some_month(chance)
    held: dict[str, Spans] = {CODES[0]: ((1, month.days + 1),)}
    for code in CODES[1:]:
        first, after = sorted(chance.sample(range(1, month.days + 2), 2))
        if chance.random() < 2 / 3:
            held[code] = chance.choice([((first, after),), held[CODES[0]]])
    return replace(today, held={**today.held, str(month): held})


def _base(chance: Random, today: Today) -> Today:
    return replace(today, base={**today.base, str(_some_month(chance)): chance.choice([0, 1, 10_000])})


def owed_sum(owed: Owed) -> list[int]:
    """What the rounding of each key owes all together: 0 for every one."""
    return [sum(parts.values()) for _unit, parts in owed.values()]
