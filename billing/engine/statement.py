"""A municipality's month as everybody is shown it: the same figures on screen, in files and over the API.

Amounts are whole minor units. A municipality is its country and official code (SE1737), and the empty
application code stands for costs of the cooperation as a whole.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What the costs of one application and type came to: this month, the month before, the year so far."""

    application: str
    application_name: str
    cost_type: str
    cost_type_name: str
    this_minor: int
    before_minor: int
    year_minor: int

    @property
    def change_minor(self) -> int:
        return self.this_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One cost's part in the month, ``cost_minor``, and the municipality's share of it, ``share_minor``."""

    reference: str
    application: str
    application_name: str
    cost_type: str
    cost_type_name: str
    supplier: str
    description: str
    key: str
    key_version: int
    cost_minor: int
    share_minor: int


@dataclass(frozen=True, slots=True)
class ApplicationPart:
    """The lines of one application, and what they add up to."""

    application: str
    name: str
    lines: tuple[StatementLine, ...]

    @property
    def this_minor(self) -> int:
        return sum(line.this_minor for line in self.lines)

    @property
    def before_minor(self) -> int:
        return sum(line.before_minor for line in self.lines)

    @property
    def change_minor(self) -> int:
        return self.this_minor - self.before_minor

    @property
    def year_minor(self) -> int:
        return sum(line.year_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Statement:
    """One municipality's part of one run.

    ``number`` is given when the month closes; until then the figures are preliminary. ``before`` is the
    month compared with, None where nothing was computed for it; the year so far begins with ``year_from``.
    """

    cooperation: str
    cooperation_name: str
    currency: str
    month: Month
    municipality: str
    name: str
    state: str
    number: int | None
    run_number: int
    rule_version: int
    fingerprint: str
    computed_at: dt.datetime
    before: Month | None
    year_from: Month
    total_minor: int
    lines: tuple[StatementLine, ...]
    shares: tuple[ShareRow, ...]

    @property
    def before_minor(self) -> int:
        return sum(line.before_minor for line in self.lines)

    @property
    def change_minor(self) -> int:
        return self.total_minor - self.before_minor

    @property
    def year_minor(self) -> int:
        return sum(line.year_minor for line in self.lines)

    @property
    def applications(self) -> tuple[ApplicationPart, ...]:
        """The lines by application, in their order."""
        parts: dict[str, list[StatementLine]] = {}
        for line in self.lines:
            parts.setdefault(line.application, []).append(line)
        return tuple(
            ApplicationPart(code, lines[0].application_name, tuple(lines)) for code, lines in parts.items()
        )


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
    application_name: str
    cost_type_name: str
    description: str
    amount_minor: int
    reason: str
    detail: str


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
