"""Amounts, weightings, histories and whole months for the properties of the engine.

What is large grows from a drawn seed: it is made in no time, so that many can be tried, and the seed that
fails is printed. Small things are drawn one by one, so that hypothesis can shrink them.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from billing.engine.facts import (
    FULL_PERCENT,
    ComponentFact,
    CostFact,
    Facts,
    KeyFact,
    ReadingFact,
    TermFact,
)
from billing.engine.split import split_minor
from sharedict.kernel.periods import Month

T = TypeVar("T")
Lines = list[tuple[int, dict[str, int]]]

CODES = [f"SE{number}" for number in (1715, 1737, 1766, 1782, 1783, 1784, 1880, 1883)]
MONTH = Month(2026, 2)
APPLICATIONS, COST_TYPES, KEYS, DRIVERS = ["erp", "helpdesk"], ["licence", "work"], ["one", "two"], ["a", "b"]
TEXTS = ["Licences", "Räksmörgås 🦐", '"quoted", \\ and\nbroken']

codes = st.sampled_from(CODES)
totals = st.one_of(st.integers(-200, 200), st.integers(-(10**18), 10**18))
sizes = st.one_of(st.integers(0, 3), st.integers(0, 20_000), st.integers(0, 10**12))
weightings = st.dictionaries(codes, sizes, min_size=1).filter(lambda weights: any(weights.values()))


def grown(make: Callable[[Random], T]) -> st.SearchStrategy[T]:
    """What ``make`` makes of a generator of random numbers with a drawn seed."""
    return st.integers(0, 2**32).map(lambda seed: make(Random(seed)))  # noqa: S311 - not for secrets


chances = grown(lambda chance: chance)
"""Generators of random numbers, for putting things in another order."""


def reordered(chance: Random, whole: Any) -> Any:
    """The same dictionary or tuple in another order."""
    items = list(whole.items() if isinstance(whole, dict) else whole)
    chance.shuffle(items)
    return type(whole)(items)


def _history(chance: Random) -> Lines:
    return [(_amount(chance), _weights(chance)) for _ in range(chance.randint(1, 15))]


def _amount(chance: Random) -> int:
    size = chance.choice([3, 100, 10_000, 10**18])
    return chance.randint(-size, size) or 1


def _weights(chance: Random) -> dict[str, int]:
    size = chance.choice([1, 3, 20_000, 10**12])
    who = chance.sample(CODES, chance.randint(1, len(CODES)))
    weights = {code: chance.randint(0, size) for code in who}
    return weights if any(weights.values()) else dict.fromkeys(who, 1)


histories = grown(_history)
"""Lines of any amount and sign, each with its own weights, of different municipalities."""


def _key(chance: Random, code: str = "one") -> KeyFact:
    cuts = sorted({0, FULL_PERCENT, *(chance.randint(0, FULL_PERCENT) for _ in range(chance.randint(0, 2)))})
    return KeyFact(
        code=code,
        name=code.title(),
        version=chance.randint(1, 3),
        valid_from="2025-01-01",
        decision="Board",
        decided_on="2024-12-01",
        components=tuple(_component(chance, end - start) for start, end in pairwise(cuts)),
        when_zero=chance.choice(["even", "error"]),
        base_minor=chance.choice([0, 0, 1, 500]),
        floor=chance.choice([None, None, None, FULL_PERCENT // 10]),
        cap=chance.choice([None, None, None, FULL_PERCENT // 3, FULL_PERCENT // 2]),
    )


def _component(chance: Random, percent: int) -> ComponentFact:
    kind = chance.choice(["even", "driver", "fixed"])
    if kind == "even":
        return ComponentFact(kind, percent)
    if kind == "driver":
        return ComponentFact(kind, percent, chance.choice(DRIVERS), "year_start")
    who = chance.sample(CODES, chance.randint(1, 5))
    return ComponentFact(
        kind, percent, fixed=split_minor(FULL_PERCENT, {place: chance.randint(1, 9) for place in who})
    )


def _readings(chance: Random) -> dict[str, dict[str, ReadingFact]]:
    known = CODES[: chance.choice([8, 8, 8, 4])]
    largest = chance.choice([0, 10, 10**9])
    return {
        f"{driver}|year_start": {
            code: ReadingFact(f"{Decimal(chance.randint(0, largest)).scaleb(-4):f}", "2025-12-31", "a test")
            for code in known
        }
        for driver in DRIVERS
    }


def _carry(chance: Random) -> tuple[int, dict[str, int]]:
    denominator = chance.randint(2, 1000)
    first, second = chance.sample(CODES, 2)
    owed = chance.randint(1 - denominator, denominator - 1)
    return denominator, {first: owed, second: -owed}


def _cost(chance: Random, reference: str) -> CostFact:
    start = dt.date(2026, 1, 20) + dt.timedelta(days=chance.randint(0, 40))
    return CostFact(
        reference=reference,
        amount_minor=_amount(chance),
        starts_on=start.isoformat(),
        ends_on=(start + dt.timedelta(days=chance.randint(1, 40))).isoformat(),
        cost_type=chance.choice(COST_TYPES),
        application=chance.choice([None, *APPLICATIONS]),
        description=chance.choice(TEXTS),
    )


def _month(chance: Random) -> Facts:
    groups = tuple(
        {code: chance.randint(1, MONTH.days) for code in chance.sample(CODES, chance.randint(0, 6))}
        for _ in range(chance.randint(1, 4))
    )
    group = range(len(groups))
    scopes = [(application, kind) for application in (None, *APPLICATIONS) for kind in (None, *COST_TYPES)]
    return Facts(
        cooperation="north",
        currency="SEK",
        month=str(MONTH),
        municipalities={code: code.lower() for code in CODES},
        applications={code: code.title() for code in APPLICATIONS},
        cost_types={code: code.title() for code in COST_TYPES},
        costs=tuple(_cost(chance, f"C{number:08d}") for number in range(1, chance.randint(2, 8))),
        terms=tuple(
            TermFact(
                number=number,
                key=chance.choice([*KEYS, *KEYS, "unwritten"]),
                payers=chance.choice(["subscribers", "members", "named"]),
                by_days=chance.random() < 1 / 2,
                application=application,
                cost_type=kind,
                named=chance.choice(group),
            )
            for number, (application, kind) in enumerate(chance.sample(scopes, chance.randint(1, 6)), start=1)
        ),
        keys={code: _key(chance, code) for code in KEYS},
        groups=groups,
        members=chance.choice(group),
        subscribers={code: chance.choice(group) for code in APPLICATIONS[: chance.randint(0, 2)]},
        drivers={code: code.title() for code in DRIVERS},
        readings=_readings(chance),
        carry={code: _carry(chance) for code in KEYS[: chance.randint(0, 2)]},
    )


months = grown(_month)
"""A month's facts: costs without term, key, payer or reading among them."""

keys_and_readings = grown(lambda chance: (_key(chance), _readings(chance)))


def credited(facts: Facts) -> Facts:
    """The same month with a credit note for each of its costs."""
    notes = [
        replace(
            cost, reference=f"D{cost.reference[1:]}", amount_minor=-cost.amount_minor, credits=cost.reference
        )
        for cost in facts.costs
    ]
    return replace(facts, costs=(*facts.costs, *notes))


def shuffled(chance: Random, facts: Facts) -> Facts:
    """The same facts, listed in another order."""
    return replace(
        facts,
        costs=reordered(chance, facts.costs),
        terms=reordered(chance, facts.terms),
        keys=reordered(chance, facts.keys),
        groups=tuple(reordered(chance, group) for group in facts.groups),
        municipalities=reordered(chance, facts.municipalities),
        readings={at: reordered(chance, readings) for at, readings in facts.readings.items()},
        carry={key: (unit, reordered(chance, owed)) for key, (unit, owed) in facts.carry.items()},
    )
