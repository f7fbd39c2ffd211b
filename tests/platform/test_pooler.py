"""Behind a pooler that gives each transaction whatever connection is free, nobody sees for another."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg2
import pytest
from django.db import connection, connections
from django.test import Client

from billing.models import Cost
from municipalities.models import Token
from services.models import Application
from sharedict.accounts.models import User
from sharedict.common.sight import of_cooperation, seeing
from tests.architecture import worlds
from tests.architecture.worlds import World
from tests.factories.municipalities import TokenFactory, bearer

PATIENCE = 10
TIMES, AT_ONCE = 12, 6
SETTINGS = """
[databases]
* = host={host} port={port} user={user} password={password} pool_size={size}
[pgbouncer]
unix_socket_dir = {folder}
listen_port = 6432
auth_type = any
pool_mode = transaction
client_login_timeout = 2
logfile = {folder}/log
pidfile = {folder}/pid
user = {run_as}
"""


def pgbouncer() -> str:
    """The program named by PGBOUNCER, or Debian's; a missing one is an error, never a skipped test."""
    path = os.environ.get("PGBOUNCER") or shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        raise FileNotFoundError("No pgbouncer found: run `make test`, or set PGBOUNCER to its path.")
    return path


@pytest.fixture
def pooled(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Connections made from now on go through one server connection, taken by each transaction in turn."""
    direct = connections.settings["default"]
    with TemporaryDirectory(prefix="pooler-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        port = direct["PORT"] or 5432
        words = SETTINGS.format(
            host=_within_reach(direct["HOST"], port, folder),
            port=port,
            user=direct["USER"],
            password=direct["PASSWORD"] or "none",
            size=1,
            folder=folder,
            run_as="nobody" if os.geteuid() == 0 else "",
        )
        path = folder / "pgbouncer.ini"
        path.write_text("\n".join(line for line in words.splitlines() if line != "user = "), "utf-8")
        started = subprocess.Popen([pgbouncer(), "-q", str(path)])
        try:
            _wait_for(folder, direct)
            behind = {**direct, "HOST": str(folder), "PORT": "6432", "CONN_MAX_AGE": 60}
            monkeypatch.setitem(connections.settings, "default", behind)
            yield folder
        finally:
            started.terminate()
            started.wait(PATIENCE)


def _within_reach(host: str, port: int | str, folder: Path) -> str:
    """Where the server is for whoever may not enter the folder of its socket: that has a name in ours."""
    path = Path(host) / f".s.PGSQL.{port}"
    if not path.is_socket():
        return host
    (folder / path.name).hardlink_to(path)
    return str(folder)


def _wait_for(folder: Path, direct: dict[str, Any]) -> None:
    for _ in range(PATIENCE):
        try:
            place = {"host": str(folder), "port": 6432, "connect_timeout": 2}
            psycopg2.connect(**place, dbname=direct["NAME"], user=direct["USER"]).close()
        except psycopg2.OperationalError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError((folder / "log").read_text("utf-8"))


@pytest.fixture
def two(transactional_db: None) -> tuple[World, World]:
    return worlds.north(), worlds.outside()


def test_everybody_sees_their_own_whoever_asked_before_them(two: tuple[World, World], pooled: Path) -> None:
    """Pages and lists of two cooperations, asked for at once: each answer holds its own names alone."""
    people = [User.objects.get(username=f"proposer-{world.cooperation.slug}") for world in two]
    tokens = [bearer(TokenFactory(cooperation=world.cooperation)) for world in two]
    names = [world.rows[Application].code for world in two]  # type: ignore[attr-defined]
    assert names[0] != names[1]

    def ask(turn: int) -> list[str]:
        which = turn % 2
        client, slug = Client(), two[which].cooperation.slug
        try:
            client.force_login(people[which])
            answers = [
                client.get(f"/{slug}/services/"),
                client.get("/api/v1/applications/", headers={"Authorization": tokens[which]}),
                client.get(f"/{slug}/costs/2026-01/month.csv"),
            ]
            bodies = [answer.getvalue().decode() for answer in answers]
            assert {answer.status_code for answer in answers} == {200}
            assert f"/{two[1 - which].cooperation.slug}/" not in bodies[0]
            return [name for body in bodies for name in names if name in body and name != names[which]] + [
                "missing" for body in bodies if names[which] not in body
            ]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert [found for found in threads.map(ask, range(TIMES * AT_ONCE)) if found] == []


def test_nobody_asks_with_what_another_was_told(two: tuple[World, World], pooled: Path) -> None:
    """The one server connection was told by others; a transaction of nobody's is refused on it."""

    def ask(world: World | None) -> Any:
        assert connection.settings_dict["HOST"] == str(pooled)
        try:
            if world:
                with seeing(of_cooperation(world.cooperation.pk)):
                    return {cost.cooperation_id for cost in Cost.objects.all()}
            with seeing(None), connection.cursor() as cursor:
                cursor.cursor.execute(
                    "SELECT 1 FROM billing_cost"
                )  # past the program, which asks no such thing
            return None
        except psycopg2.Error as error:
            return error.pgcode
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:  # a thread's own connection, which goes through the pooler
        for world in two:
            assert other.submit(ask, world).result() == {world.cooperation.pk}
            assert other.submit(ask, None).result() == "42501"
    assert Token.objects.exists()
