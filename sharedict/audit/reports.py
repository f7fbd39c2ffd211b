"""Reading the change log."""

from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from sharedict.audit.actions import personal_of
from sharedict.audit.models import Entry, PersonalValue


def changes_told(entries: Collection[Entry]) -> dict[int, dict[str, Any]]:
    """The changes of each entry, by its primary key, with the personal values that stand beside it.

    One query where any may, none where not. What was erased says so.
    """
    personal = {entry.pk: _personal_columns(entry) for entry in entries}
    marked = [pk for pk, columns in personal.items() if columns]
    rows = PersonalValue.objects.filter(entry__in=marked) if marked else ()
    beside = {(row.entry_id, row.part): [row.before, row.after] for row in rows}
    return {
        entry.pk: {
            name: beside.get((entry.pk, name), _erased(pair)) if name in personal[entry.pk] else pair
            for name, pair in entry.changes.items()
        }
        for entry in entries
    }


def _personal_columns(entry: Entry) -> frozenset[str]:
    """The columns among its changes that are about a person; none of a model that is no more."""
    try:
        model: Any = apps.get_model(entry.subject_type)
    except (LookupError, ValueError):
        return frozenset()
    said = personal_of(model)
    return said.columns & entry.changes.keys() if said else frozenset()


def _erased(pair: Collection[str | None]) -> list[str]:
    return [_("(erased)") if text is None else text for text in pair]
