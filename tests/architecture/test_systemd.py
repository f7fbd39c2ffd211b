"""The units of systemd start what the compose file starts."""

from configparser import ConfigParser
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT

PARTS = ["web", "worker", "beat"]


def _service(part: str) -> dict[str, str]:
    unit = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.read(ROOT / "systemd" / f"sharedict-{part}.service", encoding="utf-8")
    return dict(unit["Service"])


def _started_by_compose(part: str) -> list[str]:
    compose: Any = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    if found := compose["services"][part].get("command"):
        return [str(word) for word in found]
    last = (ROOT / "Dockerfile").read_text(encoding="utf-8").rsplit("CMD ", 1)[1]
    return [str(word) for word in yaml.safe_load(last)]


@pytest.mark.parametrize("part", PARTS)
def test_a_unit_starts_what_the_compose_file_starts(part: str) -> None:
    service = _service(part)
    words = service["execstart"].removeprefix("/srv/sharedict/.venv/bin/").split()
    assert " ".join(words).replace("--pidfile=", "--pidfile ") == " ".join(_started_by_compose(part))
    assert service["restart"] == "always"


def test_there_are_no_other_units() -> None:
    found = {path.stem for path in (ROOT / "systemd").iterdir()}
    assert found == {f"sharedict-{part}" for part in (*PARTS, "prepare")}


def test_only_what_prepares_is_told_the_owner() -> None:
    told = [part for part in (*PARTS, "prepare") if "owner" in _service(part)["environmentfile"]]
    assert told == ["prepare"]
