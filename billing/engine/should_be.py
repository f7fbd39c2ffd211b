"""A closed month computed again: what each of its costs should be, on today's facts.

It depends on the closed run and today's facts alone. Lines whose part, payers and weights are as charged keep
their shares; only the others are divided again, in the order of their content, from the closed run's carry
without the rounding of the lines they replace. Amounts are whole minor units by code.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import gcd

from agreements.engine.weigh import Basis, Division, WeightError
from billing.engine.allocate import Explanation, Ledger, Line
from billing.engine.corrections import LEFT, LateLine, Shares, difference, owing, same_but_codes
from billing.engine.facts import CostFact, Facts, HeldFact, fingerprint
from billing.engine.rules import RULES
from billing.engine.split import Carry


class ShouldBe:
    """A closed month computed again; ``late`` are the lines that are not as charged.

    Costs that are held are divided last, so that they move nobody else's rounding, and what rounding did to
    them stays until then; what refunds them follows what was charged. As long as a cost or a refund of it is
    held, also a withdrawn one, no other refund gives back more than is left of what was charged.
    """

    def __init__(self, closed: Facts, today: Facts) -> None:
        self.before = Ledger(closed)
        self.before.run()
        self.was = dict(self.before.done)
        self.ledger = Ledger(
            replace(
                today,
                carry={},
                corrections=(),
                rule_version=closed.rule_version,
                month=closed.month,
                # who was charged then is named, whether or not it takes part by today's facts
                municipalities={**closed.municipalities, **today.municipalities},
            )
        )
        self.ledger.keys = {**closed.keys, **today.keys}
        self.ledger.refunds_follow = True  # a late refund gives back what was charged, whatever the rules
        self.ledger.carry = {key: carry.copy() for key, carry in self.before.carry.items()}
        self._scopes = {(line.cost.application, line.cost.cost_type) for line in self.was.values()}
        self._kept: set[str] = set()
        costs = RULES[2].in_order(self.ledger.facts)
        amounts = {cost.reference: self._part(cost) for cost in costs}
        self._left = left = dict(today.held)
        self._counted: set[str] = set()
        for cost in costs:
            line, stays = self.was.get(cost.reference), left.get(cost.reference)
            if line and self._is_as_charged(line, cost, amounts[cost.reference]):
                self._kept.add(cost.reference)
                if stays is None or not difference(stays.shares, _shares(self.before, line)):
                    left.pop(cost.reference, None)
                    self._keep(replace(line, cost=cost))
                    continue
            if stays:
                self._hold(cost, amounts[cost.reference], stays.shares)
        self.steps: list[tuple[Line, Carry, Line | None]] = []
        for is_held in (False, True):
            for reference, line in self.was.items():
                if reference not in self._kept and (reference in left) == is_held:
                    self._take_rounding_out(line)
            for cost in costs:
                if cost.reference not in self._kept and (cost.reference in left) == is_held:
                    self._divide(cost, amounts[cost.reference])
        self._parts = amounts
        self.late = tuple(self._late())

    @property
    def facts(self) -> Facts:
        """Today's, with the names of all who were charged then."""
        return self.ledger.facts

    @property
    def kept(self) -> int:
        return len(self._kept)

    def is_kept(self, reference: str) -> bool:
        """Whether the line of this cost is as charged."""
        return reference in self._kept

    def explanation(self, reference: str, code: str) -> Explanation | None:
        """Why ``code`` should carry its share of a cost that is divided again; None where there is none."""
        step = next((step for step in self.steps if step[0].cost.reference == reference), None)
        if step is None:
            return None
        line, before, followed = step
        found = self.ledger.explanation(line, before, code)
        return replace(found, followed=followed) if found else None

    def _part(self, cost: CostFact) -> int:
        rules = RULES[2] if cost.credits else self.ledger.rules
        return rules.part(self.ledger.facts, cost, self.ledger.month)

    def _is_as_charged(self, line: Line, cost: CostFact, amount: int) -> bool:
        """Whether part, payers and weights of the closed run's ``line`` are today's."""
        if line.amount_minor != amount:
            return False
        if line.follows:
            return cost.credits == line.follows and line.follows in self._kept - self._left.keys()
        return self._alike(line, self.ledger.division_of(cost, self.ledger.term_of(cost)))

    def _keep(self, line: Line) -> None:
        if line.division is not None:
            self.ledger.divisions.append(self.before.divisions[line.division])
            line = replace(line, division=len(self.ledger.divisions) - 1)
        self._know(line, follows=True)

    def _know(self, line: Line, *, follows: bool) -> None:
        """Remember a line that is not divided here; a refund counts at once if what it refunds is known."""
        self.ledger.keep(line, follows=follows)
        if line.cost.credits in self.ledger.done:
            self._counted.add(line.cost.reference)

    def _count_on(self, undone: Line) -> None:
        """Let refunds of ``undone`` count on from those that were kept or held before it was divided."""
        reference = undone.cost.reference
        given = {each: stays.shares for each, stays in self._left.items() if stays.credits == reference}
        for line in self.ledger.done.values():
            each = line.cost.reference
            if line.cost.credits == reference and each in self._kept - given.keys():
                given[each] = _shares(self.ledger, line)
        for each in given.keys() - self._counted:
            self.ledger.count_refund(undone, given[each], follows=each in self._kept)
        self._counted |= given.keys()

    def _take_rounding_out(self, line: Line) -> None:
        """What the closed run's rounding gave or held back with a line that is divided again."""
        if line.division is not None:
            division = self.before.divisions[line.division]
            carry = self.ledger.carry.setdefault(division.key, Carry())
            opposite = [-share for share in line.shares]
            carry.owe(division.codes, division.weights, -line.amount_minor, opposite)

    def _hold(self, cost: CostFact, amount: int, charged: Shares) -> None:
        """Let what refunds ``cost`` follow what was charged of it; where nothing was, it is left as well."""
        shares = {code: minor for code, minor in sorted(charged.items()) if minor}
        line, term = self.was.get(cost.reference), self.ledger.term_of(cost)
        found = self.ledger.division_of(cost, term)
        if isinstance(found, int):
            key = self.ledger.divisions[found].key
        elif line and line.division is not None:  # nothing divides it now: as it was divided then
            key, term = self.before.divisions[line.division].key, line.term
        else:
            key = ""
        if not shares or not key:
            self._know(Line(cost, amount, 0, reason=LEFT), follows=True)
            return
        parts, weights = tuple(shares.values()), tuple(map(abs, shares.values()))
        self.ledger.divisions.append(Division(Basis(key, tuple(shares), weights, ()), weights))
        self._know(Line(cost, sum(parts), 0, term, len(self.ledger.divisions) - 1, parts), follows=False)

    def _alike(self, line: Line, found: int | WeightError | str) -> bool:
        """Whether the same payers carry the line in the same proportion; or nobody, then as now."""
        if line.division is None or not isinstance(found, int):
            return line.division is None and not isinstance(found, int)
        return _proportion(self.before.divisions[line.division]) == _proportion(self.ledger.divisions[found])

    def _divide(self, cost: CostFact, amount: int) -> None:
        term = self.ledger.term_of(cost)
        undone = self.ledger.undone_by(cost)
        if undone and undone.division is not None:
            self._count_on(undone)
            amount = self._limited(cost, amount, undone)
        place = undone.division if undone else self.ledger.division_of(cost, term)
        key = self.ledger.divisions[place].key if isinstance(place, int) else ""
        before = self.ledger.carry.get(key, Carry()).copy()
        self.steps.append((self.ledger.take(cost, term, amount), before, undone))

    def _limited(self, refund: CostFact, amount: int, undone: Line) -> int:
        """``amount`` minor units, or what is left of what was charged where something of the cost is held."""
        reference = undone.cost.reference
        held = {each: stays for each, stays in self._left.items() if stays.credits == reference}
        if not held and reference not in self._left:
            return amount
        given = {each: stays.amount_minor for each, stays in held.items()}
        for line in self.ledger.done.values():
            if line.cost.credits == reference and line.division is not None:
                given.setdefault(line.cost.reference, line.amount_minor)
        given.pop(refund.reference, None)
        rest = sum(undone.shares) + sum(given.values())
        return max(amount, min(0, -rest)) if amount < 0 else min(amount, max(0, -rest))

    def _late(self) -> Iterable[LateLine]:
        for line, _before, _followed in self.steps:
            old = self.was.get(line.cost.reference)
            late = self._compared(line.cost, old, line)
            if difference(late.was, late.should) or late.reason or line.cost.reference in self._left:
                yield late
        gone = self.was.keys() - self.ledger.done.keys()
        for reference in sorted(gone):
            late = self._compared(self.was[reference].cost, self.was[reference], None)
            if late.was:
                yield late

    def _compared(self, cost: CostFact, old: Line | None, new: Line | None) -> LateLine:
        owed: dict[str, Carry] = {}
        was, should = _shares(self.before, old), _shares(self.ledger, new)
        _owe(self.before, old, owed, -1)
        _owe(self.ledger, new, owed, 1)
        source, line = (self.ledger, new) if new else (self.before, old)
        key = None
        if line and line.division is not None:
            key = source.facts.keys.get(source.divisions[line.division].key)
        return LateLine(
            cost=cost,
            was=was,
            should=should,
            owed={code: (carry.denominator, owing(carry)) for code, carry in owed.items() if owing(carry)},
            cause=self._cause(old, new),
            key=key.code if key else "",
            key_version=key.version if key else None,
            amount_minor=new.amount_minor if new else 0,
            result=self._result_of(cost, new, beside=self._left),
            result_alone=self._result_of(cost, new, beside={}) if cost.credits in self._left else "",
            stands=self._stands(cost, old, new),
            is_compared=(cost.application, cost.cost_type) in self._scopes,
            reason=new.reason if new else "",
            detail=new.detail if new else "",
        )

    def _result_of(self, cost: CostFact, line: Line | None, beside: Mapping[str, HeldFact]) -> str:
        """What a decision on ``line`` is bound to, where ``beside`` is held; None for one that is gone."""
        if line is None:
            return self._result_of_gone(cost, beside)
        parts: list[object] = [self._parts[cost.reference], line.reason]
        if line.division is not None:
            refunded = self._of(cost.credits)
            if cost.credits in beside:
                parts.append(self._charged_by(cost.credits or ""))
            elif refunded:
                parts.append(self._divided_by(refunded))
            else:
                parts.append(_listed(self.ledger, line.division))
        return fingerprint(json.dumps(parts))

    def _result_of_gone(self, cost: CostFact, beside: Mapping[str, HeldFact]) -> str:
        """That it is gone; of a refund also what becomes of its cost, which it can be left with no longer."""
        if not cost.credits:
            return "gone"
        refunded = self._of(cost.credits)
        if cost.credits in beside:
            counts: list[object] = [sum(beside[cost.credits].shares.values()), self._charged_by(cost.credits)]
        elif refunded is None:
            counts = ["gone"]
        else:
            counts = [self._part(refunded), self._divided_by(refunded) or "nothing"]
        return fingerprint(json.dumps(["gone", *counts]))

    def _of(self, reference: str | None) -> CostFact | None:
        """Today's cost of this reference."""
        return next((each for each in self.facts.costs if each.reference == reference), None)

    def _stands(self, cost: CostFact, old: Line | None, new: Line | None) -> str:
        """The result of what counts of a cost for its refunds; "" where that is as in the month's own run."""
        stays = self._left.get(cost.reference)
        if stays is None:
            return self._result_of(cost, new, beside={})
        if not difference(stays.shares, _shares(self.before, old)):
            return ""
        amount = sum(stays.shares.values())
        return fingerprint(json.dumps([amount, "", self._charged_by(cost.reference)]))

    def _charged_by(self, reference: str) -> list[tuple[str, int]]:
        """In what proportion a held cost was charged: by today's rules, else by those of its month, if either
        comes to its shares but for rounding; else as these are.
        """
        shares = {code: minor for code, minor in sorted(self._left[reference].shares.items()) if minor}
        cost, line = self._of(reference), self.was.get(reference)
        by_today = self._divided_by(cost) if cost else None
        by_then = _listed(self.before, line.division) if line and line.division is not None else None
        for weights in (by_today, by_then):
            if weights and shares and _comes_to(shares, dict(weights)):
                return weights
        return [*shares.items()]

    def _divided_by(self, cost: CostFact) -> list[tuple[str, int]] | None:
        """In what proportion today's rules divide a cost; None where nothing does."""
        found = self.ledger.division_of(cost, self.ledger.term_of(cost))
        return _listed(self.ledger, found) if isinstance(found, int) else None

    def _cause(self, old: Line | None, new: Line | None) -> str:
        """ "rules" where the cost would be divided otherwise by the rules that the month was closed with."""
        if new is None:
            return "cost"
        cost = new.cost
        if cost.credits and cost.credits in self.ledger.done:
            is_changed = old is not None and old.amount_minor != new.amount_minor
            if is_changed or cost.credits in self._kept:
                return "cost"
            return self._cause(self.was.get(cost.credits), self.ledger.done[cost.credits])
        if old and same_but_codes(old.cost, cost):
            return "cost" if self._is_moved(old.cost, cost) else "rules"
        if (cost.application, cost.cost_type) not in self._scopes:
            return "cost"
        then = self.before.division_of(cost, self.before.term_of(cost))
        now = self.ledger.division_of(cost, self.ledger.term_of(cost))
        if not isinstance(then, int) or not isinstance(now, int):
            return "cost" if type(then) is type(now) else "rules"
        alike = _proportion(self.before.divisions[then]) == _proportion(self.ledger.divisions[now])
        return "cost" if alike else "rules"

    def _is_moved(self, old: CostFact, new: CostFact) -> bool:
        """Whether the cost is of another application or type now, and not of one with another code."""
        was, now = self.before.facts, self.ledger.facts
        return (
            was.applications.get(old.application or ""),
            was.cost_types.get(old.cost_type),
        ) != (now.applications.get(new.application or ""), now.cost_types.get(new.cost_type))


def _comes_to(shares: Shares, weights: Mapping[str, int]) -> bool:
    """Whether ``shares`` are what ``weights`` divide their sum into, but for a unit of rounding each."""
    amount, whole = sum(shares.values()), sum(weights.values())
    codes = {*shares, *weights}
    return all(abs(shares.get(code, 0) * whole - amount * weights.get(code, 0)) <= whole for code in codes)


def _proportion(division: Division) -> dict[str, int]:
    """Who pays, and in what proportion: weights without common factor."""
    shared = gcd(*division.weights) or 1
    pairs = zip(division.codes, division.weights, strict=True)
    return {code: weight // shared for code, weight in pairs if weight}


def _listed(ledger: Ledger, division: int) -> list[tuple[str, int]]:
    return sorted(_proportion(ledger.divisions[division]).items())


def _shares(ledger: Ledger, line: Line | None) -> dict[str, int]:
    """The line's shares by code, without those who carry nothing."""
    if line is None or line.division is None:
        return {}
    codes = ledger.divisions[line.division].codes
    return {code: share for code, share in zip(codes, line.shares, strict=True) if share}


def _owe(ledger: Ledger, line: Line | None, owed: dict[str, Carry], sign: int) -> None:
    """Count the line's rounding, or the opposite of it, into ``owed`` by key."""
    if line is None or line.division is None:
        return
    division = ledger.divisions[line.division]
    carry = owed.setdefault(division.key, Carry())
    shares = [sign * share for share in line.shares]
    carry.owe(division.codes, division.weights, sign * line.amount_minor, shares)
