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
from sharedict.backups import SEAL
from sharedict.common.roles import as_owner
from tests.factories.billing import CostFactory, close, compute
from tests.platform.portal import program

ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL")
LAST_NUMBERS = "SELECT pg_sequence_last_value(pg_get_serial_sequence('{0}', 'id')), max(id) FROM {0}"
LATER = "INSERT INTO django_migrations (app, name, applied) VALUES ('billing', '0999_later', now())"
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
        for table in ("billing_statement", "billing_run", "audit_entry"):
            cursor.execute(LAST_NUMBERS.format(table))
            last, highest = cursor.fetchone()
            assert last >= highest, f"a number of {table} would come twice"
        with pytest.raises(psycopg2.errors.RestrictViolation):
            cursor.execute("DELETE FROM billing_period")
    line.close()


def test_what_is_no_backup_is_refused_and_nothing_done(empty: str, tmp_path: Path) -> None:
    file = tmp_path / "nonsense"
    file.write_text("nothing", encoding="utf-8")
    done = program("manage.py", "restore", str(file), **_named(empty))
    assert done.returncode == 1
    assert "does not appear to be a valid archive" in done.stderr


def left_of(database: str) -> int:
    """How many tables are in it."""
    with psycopg2.connect(_named(database)["DATABASE_OWNER_URL"]) as line, line.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        found = int(cursor.fetchone()[0])
    line.close()
    return found


@pytest.fixture
def backup(north: Cooperation, tmp_path: Path) -> Path:
    file = tmp_path / "all.dump"
    done = program("manage.py", "backup", str(file), **_named(connection.settings_dict["NAME"]))
    assert done.returncode == 0, done.stderr
    return file


@pytest.mark.parametrize("damage", ["cut short", "early", "late", "seal"])
def test_a_damaged_backup_leaves_the_database_empty(empty: str, backup: Path, damage: str) -> None:
    """One sign of a function that guards what is closed is not noticed by PostgreSQL: it has no sum of it."""
    content = bytearray(backup.read_bytes())
    assert content.count(SEAL) == 1
    places = {"early": len(content) // 10, "late": len(content) * 2 // 3, "seal": len(content) - 1}
    if damage == "cut short":
        content = content[: places["late"]]
    else:
        content[places[damage]] ^= 0x01
    backup.write_bytes(content)
    done = program("manage.py", "restore", str(backup), **_named(empty))
    assert (done.returncode, "nothing was changed" in done.stderr) == (1, True), done.stderr
    assert left_of(empty) == 0


def test_a_backup_of_before_there_was_a_seal_is_restored(empty: str, backup: Path) -> None:
    backup.write_bytes(backup.read_bytes().partition(SEAL)[0])
    done = program("manage.py", "restore", str(backup), **_named(empty))
    assert done.returncode == 0, done.stderr
    assert left_of(empty) > 0


def test_a_backup_of_a_later_release_is_refused_and_nothing_done(empty: str, tmp_path: Path) -> None:
    ours, file = _named(connection.settings_dict["NAME"]), str(tmp_path / "later.dump")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('billing', '0999_later', now())"
        )
    try:
        assert program("manage.py", "backup", file, **ours).returncode == 0
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '0999_later'")
    done = program("manage.py", "restore", file, **_named(empty))
    assert done.returncode == 1
    assert "is of a later release" in done.stderr
    assert "Not known here: billing.0999_later" in done.stderr
    assert left_of(empty) == 0
