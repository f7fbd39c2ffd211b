"""Running parts of the portal as a newcomer does: other processes, an environment without any address."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("SHAREDICT_", "DATABASE_", "REDIS_URL", "PORT", "DJANGO_SETTINGS_MODULE", "PYTEST_")


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without anything that the portal reads, plus ``variables``."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | variables


def python(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return program("-c", code, **variables)


def program(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Python with ``arguments``, until it ends."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def start_python(code: str, **variables: str) -> subprocess.Popen[str]:
    """A process that goes on; its output is read line by line."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def command_lines() -> dict[int, str]:
    """Every running process and its command line."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found[int(path.parent.name)] = (
                path.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            )
        except OSError:
            continue
    return found


def processes_naming(text: str) -> list[str]:
    """Command lines of other processes that hold ``text``."""
    return [line for process, line in command_lines().items() if text in line and process != os.getpid()]


def children_of(parent: int) -> dict[int, str]:
    """The processes that ``parent`` has started itself, and their command lines."""
    return {process: line for process, line in command_lines().items() if _parent_of(process) == parent}


def _parent_of(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])
