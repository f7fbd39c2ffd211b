"""An upload of readings against those that are stored."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from municipalities.models import Cooperation, Driver, Municipality, Reading
from sharedict.common.numbers import shown
from sharedict.common.uploads import (
    Finding,
    Outcome,
    UploadedRow,
    UploadError,
    parse_day,
    parse_number,
    shortened,
)
from sharedict.kernel.written import is_seen

READING_COLUMNS = ("code", "reference_date", "value", "source")


def compare_readings(cooperation: Cooperation, driver: Driver, rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do to the readings of ``driver``; two queries for any number of rows.

    A code is official (1737) or a key (SE1737); the municipality is, was or will be a member. The findings
    carry the reading to save. What the public register has of a public driver is not entered once more.
    """
    places = _by_code(Municipality.objects.ever_in(cooperation))
    stored = Reading.objects.usable_in(cooperation).filter(driver=driver).public_first()
    known = {(reading.municipality_id, reading.reference_on): reading for reading in reversed(stored)}
    seen: dict[tuple[int, Any], int] = {}
    blank = Reading(driver=driver, cooperation=cooperation)
    return [_compare(row, blank, places, known, seen) for row in rows]


def _by_code(municipalities: Iterable[Municipality]) -> dict[str, list[Municipality]]:
    found: dict[str, list[Municipality]] = {}
    for municipality in municipalities:
        found.setdefault(municipality.key, []).append(municipality)
        found.setdefault(municipality.code, []).append(municipality)
    return found


def _compare(
    row: UploadedRow,
    blank: Reading,
    places: Mapping[str, list[Municipality]],
    known: Mapping[tuple[int, Any], Reading],
    seen: dict[tuple[int, Any], int],
) -> Finding:
    what = shortened(" ".join(filter(None, (row.values.get("code"), row.values.get("reference_date")))))
    if row.error:
        return Finding(row.line, Outcome.WRONG, what, errors=(row.error,))
    parsed, errors = _parsed(row, places)
    if {"code", "reference_date"} <= parsed.keys():
        place = parsed["code"].pk, parsed["reference_date"]
        if place in seen:
            errors.append(_("Line %(line)d has the same municipality and date.") % {"line": seen[place]})
        seen.setdefault(place, row.line)
    old = None if errors else known.get(place)
    if old and old.cooperation_id != blank.cooperation_id and old.value != parsed["value"]:
        said = _("The public register says %(value)s for this day, and it is that which counts.")
        errors.append(said % {"value": shown(old.value)})
    if errors:
        return Finding(row.line, Outcome.WRONG, what, errors=tuple(errors))
    if old and old.cooperation_id != blank.cooperation_id:
        return Finding(row.line, Outcome.SAME, f"{parsed['code']} {old.reference_on}", row=old, old=old)
    new = Reading(
        pk=old.pk if old else None,
        driver=blank.driver,
        cooperation_id=blank.cooperation_id,
        municipality=parsed["code"],
        reference_on=parsed["reference_date"],
        value=parsed["value"],
        source=parsed["source"],
        external_id=old.external_id if old else "",
    )
    before, after = (_words(old) if old else ""), _words(new)
    outcome = Outcome.NEW if old is None else Outcome.SAME if before == after else Outcome.CHANGED
    what = f"{new.municipality} {new.reference_on}"
    return Finding(row.line, outcome, what, before=before, after=after, row=new, old=old)


def _parsed(row: UploadedRow, places: Mapping[str, list[Municipality]]) -> tuple[dict[str, Any], list[str]]:
    """What could be read by column, and what is wrong with the rest."""
    readers = {
        "code": lambda text: _municipality(text, places),
        "reference_date": parse_day,
        "value": _value,
        "source": _source,
    }
    parsed: dict[str, Any] = {}
    errors = []
    for name, read in readers.items():
        try:
            parsed[name] = read(row.values[name])
        except UploadError as error:
            errors.append(error.message)
    return parsed, errors


def _municipality(text: str, places: Mapping[str, list[Municipality]]) -> Municipality:
    found = places.get(text.upper(), [])
    if len(found) > 1:
        keys = ", ".join(place.key for place in found)
        raise UploadError(
            _("Several countries have the code %(code)s: write %(keys)s.") % {"code": text, "keys": keys}
        )
    if not found:
        raise UploadError(_("No member has the code “%(code)s”.") % {"code": shortened(text, 20)})
    return found[0]


def _value(text: str) -> Decimal:
    value = parse_number(text, digits=18, decimals=4)
    if value < 0:
        raise UploadError(_("A reading is 0 or more."))
    return value


def _source(text: str) -> str:
    if not is_seen(text):
        raise UploadError(_("Say where the value comes from (source)."))
    if len(text) > 300:
        raise UploadError(_("The source is longer than 300 characters."))
    return text


def _words(reading: Reading) -> str:
    return f"{shown(reading.value)} ({reading.source})"
