"""The frozen inputs of one run: all that a month's shares depend on and all that is shown with them.

Facts travel as JSON that is the same to the byte for the same facts, so their SHA-256 tells whether
anything changed, and a run can be recomputed years later. Dates are ISO text there, amounts whole minor
units, percentages millionths of a percent, and a municipality is its country and official code (SE1737).

A *rule version* names gathering, canonical form and division together:
1. Release 0.1. Groups hold days of the month; every field is written.
2. Groups hold spans of days; fields that are at their default are left out, so that a new optional field
   changes no byte of facts that do not use it.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from functools import cache
from typing import Any

from agreements.engine.keys import ComponentFact, KeyFact, ReadingFact

RULE_VERSION = 2
"""Of the runs that are computed now; raised whenever the same facts would give other shares."""

Spans = tuple[tuple[int, int], ...]
"""Half-open spans of days of the month, which number from 1: the whole of a November is ``((1, 31),)``."""
Group = Mapping[str, Any]
"""Payers: code -> ``Spans``; by rule version 1 the number of days."""
Owed = Mapping[str, tuple[int, Mapping[str, int]]]
"""What rounding owes, by key: (denominator, code -> numerator) of minor units."""


@dataclass(frozen=True, slots=True)
class CostFact:
    """One cost whose service interval ``[starts_on, ends_on)`` touches the month; the whole amount.

    ``credits`` names the cost that this one refunds, if any.
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
    after_leaving: bool = False


@dataclass(frozen=True, slots=True)
class CorrectionFact:
    """What a late change makes of one cost in a closed month: frozen with the month that charges it.

    ``charged`` and ``should`` are minor units by code, of those who differ; ``owed`` is what the rounding of
    the new division owes beyond that of the old one. ``mark`` is the fingerprint of the facts that *should
    be* was computed from, ``cause`` says whether the cost changed ("cost") or its rules did ("rules").
    """

    month: str
    cost: CostFact
    charged: Mapping[str, int]
    should: Mapping[str, int]
    mark: str
    cause: str = "cost"
    key: str = ""
    key_version: int | None = None
    owed: Owed = field(default_factory=dict)

    @property
    def shares(self) -> dict[str, int]:
        """The difference, by ascending code; nobody whose amount stays the same."""
        codes = sorted({*self.charged, *self.should})
        differences = {code: self.should.get(code, 0) - self.charged.get(code, 0) for code in codes}
        return {code: minor for code, minor in differences.items() if minor}


@dataclass(frozen=True, slots=True)
class HeldFact:
    """A cost that stays as closed months have charged it so far, by decision.

    ``shares`` are what was charged, minor units by code; ``credits`` is the reference of the cost it refunds.
    """

    shares: Mapping[str, int]
    credits: str | None = None

    @property
    def amount_minor(self) -> int:
        return sum(self.shares.values())


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one month of one cooperation is computed from.

    ``groups`` are the different sets of payers; ``subscribers`` maps an application to its group and
    ``members`` is the group of all members. ``left`` holds the days on which a municipality of some group
    has left the cooperation. ``carry`` is what rounding owed when the month began. ``held``, by reference, is
    only known where a closed month is computed again.
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
    groups: tuple[Group, ...] = ()
    members: int | None = None
    subscribers: Mapping[str, int] = field(default_factory=dict)
    drivers: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, Mapping[str, ReadingFact]] = field(default_factory=dict)
    carry: Owed = field(default_factory=dict)
    rule_version: int = RULE_VERSION
    left: Mapping[str, Spans] = field(default_factory=dict)
    corrections: tuple[CorrectionFact, ...] = ()
    held: Mapping[str, HeldFact] = field(default_factory=dict)

    def to_json(self) -> str:
        """Canonical JSON of the facts' rule version: names in order, costs by reference, no spaces."""
        plain = _named(self, self.rule_version)
        plain["rule_version"] = self.rule_version
        if self.held:
            plain["held"] = {reference: asdict(held) for reference, held in self.held.items()}
        for name, ordered in _in_order(self).items():
            if name in plain:
                plain[name] = ordered
        return _dumps(plain, self.rule_version)

    @classmethod
    def from_json(cls, text: str) -> "Facts":
        plain: dict[str, Any] = json.loads(text)
        plain["costs"] = tuple(CostFact(**cost) for cost in plain.get("costs", ()))
        plain["terms"] = tuple(TermFact(**term) for term in plain.get("terms", ()))
        plain["keys"] = {
            code: KeyFact(**{**key, "components": tuple(ComponentFact(**part) for part in key["components"])})
            for code, key in plain.get("keys", {}).items()
        }
        plain["readings"] = {
            at: {code: ReadingFact(**reading) for code, reading in readings.items()}
            for at, readings in plain.get("readings", {}).items()
        }
        plain["groups"] = tuple(
            {code: _spans(held) for code, held in group.items()} for group in plain.get("groups", ())
        )
        plain["left"] = {code: _spans(held) for code, held in plain.get("left", {}).items()}
        plain["carry"] = _owed(plain.get("carry", {}))
        plain["corrections"] = tuple(
            CorrectionFact(**{**each, "cost": CostFact(**each["cost"]), "owed": _owed(each.get("owed", {}))})
            for each in plain.get("corrections", ())
        )
        plain["held"] = {at: HeldFact(**held) for at, held in plain.get("held", {}).items()}
        return cls(**plain)

    def money_mark(self) -> str:
        """SHA-256 of what money depends on alone: no name, text, decision or source."""
        plain = replace(
            self,
            cooperation="",
            municipalities={},
            applications={},
            cost_types={},
            drivers={},
            costs=(),
            terms=tuple(replace(term, number=0, agreement="") for term in self.terms),
            keys={
                code: replace(key, name="", version=0, valid_from="", decision="", decided_on="")
                for code, key in self.keys.items()
            },
            readings={
                at: {code: ReadingFact(reading.value, "", "") for code, reading in found.items()}
                for at, found in self.readings.items()
            },
            corrections=(),
        )
        listed = _named(plain, RULE_VERSION)
        listed["terms"] = sorted(plain.terms, key=lambda term: (term.application or "", term.cost_type or ""))
        listed["costs"] = [_without_texts(cost) for cost in _in_order(self)["costs"]]
        listed["corrections"] = [
            [each.month, each.cost.reference, each.shares] for each in _in_order(self)["corrections"]
        ]
        return fingerprint(_dumps(listed, RULE_VERSION))


_VERSION_1: dict[str, tuple[str, ...]] = {
    "Facts": (
        *("cooperation", "currency", "month", "municipalities", "applications", "cost_types", "costs"),
        *("terms", "keys", "groups", "members", "subscribers", "drivers", "readings", "carry"),
        "rule_version",
    ),
    "CostFact": (
        *("reference", "amount_minor", "starts_on", "ends_on", "cost_type", "application", "supplier"),
        *("description", "credits"),
    ),
    "TermFact": ("number", "key", "payers", "by_days", "application", "cost_type", "named", "agreement"),
    "KeyFact": (
        *("code", "name", "version", "valid_from", "decision", "decided_on", "components", "when_zero"),
        *("base_minor", "floor", "cap"),
    ),
    "ComponentFact": ("kind", "percent", "driver", "rule", "fixed"),
    "ReadingFact": ("value", "reference_on", "source"),
}
"""What release 0.1 wrote, all of it always: its bytes must come out again for ever."""


def _named(fact: Any, rule_version: int) -> dict[str, Any]:
    """The fields of a fact by name, as ``rule_version`` writes them; what they hold is left as it is."""
    if rule_version == 1:
        return {name: getattr(fact, name) for name in _VERSION_1[type(fact).__name__]}
    found = {}
    kind: Any = type(fact)
    for name, default in _defaults(kind):
        value = getattr(fact, name)
        if value != default:
            found[name] = value
    return found


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a kind of fact by name, each with its default; MISSING where it has none."""
    return tuple(
        (each.name, each.default_factory() if each.default_factory is not MISSING else each.default)
        for each in fields(kind)
    )


def _without_texts(cost: CostFact) -> dict[str, Any]:
    """``cost`` as it is written, without what money does not depend on."""
    found = _named(cost, RULE_VERSION)
    found.pop("supplier", None)
    found.pop("description", None)
    return found


def _in_order(facts: Facts) -> dict[str, Any]:
    return {
        "costs": sorted(facts.costs, key=lambda cost: cost.reference),
        "terms": sorted(facts.terms, key=lambda term: term.number),
        "corrections": sorted(facts.corrections, key=lambda each: (each.month, each.cost.reference)),
    }


def _dumps(plain: Any, rule_version: int) -> str:
    return json.dumps(
        plain,
        default=lambda fact: _named(fact, rule_version),
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _spans(held: Any) -> Any:
    """Spans as they are in memory; days of rule version 1 stay a number."""
    return held if isinstance(held, int) else tuple((first, after) for first, after in held)


def _owed(plain: Mapping[str, Any]) -> dict[str, tuple[int, dict[str, int]]]:
    return {key: (unit, owed) for key, (unit, owed) in plain.items()}


def as_version_1(facts: Facts) -> Facts:
    """``facts`` as release 0.1 would have gathered them: days instead of spans, equal groups once."""
    index: dict[tuple[tuple[str, int], ...], int] = {}
    places = []
    for group in facts.groups:
        days = tuple(sorted((code, sum(end - start for start, end in held)) for code, held in group.items()))
        places.append(index.setdefault(days, len(index)))
    return replace(
        facts,
        groups=tuple(dict(days) for days in index),
        members=None if facts.members is None else places[facts.members],
        subscribers={code: places[group] for code, group in facts.subscribers.items()},
        terms=tuple(
            replace(term, named=None if term.named is None else places[term.named], after_leaving=False)
            for term in facts.terms
        ),
        left={},
        corrections=(),
        rule_version=1,
    )


def fingerprint(canonical: str) -> str:
    """SHA-256 of the canonical JSON of the facts, in hexadecimal."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
