"""What only somebody can do who owns the database and means it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from sharedict.engines import OWNER

REFUSALS = ("42501", "23001", "23503", "23514")
"""No right; what is closed; what refers to it; a rule of ours."""


@contextmanager
def as_somebody_who_may() -> Iterator[None]:
    """Inside, in the same transaction, the database refuses nothing: its owner asks, and no trigger."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {OWNER}")
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("RESET session_replication_role")
        cursor.execute("RESET ROLE")


def refused(statement: str) -> None:
    """The database refuses this to the program: by its rights, by what is closed, by what refers to it."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert getattr(caught.value.__cause__, "pgcode", "") in REFUSALS, caught.value
