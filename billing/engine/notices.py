"""What somebody should look at before a month is proposed: it stops nothing, and is not passed over."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from agreements.engine.terms import reading_day
from agreements.engine.weigh import ComponentBasis, Division
from billing.engine.allocate import Allocation
from billing.engine.facts import Facts
from billing.engine.spread import days_in
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to look at: ``code`` says what, ``about`` which key, driver or application (code).

    ``places`` are the municipalities concerned, ``dates`` the days of the readings, in ISO text.
    """

    code: str
    about: str
    places: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


def notices(facts: Facts, allocation: Allocation) -> tuple[Notice, ...]:
    """All of a month, each once, in order.

    ``stale_reading``: a reading more than a year older than the day it stands for. ``readings_differ``: the
    payers' readings of one driver are not of one day. ``no_fixed_part``: who pays by a key with fixed parts
    and holds none. ``left``: who has left the cooperation and is still subscribed, or named in a term.
    """
    month = Month.parse(facts.month)
    found: set[Notice] = set()
    for division in allocation.divisions:
        for component in division.basis.components:
            found.update(_of_component(component, division, month))
    found.update(_of_those_who_left(facts))
    return tuple(sorted(found, key=lambda each: (each.code, each.about, each.places, each.dates)))


def _of_component(component: ComponentBasis, division: Division, month: Month) -> Iterator[Notice]:
    codes = division.codes
    if component.kind == "fixed":
        missing = tuple(code for code, part in zip(codes, component.parts, strict=True) if not part)
        if missing:
            yield Notice("no_fixed_part", division.key, missing)
    if not component.readings:
        return
    driver, dates = component.driver or "", [reading.reference_on for reading in component.readings]
    oldest = _year_before(reading_day(component.rule or "", month)).isoformat()
    stale = [(code, date) for code, date in zip(codes, dates, strict=True) if date < oldest]
    if stale:
        days = tuple(sorted({date for _code, date in stale}))
        yield Notice("stale_reading", driver, tuple(code for code, _date in stale), days)
    if len({*dates}) > 1:
        latest = max(dates)
        behind = tuple(code for code, date in zip(codes, dates, strict=True) if date != latest)
        yield Notice("readings_differ", driver, behind, tuple(sorted({*dates})))


def _of_those_who_left(facts: Facts) -> Iterator[Notice]:
    month = Month.parse(facts.month)
    for cost in facts.costs:
        group = facts.subscribers.get(cost.application or "")
        if group is None:
            continue
        first, after = days_in(cost, month)
        gone = tuple(
            code
            for code in sorted(facts.groups[group].keys() & facts.left.keys())
            if any(start < after and end > first for start, end in facts.left[code])
        )
        if gone:
            yield Notice("left", cost.application or "", gone)
    for term in facts.terms:
        if term.named is not None and not term.after_leaving:
            gone = tuple(sorted(facts.groups[term.named].keys() & facts.left.keys()))
            if gone:
                yield Notice("left", term.key, gone)


def _year_before(start: dt.date) -> dt.date:
    month = Month.of(start).plus(-12)
    return dt.date(month.year, month.number, min(start.day, month.days))
