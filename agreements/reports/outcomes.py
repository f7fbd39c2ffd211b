"""What a key version comes to: the readings it takes, and what each member would pay of an amount."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.engine.keys import PERCENT_SCALE, ComponentFact, KeyFact, ReadingFact
from agreements.engine.notices import Notice, notices_of
from agreements.engine.weigh import Division, WeightError, divide, weigh
from agreements.models import Component, KeyVersion
from agreements.snapshots import key_fact, readings_for
from municipalities.models import Cooperation, Member, Municipality
from sharedict.kernel.money import MINOR_DIGITS, rounded
from sharedict.kernel.periods import Month

Readings = Mapping[str, Mapping[str, ReadingFact]]


@dataclass(frozen=True, slots=True)
class Weight:
    """What a member weighs in a component: 1 when divided evenly, a fixed percentage, or a reading."""

    label: str
    value: Decimal | None
    read_on: dt.date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """One member of the month, and what it would pay of a cost; None where the key cannot be applied.

    ``days`` of the month it is a member; ``by_key`` and ``percent`` its percentage by the key alone and in
    the end; ``base`` what it pays first and ``pays`` in all, amounts to two decimals for a reader's eye.
    """

    municipality: Municipality
    weights: Sequence[Weight]
    days: int
    by_key: Fraction | None = None
    base: Decimal | None = None
    percent: Fraction | None = None
    pays: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a version comes to among the members of ``month``, for one cost of the whole month.

    ``reason`` is the code of the WeightError that stands in the way, if any; ``absent`` then names who holds
    a fixed part and is no member.
    """

    month: Month
    payers: Sequence[Payer]
    reason: str = ""
    absent: Sequence[str] = ()
    notices: Sequence[Notice] = ()
    is_by_days: bool = False
    is_limited: bool = False
    base_is_too_large: bool = False

    @property
    def days_differ(self) -> bool:
        """Whether somebody is a member on some days of the month only, so that counting by days matters."""
        return any(payer.days != self.month.days for payer in self.payers)

    @property
    def has_more_rules(self) -> bool:
        """Whether days, a base amount, floor or cap moved the percentages of the key."""
        return any(payer.by_key != payer.percent for payer in self.payers)


def outcome_of(
    version: KeyVersion,
    cooperation: Cooperation,
    day: dt.date,
    *,
    amount_minor: int,
    by_days: bool = False,
) -> Outcome:
    """What ``version`` makes of a cost of ``amount_minor`` (1 or more) for one whole month, as billing would.

    The month is that of ``day``, or the next where the version begins within it: months follow the version
    in force on their first day. All members pay, ``by_days`` for the days of the month they are members.
    """
    month = Month.of(day) if version.valid_from <= Month.of(day).first else Month.of(day).plus(1)
    days = _member_days(cooperation, month)
    places = {place.pk: place for place in Municipality.objects.filter(pk__in=days).order_by("name")}
    key = key_fact(version)
    readings = readings_for([key], cooperation, month, {pk: place.key for pk, place in places.items()})
    columns = list(zip(version.components.all(), key.components, strict=True))
    payers = [
        Payer(place, [_weight(*column, place.key, readings) for column in columns], days[pk])
        for pk, place in places.items()
    ]
    if not payers:
        return Outcome(month, payers)
    try:
        division = _division(key, payers, readings, month, amount_minor, by_days=by_days)
    except WeightError as error:
        return Outcome(month, payers, reason=error.code, absent=_absent(columns, payers))
    return Outcome(
        month,
        [_charged(payer, division, amount_minor) for payer in payers],
        notices=sorted({*notices_of(division.basis, month)}, key=lambda each: (each.code, each.about)),
        is_by_days=division.days is not None,
        is_limited=division.limited,
        base_is_too_large=division.base_is_too_large,
    )


def _member_days(cooperation: Cooperation, month: Month) -> dict[int, int]:
    """Primary key of each that is a member in ``month`` -> on how many of its days."""
    rows = Member.objects.of(cooperation).overlapping(month.first, month.after)
    found: dict[int, int] = {}
    for pk, start, end in rows.values_list("municipality_id", "valid_from", "valid_until"):
        held = (min(end or month.after, month.after) - max(start, month.first)).days
        found[pk] = found.get(pk, 0) + held
    return found


def _weight(component: Component, fact: ComponentFact, code: str, readings: Readings) -> Weight:
    label = component.driver.label if component.driver else capfirst(component.get_kind_display())
    if fact.kind == Component.Kind.EVEN:
        return Weight(label, Decimal(1))
    if fact.kind == Component.Kind.FIXED:
        return Weight(label, Decimal(fact.fixed.get(code, 0)) / PERCENT_SCALE)
    reading = readings[fact.readings_at].get(code)
    if reading is None:
        return Weight(label, None)
    source = f"{reading.source} ({_('own figure')})" if reading.is_own else reading.source
    return Weight(label, Decimal(reading.value), dt.date.fromisoformat(reading.reference_on), source)


def _division(
    key: KeyFact, payers: Sequence[Payer], readings: Readings, month: Month, size: int, *, by_days: bool
) -> Division:
    held = {payer.municipality.key: payer.days for payer in payers}
    basis = weigh(key, tuple(held), readings)
    days = [held[code] for code in basis.codes] if by_days else None
    return divide(key, basis, days=days, whole_days=month.days, size=size)


def _charged(payer: Payer, division: Division, amount_minor: int) -> Payer:
    index, basis = division.codes.index(payer.municipality.key), division.basis
    part = Fraction(division.weights[index], division.total)
    return replace(
        payer,
        by_key=Fraction(100 * basis.weights[index], sum(basis.weights)),
        base=_shown(division.base[index]) if division.base else None,
        percent=100 * part,
        pays=_shown(amount_minor * part),
    )


def _shown(minor: Fraction) -> Decimal:
    return rounded(minor / 10**MINOR_DIGITS, MINOR_DIGITS)


def _absent(columns: Iterable[tuple[Component, ComponentFact]], payers: Sequence[Payer]) -> list[str]:
    members = {payer.municipality.pk for payer in payers}
    return sorted(
        {
            str(part.municipality)
            for component, _fact in columns
            for part in component.fixed_parts.all()
            if part.percent and part.municipality_id not in members
        }
    )
