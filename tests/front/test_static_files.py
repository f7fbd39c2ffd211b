"""What is served: files from others as they were built, and nothing inline or from another host."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.architecture.tree import found_in

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN = sorted(path for folder in ("css", "js") for path in (STATIC / folder).glob("*"))
# Names of the SVG standard, not addresses that are fetched.
NAMES = ["http://www.w3.org/"]


def vendored() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))
    return entries


@pytest.mark.parametrize("entry", vendored(), ids=lambda entry: str(entry["file"]))
def test_a_vendored_file_is_the_one_that_was_described(entry: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


def test_every_vendored_file_is_described_with_its_licence() -> None:
    files = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert files - {"VENDOR.json"} == {entry["file"] for entry in vendored()}
    assert all(entry["licence"] and entry["version"] for entry in vendored())


def test_the_vendored_versions_are_the_locked_ones() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for entry in vendored():
        assert locked[f"node_modules/{entry['name']}"]["version"] == entry["version"]


def test_the_lock_file_holds_no_download_addresses() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in locked.items() if "resolved" in package] == []


def test_a_template_has_nothing_inline() -> None:
    assert found_in(TEMPLATES, inline) == {}


def inline(template: Path) -> list[str]:
    text = template.read_text(encoding="utf-8")
    scripts = [script for script in re.findall(r"<script[^>]*>", text) if "src=" not in script]
    return re.findall(r"<style|<[^>]+\sstyle=|<[^>]+\son\w+=|javascript:", text) + scripts


def test_nothing_of_ours_points_to_another_host() -> None:
    assert found_in([*TEMPLATES, *OWN], foreign) == {}


def foreign(path: Path) -> list[str]:
    """The addresses of other hosts that a file names."""
    addresses = re.findall(
        r"""(?:src|href|action|url\()\s*=?\s*["']?((?:https?:)?//[^"')\s]+)""", path.read_text("utf-8")
    )
    return [address for address in addresses if not address.startswith(tuple(NAMES))]


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix == ".js"], ids=lambda path: path.name)
def test_a_script_writes_no_markup(path: Path) -> None:
    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", path.read_text("utf-8"))
        == []
    )
