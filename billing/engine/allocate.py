"""A month's costs become shares: spread, choose the term, find who benefits, weigh, split, explain."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from agreements.engine.terms import term_for
from billing.engine.facts import CostFact, Facts, KeyFact, TermFact, day
from billing.engine.split import Carry, Proportions, split_carried
from billing.engine.weigh import Basis, MissingReadingError, WeightError, weigh, with_base
from sharedict.kernel.periods import Month, overlap_days


@dataclass(frozen=True, slots=True)
class Line:
    """One cost's part in the month, and how it was divided.

    ``shares`` are minor units aligned to the codes of ``basis``. A line that nothing divides has no basis
    and says why in ``reason`` (a stable code) and ``detail`` (which key or municipalities, where it is about
    some).
    """

    cost: CostFact
    amount_minor: int
    days: int
    term: TermFact | None = None
    basis: int | None = None
    shares: tuple[int, ...] = ()
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """The result of a month: lines by reference, the bases they refer to, and the carry that goes on."""

    lines: tuple[Line, ...]
    bases: tuple[Basis, ...]
    carry: dict[str, Carry]

    @property
    def allocated_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines if line.basis is not None)

    @property
    def unallocated_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines if line.basis is None)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One municipality's share of one line, down to the last digit (minor units; fractions are exact)."""

    line: Line
    basis: Basis
    key: KeyFact
    index: int
    exact: Fraction
    owed_before: Fraction
    share_minor: int
    owed_after: Fraction
    mirrors: str | None


def month_part(cost: CostFact, month: Month) -> int:
    """The minor units of ``cost`` that fall in ``month``: spread by days, parts adding up to the whole.

    Each part is the difference of two rounded-down running totals, so the parts of a negative amount
    mirror those of the positive one.
    """
    start, end = day(cost.starts_on), day(cost.ends_on)
    whole = (end - start).days
    done = min(whole, max(0, (month.first - start).days))
    then = done + overlap_days(start, end, month)
    size = abs(cost.amount_minor)
    part = size * then // whole - size * done // whole
    return part if cost.amount_minor >= 0 else -part


def allocate(facts: Facts) -> Allocation:
    """Every share of the month. The same facts give the same result, in whatever order they are listed."""
    return _Ledger(facts).run()


def explain(facts: Facts, reference: str, code: str) -> Explanation | None:
    """Why ``code`` carries its share of the cost ``reference``; None where it carries none of it.

    The month is computed again from its facts up to that line, so what is said is what was done.
    """
    return next(
        (found for found in explanations(facts, code) if found.line.cost.reference == reference), None
    )


def explanations(facts: Facts, code: str) -> Iterator[Explanation]:
    """Why ``code`` carries each of its shares, in one pass over the month, in the order they were divided."""
    ledger = _Ledger(facts)
    for line, before in ledger.steps():
        if line.basis is None:
            continue
        basis = ledger.bases[line.basis]
        if code not in basis.codes:
            continue
        index, key = basis.codes.index(code), facts.keys[basis.key]
        weights = ledger.weights(basis, key, line.amount_minor)
        yield Explanation(
            line=line,
            basis=basis,
            key=key,
            index=index,
            exact=Fraction(line.amount_minor * weights[index], sum(weights)),
            owed_before=before.of(code),
            share_minor=line.shares[index],
            owed_after=ledger.carry[basis.key].of(code),
            mirrors=line.cost.credits if ledger.mirrored(line.cost, line.amount_minor) else None,
        )


class _Ledger:
    """One pass over a month; keeps the bases already weighed and the carry of each key."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.month = Month.parse(facts.month)
        self.carry = {key: Carry(unit, owed) for key, (unit, owed) in facts.carry.items()}
        self.bases: list[Basis] = []
        self.done: dict[str, Line] = {}
        self._known: dict[tuple[str, int, bool], int | WeightError] = {}
        self._whole: dict[int, Proportions] = {}

    def run(self) -> Allocation:
        lines = [line for line, _ in self.steps(trace=False)]
        lines.sort(key=lambda line: line.cost.reference)
        return Allocation(tuple(lines), tuple(self.bases), self.carry)

    def steps(self, *, trace: bool = True) -> Iterator[tuple[Line, Carry]]:
        """Each line with its key's carry as it was before; a credit comes right after what it undoes."""
        for cost in sorted(
            self.facts.costs, key=lambda cost: (cost.credits or cost.reference, cost.reference)
        ):
            amount = month_part(cost, self.month)
            term = term_for(self.facts.terms, application=cost.application, cost_type=cost.cost_type)
            before = self.carry.get(term.key) if term and trace else None
            before = before.copy() if before else Carry()
            line = self.done[cost.reference] = self._line(cost, amount, term)
            yield line, before

    def mirrored(self, cost: CostFact, amount: int) -> Line | None:
        """The line that ``cost`` undoes, if it does so to the last unit."""
        undone = self.done.get(cost.credits or "")
        return undone if undone and undone.amount_minor == -amount and undone.basis is not None else None

    def weights(self, basis: Basis, key: KeyFact, amount: int) -> list[int] | tuple[int, ...]:
        return with_base(basis.weights, abs(amount), key.base_minor) if key.base_minor else basis.weights

    def _line(self, cost: CostFact, amount: int, term: TermFact | None) -> Line:
        days = overlap_days(day(cost.starts_on), day(cost.ends_on), self.month)
        if undone := self.mirrored(cost, amount):
            self._undo(undone)
            shares = tuple(-share for share in undone.shares)
            return Line(cost, amount, days, undone.term, undone.basis, shares)
        if term is None:
            return Line(cost, amount, days, reason="no_term")
        key = self.facts.keys.get(term.key)
        group = self._group(cost, term)
        if key is None:
            return Line(cost, amount, days, term, reason="no_key_version", detail=term.key)
        if group is None or not self.facts.groups[group]:
            return Line(cost, amount, days, term, reason="no_payers")
        found = self._basis(key, group, by_days=term.by_days)
        if isinstance(found, WeightError):
            missing = str(found) if isinstance(found, MissingReadingError) else ""
            return Line(cost, amount, days, term, reason=found.code, detail=missing)
        basis = self.bases[found]
        if not basis.total:
            return Line(cost, amount, days, term, reason="no_basis")
        carry = self.carry.setdefault(key.code, Carry())
        parts = split_carried(amount, self._proportions(found, key, amount), carry)
        return Line(cost, amount, days, term, found, tuple(parts))

    def _proportions(self, index: int, key: KeyFact, amount: int) -> Proportions:
        """Those of the basis; kept for the next line, unless base amounts make them the line's own."""
        basis = self.bases[index]
        if key.base_minor:
            return Proportions(basis.codes, self.weights(basis, key, amount))
        if index not in self._whole:
            self._whole[index] = Proportions(basis.codes, basis.weights)
        return self._whole[index]

    def _undo(self, line: Line) -> None:
        """Take the line's rounding out of the carry again."""
        basis = self.bases[line.basis or 0]
        key = self.facts.keys[basis.key]
        weights, carry = self.weights(basis, key, line.amount_minor), self.carry[basis.key]
        factor = carry.fit(sum(weights)) * line.amount_minor
        for code, weight, share in zip(basis.codes, weights, line.shares, strict=True):
            carry.owed[code] -= factor * weight - share * carry.denominator

    def _group(self, cost: CostFact, term: TermFact) -> int | None:
        if term.payers == "named":
            return term.named
        if term.payers == "subscribers" and cost.application is not None:
            return self.facts.subscribers.get(cost.application)
        return self.facts.members

    def _basis(self, key: KeyFact, group: int, *, by_days: bool) -> int | WeightError:
        at = (key.code, group, by_days)
        if at not in self._known:
            try:
                basis = weigh(
                    key,
                    self.facts.groups[group],
                    self.facts.readings,
                    month_days=self.month.days,
                    by_days=by_days,
                )
            except WeightError as error:
                self._known[at] = error
            else:
                self.bases.append(basis)
                self._known[at] = len(self.bases) - 1
        return self._known[at]
