"""Keys and readings as frozen facts; the engines see no row."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Q

from agreements.engine.keys import PERCENT_SCALE, ComponentFact, KeyFact, ReadingFact
from agreements.engine.terms import reading_span
from agreements.models import Component, KeyVersion
from municipalities.models import Cooperation, Municipality, Reading
from municipalities.querysets import REPLACED_WITHIN, ReadingQuerySet
from sharedict.kernel.money import to_minor
from sharedict.kernel.periods import Month

FixedParts = Mapping[Municipality, Decimal]


def key_fact(version: KeyVersion, planned: Sequence[tuple[Component, FixedParts]] | None = None) -> KeyFact:
    """``version`` as the engine knows it, with its components or those that are ``planned`` for it."""
    if planned is None:
        planned = [
            (component, {part.municipality: part.percent for part in component.fixed_parts.all()})
            for component in version.components.all()
        ]
    return KeyFact(
        code=version.key.code,
        name=version.key.name,
        version=version.number,
        valid_from=version.valid_from.isoformat(),
        decision=version.decision,
        decided_on=version.decided_on.isoformat(),
        components=tuple(_component_fact(component, fixed) for component, fixed in planned),
        when_zero=version.when_zero,
        base_minor=to_minor(version.base_amount),
        floor=_scaled(version.floor_percent),
        cap=_scaled(version.cap_percent),
    )


def drivers_read(keys: Iterable[KeyFact]) -> set[tuple[str, str]]:
    """The drivers that ``keys`` divide by, each with the rule it is read under."""
    parts = (part for key in keys for part in key.components)
    return {(part.driver, part.rule) for part in parts if part.driver and part.rule}


def readings_for(
    keys: Iterable[KeyFact],
    cooperation: Cooperation,
    month: Month,
    places: Mapping[int, str],
    unsaved: Sequence[Reading] = (),
    hidden: Sequence[int] = (),
) -> dict[str, dict[str, ReadingFact]]:
    """The reading that counts in ``month`` of each driver and rule of ``keys``, by municipality.

    It is the latest; a public one counts before the cooperation's own of its day and of the quarter after.

    ``places`` are the codes of those wanted, by primary key. ``unsaved`` readings count beside the stored
    ones, or in place of those whose primary keys they have; those with ``hidden`` keys do not count. One
    query for each driver and rule.
    """
    found: dict[str, dict[str, ReadingFact]] = {}
    laid = [*hidden, *(row.pk for row in unsaved if row.pk)]
    for driver, rule in sorted(drivers_read(keys)):
        first, after = reading_span(rule, month)
        known = (
            Reading.objects.usable_in(cooperation)
            .filter(driver__code=driver, reference_on__gte=first, reference_on__lt=after)
            .exclude(pk__in=laid)
        )
        counting = {
            places[pk]: fact
            for pk, fact in _facts(known.standing().public_first().distinct("municipality_id"))
            if pk in places
        }
        asked: dict[int, list[ReadingFact]] = {}
        for row in unsaved:
            counts = row.driver.code == driver and first <= row.reference_on < after
            if counts and row.municipality_id in places:
                day = row.reference_on.isoformat()
                fact = _reading_fact(row.value, day, row.source, row.is_own_figure)
                asked.setdefault(row.municipality_id, []).append(fact)
        for pk, fact in _facts(known.filter(municipality__in=asked)) if asked else ():
            asked[pk].append(fact)
        counting |= {places[pk]: _counting(facts) for pk, facts in asked.items()}
        found[f"{driver}|{rule}"] = counting
    return found


def _component_fact(component: Component, fixed: FixedParts) -> ComponentFact:
    return ComponentFact(
        kind=component.kind,
        percent=_scaled(component.percent) or 0,
        driver=component.driver.code if component.driver else None,
        rule=component.rule or None,
        fixed={place.key: _scaled(percent) or 0 for place, percent in fixed.items()},
    )


def _scaled(percent: Decimal | None) -> int | None:
    return None if percent is None else int(percent * PERCENT_SCALE)


def _reading_fact(value: Decimal, reference_on: str, source: str, is_own: bool) -> ReadingFact:
    return ReadingFact(f"{value.normalize():f}", reference_on, source, is_own)


def _facts(rows: ReadingQuerySet) -> Iterable[tuple[int, ReadingFact]]:
    """Each of ``rows`` with the primary key of its municipality."""
    own = Q(cooperation__isnull=False, driver__cooperation=None)
    columns = ("municipality_id", "value", "reference_on", "source", "is_own")
    for pk, value, day, source, is_own in rows.annotate(is_own=own).values_list(*columns):
        yield pk, _reading_fact(value, day.isoformat(), source, is_own)


def _counting(readings: Sequence[ReadingFact]) -> ReadingFact:
    """Which of the readings of one municipality counts; as ``standing`` and ``public_first`` find it."""
    public = [dt.date.fromisoformat(each.reference_on) for each in readings if not each.is_own]
    standing = [each for each in readings if not (each.is_own and _is_replaced(each, public))]
    return max(standing, key=_rank)


def _is_replaced(own: ReadingFact, public: Iterable[dt.date]) -> bool:
    day = dt.date.fromisoformat(own.reference_on)
    return any(dt.timedelta(0) <= day - each < REPLACED_WITHIN for each in public)


def _rank(reading: ReadingFact) -> tuple[str, bool]:
    """The latest counts; of those of one day, the public one."""
    return reading.reference_on, not reading.is_own
