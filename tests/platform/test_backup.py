"""A backup, put back into an empty database, is what was there."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection

from billing.models import Share, Statement
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.factories.billing import CostFactory, close, compute
from tests.platform.portal import program

ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL")
KEPT = "SELECT number, content_hash FROM billing_statement ORDER BY id"


def _named(database: str) -> dict[str, str]:
    """The addresses of the test run's engines, with another database."""
    found = {"REDIS_URL": os.environ["REDIS_URL"]}
    for name in ADDRESSES:
        found[name] = urlsplit(os.environ[name])._replace(path=f"/{database}").geturl()
    return found


@pytest.fixture
def empty(transactional_db: None) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"{connection.settings_dict['NAME']}_back"
    line = psycopg2.connect(_named("postgres")["DATABASE_OWNER_URL"])
    line.autocommit = True
    with line.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        yield name
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    line.close()


def test_what_is_restored_is_what_was_backed_up(
    north: Cooperation, administrator: User, second_administrator: User, empty: str, tmp_path: Path
) -> None:
    CostFactory(cooperation=north)
    [period] = compute(north)
    close(period, proposer=administrator, closer=second_administrator)
    ours, file = _named(connection.settings_dict["NAME"]), str(tmp_path / "all.dump")

    done = program("manage.py", "backup", file, **ours)
    assert done.returncode == 0, done.stderr
    assert Path(file).stat().st_mode & 0o777 == 0o600
    again = program("manage.py", "backup", file, **ours)
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    full = program("manage.py", "restore", file, **ours)
    assert (full.returncode, "The database is not empty" in full.stderr) == (1, True)

    done = program("manage.py", "restore", file, **_named(empty))
    assert done.returncode == 0, done.stderr
    assert "1 closed months, 2 statements" in done.stdout
    assert "all are as they were" in done.stdout
    with psycopg2.connect(_named(empty)["DATABASE_URL"]) as line, line.cursor() as cursor:
        cursor.execute("SET sharedict.sight = 'all'")
        cursor.execute("SELECT count(*) FROM billing_share")
        assert cursor.fetchone() == (Share.objects.count(),)
        cursor.execute(KEPT)
        assert cursor.fetchall() == [*Statement.objects.order_by("id").values_list("number", "content_hash")]
        with pytest.raises(psycopg2.errors.RestrictViolation):
            cursor.execute("DELETE FROM billing_period")
    line.close()


def test_what_is_no_backup_is_refused_and_nothing_done(empty: str, tmp_path: Path) -> None:
    file = tmp_path / "nonsense"
    file.write_text("nothing", encoding="utf-8")
    done = program("manage.py", "restore", str(file), **_named(empty))
    assert done.returncode == 1
    assert "does not appear to be a valid archive" in done.stderr
