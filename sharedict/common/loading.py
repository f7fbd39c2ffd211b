"""Many rows go into a table with COPY: as text, or, where they hold long arrays of numbers, in binary.

PostgreSQL refuses COPY into a table whose rows are limited to who sees them, so one of the transaction's own
stands between. The binary format is described in PostgreSQL's manual under COPY, "Binary Format"; an array in
it is what ``array_send`` sends: dimensions, a flag for nulls, the type, length and first index, then each
element after its size. All numbers are big-endian.
"""

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
CHUNK_BYTES = 1 << 18

BINARY_BEGINS = b"PGCOPY\n\xff\r\n\0" + bytes(8)
BINARY_ENDS = b"\xff\xff"
WORD = 4
INTEGER, BIGINT = 23, 20
"""The numbers by which PostgreSQL knows the types."""

STEPS = (
    "CREATE TEMPORARY TABLE {copied} (LIKE {table} INCLUDING STORAGE) ON COMMIT DROP",
    "COPY {copied} ({columns}) FROM STDIN",
    "INSERT INTO {table} ({columns}) SELECT {columns} FROM {copied}; DROP TABLE {copied}",
)
APART = (
    "CREATE TEMPORARY TABLE {copied} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA",
    STEPS[1],
    "ANALYZE {copied}",
)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """COPY rows of cells, each as PostgreSQL writes it, into ``columns`` of ``table``.

    They name every column that may not be empty, those with a default too.
    """
    _copy(table, columns, "", _lines(rows))


def copy_apart(copied: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """COPY rows of cells into ``columns`` of a table of the transaction's own, which are as in ``table``."""
    names = {
        "table": sql.Identifier("public", table),
        "copied": sql.Identifier("pg_temp", copied),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }
    _through(APART, names, "", _lines(rows))


def copy_binary(table: str, columns: Sequence[str], rows: Iterable[Sequence[bytes]]) -> None:
    """The same with fields made by ``integer_field`` and ``array_field``, in half the time."""
    _copy(table, columns, " (FORMAT binary)", _binary(rows))


def integer_field(number: int) -> bytes:
    return struct.pack(">2i", WORD, number)


def array_field(kind: int, pieces: Sequence[bytes]) -> bytes:
    """An array of INTEGER or BIGINT, from pieces made by ``integers`` or ``bigints``."""
    body = b"".join(pieces)
    length = len(body) // (2 * WORD if kind == INTEGER else 3 * WORD)
    head = struct.pack(">5i", 1, 0, kind, length, 1) if length else struct.pack(">3i", 0, 0, kind)
    return struct.pack(">i", len(head) + len(body)) + head + body


def integers(numbers: Sequence[int]) -> bytes:
    """Elements for an array of INTEGER."""
    return _elements("i", numbers)


def bigints(numbers: Sequence[int]) -> bytes:
    """Elements for an array of BIGINT."""
    return _elements("q", numbers)


def _elements(code: str, numbers: Sequence[int]) -> bytes:
    """Each number after its size, laid out word by word for all of them: number by number takes longer."""
    plain = array(code, numbers)
    size, apart = array("i", [plain.itemsize]), plain.itemsize // WORD
    if sys.byteorder == "little":
        plain.byteswap()
        size.byteswap()
    words = array("i", plain.tobytes())
    found = array("i", bytes(WORD)) * (len(plain) * (apart + 1))
    found[:: apart + 1] = size * len(plain)
    for place in range(apart):
        found[place + 1 :: apart + 1] = words[place::apart]
    return found.tobytes()


def _binary(rows: Iterable[Sequence[bytes]]) -> Iterator[bytes]:
    yield BINARY_BEGINS
    for row in rows:
        yield struct.pack(">h", len(row)) + b"".join(row)
    yield BINARY_ENDS


def _copy(table: str, columns: Sequence[str], form: str, pieces: Iterable[bytes]) -> None:
    names = {
        "table": sql.Identifier("public", table),
        "copied": sql.Identifier("pg_temp", f"copied_{table}"),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }
    _through(STEPS, names, form, pieces)


def _through(
    steps: Sequence[str], names: Mapping[str, sql.Composable], form: str, pieces: Iterable[bytes]
) -> None:
    first, then, last = (sql.SQL(words).format(**names) for words in steps)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(first)
        raw: Any = cursor.cursor
        raw.copy_expert(then + sql.SQL(form), _Stream(pieces), CHUNK_BYTES)
        cursor.execute(last)


def _lines(rows: Iterable[Sequence[str | None]]) -> Iterator[bytes]:
    for row in rows:
        yield ("\t".join(NULL if cell is None else _text(cell) for cell in row) + "\n").encode()


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
