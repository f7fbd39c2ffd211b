"""`make run` from start to Ctrl-C, on engines and a port of its own."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from tests.platform.portal import children_of, processes_naming
from tests.platform.running import start, variables_of_one


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """Of one portal for the module: the second start finds what the first one made."""
    with variables_of_one() as found:
        yield found


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
    with start(variables) as portal:
        lines = _read_until(portal, "The portal is at")
        (told,) = [line.strip() for line in lines if "The first administrator" in line]
        for path in ("", f"set-up/{told.partition('/set-up/')[2]}"):
            with urlopen(f"http://127.0.0.1:{variables['SHAREDICT_PORT']}/{path}") as answer:
                assert answer.status == 200
        assert any("postgres" in line for line in processes_naming(folder))
        assert any("redis" in line for line in processes_naming(folder))

        with start(variables) as second:
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
    with start(variables | {"SHAREDICT_BIND": "no.such.host.invalid"}) as portal:
        said = portal.communicate(timeout=60)[0]
        assert portal.returncode == 1
        assert "no.such.host.invalid cannot be used" in said
    with start(variables) as portal:
        _read_until(portal, "The portal is at")
        (beat,) = [process for process, line in children_of(portal.pid).items() if " beat " in line]
        os.kill(beat, signal.SIGKILL)
        assert _read_until(portal, "beat ended by itself with status -9: stopping the rest.")
        assert portal.wait(60) == 1
    assert processes_naming(variables["SHAREDICT_VAR"]) == []
