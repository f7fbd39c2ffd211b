"""Writing the change log."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models

from sharedict.accounts.models import User
from sharedict.audit.models import Entry


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
    """Write an entry for each (verb, subject, changes), in one go."""
    return Entry.objects.bulk_create(
        Entry(
            cooperation_id=cooperation_id,
            at=at,
            user=by if isinstance(by, User) else None,
            actor=str(by or "sharedict")[:200],
            verb=verb,
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            subject=str(subject)[:300],
            changes=dict(changes),
        )
        for verb, subject, changes in subjects
    )


def field_values(row: models.Model) -> dict[str, str]:
    """The row's own columns as text, for comparing before and after; not those it names in ``not_logged``."""
    hidden = getattr(row, "not_logged", ())
    return {name: text for name, text in column_values(row).items() if name not in hidden}


def column_values(row: models.Model) -> dict[str, str]:
    """Every column of the row as text, except its primary key."""
    return {field.name: as_text(field, field.value_from_object(row)) for field in columns_of(row)}


def columns_of(row: models.Model | type[models.Model]) -> list[Any]:
    """The fields that are columns of the row's own, except its primary key."""
    return [field for field in row._meta.concrete_fields if not field.primary_key]


def as_text(field: Any, value: Any) -> str:
    """``value`` as the database gives it back: 412 is 412.0000 in a column of four decimals."""
    if isinstance(field, models.DecimalField) and isinstance(value, Decimal):
        value = _with_decimals(value, field.decimal_places)
    return "" if value is None else str(value)


def _with_decimals(value: Decimal, places: int) -> Decimal:
    """``value`` written with so many decimals; as it is where that would make it another number."""
    try:
        written = value.quantize(Decimal(1).scaleb(-places))
    except InvalidOperation:
        return value
    return written if written == value else value
