"""One share told from its cost to the last digit: what a reader needs to do the sum again by hand."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from agreements.engine.keys import PERCENT_SCALE, KeyFact, ReadingFact
from agreements.engine.weigh import ComponentBasis
from billing.engine.allocate import Explanation
from billing.engine.changed import RulesChanged
from billing.engine.facts import CorrectionFact, Facts, TermFact, day
from billing.engine.spread import days_in, given_before, refund_totals
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class MonthPart:
    """How a cost's part in the month follows from its days, in whole minor units without the sign.

    Of ``days`` days, ``until_start`` lie before the month and ``until_end`` before its end; the part is
    ``end_minor`` - ``start_minor``, the whole times each of them by the days, rounded down.

    A refund follows what it refunds instead: ``of_minor`` is what is left of that on the refund's days when
    earlier refunds of the same days have given back ``before_minor``, ``of_start`` and ``of_end`` what of it
    lies before the month and before its end. The running totals are then the whole times each of these by
    ``of_minor``, rounded down.
    """

    whole_minor: int
    days: int
    until_start: int
    until_end: int
    start_minor: int
    end_minor: int
    of_minor: int = 0
    of_start: int = 0
    of_end: int = 0
    before_minor: int = 0

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

    ``by_key`` is its percent by the key alone, ``days`` how many it pays for where the term counts by days,
    ``base`` what it pays first of the whole cost, ``unlimited`` the percent before floor and cap where they
    moved any, ``percent`` what it is in the end. ``exact`` is that part of the amount; ``owed_before`` what
    rounding owed it; amounts are minor units.
    """

    code: str
    name: str
    parts: tuple[ComponentPart, ...]
    by_key: Fraction
    days: int | None
    base: Fraction | None
    unlimited: Fraction | None
    percent: Fraction
    exact: Fraction
    owed_before: Fraction
    share_minor: int


@dataclass(frozen=True, slots=True)
class Why:
    """Why ``own`` carries its share of a cost. Fractions are of minor units and exact.

    ``owed_before`` + the exact share - what was given = ``owed_after``; positive is charged too little.
    A refund follows ``follows``, of which ``own`` carries ``followed_minor`` of ``followed_whole_minor``; the
    key, the days and the base are those of what it follows. ``whole_days`` are the days that count as all of
    them where the term counts by days, ``size_minor`` is the whole that the base amounts are taken from.
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
    base_sum_minor: Fraction
    size_minor: int
    whole_days: int
    own: Payer
    payers: tuple[Payer, ...]
    payer_count: int
    total_minor: int
    owed_after: Fraction
    follows: str
    followed_minor: int
    followed_whole_minor: int
    rule_version: int

    @property
    def last_day(self) -> dt.date:
        """The last day that the cost covers."""
        return day(self.ends_on) - dt.timedelta(days=1)

    @property
    def owed_before(self) -> Fraction:
        return self.own.owed_before

    @property
    def part_minor(self) -> int:
        """The part of the month, by days or as that of the cost that is refunded."""
        size = self.month_part.end_minor - self.month_part.start_minor
        return size if self.amount_minor >= 0 else -size

    @property
    def not_given_minor(self) -> int:
        """What of a refund's part is not given back, as no more is left of what was charged; without sign."""
        return abs(self.part_minor) - abs(self.cost_minor)

    @property
    def base_left_minor(self) -> Fraction:
        """What is left of the whole cost after the base amounts."""
        return self.size_minor - self.base_sum_minor

    @property
    def is_as_charged(self) -> bool:
        """Whether no key divides it: what it follows is left as it was charged, by decision."""
        return not self.own.parts

    @property
    def counts_days(self) -> bool:
        return self.own.days is not None

    @property
    def moved_minor(self) -> Fraction:
        """What rounding gave beyond the exact share; negative where it held something back."""
        return self.own.share_minor - self.own.exact


@dataclass(frozen=True, slots=True)
class WhyCorrected:
    """Why a closed month's share of a cost is corrected: as it was in that month's run, and as it should be.

    ``charged_minor`` is what the municipality was charged in all before, corrections included. ``before`` is
    None where it carried nothing of the cost in the run, ``after`` where it should carry nothing. ``changed``
    is what is otherwise in the rules that divide it, where they are what changed.
    """

    correction: CorrectionFact
    month: Month
    charged_minor: int
    should_minor: int
    before: Why | None
    after: Why | None
    changed: RulesChanged | None = None

    @property
    def difference_minor(self) -> int:
        return self.should_minor - self.charged_minor


def tell(facts: Facts, explanation: Explanation, *, with_others: bool = True) -> Why:
    """``explanation`` with the names, readings and percentages that its facts hold.

    Without ``with_others`` the payers are left out: in a file of every cost they would be most of the work.
    """
    line, division, key, term = explanation.line, explanation.division, explanation.key, explanation.line.term
    cost, followed = line.cost, explanation.followed
    shown = range(len(division.codes)) if with_others else ()
    if term is None:
        raise ValueError("A share without a term has no explanation.")
    month = Month.parse(facts.month)
    first, after = days_in((followed or line).cost, month)
    return Why(
        month=month,
        reference=cost.reference,
        description=cost.description,
        supplier=cost.supplier,
        application=facts.applications.get(cost.application or "", ""),
        cost_type=facts.cost_types[cost.cost_type],
        starts_on=cost.starts_on,
        ends_on=cost.ends_on,
        amount_minor=cost.amount_minor,
        cost_minor=line.amount_minor,
        month_part=_month_part(facts, explanation),
        term=term,
        term_application=facts.applications.get(term.application or "", term.application or ""),
        term_cost_type=facts.cost_types.get(term.cost_type or "", term.cost_type or ""),
        key=key,
        floor=_percent(key.floor),
        cap=_percent(key.cap),
        is_limited=division.limited,
        base_is_too_large=division.base_is_too_large,
        base_sum_minor=sum(division.base or (), Fraction(0)),
        size_minor=abs((followed or line).cost.amount_minor),
        whole_days=month.days if facts.rule_version == 1 else after - first,
        own=_payer(facts, explanation, explanation.index),
        payers=tuple(_payer(facts, explanation, index) for index in shown),
        payer_count=sum(bool(weight) for weight in division.weights),
        total_minor=sum(line.shares),
        owed_after=explanation.owed_after,
        follows=line.follows,
        followed_minor=followed.shares[explanation.index] if followed else 0,
        followed_whole_minor=followed.amount_minor if followed else 0,
        rule_version=facts.rule_version,
    )


def _month_part(facts: Facts, explanation: Explanation) -> MonthPart:
    cost, month = explanation.line.cost, Month.parse(facts.month)
    start, end = day(cost.starts_on), day(cost.ends_on)
    whole, size = (end - start).days, abs(cost.amount_minor)
    done = min(whole, max(0, (month.first - start).days))
    then = done + explanation.line.days
    plain = MonthPart(size, whole, done, then, size * done // whole, size * then // whole)
    as_any_cost = plain.end_minor - plain.start_minor == abs(explanation.line.amount_minor)
    if explanation.followed and (facts.rule_version > 1 or not as_any_cost):
        before = given_before(cost, facts.costs)
        of, (of_start, first), (of_end, after) = refund_totals(explanation.followed.cost, cost, month, before)
        if of:
            return MonthPart(size, whole, done, then, first, after, of, of_start, of_end, sum(before))
    return plain


def _payer(facts: Facts, explanation: Explanation, index: int) -> Payer:
    line, division = explanation.line, explanation.division
    code, unlimited = division.codes[index], division.unlimited
    return Payer(
        code=code,
        name=facts.municipalities[code],
        parts=tuple(component_part(facts, part, index) for part in division.basis.components),
        by_key=Fraction(100 * division.basis.weights[index], sum(division.basis.weights)),
        days=division.days[index] if division.days else None,
        base=division.base[index] if division.base else None,
        unlimited=Fraction(100 * unlimited[index], sum(unlimited)) if unlimited else None,
        percent=Fraction(100 * division.weights[index], division.total),
        exact=Fraction(line.amount_minor * division.weights[index], division.total),
        owed_before=explanation.before.of(code),
        share_minor=line.shares[index],
    )


def component_part(facts: Facts, part: ComponentBasis, index: int) -> ComponentPart:
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
