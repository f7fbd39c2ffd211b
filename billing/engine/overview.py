"""A month as a whole: what each municipality carries of it, what nobody does, and the bars of its pictures.

Amounts are whole minor units; a municipality is its country and official code (SE1737).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class MunicipalityTotal:
    """What one municipality carries of a month, beside the month before.

    ``has_statement`` is false for one that carried something before and nothing now.
    """

    municipality: str
    name: str
    this_minor: int
    before_minor: int
    number: int | None
    has_statement: bool
    percent: Fraction | None

    @property
    def change_minor(self) -> int:
        return self.this_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class Unallocated:
    """A cost's part in the month that nobody carries yet; ``reason`` is a stable code."""

    reference: str
    application: str
    application_name: str
    cost_type_name: str
    description: str
    amount_minor: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What a month charges all municipalities to correct one cost in the closed ``month``; minor units.

    ``moved_minor`` is what those who pay more by it pay more.
    """

    month: Month
    reference: str
    description: str
    application_name: str
    cost_type_name: str
    amount_minor: int
    moved_minor: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A named amount of a picture; the one without a name is the sum of all that had no room."""

    name: str
    minor: int


def largest(bars: Iterable[Bar], most: int) -> list[Bar]:
    """The ``most`` largest of ``bars``, by size without sign, in their order, and the rest as one more.

    Bars of nothing are left out. One bar too many is not summed: it takes the place its sum would take.
    """
    there = [bar for bar in bars if bar.minor]
    if len(there) <= most + 1:
        return there
    kept = set(sorted(range(len(there)), key=lambda index: (-abs(there[index].minor), index))[:most])
    rest = sum(bar.minor for index, bar in enumerate(there) if index not in kept)
    return [bar for index, bar in enumerate(there) if index in kept] + [Bar("", rest)]


def percent_of(part_minor: int, whole_minor: int) -> Fraction | None:
    """``part_minor`` as exact percent of ``whole_minor``; None where there is no whole."""
    return Fraction(100 * part_minor, whole_minor) if whole_minor else None
