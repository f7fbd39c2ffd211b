"""The books that most tests begin with: made once for the tests of a file, which stand in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from psycopg2 import sql
from pytest_django import DjangoDbBlocker

OF_THE_CODE = {ContentType, Permission}
"""What these hold follows from the models, and is made when the database is migrated."""


def is_committing(item: pytest.Item) -> bool:
    """Whether a test writes for others to see: it can stand in no transaction."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        {"transactional_db", "live_server"} & {*getattr(item, "fixturenames", ())}
    )


@contextmanager
def held() -> Iterator[None]:
    """A transaction around tests; every one of them changes what is made in it in a savepoint of its own."""
    with transaction.atomic():
        connection.atomic_blocks[-1]._from_testcase = True
        yield
        transaction.set_rollback(True)


class Ground:
    """What is held for the tests of one file that follow each other: at most one such transaction is open.

    It ends before any test that would not make the same itself, so that no test finds more than it asks for.
    """

    def __init__(self, blocker: DjangoDbBlocker) -> None:
        self._blocker = blocker
        self._path: Path | None = None
        self._open = ExitStack()

    def lay(self, path: Path, make: Callable[[], object]) -> None:
        """Begin each test of the file at ``path`` with what ``make`` makes."""
        if self._path != path:
            self.clear()
            with self._blocker.unblock():
                self._open.enter_context(held())
                make()
                connection.check_constraints()  # what waits for the end of a transaction is seen to once
            self._path = path

    def clear(self) -> None:
        """Begin the next test with nothing."""
        self._path = None
        with self._blocker.unblock():
            self._open.close()


def empty() -> None:
    """Take all rows out of every table, as the owner: what is closed, too.

    Whoever still writes is waited for, as TRUNCATE would; that makes every file anew, even of an empty table.
    """
    tables = [
        sql.Identifier(model._meta.db_table)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model not in OF_THE_CODE
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        listed = sql.SQL(", ").join(tables)
        cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(listed))
        cursor.execute(sql.SQL("; ").join(map(sql.SQL("DELETE FROM {}").format, tables)))
