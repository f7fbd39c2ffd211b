"""What is committed speaks of the project alone: no machine it was made on, no place it was fetched from."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, committed_files, name_of

# Written in pieces so that this file passes its own test.
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "npm" + "js.org",
    "deb." + "debian.org",
    "security." + "debian.org",
]
FOREIGN = {
    "a package registry's address": re.compile("|".join(map(re.escape, HOSTS))),
    "a path of one machine": re.compile(r"(?<![\w.-])/(?:wo" + r"rk|ro" + r"ot|home/\w+)/"),
    "a file address": re.compile(r"file:" + r"///(?!path)"),
}


def _text(path: Path) -> str | None:
    content = path.read_bytes()
    return None if b"\0" in content[:8000] else content.decode("utf-8", errors="replace")


@pytest.mark.parametrize("what", FOREIGN)
def test_no_committed_file_holds(what: str) -> None:
    found = [
        f"{name_of(path)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group(0)}"
        for path in committed_files()
        if not path.is_relative_to(ROOT / "static" / "vendor") and (text := _text(path)) is not None
        for match in [FOREIGN[what].search(text)]
        if match
    ]
    assert not found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_every_locked_release_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(blocks) > 20
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert "--index" not in text
    assert " @ " not in text


@pytest.mark.parametrize("larger", ["requirements-dev.lock", "requirements-bench.lock"])
def test_what_is_tested_and_measured_is_what_runs(larger: str) -> None:
    """`make venv` relies on it: whoever has installed a larger lock file has installed the run-time one."""
    runs, installed = (
        set(re.findall(r"^[a-z0-9]\S*==\S+", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", larger)
    )
    assert runs <= installed


def test_what_everybody_expects_is_there() -> None:
    expected = [
        "README.md",
        "LICENSE",
        "publiccode.yml",
        "Makefile",
        "docker-compose.yml",
        "Dockerfile",
        ".ci/run",
    ]
    assert [name for name in expected if not (ROOT / name).is_file()] == []
