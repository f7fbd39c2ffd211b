"""From a key and its readings to ONE whole weight for each payer, with everything needed to explain it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from billing.engine.facts import FULL_PERCENT, ComponentFact, KeyFact, ReadingFact
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
    """The weights of one key for one group of payers; ``codes`` ascend, the rest is aligned to them.

    ``days`` is filled where the term counts by days; ``limited`` tells that a floor or cap moved a weight.
    """

    key: str
    codes: tuple[str, ...]
    weights: tuple[int, ...]
    components: tuple[ComponentBasis, ...]
    days: tuple[int, ...] | None = None
    limited: bool = False

    @property
    def total(self) -> int:
        return sum(self.weights)


def weigh(
    key: KeyFact,
    payers: Mapping[str, int],
    readings: Mapping[str, Mapping[str, ReadingFact]],
    *,
    month_days: int,
    by_days: bool,
) -> Basis:
    """Combine the key's components into one exact weight for each payer.

    ``payers`` maps code to days in the month. Raises a WeightError with a stable ``code`` where a reading
    is missing, a driver totals zero and may not, percentages are not 100, or limits cannot be met.
    """
    codes = tuple(sorted(payers))
    if sum(part.percent for part in key.components) != FULL_PERCENT:
        raise PercentagesError
    components = tuple(_apply(part, codes, readings, key.when_zero) for part in key.components)
    common = lcm(*(part.total for part in components))
    weights = [
        sum(part.percent * part.parts[index] * (common // part.total) for part in components)
        for index in range(len(codes))
    ]
    days = None
    if by_days and any(payers[code] != month_days for code in codes):
        days = tuple(payers[code] for code in codes)
        weights = [weight * count for weight, count in zip(weights, days, strict=True)]
    limited = False
    if key.floor is not None or key.cap is not None:
        bounded = limit_weights(weights, key.floor, key.cap)
        limited = bounded is not weights
        weights = bounded
    shared = gcd(*weights) or 1
    return Basis(key.code, codes, tuple(weight // shared for weight in weights), components, days, limited)


def with_base(weights: Sequence[int], size: int, base_minor: int) -> list[int]:
    """Weights for an amount of ``size`` minor units of which everybody first pays ``base_minor``.

    What is left is divided by ``weights``. An amount too small for the bases is divided evenly.
    """
    left = size - base_minor * len(weights)
    if left <= 0:
        return [1] * len(weights)
    basis = sum(weights)
    return [base_minor * basis + left * weight for weight in weights]


def limit_weights(weights: list[int], floor: int | None, cap: int | None) -> list[int]:
    """Weights moved so that no payer carries less than ``floor`` or more than ``cap``, in PERCENT_SCALE.

    What a limit frees or takes is spread over the others in proportion; weight 0 is nobody's floor. Gives
    back ``weights`` itself where no limit is hit. Raises LimitsError where no division can meet both.
    """
    active = {index for index, weight in enumerate(weights) if weight}
    low, high = Fraction(floor or 0, FULL_PERCENT), Fraction(cap or FULL_PERCENT, FULL_PERCENT)
    if not active or low > high or low * len(active) > 1 or high * len(active) < 1:
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
        if len(held) == len(active):
            now = {}
            break
    if not held:
        return weights
    final = {**now, **held}
    common = lcm(*(part.denominator for part in final.values()))
    return [int(final.get(index, Fraction(0)) * common) for index in range(len(weights))]


def _apply(
    part: ComponentFact,
    codes: tuple[str, ...],
    readings: Mapping[str, Mapping[str, ReadingFact]],
    when_zero: str,
) -> ComponentBasis:
    even = (1,) * len(codes)
    found: tuple[ReadingFact, ...] = ()
    if part.kind == "even":
        return ComponentBasis("even", part.percent, even, len(codes))
    if part.kind == "fixed":
        if sum(part.fixed.values()) != FULL_PERCENT:
            raise PercentagesError
        parts, scale = tuple(part.fixed.get(code, 0) for code in codes), 1
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
