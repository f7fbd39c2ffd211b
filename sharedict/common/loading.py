"""Many rows go into a table: with COPY, or, where they are few and long, with one INSERT.

PostgreSQL refuses COPY into a table whose rows are limited to who sees them, so one of the transaction's own
stands between.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
CHUNK_BYTES = 1 << 18

STEPS = (
    "CREATE TEMPORARY TABLE {copied} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA",
    "COPY {copied} FROM STDIN",
    "INSERT INTO {table} ({columns}) SELECT * FROM {copied}; DROP TABLE {copied}",
)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """COPY rows of cells, each as PostgreSQL writes it, into ``columns`` of ``table``."""
    lines = ("\t".join(NULL if cell is None else _text(cell) for cell in row) + "\n" for row in rows)
    names = {
        "table": sql.Identifier("public", table),
        "copied": sql.Identifier("pg_temp", f"copied_{table}"),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }
    before, copying, after = (sql.SQL(words).format(**names) for words in STEPS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(before)
        raw: Any = cursor.cursor
        raw.copy_expert(copying, _Stream(line.encode() for line in lines), CHUNK_BYTES)
        cursor.execute(after)


def insert_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """The same in one statement: for few rows, whose cells may be long."""
    found, quoted = list(rows), connection.ops.quote_name
    if not found:
        return
    row = f"({', '.join(['%s'] * len(columns))})"
    words = ["INSERT INTO", quoted(table), f"({', '.join(map(quoted, columns))})", "VALUES"]
    with connection.cursor() as cursor:
        cursor.execute(" ".join([*words, ", ".join([row] * len(found))]), list(chain.from_iterable(found)))


def array(elements: Iterable[str]) -> str:
    """A cell for an array of numbers, given as text: one each, or several with commas between."""
    return "{" + ",".join(elements) + "}"


def numbers(each: Iterable[int]) -> str:
    """Elements for ``array``."""
    return ",".join(map(str, each))


def _text(value: str) -> str:
    return value.translate(ESCAPES)


class _Stream:
    """A file that COPY reads: pieces of bytes, joined to about what is asked for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._rest = b""

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        parts, length = [self._rest], len(self._rest)
        while length < size and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            length += len(piece)
        whole = b"".join(parts)
        self._rest = whole[size:]
        return whole[:size]
