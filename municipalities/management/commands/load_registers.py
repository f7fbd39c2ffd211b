"""Reads the public registers: municipalities, and what is known of their population."""

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from municipalities.actions import public_population, save_row
from municipalities.models import Municipality, Reading

REGISTERS = Path(__file__).resolve().parent.parent.parent / "registers"
LISTED = ("name", "official_name", "county_code", "county")
"""What the registers say of a municipality, beside its country and code."""

SUNNMORE_DAY = dt.date(2017, 1, 1)
SUNNMORE_SOURCE = "esunnmore.no, Kostnadsfordeling 2017"
SUNNMORE_COUNTY = ("15", "Møre og Romsdal")

Figure = tuple[str, dt.date, Decimal, str]
"""Country and code, reference date, population, source."""


class Command(BaseCommand):
    help = "Load the municipalities and the sourced populations; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            count = load_municipalities()
            changed = load_populations()
        if options["verbosity"]:
            self.stdout.write(f"{count} municipalities, {changed} new or changed population figures.")


def load_municipalities() -> int:
    """Add those not known yet and bring names up to date; gives back how many the registers list.

    A name that changes is logged, and announced: months that show it are recomputed.
    """
    listed = [*_swedish(), *_norwegian()]
    known = {place.key: place for place in Municipality.objects.all()}
    for place in listed:
        mine = known.get(place.key)
        if mine and any(getattr(mine, name) != getattr(place, name) for name in LISTED):
            for name in LISTED:
                setattr(mine, name, getattr(place, name))
            save_row(row=mine, by=None)
    # no month can depend on those that nobody knew
    Municipality.objects.bulk_create(
        [place for place in listed if place.key not in known], ignore_conflicts=True
    )
    return len(listed)


def load_populations() -> int:
    """Add or correct the readings of the public driver; gives back how many were."""
    driver = public_population()
    if not driver.pk:
        save_row(row=driver, by=None)
    places = {place.key: place for place in Municipality.objects.all()}
    known = {
        (reading.municipality.key, reading.reference_on): reading
        for reading in driver.readings.filter(cooperation=None).select_related("municipality")
    }
    changed = 0
    for key, reference_on, value, source in [*_varmland(), *_sunnmore()]:
        reading = known.get((key, reference_on)) or Reading(
            driver=driver, municipality=places[key], reference_on=reference_on
        )
        if (reading.value, reading.source) != (value, source):
            reading.value, reading.source = value, source
            save_row(row=reading, by=None)
            changed += 1
    return changed


def _swedish() -> Iterator[Municipality]:
    for row in _rows("municipalities_se.csv"):
        yield Municipality(
            country="SE",
            code=row["code"],
            name=row["short_name"],
            official_name=row["name"],
            county_code=row["county_code"],
            county=row["county"],
        )


def _norwegian() -> Iterator[Municipality]:
    county_code, county = SUNNMORE_COUNTY
    for row in _rows("ekommune_sunnmore_2017.csv"):
        yield Municipality(
            country="NO", code=row["code"], name=row["name"], county_code=county_code, county=county
        )


def _varmland() -> Iterator[Figure]:
    for row in _rows("population_varmland.csv"):
        day = dt.date.fromisoformat(row["reference_date"])
        yield f"SE{row['code']}", day, Decimal(row["population"]), row["source"]


def _sunnmore() -> Iterator[Figure]:
    for row in _rows("ekommune_sunnmore_2017.csv"):
        yield f"NO{row['code']}", SUNNMORE_DAY, Decimal(row["population"]), SUNNMORE_SOURCE


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (REGISTERS / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
