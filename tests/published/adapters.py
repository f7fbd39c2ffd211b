"""Which engine answers which kind of published case: inputs are mapped to it and its answer back, no more.

A kind that stands nowhere here has no engine yet, nor has a case for which an adapter raises NoEngineError.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from billing.engine.corrections import difference
from billing.engine.facts import CostFact
from billing.engine.split import split_minor
from billing.engine.spread import month_part
from services.engine.graph import Graph, Need
from services.engine.impact import fall
from sharedict.kernel.money import minor_text, to_minor
from sharedict.kernel.periods import Month


class NoEngineError(Exception):
    """No engine answers this case yet."""


def none_yet(inputs: Mapping[str, Any]) -> Any:
    raise NoEngineError


def split(inputs: Mapping[str, Any]) -> list[int]:
    """Minor units in the order of the ratios."""
    ratios = {f"{place:06d}": ratio for place, ratio in enumerate(inputs["ratios"])}
    return list(split_minor(inputs["total"], _weights(ratios)).values())


def _weights(ratios: Mapping[str, Any]) -> dict[str, int]:
    """Ratios (numbers, or text like ``0.3`` and ``1/3``) as whole weights."""
    exact = {code: Fraction(str(ratio)) for code, ratio in ratios.items()}
    common = lcm(*(ratio.denominator for ratio in exact.values()))
    return {code: int(ratio * common) for code, ratio in exact.items()}


def credit_note_over_months(inputs: Mapping[str, Any]) -> Any:
    """A contra entry divided like what it undoes, or an invoice and its credit note spread by days."""
    match inputs:
        case {"contra": str(amount), "shares": dict(shares)}:
            parts = split_minor(to_minor(Decimal(amount)), _weights(shares))
            return {code: minor_text(minor) for code, minor in parts.items()}
        case {"invoice": str(invoice), "credit_note": {"amount": str(credit), "when": "before payment"}}:
            first = dt.date.fromisoformat(inputs["from"])
            if first.day == 1:
                months = [Month.of(first).plus(number) for number in range(inputs["months"])]
                return _earned(invoice, credit, months)
    return none_yet(inputs)


def _earned(invoice: str, credit: str, months: Sequence[Month]) -> dict[str, list[str]]:
    """Billed in the first month, earned by days over all of them; until then it is deferred."""
    earned = [_entry(invoice, months), _entry(f"-{credit}", months)]
    billed = [_entry(invoice, months[:1]), _entry(f"-{credit}", months[:1])]
    taken_out = [_entry(f"-{invoice}", months), _entry(credit, months)]
    return {"revenue": _by_month(earned, months), "deferred": _by_month([*billed, *taken_out], months)}


def _entry(amount: str, months: Sequence[Month]) -> CostFact:
    span = months[0].first.isoformat(), months[-1].after.isoformat()
    return CostFact("", to_minor(Decimal(amount)), *span, cost_type="")


def _by_month(entries: Sequence[CostFact], months: Sequence[Month]) -> list[str]:
    return [minor_text(sum(month_part(entry, month) for entry in entries)) for month in months]


def focus_correction(inputs: Mapping[str, Any]) -> Any:
    """Rows of differences, column by column, where the rows as they were and as they should be stand."""
    match inputs:
        case {"original": list(original), "right": list(right), "style": "delta"}:
            was, should = _columns(original), _columns(right)
            deltas = [difference(*pair) for pair in zip(was, should, strict=True)]
            codes = sorted({code for delta in deltas for code in delta})
            return [[code, *(delta.get(code, 0) for delta in deltas)] for code in codes]
    return none_yet(inputs)


def _columns(rows: Sequence[Sequence[Any]]) -> list[dict[str, int]]:
    return [{row[0]: row[place] for row in rows} for place in range(1, len(rows[0]))]


def credit_document(inputs: Mapping[str, Any]) -> dict[str, str]:
    """What is left of an invoice after its negative twin, which says what should not have been charged."""
    charged = {name: to_minor(Decimal(text)) for name, text in inputs["invoice"].items()}
    undone = {name: to_minor(Decimal(text.removeprefix("-"))) for name, text in inputs["correction"].items()}
    left = difference(undone, charged)
    return {name: minor_text(left.get(name, 0)) for name in charged}


def graph_of(inputs: Mapping[str, Any]) -> Graph:
    """``[a, b]``: b needs a; of what b needs, ``min_up`` must be up, or all where nothing is said."""
    sources = defaultdict[str, list[str]](list)
    things = dict[str, None]()
    for source, owner in inputs["edges"]:
        sources[str(owner)].append(str(source))
        things |= {str(source): None, str(owner): None}
    least = inputs.get("min_up", {})
    return Graph({name: _needs(tuple(sources[name]), least.get(name)) for name in things})


def _needs(sources: tuple[str, ...], least: int | None) -> tuple[Need, ...]:
    if not sources:
        return ()
    return (Need.all_of(*sources),) if least is None else (Need(sources, least),)


def impact(inputs: Mapping[str, Any]) -> Any:
    """What falls beside what was lost; by ticket, where several are open and each knows of those before."""
    graph = graph_of(inputs)
    if "tickets" in inputs:
        answers, already = dict[str, list[str]](), list[str]()
        for name, lost in inputs["tickets"]:
            answers[name] = _falls(graph, lost, already, held=())
            already += lost
        return answers
    held = inputs.get("marked_not_impacted", [])
    shown = set(_falls(graph, inputs["down"], (), held)) - set(inputs.get("hidden", []))
    return sorted({*shown, *held})


def _falls(graph: Graph, lost: Sequence[str], already: Sequence[str], held: Sequence[str]) -> list[str]:
    down = fall(graph, lost, already, frozenset(held)).down
    return sorted(set(down) - set(lost) - set(already))


def path(inputs: Mapping[str, Any]) -> list[str]:
    return list(fall(graph_of(inputs), [inputs["from"]]).chain(inputs["to"]))


def relations(inputs: Mapping[str, Any]) -> dict[str, int]:
    return {"relations_removed": graph_of(inputs).relations_of(str(inputs["deleted"]))}


ADAPTERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "split": split,
    "credit_note_over_months": credit_note_over_months,
    "focus_correction": focus_correction,
    "credit_document": credit_document,
    "impact": impact,
    "path": path,
    "graph": relations,
}
