"""`make` in any folder: nothing in it takes a space in the checkout's path for the end of a name."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.platform.portal import ROOT

PYTHON = """#!/bin/sh
case "$*" in
  "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python && cp "$0" .venv/bin/pybabel ;;
esac
echo "$(pwd): $*${PYTHONDONTWRITEBYTECODE:+, compiling all anew}"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile and what it names, in a deep folder, with a Python that says what it is asked to do."""
    folder = tmp_path / "Vår mapp, å & ö" / ("d" * 100) / "s"
    folder.mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder)
    (folder / "locale/sv/LC_MESSAGES").mkdir(parents=True)
    (folder / "locale/sv/LC_MESSAGES/django.po").touch()
    (tmp_path / "bin").mkdir()
    for name in ("python3", "chromium", "pgbouncer"):
        (tmp_path / "bin" / name).write_text(PYTHON, encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("target", "last"), [("run", "manage.py run"), ("test", "-m pytest -n 2 --dist worksteal")]
)
def test_make_works_in_a_deep_folder_with_spaces(
    tmp_path: Path, checkout: Path, target: str, last: str
) -> None:
    done = subprocess.run(
        [shutil.which("make") or "make", "--no-print-directory", target],
        cwd=checkout,
        env={"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    asked = [line.removeprefix(f"{checkout}: ") for line in done.stdout.splitlines() if line.startswith("/")]
    assert asked[0] == "-m venv .venv"
    assert asked[1].startswith("-m pip install")
    assert asked[2].startswith("--quiet compile --input-file locale/sv/")
    assert asked[3].strip() == last
