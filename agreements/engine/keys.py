"""What a key says and what is measured, as frozen facts: whole numbers, ISO dates, official codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PERCENT_SCALE = 1_000_000
FULL_PERCENT = 100 * PERCENT_SCALE


@dataclass(frozen=True, slots=True)
class ComponentFact:
    """One part of a key. ``kind``: even, driver (of ``driver`` at ``rule``) or fixed (``fixed`` by code)."""

    kind: str
    percent: int
    driver: str | None = None
    rule: str | None = None
    fixed: Mapping[str, int] = field(default_factory=dict)

    @property
    def readings_at(self) -> str:
        return f"{self.driver}|{self.rule}"


@dataclass(frozen=True, slots=True)
class KeyFact:
    """The version of a key that is in force on the month's first day, and the decision behind it."""

    code: str
    name: str
    version: int
    valid_from: str
    decision: str
    decided_on: str
    components: tuple[ComponentFact, ...]
    when_zero: str = "error"
    base_minor: int = 0
    floor: int | None = None
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class ReadingFact:
    """A measured value as decimal text, the day it holds for, and where it comes from.

    ``is_own`` of one that a cooperation has entered itself, since the public register lacks it.
    """

    value: str
    reference_on: str
    source: str
    is_own: bool = False
