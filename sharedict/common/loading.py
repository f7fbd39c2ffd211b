"""Rows go into a table with COPY: as text, or, where there are millions of numbers, in binary.

PostgreSQL refuses COPY into a table whose rows are limited to who sees them, so one of the transaction's own
stands between. It stores its columns in the same way: to compress what is about to be read again takes longer
than all the rest.

The binary format is described in the manual of PostgreSQL under COPY, "Binary Format"; arrays in it are what
``array_send`` sends: dimensions, a flag for nulls, the type, length and first index, then each element after
its size. All numbers are big-endian.
"""

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
CHUNK_BYTES = 1 << 18

BINARY_BEGINS = b"PGCOPY\n\xff\r\n\0" + bytes(8)
BINARY_ENDS = b"\xff\xff"
INTEGER, BIGINT = 23, 20
"""Object identifiers of the types, fixed in PostgreSQL's catalogue."""
WORD = 4

STEPS = (
    "CREATE TEMPORARY TABLE {copied} (LIKE {table} INCLUDING STORAGE) ON COMMIT DROP",
    "COPY {copied} ({columns}) FROM STDIN {form}",
    "INSERT INTO {table} ({columns}) SELECT {columns} FROM {copied}; DROP TABLE {copied}",
)


def load_texts(table: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """COPY rows of cells into ``columns`` of ``table``, in this transaction."""
    lines = ("\t".join(NULL if cell is None else _text(cell) for cell in row) + "\n" for row in rows)
    _copy(table, columns, "", (line.encode() for line in lines))


def load_binary(table: str, columns: Sequence[str], rows: Iterable[Sequence[bytes]]) -> None:
    """COPY rows of fields in binary: ``integer_field`` and ``array_field``."""
    _copy(table, columns, "(FORMAT binary)", _binary(rows))


def integer_field(number: int) -> bytes:
    return struct.pack(">ii", WORD, number)


def integers(numbers: Sequence[int]) -> bytes:
    """Elements of an ``array_field`` of integer."""
    return _elements("i", numbers)


def bigints(numbers: Sequence[int]) -> bytes:
    """Elements of an ``array_field`` of bigint."""
    return _elements("q", numbers)


def array_field(kind: int, elements: Sequence[bytes]) -> bytes:
    """An array of INTEGER or BIGINT whose elements come in pieces; together at least one."""
    body = b"".join(elements)
    size = WORD if kind == INTEGER else 2 * WORD
    head = struct.pack(">5i", 1, 0, kind, len(body) // (WORD + size), 1)
    return struct.pack(">i", len(head) + len(body)) + head + body


def _elements(code: str, numbers: Sequence[int]) -> bytes:
    """Each number after its size, laid out word by word instead of number by number: that is what is fast."""
    plain = array(code, numbers)
    sizes = array("i", [plain.itemsize])
    if sys.byteorder == "little":
        plain.byteswap()
        sizes.byteswap()
    words, apart = array("i", plain.tobytes()), plain.itemsize // WORD
    found = array("i", bytes(WORD)) * (len(plain) * (apart + 1))
    found[:: apart + 1] = sizes * len(plain)
    for place in range(apart):
        found[place + 1 :: apart + 1] = words[place::apart]
    return found.tobytes()


def _text(value: str) -> str:
    return value.translate(ESCAPES)


def _binary(rows: Iterable[Sequence[bytes]]) -> Iterator[bytes]:
    yield BINARY_BEGINS
    for row in rows:
        yield struct.pack(">h", len(row)) + b"".join(row)
    yield BINARY_ENDS


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


def _copy(table: str, columns: Sequence[str], form: str, pieces: Iterable[bytes]) -> None:
    names = {
        "table": sql.Identifier("public", table),
        "copied": sql.Identifier("pg_temp", f"copied_{table}"),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        "form": sql.SQL(form),
    }
    before, copying, after = (sql.SQL(words).format(**names) for words in STEPS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(before)
        raw: Any = cursor.cursor
        raw.copy_expert(copying, _Stream(pieces), CHUNK_BYTES)
        cursor.execute(after)
