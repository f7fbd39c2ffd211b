"""Many rows of a model are added or changed at once, by COPY."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection, models, transaction
from psycopg2 import sql

from sharedict.common.loading import copy_apart, copy_rows

M = TypeVar("M", bound=models.Model)

FEW = 500
"""So many are done in Django's own way: COPY makes a table of the transaction's own, which takes its time."""

NUMBERS = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
CHANGE = (
    "UPDATE {table} AS old SET {changes} FROM {copied} AS new WHERE old.{key} = new.{key};"
    " DROP TABLE {copied}"
)


def add_rows(model: type[M], rows: Sequence[M]) -> Sequence[M]:
    """Add ``rows``, which get their primary keys; nothing is validated, as with ``bulk_create``."""
    if len(rows) <= FEW:
        return model._default_manager.bulk_create(rows)
    key: Any = model._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [model._meta.db_table, key.column, len(rows)])
        numbers = [number for (number,) in cursor.fetchall()]
    for row, number in zip(rows, numbers, strict=True):
        row.pk = number
        row._state.adding, row._state.db = False, connection.alias
    fields: list[Any] = list(model._meta.concrete_fields)
    copy_rows(model._meta.db_table, [field.column for field in fields], _cells(fields, rows))
    return rows


@transaction.atomic
def change_rows(model: type[M], rows: Sequence[M], names: Sequence[str]) -> None:
    """Write the columns ``names`` of ``rows``; nothing is validated, as with ``bulk_update``."""
    if len(rows) <= FEW:
        if rows:
            model._default_manager.bulk_update(rows, names)
        return
    key: Any = model._meta.pk
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns: list[str] = [field.column for field in fields]
    copied = f"changed_{model._meta.db_table}"
    copy_apart(copied, model._meta.db_table, [key.column, *columns], _cells([key, *fields], rows))
    words = sql.SQL(CHANGE).format(
        table=sql.Identifier(model._meta.db_table),
        copied=sql.Identifier("pg_temp", copied),
        key=sql.Identifier(key.column),
        changes=sql.SQL(", ").join(
            sql.SQL("{0} = new.{0}").format(sql.Identifier(column)) for column in columns
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(words)


def _cells(fields: Sequence[Any], rows: Sequence[models.Model]) -> Any:
    writers = [(field.attname, _writer(field)) for field in fields]
    for row in rows:
        values = row.__dict__
        yield [None if (value := values[name]) is None else write(value) for name, write in writers]


def _writer(field: Any) -> Callable[[Any], str]:
    """How PostgreSQL reads a value of ``field``."""
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, cls=field.encoder)
    return _text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, dt.date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)
