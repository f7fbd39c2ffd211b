"""`make run` from start to Ctrl-C, on engines and a port of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.platform.portal import ROOT, children_of, environment, processes_naming


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """Of one portal for the module: the second start finds what the first one made."""
    folder = Path(tempfile.mkdtemp(prefix="run-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield environment(
        SHAREDICT_VAR=str(folder),
        SHAREDICT_PORT=str(port),
        SHAREDICT_DEMONSTRATION="false",
        SHAREDICT_WEB_PROCESSES="1",
        SHAREDICT_WORKER_PROCESSES="1",
    )
    shutil.rmtree(folder, ignore_errors=True)


def _run(variables: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _read_until(portal: subprocess.Popen[str], wanted: str) -> list[str]:
    """Lines up to the one that holds ``wanted``; all lines if the portal ends before."""
    assert portal.stdout is not None
    lines = []
    for line in portal.stdout:
        lines.append(line)
        if wanted in line:
            return lines
    pytest.fail("".join(lines))


def test_everything_starts_and_ctrl_c_stops_everything(variables: dict[str, str]) -> None:
    folder = variables["SHAREDICT_VAR"]
    with _run(variables) as portal:
        lines = _read_until(portal, "The portal is at")
        (told,) = [line.strip() for line in lines if "The first administrator" in line]
        for path in ("", f"set-up/{told.partition('/set-up/')[2]}"):
            with urlopen(f"http://127.0.0.1:{variables['SHAREDICT_PORT']}/{path}") as answer:
                assert answer.status == 200
        assert any("postgres" in line for line in processes_naming(folder))
        assert any("redis" in line for line in processes_naming(folder))

        with _run(variables) as second:
            said = second.communicate(timeout=30)[0]
        assert second.returncode == 1
        assert "Does the portal run already?" in said
        assert "prepare" not in said

        portal.send_signal(signal.SIGINT)
        assert _read_until(portal, "Stopped.")
        assert portal.wait(30) == 0
    assert processes_naming(folder) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(variables["SHAREDICT_PORT"]))) != 0


def test_a_part_that_dies_is_said_and_ends_the_rest(variables: dict[str, str]) -> None:
    with _run(variables | {"SHAREDICT_BIND": "no.such.host.invalid"}) as portal:
        said = portal.communicate(timeout=60)[0]
        assert portal.returncode == 1
        assert "no.such.host.invalid cannot be used" in said
    with _run(variables) as portal:
        _read_until(portal, "The portal is at")
        (beat,) = [process for process, line in children_of(portal.pid).items() if " beat " in line]
        os.kill(beat, signal.SIGKILL)
        assert _read_until(portal, "beat ended by itself with status -9: stopping the rest.")
        assert portal.wait(60) == 1
    assert processes_naming(variables["SHAREDICT_VAR"]) == []
