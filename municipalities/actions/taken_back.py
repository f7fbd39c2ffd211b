"""Rows that an import has written become what they were before, unless something else has touched them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction

from municipalities.actions.registers import announce_public, merged_together
from municipalities.actions.rows import Done, changed, delete_row, save_row
from municipalities.actions.touched import differences
from municipalities.models import Municipality, Reading, Upload
from municipalities.reports import merged_of
from sharedict.audit.actions import field_values
from sharedict.audit.models import Entry
from sharedict.common.bulk import change_rows

Before = dict[str, Any] | None
"""The columns that a row had, by attribute, as far as they were others; None where it was not there."""


def before_upload(upload: Upload, model: type[models.Model]) -> list[tuple[models.Model, Before]]:
    """The rows of ``model`` that applying ``upload`` has written, with what they were before; two queries."""
    before: dict[str, Before] = {}
    for entry in _written(upload):
        if entry.verb == "add":
            before[entry.subject_id] = None
        elif (columns := before.setdefault(entry.subject_id, {})) is not None:
            before[entry.subject_id] = _columns(model, entry.changes) | columns
    rows = model._default_manager.filter(pk__in=[*before]).order_by("pk")
    return [(row, before[str(row.pk)]) for row in rows]


def hold_written(upload: Upload, model: type[models.Model]) -> None:
    """Lock the rows of ``model`` that applying ``upload`` has written, until the transaction ends.

    Whoever changes one at this moment is waited for: what they have done stands in the change log then.
    """
    keys = {entry.subject_id for entry in _written(upload)}
    list(model._default_manager.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def touched_since(upload: Upload) -> list[Entry]:
    """What the change log says was done since to rows that ``upload`` has written: the last of each row.

    What was changed and is again as ``upload`` left it, as by another import that was undone, is untouched.
    """
    entries = _written(upload)
    if not entries:
        return []
    written = {entry.subject_id: entry.pk for entry in entries}
    kind = entries[0].subject_type
    later = Entry.objects.filter(cooperation=upload.cooperation_id, subject_type=kind)
    later = later.filter(pk__gt=min(written.values())).order_by("pk")
    done: dict[str, list[tuple[str, Mapping[str, Sequence[Any]]]]] = {}
    last = {}
    for pk, subject, verb, changes in later.values_list("pk", "subject_id", "verb", "changes"):
        if pk > written.get(subject, pk):
            done.setdefault(subject, []).append((verb, changes))
            last[subject] = pk
    touched = [last[subject] for subject, steps in done.items() if not _is_as_before(steps)]
    return list(Entry.objects.filter(pk__in=touched).for_listing().order_by("pk"))


def _is_as_before(steps: Sequence[tuple[str, Mapping[str, Sequence[Any]]]]) -> bool:
    """Whether a row is, after all ``steps``, what it was before the first."""
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for verb, changes in steps:
        if verb != "change":
            return False
        for name, (before, after) in changes.items():
            was.setdefault(name, before)
            now[name] = after
    return was == now


def _written(upload: Upload) -> list[Entry]:
    """What applying ``upload`` has written into the change log, in its order."""
    if not upload.entries:
        return []
    own = {*upload.entries}
    span = Entry.objects.filter(cooperation=upload.cooperation_id, pk__range=(min(own), max(own)))
    return [entry for entry in span.order_by("pk") if entry.pk in own]


def _columns(model: type[models.Model], changes: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """What the columns were that ``changes`` name, each by its attribute."""
    found = {}
    for name, (before, _after) in changes.items():
        field: Any = model._meta.get_field(name)
        found[field.attname] = field.to_python(None if before == "" and field.null else before)
    return found


@transaction.atomic
def take_back_readings(*, pairs: Sequence[tuple[Reading, Reading | None]], by: object) -> None:
    """Change many readings of one driver into what they were, logged one by one; remove those without."""
    removed = [now for now, before in pairs if before is None]
    kept = [(now, before) for now, before in pairs if before is not None]
    done: list[Done] = [
        ("delete", now, {name: [text, ""] for name, text in field_values(now).items()}) for now in removed
    ]
    done += [("change", before, differences(field_values(now), before)) for now, before in kept]
    readings = [now for now, _before in pairs]
    is_public = any(reading.cooperation_id is None for reading in readings)
    first: list[Reading] = [min(readings, key=_day)] if readings and not is_public else []
    changed(done=done, by=by, touching=first)
    if is_public:
        announce_public(readings, by)
    Reading.objects.filter(pk__in=[reading.pk for reading in removed]).delete()
    change_rows(Reading, [before for _now, before in kept], ["value", "source"])


def _day(reading: Reading) -> dt.date:
    return reading.reference_on


@transaction.atomic
def take_back_municipalities(
    *, pairs: Sequence[tuple[Municipality, Municipality | None]], by: object
) -> None:
    """Change municipalities of the register into what they were; remove those without.

    Raises ProtectedError for one that something refers to, and ValidationError as saving them does.
    """
    with merged_together({now.key: merged_of(before) if before else None for now, before in pairs}):
        for _now, before in pairs:
            if before is not None:
                save_row(row=before, by=by)
    added = {now.pk: now for now, before in pairs if before is None}
    for place in sorted(added.values(), key=lambda place: -_steps(place, added)):
        delete_row(row=place, by=by)


def _steps(place: Municipality, places: Mapping[int, Municipality]) -> int:
    """How often what ``place`` was merged into was merged again, as far as ``places`` tell."""
    steps, later = 0, places.get(place.successor_id or 0)
    while later and steps < len(places):
        steps, later = steps + 1, places.get(later.successor_id or 0)
    return steps
