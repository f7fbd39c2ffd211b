"""One share told from its cost to the last digit: what a reader needs to do the sum again by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from billing.engine.allocate import Explanation
from billing.engine.facts import PERCENT_SCALE, Facts, KeyFact, ReadingFact, TermFact, day
from billing.engine.weigh import ComponentBasis, with_base
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class MonthPart:
    """How a cost's part in the month follows from its days, in whole minor units without the sign.

    Of ``days`` days, ``until_start`` lie before the month and ``until_end`` before its end; the part is
    ``end_minor`` - ``start_minor``, the whole times each of them by the days, rounded down.
    """

    whole_minor: int
    days: int
    until_start: int
    until_end: int
    start_minor: int
    end_minor: int

    @property
    def in_month(self) -> int:
        return self.until_end - self.until_start


@dataclass(frozen=True, slots=True)
class ComponentPart:
    """One component for one payer: ``percent`` x ``numerator`` / ``denominator`` = ``gives`` percent."""

    kind: str
    percent: Fraction
    driver: str
    rule: str
    numerator: Fraction
    denominator: Fraction
    gives: Fraction
    reading: ReadingFact | None
    was_zero: bool


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer of the cost: its parts of the key, and the percent that all of them come to.

    ``percent`` is what the weights say in the end, after days, floor and cap; ``exact`` that part of the
    amount, in minor units, after any base amount.
    """

    code: str
    name: str
    parts: tuple[ComponentPart, ...]
    by_key: Fraction
    days: int | None
    percent: Fraction
    exact: Fraction
    share_minor: int


@dataclass(frozen=True, slots=True)
class Why:
    """Why ``own`` carries its share of a cost. Fractions are of minor units and exact.

    ``owed_before`` + the exact share - what was given = ``owed_after``; positive is charged too little.
    """

    month: Month
    reference: str
    description: str
    supplier: str
    application: str
    cost_type: str
    starts_on: str
    ends_on: str
    amount_minor: int
    cost_minor: int
    month_part: MonthPart
    term: TermFact
    term_application: str
    term_cost_type: str
    key: KeyFact
    floor: Fraction | None
    cap: Fraction | None
    is_limited: bool
    base_is_too_large: bool
    month_days: int
    own: Payer
    payers: tuple[Payer, ...]
    payer_count: int
    total_minor: int
    owed_before: Fraction
    owed_after: Fraction
    mirrors: str
    rule_version: int

    @property
    def counts_days(self) -> bool:
        return self.own.days is not None

    @property
    def moved_minor(self) -> Fraction:
        """What rounding gave beyond the exact share; negative where it held something back."""
        return self.own.share_minor - self.own.exact


def tell(facts: Facts, explanation: Explanation, *, with_others: bool = True) -> Why:
    """``explanation`` with the names, readings and percentages that its facts hold.

    Without ``with_others`` the payers are left out: in a file of every cost they would be most of the work.
    """
    line, basis, key, term = explanation.line, explanation.basis, explanation.key, explanation.line.term
    cost, amount = line.cost, line.amount_minor
    final = with_base(basis.weights, abs(amount), key.base_minor) if key.base_minor else basis.weights
    shown = range(len(basis.codes)) if with_others else ()
    if term is None:
        raise ValueError("A share without a term has no explanation.")
    return Why(
        month=Month.parse(facts.month),
        reference=cost.reference,
        description=cost.description,
        supplier=cost.supplier,
        application=facts.applications.get(cost.application or "", ""),
        cost_type=facts.cost_types[cost.cost_type],
        starts_on=cost.starts_on,
        ends_on=cost.ends_on,
        amount_minor=cost.amount_minor,
        cost_minor=amount,
        month_part=_month_part(facts, explanation),
        term=term,
        term_application=facts.applications.get(term.application or "", term.application or ""),
        term_cost_type=facts.cost_types.get(term.cost_type or "", term.cost_type or ""),
        key=key,
        floor=_percent(key.floor),
        cap=_percent(key.cap),
        is_limited=basis.limited,
        base_is_too_large=bool(key.base_minor) and abs(amount) <= key.base_minor * len(basis.codes),
        month_days=Month.parse(facts.month).days,
        own=_payer(facts, explanation, final, explanation.index),
        payers=tuple(_payer(facts, explanation, final, index) for index in shown),
        payer_count=sum(bool(weight) for weight in basis.weights),
        total_minor=sum(line.shares),
        owed_before=explanation.owed_before,
        owed_after=explanation.owed_after,
        mirrors=explanation.mirrors or "",
        rule_version=facts.rule_version,
    )


def _month_part(facts: Facts, explanation: Explanation) -> MonthPart:
    cost, month = explanation.line.cost, Month.parse(facts.month)
    start, end = day(cost.starts_on), day(cost.ends_on)
    whole, size = (end - start).days, abs(cost.amount_minor)
    done = min(whole, max(0, (month.first - start).days))
    then = done + explanation.line.days
    return MonthPart(size, whole, done, then, size * done // whole, size * then // whole)


def _payer(facts: Facts, explanation: Explanation, final: Sequence[int], index: int) -> Payer:
    line, basis = explanation.line, explanation.basis
    parts = tuple(_component(facts, part, index) for part in basis.components)
    return Payer(
        code=basis.codes[index],
        name=facts.municipalities[basis.codes[index]],
        parts=parts,
        by_key=sum((part.gives for part in parts), Fraction(0)),
        days=basis.days[index] if basis.days else None,
        percent=Fraction(100 * basis.weights[index], basis.total),
        exact=Fraction(line.amount_minor * final[index], sum(final)),
        share_minor=line.shares[index],
    )


def _component(facts: Facts, part: ComponentBasis, index: int) -> ComponentPart:
    percent = Fraction(part.percent, PERCENT_SCALE)
    scale = PERCENT_SCALE if part.kind == "fixed" else part.scale
    return ComponentPart(
        kind=part.kind,
        percent=percent,
        driver=facts.drivers.get(part.driver or "", part.driver or ""),
        rule=part.rule or "",
        numerator=Fraction(part.parts[index], 1 if part.was_zero else scale),
        denominator=Fraction(part.total, 1 if part.was_zero else scale),
        gives=percent * Fraction(part.parts[index], part.total),
        reading=part.readings[index] if part.readings else None,
        was_zero=part.was_zero,
    )


def _percent(limit: int | None) -> Fraction | None:
    return None if limit is None else Fraction(limit, PERCENT_SCALE)
