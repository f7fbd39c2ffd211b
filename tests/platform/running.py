"""`manage.py run` with engines, a folder and a port of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.platform.portal import ROOT, children_of, environment

START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def variables_of_one() -> Iterator[dict[str, str]]:
    """The environment of one portal, whose folder is there for as long as this is open."""
    folder = Path(tempfile.mkdtemp(prefix="run-"))
    try:
        yield environment(
            SHAREDICT_VAR=str(folder),
            SHAREDICT_PORT=str(free_port()),
            SHAREDICT_DEMONSTRATION="false",
            SHAREDICT_WEB_PROCESSES="1",
            SHAREDICT_WORKER_PROCESSES="1",
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(variables: dict[str, str], output: Any = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env=variables,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )


@dataclass
class Running:
    """A portal that runs, and what it has said so far."""

    process: subprocess.Popen[str]
    folder: Path
    port: int

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text(encoding="utf-8")

    def ask(self, path: str) -> tuple[int, str]:
        """Status and body of an answer; (0, why) if there is none."""
        web = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            web.request("GET", path)
            answer = web.getresponse()
            return answer.status, answer.read().decode()
        except OSError as error:
            return 0, str(error)
        finally:
            web.close()

    def child(self, word: str) -> int:
        """The process that this portal runs with ``word`` in its command line."""
        (found,) = [pid for pid, line in children_of(self.process.pid).items() if word in line]
        return found

    def until(self, holds: Callable[[], Any], seconds: float) -> float:
        """How long it took until ``holds``; fails with all that was said when it never does."""
        began = time.monotonic()
        while not holds():
            if time.monotonic() - began > seconds or self.process.poll() is not None:
                pytest.fail(self.said)
            time.sleep(0.05)
        return time.monotonic() - began


@contextmanager
def running() -> Iterator[Running]:
    with variables_of_one() as variables:
        folder = Path(variables["SHAREDICT_VAR"])
        with (folder / "said").open("w") as output:
            process = start(variables, output)
        portal = Running(process, folder, int(variables["SHAREDICT_PORT"]))
        try:
            portal.until(lambda: "The portal is at" in portal.said, START_SECONDS)
            yield portal
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
