"""The two worlds, made once for a file: every test changes them in a savepoint of its own."""

import datetime as dt
from copy import deepcopy

import pytest
from django.db import connection

from tests.architecture import worlds
from tests.architecture.worlds import World


def _seen_to(world: World) -> World:
    """The database has checked at once what it checks when a transaction ends, and not in each test again."""
    connection.check_constraints()
    return world


@pytest.fixture(scope="module")
def north_kept(kept: None) -> World:
    return _seen_to(worlds.north())


@pytest.fixture(scope="module")
def outside_kept(north_kept: World) -> World:
    """Beside ``north_kept``."""
    return _seen_to(worlds.outside())


@pytest.fixture
def north(db: None, north_kept: World) -> World:
    return deepcopy(north_kept)


@pytest.fixture
def outside(db: None, outside_kept: World) -> World:
    return deepcopy(outside_kept)


@pytest.fixture
def well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readiness finds no fault, however long the worlds have stood: a worker was seen, and no job waits."""
    monkeypatch.setattr("sharedict.health.was_swept", lambda: True)
    monkeypatch.setattr("sharedict.health.LONGEST_WAIT", dt.timedelta(days=1))
