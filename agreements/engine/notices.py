"""What somebody should look at where a key divides: it stops nothing, and is not passed over."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from agreements.engine.terms import reading_day
from agreements.engine.weigh import Basis, ComponentBasis
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


def notices_of(basis: Basis, month: Month) -> Iterator[Notice]:
    """Those of a key as it weighs its payers in ``month``.

    ``stale_reading``: a reading more than a year older than the day it stands for. ``readings_differ``: the
    payers' readings of one driver are not of one day. ``no_fixed_part``: who pays by a key with fixed parts
    and holds none.
    """
    for component in basis.components:
        if component.kind == "fixed":
            missing = tuple(code for code, part in zip(basis.codes, component.parts, strict=True) if not part)
            if missing:
                yield Notice("no_fixed_part", basis.key, missing)
        if component.readings:
            yield from _of_readings(component, basis.codes, month)


def _of_readings(component: ComponentBasis, codes: tuple[str, ...], month: Month) -> Iterator[Notice]:
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


def _year_before(start: dt.date) -> dt.date:
    month = Month.of(start).plus(-12)
    return dt.date(month.year, month.number, min(start.day, month.days))
