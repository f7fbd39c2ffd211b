"""What of the rules that divide a cost is otherwise in later facts of the same month."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from agreements.engine.keys import KeyFact, ReadingFact
from billing.engine.allocate import Ledger
from billing.engine.facts import CostFact, Facts


@dataclass(frozen=True, slots=True)
class ReadingChanged:
    """One payer's reading of a driver, here with its name, then and now; None where there was or is none."""

    driver: str
    code: str
    then: ReadingFact | None
    now: ReadingFact | None


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """What is otherwise now in how a cost is divided: another key, other payers, other readings.

    ``key_then`` and ``key_now`` are None where no key divides it, and the same where the key is.
    ``came`` and ``went`` are codes of payers; readings are those of who paid and pays. ``alike`` pay the same
    part of the whole as then, so that of a cost whose sum is the same only rounding can move them.
    """

    key_then: KeyFact | None
    key_now: KeyFact | None
    came: tuple[str, ...]
    went: tuple[str, ...]
    readings: tuple[ReadingChanged, ...]
    alike: frozenset[str]

    @property
    def is_other_key(self) -> bool:
        return _plain(self.key_then) != _plain(self.key_now)


class RulesCompared:
    """The rules of one month by two of its facts; ``of`` tells what differs for a cost."""

    def __init__(self, then: Facts, now: Facts) -> None:
        self.then = _Rules(then)
        self.now = _Rules(replace(now, rule_version=then.rule_version, month=then.month))

    def of(self, cost: CostFact) -> RulesChanged:
        """What differs for ``cost``; for a refund, what differs for the cost that it gives back."""
        key_then, parts_then = self.then.divided(cost)
        key_now, parts_now = self.now.divided(cost)
        paid, pays = set(parts_then), set(parts_now)
        both = paid & pays if paid and pays else paid | pays
        return RulesChanged(
            key_then=key_then,
            key_now=key_now,
            came=tuple(sorted(pays - paid)) if paid else (),
            went=tuple(sorted(paid - pays)) if pays else (),
            readings=tuple(self._readings(key_then, key_now, both)),
            alike=frozenset(code for code in paid & pays if parts_then[code] == parts_now[code]),
        )

    def _readings(
        self, key_then: KeyFact | None, key_now: KeyFact | None, codes: set[str]
    ) -> list[ReadingChanged]:
        """Readings of the drivers that both keys read, where value or day differ; by driver and code."""
        read_then, read_now = _reads(key_then), _reads(key_now)
        found = []
        for driver in sorted(read_then.keys() & read_now.keys()):
            was = self.then.facts.readings.get(read_then[driver], {})
            now = self.now.facts.readings.get(read_now[driver], {})
            name = self.now.facts.drivers.get(driver) or self.then.facts.drivers.get(driver, driver)
            found += [
                ReadingChanged(name, code, was.get(code), now.get(code))
                for code in sorted(codes)
                if _measured(was.get(code)) != _measured(now.get(code))
            ]
        return found


class _Rules:
    """How the costs of one month are divided by its ``facts``."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._ledger = Ledger(facts)
        self._costs = {cost.reference: cost for cost in facts.costs}

    def divided(self, cost: CostFact) -> tuple[KeyFact | None, Mapping[str, Fraction]]:
        """The key that divides ``cost``, and each payer's part of the whole, by code."""
        refunded = self._costs.get(cost.credits) if cost.credits else None
        known = refunded or self._costs.get(cost.reference) or cost
        term = self._ledger.term_of(known)
        place = self._ledger.division_of(known, term)
        key = self.facts.keys.get(term.key) if term else None
        if not isinstance(place, int):
            return key, {}
        division = self._ledger.divisions[place]
        pairs = zip(division.codes, division.weights, strict=True)
        return key, {code: Fraction(weight, division.total) for code, weight in pairs}


def _reads(key: KeyFact | None) -> Mapping[str, str]:
    """Where the readings stand in the facts, by driver."""
    components = key.components if key else ()
    return {each.driver: each.readings_at for each in components if each.driver}


def _measured(reading: ReadingFact | None) -> tuple[str, str] | None:
    """What is measured and when, whoever says so."""
    return (reading.value, reading.reference_on) if reading else None


def _plain(key: KeyFact | None) -> KeyFact | None:
    """What of a key divides, without its texts and the number of its version."""
    if key is None:
        return None
    return replace(key, name="", version=0, valid_from="", decision="", decided_on="")
