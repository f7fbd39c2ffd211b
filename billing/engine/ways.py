"""How the costs of a month were divided: each way once, however many costs share it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from agreements.engine.keys import PERCENT_SCALE, KeyFact
from agreements.engine.weigh import Division
from billing.engine.allocate import Ledger
from billing.engine.facts import CostFact, Facts
from billing.engine.why import ComponentPart, component_part


@dataclass(frozen=True, slots=True)
class Way:
    """One key as applied to one group of payers, seen by one of them.

    ``by_key`` is that one's percent by the key alone, ``days`` how many of ``whole_days`` it pays for, where
    that counts. Base amounts, floor and cap move the percent of single costs.
    """

    key: KeyFact
    parts: tuple[ComponentPart, ...]
    by_key: Fraction
    days: int | None
    whole_days: int
    payers: int

    @property
    def alike(self) -> object:
        """What is the same of ways that are one; a month knows one version of each key."""
        days = None if self.days is None else (self.days, self.whole_days)
        return self.key.code, self.parts, self.by_key, days, self.payers

    @property
    def floor(self) -> Fraction | None:
        return None if self.key.floor is None else Fraction(self.key.floor, PERCENT_SCALE)

    @property
    def cap(self) -> Fraction | None:
        return None if self.key.cap is None else Fraction(self.key.cap, PERCENT_SCALE)


@dataclass(frozen=True, slots=True)
class Divided:
    """How one cost was divided: by which of the ways, and the percent that it came to in the end.

    ``follows`` is the reference of the cost that a refund was divided like.
    """

    way: int
    percent: Fraction
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of a month, and how each cost was divided, by its reference."""

    ways: tuple[Way, ...]
    costs: Mapping[str, Divided]


def ways_of(facts: Facts, code: str) -> Ways:
    """How the costs that ``code`` shares were divided.

    The weights are found again from the frozen facts; nothing is split, so it takes little time however
    many municipalities there are.
    """
    ledger = Ledger(facts)
    ways: dict[object, Way] = {}
    found: dict[int, Divided] = {}
    costs: dict[str, Divided] = {}
    done: dict[str, tuple[CostFact, CostFact]] = {}
    for cost in ledger.rules.in_order(facts):
        undone, lead = done.get(cost.credits or "", (cost, cost))
        if not (ledger.refunds_follow or ledger.part(cost) == -ledger.part(undone)):
            undone, lead = cost, cost
        done[cost.reference] = cost, lead
        place = ledger.division_of(lead, ledger.term_of(lead))
        if not isinstance(place, int) or code not in ledger.divisions[place].codes:
            continue
        if place not in found:
            division = ledger.divisions[place]
            index = division.codes.index(code)
            way = _way(facts, division, index, ledger, lead)
            ways.setdefault(way.alike, way)
            percent = Fraction(100 * division.weights[index], division.total)
            found[place] = Divided([*ways].index(way.alike), percent)
        follows = "" if undone is cost else undone.reference
        costs[cost.reference] = replace(found[place], follows=follows) if follows else found[place]
    return Ways(tuple(ways.values()), costs)


def _way(facts: Facts, division: Division, index: int, ledger: Ledger, cost: CostFact) -> Way:
    return Way(
        key=facts.keys[division.key],
        parts=tuple(component_part(facts, part, index) for part in division.basis.components),
        by_key=Fraction(100 * division.basis.weights[index], sum(division.basis.weights)),
        days=division.days[index] if division.days else None,
        whole_days=ledger.month.days if facts.rule_version == 1 else ledger.days(cost),
        payers=sum(bool(weight) for weight in division.weights),
    )
