"""From a key and its readings to ONE whole weight for each payer, with everything needed to explain it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from agreements.engine.keys import FULL_PERCENT, ComponentFact, KeyFact, ReadingFact
from sharedict.kernel.errors import SharedictError


class WeightError(SharedictError):
    """The key gives no weights for these payers."""

    code = "no_weights"


class MissingReadingError(WeightError):
    """A payer has no reading of the driver at the reference date: enter the reading."""

    code = "missing_reading"


class ZeroDriverError(WeightError):
    """The driver totals zero among the payers, and the key says that this is an error."""

    code = "driver_is_zero"


class LimitsError(WeightError):
    """Floor and cap leave no way to divide the whole among this many payers."""

    code = "limits_impossible"


class PercentagesError(WeightError):
    """The percentages of a key's components, and of its fixed shares, must add up to exactly 100."""

    code = "percentages_not_100"


class FixedPartsError(WeightError):
    """Somebody who holds a fixed part does not pay, so those who do would pay more than was decided."""

    code = "fixed_parts_differ"


@dataclass(frozen=True, slots=True)
class ComponentBasis:
    """One component as applied: payer i carries ``percent`` x ``parts[i]`` / ``total``."""

    kind: str
    percent: int
    parts: tuple[int, ...]
    total: int
    scale: int = 1
    driver: str | None = None
    rule: str | None = None
    readings: tuple[ReadingFact, ...] = ()
    was_zero: bool = False


@dataclass(frozen=True, slots=True)
class Basis:
    """What a key says of a group of payers; ``codes`` ascend, ``weights`` are aligned to them."""

    key: str
    codes: tuple[str, ...]
    weights: tuple[int, ...]
    components: tuple[ComponentBasis, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """In what proportion an amount is divided: ``weights`` of ``basis.codes``, and what led to them.

    ``days`` is filled where the term counts by days and they differ; ``base`` holds what each pays first, in
    minor units of the whole ``size``, where the key has a base amount; ``unlimited`` are the weights before
    floor and cap, where one of them moved any.
    """

    basis: Basis
    weights: tuple[int, ...]
    days: tuple[int, ...] | None = None
    base: tuple[Fraction, ...] | None = None
    size: int = 0
    unlimited: tuple[int, ...] | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        return self.basis.codes

    @property
    def key(self) -> str:
        return self.basis.key

    @property
    def total(self) -> int:
        return sum(self.weights)

    @property
    def limited(self) -> bool:
        return self.unlimited is not None

    @property
    def base_is_too_large(self) -> bool:
        """Whether the base amounts are more than the whole, which is then divided in their proportion."""
        return self.base is not None and sum(self.base) >= self.size


def weigh(
    key: KeyFact,
    payers: Sequence[str],
    readings: Mapping[str, Mapping[str, ReadingFact]],
    *,
    fixed_parts_must_add_up: bool = True,
) -> Basis:
    """Combine the key's components into one exact weight for each of ``payers``, before days and amounts.

    Raises a WeightError with a stable ``code`` where a reading is missing, a driver totals zero and may not,
    percentages are not 100, or (if they must) the fixed parts of those who pay do not add up to 100.
    """
    codes = tuple(sorted(payers))
    if sum(part.percent for part in key.components) != FULL_PERCENT:
        raise PercentagesError
    components = tuple(
        _apply(part, codes, readings, key.when_zero, fixed_parts_must_add_up) for part in key.components
    )
    common = lcm(*(part.total for part in components))
    weights = [
        sum(part.percent * part.parts[index] * (common // part.total) for part in components)
        for index in range(len(codes))
    ]
    return Basis(key.code, codes, _reduced(weights), components)


def divide(key: KeyFact, basis: Basis, *, days: Sequence[int] | None, whole_days: int, size: int) -> Division:
    """How a cost of ``size`` minor units (without sign) is divided by ``key``.

    ``days`` are those of ``whole_days`` that each payer pays for, where the term counts by days. First
    everybody pays the base amount, by days too; what is left follows the weights; floor and cap are
    percentages of the whole, base included, and what they free or take is spread over the others in
    proportion. A cost smaller than the base amounts is divided as they are. Raises LimitsError.
    """
    counted = tuple(days) if days is not None and any(count != whole_days for count in days) else None
    weights = list(basis.weights)
    if counted:
        weights = [weight * count for weight, count in zip(weights, counted, strict=True)]
    base = None
    if key.base_minor and sum(weights):
        due = [key.base_minor * count for count in counted or (whole_days,) * len(weights)]
        base = tuple(Fraction(part, whole_days) for part in due)
        left = size * whole_days - sum(due)
        total = sum(weights)
        weights = (
            [part * total + left * weight for part, weight in zip(due, weights, strict=True)]
            if left > 0
            else due
        )
    bounded = weights
    if key.floor is not None or key.cap is not None:
        bounded = limit_weights(weights, key.floor, key.cap)
    unlimited = None if bounded is weights else _reduced(weights)
    return Division(basis, _reduced(bounded), counted, base, size, unlimited)


def limit_weights(weights: list[int], floor: int | None, cap: int | None) -> list[int]:
    """Weights moved so that no payer carries less than ``floor`` or more than ``cap``, in PERCENT_SCALE.

    What a limit frees or takes is spread over the others in proportion; weight 0 is nobody's floor. Gives
    back ``weights`` itself where no limit is hit. Raises LimitsError where no division can meet both.
    """
    active = {index for index, weight in enumerate(weights) if weight}
    low, high = Fraction(floor or 0, FULL_PERCENT), Fraction(cap or FULL_PERCENT, FULL_PERCENT)
    if not low * len(active) <= 1 <= high * len(active):
        raise LimitsError
    held: dict[int, Fraction] = {}
    while True:
        free = active - held.keys()
        rest, basis = 1 - sum(held.values()), sum(weights[index] for index in free)
        now = {index: Fraction(rest * weights[index], basis) for index in free}
        under = {index: low for index, part in now.items() if part < low}
        over = {index: high for index, part in now.items() if part > high}
        if not under and not over:
            break
        missing = sum(low - now[index] for index in under)
        spare = sum(now[index] - high for index in over)
        held |= under if missing >= spare else {}
        held |= over if spare >= missing else {}
    if not held:
        return weights
    final = {**now, **held}
    common = lcm(*(part.denominator for part in final.values()))
    return [int(final.get(index, Fraction(0)) * common) for index in range(len(weights))]


def _reduced(weights: Sequence[int]) -> tuple[int, ...]:
    shared = gcd(*weights) or 1
    return tuple(weight // shared for weight in weights)


def _apply(
    part: ComponentFact,
    codes: tuple[str, ...],
    readings: Mapping[str, Mapping[str, ReadingFact]],
    when_zero: str,
    fixed_parts_must_add_up: bool,
) -> ComponentBasis:
    even = (1,) * len(codes)
    found: tuple[ReadingFact, ...] = ()
    if part.kind == "even":
        return ComponentBasis("even", part.percent, even, len(codes))
    if part.kind == "fixed":
        if sum(part.fixed.values()) != FULL_PERCENT:
            raise PercentagesError
        parts, scale = tuple(part.fixed.get(code, 0) for code in codes), 1
        if fixed_parts_must_add_up and sum(parts) != FULL_PERCENT:
            raise FixedPartsError(", ".join(sorted(part.fixed.keys() - {*codes})))
    else:
        known = readings.get(part.readings_at, {})
        missing = [code for code in codes if code not in known]
        if missing:
            raise MissingReadingError(", ".join(missing))
        found = tuple(known[code] for code in codes)
        values = [Fraction(reading.value) for reading in found]
        scale = lcm(*(value.denominator for value in values))
        parts = tuple(int(value * scale) for value in values)
    total = sum(parts)
    if total == 0 and when_zero != "even":
        raise ZeroDriverError
    return ComponentBasis(
        part.kind,
        part.percent,
        parts if total else even,
        total or len(codes),
        scale,
        part.driver,
        part.rule,
        found,
        was_zero=not total,
    )
