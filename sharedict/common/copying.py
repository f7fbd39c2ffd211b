"""What ``COPY … TO STDOUT`` or a cursor gives, piece by piece: however long, it is never held in memory."""

import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import IO, Any

from django.db import connection, models
from django.db.transaction import TransactionManagementError
from psycopg2 import InterfaceError

from sharedict.common import moments
from sharedict.common.sight import current, kept, seeing

F_SETPIPE_SZ: int | None = getattr(fcntl, "F_SETPIPE_SZ", None)
CHUNK_BYTES = 1 << 18
"""As much is buffered and handed on at a time, so that the two threads seldom wait for each other."""

Statements = Callable[[Any], Iterable[Any]]


def copied(statements: Statements) -> Iterator[bytes]:
    """The output of each COPY statement that ``statements`` gives, one after the other.

    It is called with a cursor, for looking up what it needs, and all of them see one snapshot of the
    database, on a connection of their own. When the reader stops early the database stops too. An error
    half-way is raised, so that nobody takes half a file for a whole one.
    """
    return kept(_copied(statements))


def fetched(rows: models.QuerySet[Any], size: int) -> Iterator[Any]:
    """``rows`` through a cursor of the database, ``size`` at a time.

    A fetch reads with the sight that the transaction knows by then, whoever has asked in between: it is told
    anew before each but the first. Raises TransactionManagementError outside a transaction, whose cursor
    would outlive it.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("What is fetched piece by piece is of one transaction.")
    each = rows.iterator(size)
    piece = list(islice(each, size))
    while piece:
        yield from piece
        if len(piece) < size:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT")
        piece = list(islice(each, size))


def _copied(statements: Statements) -> Iterator[bytes]:
    reading, writing = os.pipe()
    if F_SETPIPE_SZ is not None:
        with suppress(OSError):  # the system may allow less
            fcntl.fcntl(writing, F_SETPIPE_SZ, 2 * CHUNK_BYTES)
    copier, is_read = _Copier(statements, writing), False
    copier.start()
    try:
        while chunk := os.read(reading, CHUNK_BYTES):
            yield chunk
        is_read = True
    finally:
        os.close(reading)
        if not is_read:
            copier.cancel()
        copier.join()
    if copier.error:
        raise copier.error


class _Copier(threading.Thread):
    """Lets the database write into a pipe, from a thread with a connection of its own."""

    def __init__(self, statements: Statements, writing: int) -> None:
        super().__init__(name="copy", daemon=True)
        self.error: Exception | None = None
        self._statements = statements
        self._writing = writing
        self._raw: Any = None
        self._sight = current()

    def run(self) -> None:
        try:
            with os.fdopen(self._writing, "wb", buffering=CHUNK_BYTES) as pipe:
                self._copy(pipe)
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader's thread raises it
            self.error = error

    def cancel(self) -> None:
        """Tell the database that nobody reads on."""
        if self._raw is not None:
            with suppress(InterfaceError):  # it was closed in the meantime
                self._raw.cancel()

    def _copy(self, pipe: IO[bytes]) -> None:
        try:
            with seeing(self._sight), moments.reading(), connection.cursor() as cursor:
                self._raw = connection.connection
                for statement in self._statements(cursor):
                    cursor.copy_expert(statement, pipe, CHUNK_BYTES)
        finally:
            connection.close()
