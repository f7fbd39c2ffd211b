"""The change log in words."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from sharedict.audit.models import Entry
from sharedict.audit.reports import changes_told
from sharedict.common.days import date_format, last_day
from sharedict.common.figures import NOTHING, money
from sharedict.common.models import DayAfterField
from sharedict.common.numbers import shown
from sharedict.kernel.money import MINOR_DIGITS
from sharedict.kernel.periods import Month

_words: dict[tuple[str, str], Callable[[str], str]] = {}


def add_words_of(subject_type: str, column: str, in_words: Callable[[str], str]) -> None:
    """Say how values of a ``column`` are called that holds words of the program without being a choice."""
    _words[subject_type, column] = in_words


@dataclass(frozen=True, slots=True)
class Change:
    """One column of one change, in words."""

    label: str
    before: str
    after: str

    def in_words(self) -> str:
        return f"{self.before} → {self.after or NOTHING}" if self.before else self.after


def changes_in_words(entries: Iterable[Entry]) -> dict[int, list[Change]]:
    """What each entry changed, by its primary key: columns and choices by their names, rows by theirs.

    One query for each model that is referred to, and one for personal values, whatever the number of entries.
    A row that is gone keeps its number.
    """
    listed = list(entries)
    told = changes_told(listed)
    wanted: dict[type[models.Model], set[str]] = {}
    for entry in listed:
        for field, values in _columns(entry.subject_type, told[entry.pk]):
            if isinstance(field, models.ForeignKey):
                target: type[models.Model] = field.related_model
                wanted.setdefault(target, set()).update(value for value in values if value.isdecimal())
    names = {
        (model, str(row.pk)): subject_in_words(str(row))
        for model, keys in wanted.items()
        for row in model._base_manager.select_related().filter(pk__in=keys)
    }
    return {
        entry.pk: [
            _change(entry.subject_type, name, _pair(values), names)
            for name, values in sorted(told[entry.pk].items(), key=_place_in(entry.subject_type))
            if name != "cooperation"
        ]
        for entry in listed
    }


def _place_in(subject_type: str) -> Callable[[tuple[str, Any]], tuple[int, str]]:
    """Orders columns as the model does: the database keeps them by the length of their names."""
    try:
        fields = apps.get_model(subject_type)._meta.get_fields()
    except (LookupError, ValueError):
        fields = ()
    own = [field.name for field in fields if not isinstance(field, models.ForeignObjectRel)]
    places = {name: place for place, name in enumerate(own)}
    return lambda change: (places.get(change[0], len(places)), change[0])


def subject_in_words(subject: str) -> str:
    """What an entry is about, a month by its name: it was logged as 2026-10, or 2026-10 C00000001."""
    found = re.fullmatch(r"([0-9]{4}-(?:0[1-9]|1[0-2]))(?: (C[0-9]{8}))?", subject)
    if found is None:
        return subject
    name = capfirst(date_format(Month.parse(found[1]).first, "F Y"))
    return f"{name}, {found[2]}" if found[2] else name


def _columns(subject_type: str, changes: Mapping[str, Any]) -> Iterable[tuple[Any, list[str]]]:
    for name, values in changes.items():
        yield _field(subject_type, name), _pair(values)


def _pair(values: Any) -> list[str]:
    """Before and after as text, whatever an entry of an older release holds."""
    pair = values if isinstance(values, list) and len(values) == 2 else ["", values]
    return ["" if value is None else str(value) for value in pair]


def _field(subject_type: str, name: str) -> Any:
    """The column, or the rows that point to this one; None for one that is no more."""
    try:
        return apps.get_model(subject_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def _change(
    subject_type: str, name: str, pair: list[str], names: Mapping[tuple[type[models.Model], str], str]
) -> Change:
    field = _field(subject_type, name)
    if field is None:
        return Change(name.replace("_", " "), *pair)
    if isinstance(field, models.ForeignObjectRel):
        return Change(str(field.related_model._meta.verbose_name_plural), *pair)
    if isinstance(field, models.ForeignKey):
        pair = [names.get((field.related_model, value), value) for value in pair]
    elif in_words := _words.get((subject_type, name)):
        pair = [in_words(value) if value else "" for value in pair]
    else:
        pair = [_said(field, value) for value in pair]
    is_end = isinstance(field, DayAfterField)
    return Change(str(field.last_day_name if is_end else field.verbose_name), *pair)


def _said(field: Any, value: str) -> str:
    """``value``, the text that a column was logged as, as a reader says it."""
    if field.flatchoices:
        return {str(key): str(label) for key, label in field.flatchoices}.get(value, value)
    if isinstance(field, models.BooleanField):
        return {"True": _("yes"), "False": _("no")}.get(value, value)
    if isinstance(field, models.DecimalField):
        return _number_said(value, is_amount=field.decimal_places == MINOR_DIGITS)
    if isinstance(field, models.DateTimeField) and value:
        instant = parse_datetime(value)
        return date_format(timezone.localtime(instant), "DATETIME_FORMAT") if instant else value
    if isinstance(field, models.DateField) and value:
        day = parse_date(value)
        if day and isinstance(field, DayAfterField):
            day = last_day(day)
        return date_format(day) if day else value
    if isinstance(field, ArrayField):
        return value.strip("[]").replace("'", "")
    return value


def _number_said(value: str, *, is_amount: bool) -> str:
    """A logged number as the reader's language writes it: 250.125 is another number in Swedish."""
    try:
        return money(Decimal(value)) if is_amount else shown(Decimal(value))
    except InvalidOperation:
        return value
