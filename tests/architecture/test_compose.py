"""The compose file is valid, and it sets only variables that the program reads."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT

COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


def test_it_follows_the_compose_specification() -> None:
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, COMPOSE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_it_runs_every_part(compose: Any) -> None:
    assert {"web", "worker", "beat", "database", "redis"} <= set(compose["services"])
    for name, service in compose["services"].items():
        assert name == "prepare" or "healthcheck" in service, name


def test_every_secret_and_volume_is_declared(compose: Any) -> None:
    used = {secret for service in compose["services"].values() for secret in service.get("secrets", [])}
    assert used == set(compose["secrets"])


def test_its_variables_are_ones_that_the_program_reads(compose: Any) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("sharedict/*.py"))
    portal = [service for service in compose["services"].values() if service.get("image") == "sharedict"]
    names = {name.removesuffix("_FILE") for service in portal for name in service["environment"]}
    assert sorted(name for name in names if not re.search(rf'"{name}"', code)) == []
