"""A server from a wheel as a process of its own: whose it is, where its socket lies, how it is waited for."""

import importlib.util
import os
import re
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

WAIT_SECONDS = 60
SOCKET_PATH_BYTES = 107  # sun_path of sockaddr_un, less its closing zero
SOCKET_ROOM = SOCKET_PATH_BYTES - len("/.s.PGSQL.5432")
NOBODY = 65534
Process = subprocess.Popen[bytes]


class EngineError(Exception):
    """An engine that cannot be started; the message says why and what to do."""


class Engine(Protocol):
    """What starting and stopping needs to know of an engine."""

    variable: str

    def is_alive(self) -> bool: ...
    def is_gone(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def urls(self) -> dict[str, str]: ...


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


def wheel_folder(package: str) -> Path:
    """Where a wheel's files are, without importing it: both start servers of their own when used."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise EngineError(f"The package {package} is not installed: run make venv, or set both.")
    return Path(found.origin).parent


def socket_folder(preferred: Path, account: Account) -> Path:
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


def kept_socket_folder(folder: Path, account: Account) -> Path | None:
    """The folder of a server that was killed, if it is there still: its users know the server by that."""
    try:
        is_ours = folder.stat().st_uid == account.user
    except OSError:
        return None
    return folder if is_ours else None


def remove_socket_folder(folder: Path) -> None:
    """Both engines may share it, so only the last one finds it empty."""
    try:
        folder.rmdir()
    except OSError:
        return


def launch(engine: Engine, command: list[str], log: Path) -> Process:
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
    wait_until(lambda: engine.is_alive() or process.poll() is not None, f"{name} did not start", log)
    if process.returncode is not None and not engine.is_alive():
        raise EngineError(_with_log(f"{name} stopped at once", log))
    return process


def wait_until(condition: Callable[[], bool], problem: str, log: Path) -> None:
    """Return as soon as ``condition`` holds; raises EngineError with the end of ``log`` if it never does."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise EngineError(_with_log(problem, log))
        time.sleep(0.02)


def is_over(process: Process | None) -> bool:
    """Whether a server that we started has ended; one that we joined is not ours to wait for."""
    return process is None or process.poll() is not None


def _with_log(problem: str, log: Path) -> str:
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:] if log.exists() else []
    return "\n  ".join([f"{problem}; {log} ends with:", *tail])


def run(command: list[str]) -> str:
    """The output of a short program; raises EngineError with what it complained about."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603
    if done.returncode:
        raise EngineError(f"{command[0]} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def refuses(path: Path) -> bool:
    """Whether nobody listens at a socket; somebody who is only slow does."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        try:
            line.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:
            return False
    return False


def answers(path: Path, question: bytes = b"", answer: bytes = b"") -> bool:
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
