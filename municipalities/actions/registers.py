"""Sites with what they mirror, and readings that come as a file."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from municipalities.actions.rows import changed, save_row, take_over
from municipalities.actions.touched import differences, naming
from municipalities.models import Driver, Municipality, Reading, Site
from municipalities.models.driver import POPULATION
from municipalities.reports import Merged, Mergers, known_mergers, merged_of
from sharedict.audit.actions import field_values
from sharedict.common.bulk import add_rows, change_rows
from sharedict.jobs.actions import announce_change

_together: ContextVar[Mapping[str, Merged | None]] = ContextVar(
    "merged_together", default=MappingProxyType({})
)
"""Mergers that are saved in one act."""


@transaction.atomic
def save_site(*, site: Site, mirrors: Iterable[Site], by: object) -> Site:
    """Add or change ``site`` and the sites it can take over from; what it mirrors is logged by name."""
    return save_row(row=site, by=by, chosen={"mirrors": list(mirrors)})


def public_population() -> Driver:
    """The public driver that everybody divides by; a new one, not saved, where there is none yet."""
    known = Driver.objects.filter(cooperation=None, code=POPULATION).first()
    return known or Driver(code=POPULATION, name="Population", unit="inhabitants")


@transaction.atomic
def import_public_readings(*, driver: Driver, readings: Sequence[Reading], by: object) -> None:
    """Add and change many readings that are common to all, logged one by one.

    Each cooperation recomputes its months from the first day on which a reading is new or otherwise of a
    municipality that a fact of it names, as member, user or payer.
    """
    if not driver.pk:
        save_row(row=driver, by=by)
    for reading in readings:
        reading.driver = driver
    _write(readings, by, touching=[])
    announce_public(readings, by)


def announce_public(readings: Sequence[Reading], by: object) -> None:
    """Have each cooperation recompute from the first of the days on which ``readings`` concern it."""
    days: dict[int, dt.date] = {}
    for reading in readings:
        place, day = reading.municipality_id, reading.reference_on
        days[place] = min(day, days.get(place, day))
    for cooperation_id, places in sorted(naming(days).items()):
        day = min(days[place] for place in places)
        announce_change(cooperation_id=cooperation_id, touches=(day, None), by=by)


@transaction.atomic
def import_readings(*, driver: Driver, readings: Sequence[Reading], by: object) -> None:
    """Add and change many readings of ``driver`` at once, logged one by one, announced together.

    Those with a primary key change, the others are new. They are validated already: see ``compare_readings``.
    Raises ValidationError for one that somebody else has changed or removed since it was read.
    """
    if readings:
        _write(readings, by, touching=[min(readings, key=lambda reading: reading.reference_on)])


def _write(readings: Sequence[Reading], by: object, touching: Sequence[Reading]) -> None:
    new = [reading for reading in readings if not reading.pk]
    kept = {reading.pk: reading for reading in readings if reading.pk}
    stored = {old.pk: old for old in Reading.objects.select_for_update().order_by("pk").filter(pk__in=kept)}
    for pk, reading in kept.items():
        if pk not in stored:
            raise ValidationError(_("Somebody has removed it in the meantime."))
        take_over(reading, stored[pk])
    before = {pk: field_values(old) for pk, old in stored.items()}
    add_rows(Reading, new)
    change_rows(Reading, [*kept.values()], ["value", "source"])
    changed(
        done=[
            (
                "change" if reading.pk in before else "add",
                reading,
                differences(before.get(reading.pk, {}), reading),
            )
            for reading in readings
        ],
        by=by,
        touching=touching,
    )


@transaction.atomic
def import_municipalities(
    *, municipalities: Sequence[Municipality], merged: Mapping[str, Merged], by: object
) -> None:
    """Add and change many municipalities of the public register, logged one by one.

    Those with a primary key change. ``merged`` says, by key, into which other each was merged and when, which
    may be one of those that are added. Raises ValidationError as saving each of them does.
    """
    added = {place.key for place in municipalities if not place.pk}
    for place in municipalities:
        if not place.pk:
            save_row(row=place, by=by)
    known = {place.key: place for place in Municipality.objects.all()}
    with merged_together(merged):
        for place in municipalities:
            if place.key in merged:
                successor, place.merged_on = merged[place.key]
                place.successor = known[successor]
            if place.key in merged or place.key not in added:
                save_row(row=place, by=by)


@contextmanager
def merged_together(merged: Mapping[str, Merged | None]) -> Iterator[None]:
    """Saved inside, municipalities are held to how all of ``merged`` (by key) will be, and not one by one."""
    token = _together.set(merged)
    try:
        yield
    finally:
        _together.reset(token)


def refuse_impossible_successor(place: Municipality) -> None:
    """Raise ValidationError where ``place`` cannot have been merged as it says, beside all others."""
    told: dict[str, Merged | None] = {**known_mergers(), **_together.get(), place.key: merged_of(place)}
    mergers = Mergers({key: merged for key, merged in told.items() if merged})
    if why := mergers.why_impossible(place.key):
        raise ValidationError({"successor": why})


@transaction.atomic
def begin_driver(
    *, driver: Driver, values: Mapping[Municipality, Decimal], on: dt.date, source: str, by: object
) -> Driver:
    """Add ``driver``, unless it is there, and its value on a day for each municipality that has none by then.

    Raises ValidationError as saving each of them does: then nothing is saved.
    """
    if not driver.pk:
        save_row(row=driver, by=by)
    known = Reading.objects.filter(driver=driver, cooperation=driver.cooperation, reference_on__lte=on)
    told = {*known.values_list("municipality_id", flat=True)}
    for place, value in values.items():
        if place.pk not in told:
            reading = Reading(driver=driver, cooperation_id=driver.cooperation_id, municipality=place)
            reading.reference_on, reading.value, reading.source = on, value, source
            save_row(row=reading, by=by)
    return driver
