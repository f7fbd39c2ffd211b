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

from agreements.engine.keys import FULL_PERCENT, ComponentFact, KeyFact, ReadingFact
from billing.engine.facts import CorrectionFact, CostFact, Facts, Spans, TermFact, as_version_1
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
        floor=chance.choice([None, None, *(FULL_PERCENT * part // 100 for part in (1, 5, 10, 30))]),
        cap=chance.choice([None, None, *(FULL_PERCENT * part // 100 for part in (10, 20, 34, 90))]),
    )


def _component(chance: Random, percent: int) -> ComponentFact:
    kind = chance.choice(["even", "driver", "driver", "fixed"])
    if kind == "even":
        return ComponentFact(kind, percent)
    if kind == "driver":
        return ComponentFact(kind, percent, chance.choice(DRIVERS), "year_start")
    who = chance.sample(CODES, chance.choice([1, 1, 2, 4]))
    return ComponentFact(
        kind, percent, fixed=split_minor(FULL_PERCENT, {place: chance.randint(1, 9) for place in who})
    )


def _readings(chance: Random) -> dict[str, dict[str, ReadingFact]]:
    known = CODES[: chance.choice([8, 8, 8, 4])]
    largest = chance.choice([0, 10, 10**9])
    return {
        f"{driver}|year_start": {
            code: ReadingFact(
                f"{Decimal(chance.randint(0, largest)).scaleb(-4):f}",
                chance.choice(["2025-12-31", "2025-12-31", "2024-06-30"]),
                chance.choice(TEXTS),
            )
            for code in known
        }
        for driver in DRIVERS
    }


def _carry(chance: Random) -> tuple[int, dict[str, int]]:
    denominator = chance.randint(2, 1000)
    first, second = chance.sample(CODES, 2)
    owed = chance.randint(1 - denominator, denominator - 1)
    return denominator, {first: owed, second: -owed}


def _cost(chance: Random, reference: str = "") -> CostFact:
    start = dt.date(2026, 1, 20) + dt.timedelta(days=chance.randint(0, 39))
    return CostFact(
        reference=reference,
        amount_minor=_amount(chance),
        starts_on=start.isoformat(),
        ends_on=(start + dt.timedelta(days=chance.randint(1, 40))).isoformat(),
        cost_type=chance.choice(COST_TYPES),
        application=chance.choice([None, *APPLICATIONS]),
        description=chance.choice(TEXTS),
    )


def _refunds(chance: Random, cost: CostFact) -> list[CostFact]:
    """Up to three refunds inside the cost's days; they may be more than there is, or reach the whole."""
    left, found = cost.amount_minor, []
    for _ in range(chance.randint(0, 3)):
        size = chance.choice([left, chance.randint(0, abs(left)) * (1 if left >= 0 else -1)])
        if size:
            found.append(refund(chance, cost, -size))
            left -= size
    return found


def refund(chance: Random, cost: CostFact, amount: int) -> CostFact:
    """A credit note for ``cost``, of all its days or of some."""
    start, end = dt.date.fromisoformat(cost.starts_on), dt.date.fromisoformat(cost.ends_on)
    first, last = sorted(chance.sample(range((end - start).days + 1), 2))
    whole = chance.random() < 2 / 3
    return replace(
        cost,
        reference="",
        amount_minor=amount,
        credits=cost.reference,
        starts_on=cost.starts_on if whole else (start + dt.timedelta(days=first)).isoformat(),
        ends_on=cost.ends_on if whole else (start + dt.timedelta(days=last)).isoformat(),
        description=chance.choice(TEXTS),
    )


def _costs(chance: Random) -> tuple[CostFact, ...]:
    """Costs of any number, some of them alike, and refunds with higher and with lower numbers."""
    numbers = chance.sample(range(1, 100), 99)

    def numbered(cost: CostFact) -> CostFact:
        return replace(cost, reference=f"C{numbers.pop():08d}")

    costs = [numbered(_cost(chance)) for _ in range(chance.randint(1, 6))]
    if chance.random() < 1 / 3:
        costs.append(numbered(replace(costs[0], description=chance.choice(TEXTS))))
    refunds = [numbered(each) for cost in costs for each in _refunds(chance, cost)]
    if chance.random() < 1 / 8:
        refunds.append(numbered(replace(costs[0], amount_minor=-costs[0].amount_minor, credits="C99999999")))
    return tuple(reordered(chance, [*costs, *refunds]))


def _spans(chance: Random) -> Spans:
    """The whole month more often than not; else a part of it, or two parts."""
    if chance.random() < 3 / 5:
        return ((1, MONTH.days + 1),)
    cuts = sorted(chance.sample(range(1, MONTH.days + 2), chance.choice([2, 2, 4])))
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


def _correction(chance: Random, number: int) -> CorrectionFact:
    who = chance.sample(CODES, 3)
    return CorrectionFact(
        month=chance.choice(["2025-12", "2026-01"]),
        cost=_cost(chance, f"D{number:08d}"),
        charged={code: chance.randint(-500, 500) for code in who},
        should={code: chance.randint(-500, 500) for code in who[chance.randint(0, 2) :]},
        mark=f"{number:064x}",
        cause=chance.choice(["cost", "rules"]),
        key=chance.choice(["", *KEYS]),
        key_version=chance.choice([None, 2]),
        owed={chance.choice(KEYS): _carry(chance)} if chance.random() < 2 / 3 else {},
    )


def _month(chance: Random) -> Facts:
    groups = tuple(
        {code: _spans(chance) for code in chance.sample(CODES, chance.choice([0, 2, 4, 6, *(8,) * 12]))}
        for _ in range(chance.randint(1, 4))
    )
    group = range(len(groups))
    present = sorted({code for each in groups for code in each})
    scopes = {(application, kind) for application in (None, *APPLICATIONS) for kind in (None, *COST_TYPES)}
    ruled = {*chance.sample(sorted(scopes, key=str), chance.randint(1, 6))}
    ruled |= {(None, None)} if chance.random() < 3 / 4 else set()
    return Facts(
        cooperation="north",
        currency="SEK",
        month=str(MONTH),
        municipalities={code: code.lower() for code in CODES},
        applications={code: code.title() for code in APPLICATIONS},
        cost_types={code: code.title() for code in COST_TYPES},
        costs=_costs(chance),
        terms=tuple(
            TermFact(
                number=number,
                key=chance.choice([*KEYS * 4, "unwritten"]),
                payers=chance.choice(["subscribers", "members", "named"]),
                by_days=chance.random() < 1 / 2,
                application=application,
                cost_type=kind,
                named=chance.choice(group),
                agreement=chance.choice(TEXTS),
                after_leaving=chance.random() < 1 / 4,
            )
            for number, (application, kind) in enumerate(sorted(ruled, key=str), start=1)
        ),
        keys={code: _key(chance, code) for code in KEYS},
        groups=groups,
        members=chance.choice(group),
        subscribers={code: chance.choice(group) for code in APPLICATIONS[: chance.choice([1, 2, 2, 2])]},
        drivers={code: code.title() for code in DRIVERS},
        readings=_readings(chance),
        carry={code: _carry(chance) for code in KEYS[: chance.randint(0, 2)]},
        left={
            code: _spans(chance)
            for code in chance.sample(present, min(len(present), chance.choice([0, 0, 2])))
        },
        corrections=tuple(_correction(chance, number) for number in range(chance.choice([0, 0, 0, 2]))),
    )


months = grown(_month)
"""A month's facts by the rules of now: costs without term, key, payer or reading among them."""


def drawn_month(seed: int) -> Facts:
    """One of ``months``."""
    return _month(Random(seed))  # noqa: S311 - not for secrets


months_of_version_1 = months.map(as_version_1)

keys_and_readings = grown(lambda chance: (_key(chance), _readings(chance)))


def credited(facts: Facts) -> Facts:
    """The same month with a credit note for each of its costs that has none, and no other credit note."""
    costs = tuple(cost for cost in facts.costs if cost.credits is None)
    notes = [
        replace(
            cost, reference=f"D{cost.reference[1:]}", amount_minor=-cost.amount_minor, credits=cost.reference
        )
        for cost in costs
    ]
    return replace(facts, costs=(*costs, *notes))


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
        left=reordered(chance, facts.left),
        corrections=reordered(chance, facts.corrections),
    )


def renumbered(chance: Random, facts: Facts) -> Facts:
    """The same month with other references: what refunds which stays as it is."""
    old = [cost.reference for cost in facts.costs]
    new = dict(zip(old, [f"N{number:08d}" for number in chance.sample(range(1000), len(old))], strict=True))
    costs = tuple(
        replace(cost, reference=new[cost.reference], credits=new.get(cost.credits or "", cost.credits))
        for cost in facts.costs
    )
    return replace(facts, costs=costs)
