"""What a key version comes to: the readings it takes today, and each member's percentage."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.text import capfirst

from agreements.engine.proportions import Part, proportions
from agreements.engine.terms import reading_span
from agreements.models import Component, KeyVersion
from municipalities.models import Cooperation, Municipality, Reading
from sharedict.kernel.periods import Month

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Weight:
    """What a member weighs in a component: 1 when divided evenly, a fixed percentage, or a reading."""

    label: str
    value: Decimal | None
    read_on: dt.date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One member: its weight in each component, and its percentage of the whole to three decimals."""

    municipality: Municipality
    weights: Sequence[Weight]
    percent: Decimal | None


def outcome_of(version: KeyVersion, cooperation: Cooperation, day: dt.date) -> list[Outcome]:
    """What ``version`` comes to among the members of ``day``, before its floor, cap and base amount.

    The percentages are None where a reading is missing, or a driver totals zero and may not.
    """
    after = day + dt.timedelta(days=1)
    members = list(Municipality.objects.members_of(cooperation, day, after).order_by("name"))
    components = list(version.components.all())
    weights = [_weights(component, cooperation, members, Month.of(day)) for component in components]
    shares = None
    if all(weight.value is not None for each in weights for weight in each.values()):
        parts = [
            Part(
                Fraction(component.percent) / 100,
                {key: Fraction(weight.value or 0) for key, weight in each.items()},
            )
            for component, each in zip(components, weights, strict=True)
        ]
        shares = proportions(parts, even_when_zero=version.when_zero == KeyVersion.WhenZero.EVEN)
    return [
        Outcome(place, [each[place.key] for each in weights], _percent(shares[place.key]) if shares else None)
        for place in members
    ]


def _weights(
    component: Component, cooperation: Cooperation, members: Sequence[Municipality], month: Month
) -> Mapping[str, Weight]:
    label = component.driver.label if component.driver else capfirst(component.get_kind_display())
    if component.kind == Component.Kind.EVEN:
        return {place.key: Weight(label, Decimal(1)) for place in members}
    if component.kind == Component.Kind.FIXED:
        fixed = {part.municipality_id: part.percent for part in component.fixed_parts.all()}
        return {place.key: Weight(label, fixed.get(place.pk, Decimal(0))) for place in members}
    first, after = reading_span(component.rule, month)
    readings = (
        Reading.objects.usable_in(cooperation)
        .filter(driver=component.driver_id, reference_on__gte=first, reference_on__lt=after)
        .order_by("municipality_id", "-reference_on")
        .distinct("municipality_id")
    )
    found = {reading.municipality_id: reading for reading in readings}
    return {
        place.key: Weight(label, found[place.pk].value, found[place.pk].reference_on, found[place.pk].source)
        if place.pk in found
        else Weight(label, None)
        for place in members
    }


def _percent(share: Fraction) -> Decimal:
    return (Decimal(share.numerator * 100) / Decimal(share.denominator)).quantize(THOUSANDTH)
