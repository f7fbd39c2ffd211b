"""Writing the change log."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import models, transaction

from sharedict.accounts.models import User
from sharedict.audit.models import Entry, PersonalValue, person_named
from sharedict.common.bulk import add_rows
from sharedict.common.models import Personal

_collected: ContextVar[list[Entry] | None] = ContextVar("entries", default=None)


def record(
    *,
    verb: str,
    subject: models.Model,
    by: object,
    at: dt.datetime,
    cooperation_id: int | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Entry:
    """Write one entry; ``by`` is a user, a token, or None for the program itself."""
    one = (verb, subject, changes or {})
    return record_all(subjects=[one], by=by, at=at, cooperation_id=cooperation_id)[0]


def record_all(
    *,
    subjects: Iterable[tuple[str, models.Model, Mapping[str, Any]]],
    by: object,
    at: dt.datetime,
    cooperation_id: int | None = None,
) -> list[Entry]:
    """Write an entry for each (verb, subject, changes), in one go, and beside it what is personal of it."""
    listed, actor = list(subjects), _actor(by)
    written = [
        Entry(
            cooperation_id=cooperation_id,
            at=at,
            user_id=by.pk if isinstance(by, User) else None,
            actor="" if isinstance(by, User) else actor,
            verb=verb,
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            subject="" if personal_of(subject) else _subject(subject),
            changes=_without_personal(subject, changes),
        )
        for verb, subject, changes in listed
    ]
    entries = list(add_rows(Entry, written))
    personal = [
        PersonalValue(entry_id=entry.pk, cooperation_id=cooperation_id, **value)
        for entry, (_, subject, changes) in zip(entries, listed, strict=True)
        for value in _personal_values(subject, changes, by)
    ]
    add_rows(PersonalValue, personal)
    if (collected := _collected.get()) is not None:
        collected += entries
    return entries


@contextmanager
def entries_written() -> Iterator[list[Entry]]:
    """The entries that are written inside, in their order."""
    entries: list[Entry] = []
    token = _collected.set(entries)
    try:
        yield entries
    finally:
        _collected.reset(token)


def logged_names(*, user: User, columns: Iterable[str]) -> set[str]:
    """What ``columns`` of ``user`` have ever been, as far as the log says."""
    pairs = PersonalValue.objects.filter(user=user, part__in=columns).values_list("before", "after")
    return {name for pair in pairs for name in pair if name}


@transaction.atomic
def erase(*, user: User, names: Iterable[str] = ()) -> None:
    """Erase what the log says of ``user`` beside its entries, and what /system/ called rows about them.

    ``names`` are those that they signed in by. The entries stay as they are. Safe to repeat.
    """
    _erase(PersonalValue.objects.filter(user=user), user.name_when_forgotten)
    for name in filter(None, names):
        failures = LogEntry.objects.filter(content_type__model="signinfailure")
        failures.filter(object_repr__istartswith=f"{name} ").update(object_repr=user.name_when_forgotten)


@transaction.atomic
def erase_about(*, row: models.Model, called: str) -> None:
    """The same of the person who is ``row`` and needs no sign-in; /system/ calls them ``called`` then."""
    _erase(PersonalValue.objects.filter(about=person_named(row._meta.label_lower, row.pk)), called)


def _erase(values: models.QuerySet[PersonalValue], called: str) -> None:
    about = values.filter(part="subject").order_by().distinct()
    for kind, pk in about.values_list("entry__subject_type", "entry__subject_id"):
        app_label, _, model = kind.partition(".")
        done = LogEntry.objects.filter(content_type__app_label=app_label, content_type__model=model)
        done.filter(object_id=pk).update(object_repr=called)
    values.delete()


def _actor(by: object) -> str:
    return str(by or "sharedict")[:200]


def _subject(subject: models.Model) -> str:
    return str(subject)[:300]


def _without_personal(subject: models.Model, changes: Mapping[str, Any]) -> dict[str, Any]:
    """``changes``, where a personal text is null; that there was none stays."""
    said = personal_of(subject)
    columns = said.columns if said else frozenset()
    return {
        name: [None if text else "" for text in pair] if name in columns else pair
        for name, pair in changes.items()
    }


def _personal_values(
    subject: models.Model, changes: Mapping[str, Any], by: object
) -> Iterator[dict[str, Any]]:
    if isinstance(by, User):
        yield {"part": "actor", "user_id": by.pk, "after": _actor(by)}
    if said := personal_of(subject):
        pk = getattr(subject, said.whose)
        whose = {"about": person_named(said.kind, pk)} if said.kind else {"user_id": pk}
        yield {"part": "subject", **whose, "after": _subject(subject)}
        for name in said.columns & changes.keys():
            before, after = changes[name]
            yield {"part": name, **whose, "before": before, "after": after}


def personal_of(model: models.Model | type[models.Model]) -> Personal | None:
    """What the model says that its rows hold of a person."""
    return getattr(model, "personal", None)


def field_values(row: models.Model) -> dict[str, str]:
    """The row's own columns as text, for comparing before and after; not those it names in ``not_logged``."""
    hidden = getattr(row, "not_logged", ())
    return {name: text for name, text in column_values(row).items() if name not in hidden}


def column_values(row: models.Model) -> dict[str, str]:
    """Every column of the row as text, except its primary key."""
    return {field.name: as_text(field, field.value_from_object(row)) for field in columns_of(row)}


def columns_of(row: models.Model | type[models.Model]) -> list[Any]:
    """The fields that are columns of the row's own, except its primary key."""
    return _columns_of(row._meta)


@cache
def _columns_of(meta: Any) -> list[Any]:
    return [field for field in meta.concrete_fields if not field.primary_key]


def as_text(field: Any, value: Any) -> str:
    """``value`` as the database gives it back: 412 is 412.0000 in a column of four decimals.

    A moment is one and the same in whichever zone it is told.
    """
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        value = value.astimezone(dt.UTC)
    if isinstance(field, models.DecimalField) and isinstance(value, Decimal):
        value = value or abs(value)  # there is no nought below nought
        value = _with_decimals(value, field.decimal_places)
    return "" if value is None else str(value)


def _with_decimals(value: Decimal, places: int) -> Decimal:
    """``value`` written with so many decimals; as it is where that would make it another number."""
    try:
        written = value.quantize(Decimal(1).scaleb(-places))
    except InvalidOperation:
        return value
    return written if written == value else value
