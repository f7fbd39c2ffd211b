"""Abstract bases: rows of one cooperation, rows that hold for a span of days, rows that shares depend on."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.contrib import admin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.encoding import force_str
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from sharedict.common.days import LastDayField, last_day
from sharedict.kernel.written import is_seen, turns

Span = tuple[dt.date, dt.date | None]
"""Half-open days; an open end as None."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What a model says by ``personal``: its rows are about the person whose primary key is in ``whose``.

    What a row is called is personal then, and the text in ``columns``: the change log keeps it where it can
    be erased. Who names a person by a foreign key alone says nothing: a number is no name. ``kind`` is the
    model of the person, where that is somebody who may never sign in; empty for those who do.
    """

    whose: str
    columns: frozenset[str] = frozenset()
    kind: str = ""


UNSEEN = _("Nothing of this text can be seen.")
TURNED = _("This holds an invisible sign that turns the direction of writing: type it anew.")


class Readable(models.Model):
    """A row whose texts can be read, wherever they come from.

    One that holds nothing to be seen is refused, and one that would turn what stands behind it, as the digits
    of an amount. What was stored before, and has not changed, is left alone: a row that has it can still end.
    """

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for name, why in self._unreadable():
            if name not in errors and name not in (exclude or ()):
                errors[name] = [why]
        if errors:
            raise ValidationError(errors)

    def _get_FIELD_display(self, field: "models.Field[Any, Any]") -> str:  # noqa: N802 - Django calls it so
        """The label of what ``field`` holds, alone: Django's own translates those of all its choices."""
        value: Any = getattr(self, field.attname)
        label: str = force_str(dict(field.flatchoices).get(value, value), strings_only=True)
        return label

    def _unreadable(self) -> Iterator[tuple[str, ValidationError]]:
        """The text columns that hold something which nobody can read, and why."""
        read: Mapping[str, Any] = getattr(self, "as_read", {})
        for field in self._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField):
                text: object = getattr(self, field.attname)
                if not isinstance(text, str) or not text or text == read.get(field.attname):
                    continue
                if not is_seen(text):
                    yield field.name, ValidationError(UNSEEN, code="blank")
                elif turns(text):
                    yield field.name, ValidationError(TURNED, code="turned")


class Remembered(Readable):
    """A row that knows what its columns were when it was read, so that only what changed of it is saved."""

    _as_read: Mapping[str, Any] | None = None

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self._remember(kwargs.get("update_fields"))

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any
    ) -> Self:
        row = super().from_db(db, field_names, values, **more)
        row._as_read = dict(zip(field_names, values, strict=True))
        return row

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        names = None if fields is None else list(fields)
        super().refresh_from_db(using=using, fields=names, from_queryset=from_queryset)
        self._remember(names)

    @property
    def as_read(self) -> Mapping[str, Any]:
        """What the columns were, by attribute, when they were last read or saved; only those that were."""
        return self._as_read or {}

    def remember_as(self, other: "Remembered") -> None:
        """Take ``other``, the same row read later, for what was read."""
        self._as_read = other.as_read

    def _remember(self, names: Iterable[str] | None) -> None:
        wanted = None if names is None else set(names)
        columns = [
            field.attname
            for field in self._meta.concrete_fields
            if wanted is None or not wanted.isdisjoint({field.name, field.attname})
        ]
        held = {name: self.__dict__[name] for name in columns if name in self.__dict__}
        self._as_read = {**self.as_read, **held}


class CooperationRow(Remembered):
    """A row that belongs to one cooperation, the tenant of everything."""

    cooperation = models.ForeignKey(
        "municipalities.Cooperation", models.PROTECT, related_name="+", verbose_name=_("cooperation")
    )

    class Meta:
        abstract = True


class DayAfterField(models.DateField):  # type: ignore[type-arg]
    """The first day that something no longer holds; people read and type the day before, its last one.

    Forms, those under ``/system/`` too, ask for the last day, with ``last_day_help`` beside it. To the
    database and to programs it is a date like any other.
    """

    last_day_name = _("last day")

    def __init__(self, *args: Any, last_day_help: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_day_help = last_day_help

    def deconstruct(self) -> Any:
        """How people type it is nothing to migrations."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        asked = {"form_class": LastDayField, "label": capfirst(self.last_day_name)}
        return super().formfield(**{**asked, "help_text": self.last_day_help, **kwargs})


class Spanned(CooperationRow):
    """A row of a cooperation that holds from a day until (not including) another, or until further notice."""

    valid_from = models.DateField(_("valid from"))
    valid_until = DayAfterField(
        _("valid until"),
        null=True,
        blank=True,
        help_text=_("The first day it no longer holds."),
        last_day_help=_("The last day it holds. Empty: until further notice."),
    )

    class Meta:
        abstract = True

    @property
    @admin.display(description=capfirst(DayAfterField.last_day_name), ordering="valid_until")
    def last_day(self) -> dt.date | None:
        """The last day it holds, which is what people read; None until further notice."""
        return last_day(self.valid_until) if self.valid_until else None

    def holds_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or self.valid_until > day)

    def is_only_cut(self, *names: str) -> bool:
        """Whether it is as it was read in the columns ``names``, and on no days on which it was not.

        What was there already may end, whatever would be refused of it today.
        """
        was = self.as_read
        if self._state.adding or any(was.get(name) != getattr(self, name) for name in names):
            return False
        first, after = was.get("valid_from"), was.get("valid_until")
        if first is None or self.valid_from < first:
            return False
        return after is None or (self.valid_until is not None and self.valid_until <= after)

    def clean(self) -> None:
        """Refuse an end before the start, which PostgreSQL cannot make a span of to compare with others."""
        start: object = self.valid_from
        end: object = self.valid_until
        if isinstance(start, dt.date) and isinstance(end, dt.date) and end <= start:
            raise ValidationError({"valid_until": _("It cannot end before it begins.")})


class Fact(Remembered):
    """A row that shares depend on: whatever billing gathers for a month is one, and announces its changes.

    A model says so by having ``touches``; any other changes no share, and its changes recompute nothing.
    """

    fact_columns: ClassVar[frozenset[str] | None] = None
    """The columns that shares depend on; None for all of them."""

    class Meta:
        abstract = True

    @property
    def touches(self) -> Span:
        """The days whose shares this row may change."""
        return dt.date.min, None


class SpannedFact(Fact, Spanned):
    """A row that shares depend on for the days that it holds."""

    class Meta:
        abstract = True

    @property
    def touches(self) -> Span:
        return self.valid_from, self.valid_until


def ends_after_it_starts(name: str) -> models.CheckConstraint:
    """The constraint that ``valid_until`` is later than ``valid_from``, under ``name``."""
    return models.CheckConstraint(
        condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
        name=name,
        violation_error_message=_("The end must be later than the start."),
    )


class DateRange(models.Func):
    """``daterange(from, until)``: half-open, open where ``until`` is null; for exclusion constraints."""

    function = "DATERANGE"


def never_twice(name: str, *same: Any, said: Any) -> ExclusionConstraint:
    """The constraint that rows alike in ``same`` never hold on one day, under ``name``; ``said`` where so."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((each, RangeOperators.EQUAL) for each in same),
            (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
        ],
        violation_error_message=said,
    )
