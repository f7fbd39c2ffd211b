"""Mutants put to the engine tests, each in a process of its own that ends at the first failure.

Processes are forked from one that has pytest and hypothesis loaded and nothing of the project, so a trial
costs what its tests cost. The mutated module is compiled in memory: no file is touched.
"""

import os
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from math import ceil
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, settings

from tests.mutate.mutants import Mutant

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("tests/kernel", "tests/agreements/engine", "tests/billing/engine")
PATIENCE = 3
"""A mutant may work this many times as long as all tests do without one, then it counts as found."""
MEMORY = 2 << 30
ARGUMENTS = (
    *("-x", "-q", "-c", os.devnull, "--rootdir", str(ROOT), "-o", f"pythonpath={ROOT}", "-W", "error"),
    *("--import-mode=importlib", "--noconftest", "--assert=plain", "-p", "no:cacheprovider"),
)


class TrialError(Exception):
    """The tests do not pass, or cannot be run, without any mutant."""


def prepare() -> None:
    """Make every trial the same: examples that never change, and no plugin but pytest's own."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    settings.register_profile(
        "mutate",
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutate")
    # Only for the filters that write figures: they ask Django for the language.
    django_settings.configure(USE_I18N=False)


def files_for(path: str) -> list[list[str]]:
    """The files of engine tests in turns: those about the module ``path``, its app's, the others."""
    folder, name = os.path.split(path)
    app = folder.split("/")[-1 if folder.endswith("kernel") else 0]
    turns: list[list[str]] = [[], [], []]
    for file in sorted(file for tests in FOLDERS for file in (ROOT / tests).glob("test_*.py")):
        is_own = file.name.startswith(f"test_{Path(name).stem}")
        turns[0 if is_own else 1 if app in file.parts else 2].append(str(file))
    return [turn for turn in turns if turn]


def seconds_without() -> float:
    """How long a processor works on all tests without a mutant. Raises TrialError where they fail."""
    _, status, used = os.wait4(_start(None, files_for(""), None), 0)
    code = os.waitstatus_to_exitcode(status)
    if code != pytest.ExitCode.OK:
        raise TrialError(f"the engine tests fail without a mutant (pytest said {code})")
    return used.ru_utime + used.ru_stime


def survivors(mutants: Iterable[Mutant], *, processes: int, seconds: float) -> Iterator[Mutant]:
    """Those that no test finds, as soon as that is known; ``seconds`` as of ``seconds_without``."""
    running: dict[int, Mutant] = {}
    for mutant in mutants:
        if len(running) >= processes:
            yield from _ended(running)
        limit = ceil(PATIENCE * seconds)
        running[_start(mutant, files_for(mutant.path), limit)] = mutant
    while running:
        yield from _ended(running)


def _ended(running: dict[int, Mutant]) -> Iterator[Mutant]:
    """Wait for one trial to end; give its mutant back if all tests passed."""
    pid, status = os.wait()
    mutant = running.pop(pid)
    code = os.waitstatus_to_exitcode(status)
    if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise TrialError(f"pytest said {code} of {mutant.label}")
    if code == pytest.ExitCode.OK:
        yield mutant


def _start(mutant: Mutant | None, turns: Sequence[Sequence[str]], limit: int | None) -> int:
    """Begin a trial in a new process; gives back its number."""
    pid = os.fork()
    if not pid:
        _run(mutant, turns, limit)
    return pid


def _run(mutant: Mutant | None, turns: Sequence[Sequence[str]], limit: int | None) -> NoReturn:
    code = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        if limit:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if mutant:
            sys.meta_path.insert(0, _Finder(mutant))
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
        for files in turns:
            code = int(pytest.main([*ARGUMENTS, *files]))
            if code != pytest.ExitCode.OK:
                break
    finally:
        os._exit(code)


class _Finder(MetaPathFinder):
    """Gives the mutant instead of the module, and everything else as it is."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = mutant.path.removesuffix(".py").replace("/", ".")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        file = ROOT / self.mutant.path
        return spec_from_file_location(fullname, file, loader=_Loader(str(file), self.mutant.code))


class _Loader(SourceLoader):
    def __init__(self, file: str, code: str) -> None:
        self.file, self.code = file, code

    def get_filename(self, fullname: str) -> str:
        return self.file

    def get_data(self, path: str | bytes) -> bytes:
        if path != self.file:
            raise OSError  # no compiled copy
        return self.code.encode()
