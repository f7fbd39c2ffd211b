"""An upload of readings against those that are stored."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from municipalities.models import Cooperation, Driver, Municipality, Reading
from municipalities.reports.places import places_by_code
from sharedict.common.models import TURNED
from sharedict.common.numbers import shown
from sharedict.common.uploads import (
    Choices,
    Columns,
    Finding,
    Outcome,
    UploadedRow,
    UploadError,
    parse_day,
    parse_number,
    shortened,
)
from sharedict.kernel.written import alike, is_seen, turns

KEPT_BY = {
    "public": gettext_lazy("public register"),
    "own": gettext_lazy("own figure"),
    "replaced": gettext_lazy("own figure, replaced by the public one"),
}
"""Who says a figure of a public driver, as lists call it; of the last two none is anybody else's."""
READING_COLUMNS = Columns(
    ("code", "reference_date", "value", "source"),
    ("kept_by",),
    numbers=("value",),
    days=("reference_date",),
    labels={
        "code": (gettext_lazy("Code"), gettext_lazy("official code")),
        "reference_date": (Reading._meta.get_field("reference_on").verbose_name,),
        "value": (Reading._meta.get_field("value").verbose_name,),
        "source": (Reading._meta.get_field("source").verbose_name,),
        "kept_by": (gettext_lazy("Kept by"),),
    },
    otherwise={
        "code": (
            gettext_lazy("Municipality"),
            gettext_lazy("Municipality code"),
            gettext_lazy("Member"),
        ),
        "reference_date": (
            gettext_lazy("Date"),
            gettext_lazy("Day"),
            gettext_lazy("As of"),
            gettext_lazy("Read on"),
        ),
        "value": (
            gettext_lazy("Count"),
            gettext_lazy("Figure"),
            gettext_lazy("Quantity"),
        ),
        "source": (gettext_lazy("Origin"), gettext_lazy("According to")),
    },
)


Place = tuple[int, dt.date]
"""A municipality, by its primary key, and a day."""


class Stored:
    """The readings of a driver that count in a cooperation, by place and day, and the line about each."""

    def __init__(self, cooperation: Cooperation, driver: Driver) -> None:
        self.blank = Reading(driver=driver, cooperation=cooperation)
        self.public: dict[Place, Reading] = {}
        self.own: dict[Place, Reading] = {}
        for reading in Reading.objects.usable_in(cooperation).filter(driver=driver):
            kept = self.public if self.is_public(reading) else self.own
            kept[reading.municipality_id, reading.reference_on] = reading
        self.lines: dict[Place | int, int] = {}

    def is_public(self, reading: Reading) -> bool:
        """Whether the public register has it, of a public driver; an own driver's readings are all own."""
        return reading.cooperation_id != self.blank.cooperation_id

    def find(self, place: Place, *, is_public: bool | None) -> Reading | None:
        """What is stored of a place and day; the public reading, unless the file tells that it has the own.

        Raises UploadError for what the file has from the public register and that has not.
        """
        public, own = self.public.get(place), self.own.get(place)
        if is_public and public is None:
            raise UploadError(_("The public register has no figure of this day."))
        return own or public if is_public is False else public or own


def compare_readings(cooperation: Cooperation, driver: Driver, rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do to the readings of ``driver``; two queries for any number of rows.

    A municipality is told by its official code (1737), its key (SE1737) or its name; it is, was or will be a
    member. The findings carry the reading to save. What the public register has of a public driver is not
    entered once more.
    """
    places = places_by_code(
        Municipality.objects.ever_in(cooperation), unknown=_("No member has the code “%(text)s”.")
    )
    stored, kept_by = Stored(cooperation, driver), _words_of_keepers()
    return [_compare(row, places, stored, kept_by) for row in rows]


def _words_of_keepers() -> dict[str, bool]:
    """Whether the public register is meant, by what lists in any language call who keeps a figure."""
    found: dict[str, bool] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {alike(str(words)): keeper == "public" for keeper, words in KEPT_BY.items()}
    return found


def _compare(
    row: UploadedRow, places: Choices[Municipality], stored: Stored, kept_by: Mapping[str, bool]
) -> Finding:
    what = shortened(" ".join(filter(None, (row.values.get("code"), row.values.get("reference_date")))))
    if row.error:
        return Finding(row.line, Outcome.WRONG, what, errors=(row.error,))
    parsed, errors = _parsed(row, places)
    old = None
    if {"code", "reference_date"} <= parsed.keys():
        place = parsed["code"].pk, parsed["reference_date"]
        try:
            old = stored.find(place, is_public=kept_by.get(alike(row.values.get("kept_by", ""))))
        except UploadError as error:
            errors.append(error.message)
        which = old.pk if old else place
        if which in stored.lines:
            said = _("Line %(line)d has the same municipality and date.")
            errors.append(said % {"line": stored.lines[which]})
        stored.lines.setdefault(which, row.line)
        errors += [] if errors else _refused(parsed, old, stored.public.get(place))
    if errors:
        return Finding(row.line, Outcome.WRONG, what, errors=tuple(errors))
    if old and stored.is_public(old):
        return Finding(row.line, Outcome.SAME, f"{parsed['code']} {old.reference_on}", row=old, old=old)
    new = copy(old or stored.blank)
    new.municipality, new.reference_on = parsed["code"], parsed["reference_date"]
    new.value, new.source = parsed["value"], parsed["source"]
    before, after = (reading_in_words(old) if old else ""), reading_in_words(new)
    outcome = Outcome.NEW if old is None else Outcome.SAME if before == after else Outcome.CHANGED
    what = f"{new.municipality} {new.reference_on}"
    return Finding(row.line, outcome, what, before=before, after=after, row=new, old=old)


def _refused(parsed: Mapping[str, Any], old: Reading | None, public: Reading | None) -> list[str]:
    """Why a figure is not entered: the public register has another one of the day, and the own one stays."""
    if public is None or (old and old.value == parsed["value"]):
        return []
    said = _("The public register says %(value)s for this day, and it is that which counts.")
    return [said % {"value": shown(public.value)}]


def _parsed(row: UploadedRow, places: Choices[Municipality]) -> tuple[dict[str, Any], list[str]]:
    """What could be read by column, and what is wrong with the rest."""
    readers: dict[str, Callable[[str], Any]] = {
        "code": places.find,
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


def _value(text: str) -> Decimal:
    value = parse_number(text, digits=18, decimals=4)
    if value < 0:
        raise UploadError(_("A reading is 0 or more."))
    return value


def _source(text: str) -> str:
    if not is_seen(text):
        raise UploadError(_("Say where the value comes from (source)."))
    if turns(text):
        raise UploadError(str(TURNED))
    if len(text) > 300:
        raise UploadError(_("The source is longer than 300 characters."))
    return text


def reading_in_words(reading: Reading) -> str:
    """What it is, and who says so."""
    return f"{shown(reading.value)} ({reading.source})"
