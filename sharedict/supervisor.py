"""Runs the portal's processes side by side: shows what they say, and stops them all when one ends.

None of them is restarted: a process that ends by itself is a fault to be seen, and whatever service manager
runs this program decides about a new start. What they stand on is looked after while they run.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from threading import Thread
from types import FrameType

GRACE_SECONDS = 15
LOOK_SECONDS = 1
KEPT_FROM_CHILDREN = ("DATABASE_OWNER_URL", "DATABASE_OWNER_URL_FILE")


class Supervisor:
    """A set of named child processes that live and die together."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.readers: list[Thread] = []
        self.is_stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a command, every line of which is shown behind its name; nothing once asked to stop."""
        if self.is_stopping:
            return
        child = subprocess.Popen(  # noqa: S603
            [*_dying_with_us(), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches only us, and we stop the others in order
            env={name: value for name, value in os.environ.items() if name not in KEPT_FROM_CHILDREN}
            | {"PYTHONUNBUFFERED": "1"},
        )
        self.children[name] = child
        reader = Thread(target=_show, args=(child, f"{name:6} | "), daemon=True)
        reader.start()
        self.readers.append(reader)

    def wait(self, look_after: Callable[[], Iterable[str]] = tuple) -> int:
        """Return 0 when asked to stop, 1 as soon as a child ends by itself; no child is left then.

        ``look_after`` is called every second; what it gives back is said, unless it was said just before.
        """
        looked_at, said = time.monotonic(), ""
        try:
            while not self.is_stopping:
                for name, child in self.children.items():
                    if child.poll() is not None:
                        say(f"{name} ended by itself with status {child.returncode}: stopping the rest.")
                        return 1
                if time.monotonic() - looked_at > LOOK_SECONDS:
                    for line in look_after():
                        if line != said:
                            say(said := line)
                    looked_at = time.monotonic()
                time.sleep(0.1)
            return 0
        finally:
            self.stop()

    def stop(self) -> None:
        """End every child: politely, and after a while by force, with whatever it has started itself."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        for reader in self.readers:
            reader.join(1)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _show(child: subprocess.Popen[bytes], prefix: str) -> None:
    if child.stdout is not None:
        for line in child.stdout:
            say(prefix + line.decode(errors="replace").rstrip())


def _dying_with_us() -> list[str]:
    """A prefix that has the kernel end a child when this process is killed and cannot do so itself."""
    return ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
