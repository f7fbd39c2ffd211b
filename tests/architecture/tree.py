"""What the architecture tests read: the committed files and the parsed Python of the project."""

import ast
import subprocess
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = ("sharedict", "municipalities", "services", "agreements", "billing")


@cache
def committed_files() -> list[Path]:
    """Every file under version control, and those that would be with the next commit."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def python_files(*folders: str) -> list[Path]:
    """Python files under ``folders``, migrations left out: they are history."""
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def found_in(paths: Iterable[Path], look: Callable[[Path], Any]) -> dict[str, Any]:
    """What ``look`` finds, by the name of each file that it finds something in.

    One test for all files of a kind tells as much as a test for each, and costs a hundredth of thousands.
    """
    looked_at = {name_of(path): look(path) for path in paths}
    assert looked_at, "There is nothing to look at."
    return {name: found for name, found in looked_at.items() if found}
