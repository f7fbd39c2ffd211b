"""An upload of municipalities against the public register."""

from collections.abc import Iterator, Mapping, Sequence, Set
from copy import copy
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Municipality
from municipalities.reports.successors import Merged, Mergers, merged_of
from sharedict.common.sheets import Cell
from sharedict.common.uploads import (
    Columns,
    Finding,
    Outcome,
    UploadedRow,
    UploadError,
    parse_day,
    shortened,
)

LISTED = ("name", "county", "official_name", "county_code")
TOLD = ("country", "code", "name", "county"), ("official_name", "county_code", "successor", "merged_on")
REGISTER_COLUMNS = Columns(
    *TOLD,
    days=("merged_on",),
    labels={
        name: (Municipality._meta.get_field(name).verbose_name,)  # type: ignore[union-attr]
        for names in TOLD
        for name in names
    },
    otherwise={
        "country": (gettext_lazy("Country code"),),
        "code": (gettext_lazy("Municipality code"),),
        "name": (gettext_lazy("Municipality"),),
        "county": (gettext_lazy("County name"), gettext_lazy("Region")),
    },
)


def listed_municipalities() -> Iterator[list[Cell]]:
    """The whole register as an upload of it is read: headings, then each municipality; one query."""
    names = REGISTER_COLUMNS.names
    yield [capfirst(str(REGISTER_COLUMNS.labels[name][0])) for name in names]
    for place in Municipality.objects.select_related("successor").order_by("country", "code"):
        told = {name: getattr(place, name) for name in names}
        yield [value.key if isinstance(value, Municipality) else value for value in told.values()]


@dataclass(frozen=True, slots=True)
class Listed:
    """A municipality as a row lists it, and what it was merged into (by key) on which day, if it was."""

    place: Municipality
    merged: Merged | None


def compare_municipalities(rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do to the register; one query. The findings carry a ``Listed``.

    A column that the file does not have, and a successor that a row does not name, stay as they are.
    """
    known = {place.key: place for place in Municipality.objects.select_related("successor")}
    told = {row.values.get("country", "").upper() + row.values.get("code", "") for row in rows}
    seen: dict[str, int] = {}
    findings = [_compare(row, known, known.keys() | told, seen) for row in rows]
    before = {key: found for key, place in known.items() if (found := merged_of(place))}
    after = {each.row.place.key: each.row.merged for each in findings if each.row and each.row.merged}
    were, are = Mergers(before), Mergers(before | after)
    return [_held_to(were, are, each) for each in findings]


def _held_to(were: Mergers, are: Mergers, finding: Finding) -> Finding:
    """``finding``, wrong where by the file its municipality cannot have been merged as it is told then."""
    key = finding.row.place.key if finding.row else ""
    why = are.why_impossible(key)
    if not why or were.why_impossible(key):
        return finding
    return Finding(finding.line, Outcome.WRONG, finding.what, errors=(why,))


def _compare(
    row: UploadedRow, known: Mapping[str, Municipality], keys: Set[str], seen: dict[str, int]
) -> Finding:
    what = shortened(" ".join(filter(None, (row.values.get("code"), row.values.get("name")))))
    if row.error:
        return Finding(row.line, Outcome.WRONG, what, errors=(row.error,))
    new = Municipality(country=row.values["country"].upper(), code=row.values["code"])
    old = known.get(new.key)
    place = copy(old) if old else new
    for name in LISTED:
        if name in row.values:
            setattr(place, name, row.values[name])
    errors = _faults(place)
    if place.key in seen:
        errors.append(_("Line %(line)d has the same municipality.") % {"line": seen[place.key]})
    seen.setdefault(place.key, row.line)
    merged = None
    try:
        merged = _merged(row, keys)
    except UploadError as error:
        errors.append(error.message)
    if errors:
        return Finding(row.line, Outcome.WRONG, what, errors=tuple(errors))
    before = _words(old, merged_of(old)) if old else ""
    after = _words(place, merged or (merged_of(old) if old else None))
    outcome = Outcome.NEW if old is None else Outcome.SAME if before == after else Outcome.CHANGED
    listed = Listed(place, merged)
    return Finding(row.line, outcome, place.key, before=before, after=after, row=listed, old=old)


def _faults(place: Municipality) -> list[str]:
    labels = {field.name: field.verbose_name for field in place._meta.concrete_fields}
    try:
        place.clean_fields(exclude=["successor"])
    except ValidationError as error:
        return [f"{labels[name]}: {' '.join(said)}" for name, said in error.message_dict.items()]
    return []


def _merged(row: UploadedRow, keys: Set[str]) -> Merged | None:
    successor, day = row.values.get("successor", "").upper(), row.values.get("merged_on", "")
    if not successor and not day:
        return None
    if not successor or not day:
        raise UploadError(_("Say both: what it was merged into, and when."))
    if successor not in keys:
        said = _("No municipality has the key “%(key)s”: write country and code, such as SE1737.")
        raise UploadError(said % {"key": shortened(successor, 20)})
    return successor, parse_day(day)


def _words(place: Municipality, merged: Merged | None) -> str:
    told = [getattr(place, name) for name in LISTED]
    return ", ".join([each for each in told if each] + ([f"→ {merged[0]} {merged[1]}"] if merged else []))
