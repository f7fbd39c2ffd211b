"""The frozen inputs of one run: all that a month's shares depend on, and nothing else.

Facts travel as JSON that is the same to the byte for the same facts, so their SHA-256 tells whether
anything changed, and a run can be recomputed years later. Dates are ISO text there, amounts whole minor
units, percentages millionths of a percent, and a municipality is its country and official code (SE1737).
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RULE_VERSION = 1
"""Raised whenever the same facts would give other shares."""

PERCENT_SCALE = 1_000_000
FULL_PERCENT = 100 * PERCENT_SCALE


@dataclass(frozen=True, slots=True)
class CostFact:
    """One cost whose service interval ``[starts_on, ends_on)`` touches the month; the whole amount.

    ``credits`` names the cost that this one undoes in full, if any.
    """

    reference: str
    amount_minor: int
    starts_on: str
    ends_on: str
    cost_type: str
    application: str | None = None
    supplier: str = ""
    description: str = ""
    credits: str | None = None


@dataclass(frozen=True, slots=True)
class TermFact:
    """Which key divides which costs; ``payers`` is subscribers, members or named (the group ``named``)."""

    number: int
    key: str
    payers: str
    by_days: bool = False
    application: str | None = None
    cost_type: str | None = None
    named: int | None = None
    agreement: str = ""


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
    """A measured value as decimal text, the day it holds for, and where it comes from."""

    value: str
    reference_on: str
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one month of one cooperation is computed from.

    ``groups`` are the different sets of payers (code -> days in the month); ``subscribers`` maps an
    application to its group and ``members`` is the group of all members. ``carry`` holds, for each key,
    what rounding owed when the month began: (denominator, code -> numerator).
    """

    cooperation: str
    currency: str
    month: str
    municipalities: Mapping[str, str]
    applications: Mapping[str, str] = field(default_factory=dict)
    cost_types: Mapping[str, str] = field(default_factory=dict)
    costs: tuple[CostFact, ...] = ()
    terms: tuple[TermFact, ...] = ()
    keys: Mapping[str, KeyFact] = field(default_factory=dict)
    groups: tuple[Mapping[str, int], ...] = ()
    members: int | None = None
    subscribers: Mapping[str, int] = field(default_factory=dict)
    drivers: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, Mapping[str, ReadingFact]] = field(default_factory=dict)
    carry: Mapping[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict)
    rule_version: int = RULE_VERSION

    def to_json(self) -> str:
        """Canonical JSON: sorted names, costs by reference, terms by number, no spaces."""
        plain = _plain(self)
        plain["costs"] = sorted(self.costs, key=lambda cost: cost.reference)
        plain["terms"] = sorted(self.terms, key=lambda term: term.number)
        return json.dumps(plain, default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Facts":
        plain: dict[str, Any] = json.loads(text)
        plain["costs"] = tuple(CostFact(**cost) for cost in plain["costs"])
        plain["terms"] = tuple(TermFact(**term) for term in plain["terms"])
        plain["groups"] = tuple(plain["groups"])
        plain["keys"] = {
            code: KeyFact(**{**key, "components": tuple(ComponentFact(**part) for part in key["components"])})
            for code, key in plain["keys"].items()
        }
        plain["readings"] = {
            at: {code: ReadingFact(**reading) for code, reading in readings.items()}
            for at, readings in plain["readings"].items()
        }
        plain["carry"] = {key: (unit, owed) for key, (unit, owed) in plain["carry"].items()}
        return cls(**plain)


def _plain(fact: Any) -> dict[str, Any]:
    """The fields of a fact by name; what they hold is left as it is."""
    return {name: getattr(fact, name) for name in fact.__slots__}


def fingerprint(canonical: str) -> str:
    """SHA-256 of the canonical JSON of the facts, in hexadecimal."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
