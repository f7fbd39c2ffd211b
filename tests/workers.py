"""Work beside the test: in a thread with a connection of its own, or in a real Celery worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from sharedict.engines import Redis
from tests.platform.portal import ROOT, environment

PATIENCE_SECONDS = 60


class Beside(threading.Thread):
    """``work`` in a thread with its own connection; ``value`` waits for what it gives back or raises."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.result: Any = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.work()
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            self.error = error
        finally:
            connection.close()

    def value(self) -> Any:
        self.join(PATIENCE_SECONDS)
        assert not self.is_alive(), "it still works"
        if self.error:
            raise self.error
        return self.result


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """What ``condition`` gives back as soon as that is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.05)
    return found


def waiting_for_locks() -> int:
    """How many sessions of this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def database_url() -> str:
    """The address of the test's database, for processes beside it."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@contextmanager
def own_redis(folder: Path) -> Iterator[Redis]:
    """A Redis of the test's own, empty at every start, that it may stop and start as it likes."""
    redis = Redis(folder, is_durable=False)
    redis.start()
    try:
        yield redis
    finally:
        if redis.is_alive():
            redis.stop()


class CeleryWorker:
    """A worker with child processes, on the test's database; its messages come from ``redis_url``."""

    def __init__(self, redis_url: str, folder: Path, *, log: Path, processes: int = 1) -> None:
        variables = environment(
            DATABASE_URL=database_url(),
            REDIS_URL=redis_url,
            SHAREDICT_VAR=str(folder),
            SHAREDICT_WORKER_PROCESSES=str(processes),
        )
        self.log = log
        command = ["celery", "--app", "sharedict", "--quiet", "worker", "--loglevel", "INFO"]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command, "--without-gossip", "--without-mingle"],
                cwd=ROOT,
                env=variables,
                stdout=output,
                stderr=output,
            )
        wait_until(lambda: len(self.children()) >= processes, "the worker's children")

    def children(self) -> list[int]:
        """The processes that do the work."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
        return found

    def kill_child(self) -> int:
        """Kill the child as a kernel out of memory would; its process id."""
        (child,) = self.children()
        os.kill(child, signal.SIGKILL)
        return child

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def celery_worker(redis_url: str, folder: Path, processes: int = 1) -> Iterator[CeleryWorker]:
    worker = CeleryWorker(redis_url, folder, log=folder / "worker.log", processes=processes)
    try:
        yield worker
    finally:
        worker.stop()
