"""PostgreSQL and Redis from wheels when no URL is set; nothing else knows of it.

Data live under ``SHAREDICT_VAR`` (``var/``). Any number of processes may use the engines: the first to come
starts them, the last to leave stops them. Who uses them is told by a shared file lock, which the kernel drops
when a process is killed, so engines left behind by ``kill -9`` are taken over by the next process.
"""

import errno
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sharedict.engines import Engine, EngineError, Postgres, Redis
from sharedict.env import SettingError, text

COMMANDS_WITHOUT = frozenset(
    ["run", "help", "version", "--help", "--version", "-h", "check", "collectstatic", "spectacular"]
)
FULL = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""What engines say where the disk, or what may be used of it, is full."""


def default_folder() -> Path:
    """Where the engines keep their data: the same folder that ``settings.VAR_DIR`` names."""
    return Path(text("SHAREDICT_VAR", str(Path(__file__).resolve().parent.parent / "var"))).absolute()


@contextmanager
def engines_for(arguments: Sequence[str]) -> Iterator[None]:
    """Engines for as long as a command of ``manage.py`` runs, unless it needs none."""
    if not arguments or COMMANDS_WITHOUT.intersection(arguments):
        yield
        return
    with running(default_folder()):
        yield


@contextmanager
def running(folder: Path, *, is_durable: bool = True) -> Iterator[list[Engine]]:
    """Start or join the engines whose URL is not set, and put their URLs into the environment.

    ``is_durable=False``, for tests only, begins with an empty database and trades safety against a power cut
    for speed.
    Raises SettingError when an engine cannot be started.
    """
    engines: list[Engine] = [
        engine
        for engine in (Postgres(folder, is_durable=is_durable), Redis(folder, is_durable=is_durable))
        if not text(engine.variable) and not text(f"{engine.variable}_FILE")
    ]
    if not engines:
        yield engines
        return
    _leave_tidily_on_signals()
    with _explaining(folder):
        folder.mkdir(parents=True, exist_ok=True)
        users = (folder / "engines.users").open("ab")
    urls: dict[str, str] = {}
    try:
        with _explaining(folder), _turn(folder):
            _join(engines, users)
        for engine in engines:
            urls |= engine.urls()
        os.environ.update(urls)
        yield engines
    finally:
        for name in urls:
            os.environ.pop(name, None)
        with _turn(folder), users:
            _leave(engines, users)


def heal(engines: Sequence[Engine], folder: Path) -> list[str]:
    """Start again what has died of ``engines``; gives back what to say about it, if there is anything.

    One that cannot be started is tried anew by the next call.
    """
    said = []
    for engine in engines:
        if not engine.is_gone():
            continue
        name = type(engine).__name__
        try:
            with _turn(folder):
                if engine.is_gone():  # still: another process may have started it meanwhile
                    engine.start()
                    said.append(f"{name} had died and is started again.")
        except (EngineError, OSError) as error:
            said.append(f"{name} has died and does not start, which is tried again: {error}")
    return said


def _leave_tidily_on_signals() -> None:
    """A polite kill unwinds like an error does, so that the engines are left as they should be."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))


@contextmanager
def _explaining(folder: Path) -> Iterator[None]:
    """Turn what goes wrong with a folder or an engine into advice."""
    try:
        yield
    except OSError as error:
        raise SettingError(
            "SHAREDICT_VAR",
            f"is the folder {folder}, where PostgreSQL and Redis cannot keep their data: {error}",
            "Name a folder that you can write to, or set DATABASE_URL and REDIS_URL.",
        ) from error
    except EngineError as error:
        if any(words in str(error) for words in FULL):
            raise SettingError(
                "SHAREDICT_VAR",
                f"is the folder {folder}, and there is no room left on its disk: {_reason_in(error)}",
                "Make room, or name a folder on another disk.",
            ) from error
        raise SettingError("DATABASE_URL or REDIS_URL", "is not set", str(error)) from error


def _reason_in(error: EngineError) -> str:
    """The line in which an engine says that the disk is full."""
    lines = str(error).splitlines()
    return next(line.strip() for line in lines if any(words in line for words in FULL))


def _join(engines: Sequence[Engine], users: BinaryIO) -> None:
    """Mark this process as a user and start what is not running."""
    fcntl.flock(users, fcntl.LOCK_SH)
    for engine in engines:
        if not engine.is_alive():
            engine.start()


def _leave(engines: Sequence[Engine], users: BinaryIO) -> None:
    """Stop the engines unless another process still uses them."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    for engine in engines:
        if engine.is_alive():
            engine.stop()


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One process at a time starts or stops engines."""
    with (folder / "engines.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
