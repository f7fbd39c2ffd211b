"""A month's costs become shares: spread, choose the term, find who benefits, weigh, split, explain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from agreements.engine.keys import KeyFact
from agreements.engine.terms import term_for
from agreements.engine.weigh import Division, FixedPartsError, MissingReadingError, WeightError
from billing.engine.facts import CorrectionFact, CostFact, Facts, TermFact
from billing.engine.rules import RULES
from billing.engine.split import Carry, Proportions, split_carried
from billing.engine.spread import days_in
from sharedict.kernel.periods import Month

NAMES_WHOM = (MissingReadingError, FixedPartsError)
"""Errors whose message is a list of municipalities."""


@dataclass(frozen=True, slots=True)
class Line:
    """One cost's part in the month, and how it was divided.

    ``shares`` are minor units aligned to the codes of ``division``. A line that nothing divides has no
    division and says why in ``reason`` (a stable code) and ``detail`` (which key or municipalities, where it
    is about some). ``follows`` is the reference of the cost whose shares a refund follows.
    """

    cost: CostFact
    amount_minor: int
    days: int
    term: TermFact | None = None
    division: int | None = None
    shares: tuple[int, ...] = ()
    reason: str = ""
    detail: str = ""
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """The result of a month: lines in the order they were divided, the divisions they refer to, the
    corrections of earlier months that it charges, and the carry that goes on."""

    lines: tuple[Line, ...]
    divisions: tuple[Division, ...]
    carry: dict[str, Carry]
    corrections: tuple[CorrectionFact, ...] = ()

    @property
    def allocated_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines if line.division is not None) + sum(
            sum(each.shares.values()) for each in self.corrections
        )

    @property
    def unallocated_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines if line.division is None)

    def shared_by_code(self) -> dict[str, int]:
        """What each municipality carries of the month's own costs: code -> minor units."""
        found: dict[str, int] = {}
        for line in self.lines:
            if line.division is not None:
                for code, share in zip(self.divisions[line.division].codes, line.shares, strict=True):
                    found[code] = found.get(code, 0) + share
        return found

    def corrected_by_code(self) -> dict[str, int]:
        """What each is charged, or given back, of earlier months: code -> minor units."""
        found: dict[str, int] = {}
        for correction in self.corrections:
            for code, share in correction.shares.items():
                found[code] = found.get(code, 0) + share
        return found


@dataclass(frozen=True, slots=True)
class Explanation:
    """One municipality's share of one line, down to the last digit (minor units; fractions are exact).

    ``before`` is what rounding owed everybody before the line, ``followed`` the line that a refund follows.
    """

    line: Line
    division: Division
    key: KeyFact
    index: int
    exact: Fraction
    before: Carry
    share_minor: int
    followed: Line | None = None

    @property
    def owed_before(self) -> Fraction:
        return self.before.of(self.division.codes[self.index])

    @property
    def owed_after(self) -> Fraction:
        return self.owed_before + self.exact - self.share_minor


def allocate(facts: Facts) -> Allocation:
    """Every share of the month. The same facts give the same result, in whatever order they are listed."""
    return Ledger(facts).run()


def explain(facts: Facts, reference: str, code: str) -> Explanation | None:
    """Why ``code`` carries its share of the cost ``reference``; None where it carries none of it.

    The month is computed again from its facts up to that line, so what is said is what was done.
    """
    return next(
        (found for found in explanations(facts, code) if found.line.cost.reference == reference), None
    )


def explanations(facts: Facts, code: str) -> Iterator[Explanation]:
    """Why ``code`` carries each of its shares, in one pass over the month, in the order they were divided."""
    ledger = Ledger(facts)
    for line, before in ledger.steps():
        if found := ledger.explanation(line, before, code):
            yield found


class Ledger:
    """One pass over a month; keeps the divisions already found and the carry of each key."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.rules = RULES[facts.rule_version]
        self.refunds_follow = self.rules.refunds_follow
        self.month = Month.parse(facts.month)
        self.carry = {key: Carry(unit, owed) for key, (unit, owed) in facts.carry.items()}
        for correction in sorted(facts.corrections, key=lambda each: (each.month, each.cost.reference)):
            for key, (unit, owed) in correction.owed.items():
                self.carry.setdefault(key, Carry()).add(unit, owed)
        self.keys = facts.keys
        self.divisions: list[Division] = []
        self.done: dict[str, Line] = {}
        self._known: dict[object, int | WeightError] = {}
        self._proportions: dict[int, Proportions] = {}
        self._refunded: dict[str, Carry] = {}
        self._uneven: set[str] = set()
        self._terms: dict[tuple[str | None, str], TermFact | None] = {}
        self._spans: dict[tuple[str, str], tuple[int, int]] = {}

    def run(self) -> Allocation:
        lines = tuple(line for line, _ in self.steps(trace=False))
        return Allocation(lines, tuple(self.divisions), self.carry, self.facts.corrections)

    def steps(self, *, trace: bool = True) -> Iterator[tuple[Line, Carry]]:
        """Each line with its key's carry as it was before; a refund comes right after what it refunds."""
        for cost in self.rules.in_order(self.facts):
            term = self.term_of(cost)
            before = self.carry.get(term.key) if term and trace else None
            before = before.copy() if before else Carry()
            yield self.take(cost, term, self.part(cost)), before

    def part(self, cost: CostFact) -> int:
        """The minor units of it in the month."""
        return self.rules.part(self.facts, cost, self.month)

    def term_of(self, cost: CostFact) -> TermFact | None:
        at = cost.application, cost.cost_type
        if at not in self._terms:
            self._terms[at] = term_for(
                self.facts.terms, application=cost.application, cost_type=cost.cost_type
            )
        return self._terms[at]

    def undone_by(self, cost: CostFact) -> Line | None:
        """The line that ``cost`` refunds, once it is divided; an empty reference names none."""
        return self.done.get(cost.credits) if cost.credits else None

    def take(self, cost: CostFact, term: TermFact | None, amount: int) -> Line:
        """Divide ``amount`` minor units of ``cost``, and remember the line."""
        undone = self.undone_by(cost)
        if undone and (self.refunds_follow or _mirrors(amount, undone)):
            line = self._refund(cost, amount, undone)
        else:
            line = self._line(cost, amount, term)
        self.done[cost.reference] = line
        return line

    def keep(self, line: Line, *, follows: bool) -> None:
        """Remember a line divided elsewhere; its division must be known here.

        What refunds it follows it, and if it is a refund itself, others of the same cost count on from it.
        """
        self.done[line.cost.reference] = line
        undone = self.undone_by(line.cost)
        if undone and line.division is not None:
            codes = self.divisions[line.division].codes
            self.count_refund(undone, dict(zip(codes, line.shares, strict=True)), follows=follows)

    def count_refund(self, undone: Line, given: Mapping[str, int], *, follows: bool) -> None:
        """Let refunds of the line ``undone`` count on from one that gave ``given`` back: code -> minor units.

        What it gave those who do not carry the line is no part of that. One that did not follow the line may
        have given some more than others of equal shares: then those are given what is left of each.
        """
        if undone.division is None or not any(undone.shares):
            return
        follow = self._followed(undone, undone.division)
        shares = [given.get(code, 0) for code in follow.codes]
        refunded = self._refunded.setdefault(undone.cost.reference, Carry())
        refunded.owe(follow.codes, follow.weights, sum(shares), shares)
        if not follows:
            self._uneven.add(undone.cost.reference)

    def explanation(self, line: Line, before: Carry, code: str) -> Explanation | None:
        if line.division is None:
            return None
        division = self.divisions[line.division]
        if code not in division.codes:
            return None
        index, key = division.codes.index(code), self.keys.get(division.key)
        if key is None:
            return None
        return Explanation(
            line=line,
            division=division,
            key=key,
            index=index,
            exact=Fraction(line.amount_minor * division.weights[index], division.total),
            before=before,
            share_minor=line.shares[index],
            followed=self.done.get(line.follows),
        )

    def division_of(self, cost: CostFact, term: TermFact | None) -> int | WeightError | str:
        """Which division ``cost`` has; else the error of the key, or the code of another reason."""
        if term is None:
            return "no_term"
        key = self.facts.keys.get(term.key)
        if key is None:
            return "no_key_version"
        group = self._group(cost, term)
        if group is None:
            return "no_payers"
        size = abs(cost.amount_minor) if key.base_minor else 0
        days = (cost.starts_on, cost.ends_on) if key.base_minor else ()
        at = (key.code, size, days, *self.rules.scope(term, group, self._covered(cost)))
        if at not in self._known:
            payers = self.rules.payers(self.facts, cost, term, group, self.month)
            if not payers:
                return "no_payers"
            try:
                found = self.rules.division(self.facts, cost, term, key, payers, self.month)
            except WeightError as error:
                self._known[at] = error
            else:
                self.divisions.append(found)
                self._known[at] = len(self.divisions) - 1
        place = self._known[at]
        return "no_basis" if isinstance(place, int) and not self.divisions[place].total else place

    def _line(self, cost: CostFact, amount: int, term: TermFact | None) -> Line:
        found, days = self.division_of(cost, term), self.days(cost)
        if isinstance(found, str):
            detail = term.key if term and found == "no_key_version" else ""
            return Line(cost, amount, days, term, reason=found, detail=detail)
        if isinstance(found, WeightError):
            detail = str(found) if isinstance(found, NAMES_WHOM) else ""
            return Line(cost, amount, days, term, reason=found.code, detail=detail)
        carry = self.carry.setdefault(self.divisions[found].key, Carry())
        shares = split_carried(amount, self.proportions(found), carry)
        return Line(cost, amount, days, term, found, tuple(shares))

    def _refund(self, cost: CostFact, amount: int, undone: Line) -> Line:
        """Divide a refund as the shares of what it refunds; refunds that reach the whole undo it exactly.

        What rounding did to the cost goes out of the key's carry again as far as it is refunded.
        """
        place, reference, days = undone.division, undone.cost.reference, self.days(cost)
        if place is None:
            return Line(cost, amount, days, undone.term, reason=undone.reason, detail=undone.detail)
        division = self.divisions[place]
        if amount == -undone.amount_minor and reference not in self._refunded:
            shares = [-share for share in undone.shares]
        elif not any(undone.shares):
            shares = split_carried(amount, self.proportions(place), Carry())
        else:
            refunded = self._refunded.setdefault(reference, Carry())
            shares = split_carried(amount, self._followed(undone, place), refunded)
        carry = self.carry.setdefault(division.key, Carry())
        carry.owe(division.codes, division.weights, amount, shares)
        return Line(cost, amount, days, undone.term, place, tuple(shares), follows=reference)

    def _followed(self, undone: Line, place: int) -> Proportions:
        """The shares of a line that the division at ``place`` divides, as weights for what refunds it."""
        by = Proportions(self.divisions[place].codes, [abs(share) for share in undone.shares])
        if undone.cost.reference in self._uneven:
            by.alike = []
        return by

    def proportions(self, place: int) -> Proportions:
        if place not in self._proportions:
            division = self.divisions[place]
            self._proportions[place] = Proportions(division.codes, division.weights)
        return self._proportions[place]

    def _group(self, cost: CostFact, term: TermFact) -> int | None:
        if term.payers == "named":
            return term.named
        if term.payers == "subscribers" and cost.application is not None:
            return self.facts.subscribers.get(cost.application)
        return self.facts.members

    def days(self, cost: CostFact) -> int:
        """How many days of the month it covers."""
        first, after = self._covered(cost)
        return after - first

    def _covered(self, cost: CostFact) -> tuple[int, int]:
        at = cost.starts_on, cost.ends_on
        if at not in self._spans:
            self._spans[at] = days_in(cost, self.month)
        return self._spans[at]


def _mirrors(amount: int, undone: Line) -> bool:
    """Whether ``amount`` undoes the line to the last unit."""
    return undone.division is not None and amount == -undone.amount_minor
