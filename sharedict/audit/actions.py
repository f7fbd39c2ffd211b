"""Writing the change log."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
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
    return {
        field.name: _text(field, field.value_from_object(row))
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in getattr(row, "not_logged", ())
    }


def _text(field: Any, value: Any) -> str:
    """``value`` as the database gives it back: 412 is 412.0000 in a column of four decimals."""
    if isinstance(field, models.DecimalField) and isinstance(value, Decimal):
        value = value.quantize(Decimal(1).scaleb(-field.decimal_places))
    return "" if value is None else str(value)
