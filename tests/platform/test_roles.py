"""The program works as a role that owns nothing, however the database is reached."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.platform.portal import program, python

WHO = """
import os
from pathlib import Path
from sharedict import embedded
with embedded.running(Path(os.environ["FOLDER"])):
    import psycopg2
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        connection = psycopg2.connect(os.environ[name])
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
            print(*cursor.fetchone())
            cursor.execute("SELECT relowner::regrole FROM pg_class WHERE relname IN ('t', 't_id_seq', 'v')")
            print(*(owner for owner, in cursor))
        connection.close()
    if os.environ["MAKE"]:
        superuser = os.environ["DATABASE_URL"].replace("//sharedict@", "//postgres@")
        connection = psycopg2.connect(superuser)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE t (id serial); CREATE VIEW v AS SELECT * FROM t")
        connection.close()
"""


@pytest.fixture
def bare() -> Iterator[str]:
    """The address of an empty database on the tests' server, as its superuser."""
    server = urlsplit(os.environ["DATABASE_URL"])._replace(netloc="postgres@")
    name = f"roles_{os.getpid()}"
    admin = psycopg2.connect(urlunsplit(server._replace(path="/postgres")))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"CREATE ROLE {name} LOGIN")
        cursor.execute(f"ALTER DATABASE {name} OWNER TO {name}")
        yield urlunsplit(server._replace(path=f"/{name}"))
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        cursor.execute(f"DROP ROLE IF EXISTS {name}_program")
        cursor.execute(f"DROP ROLE {name}")
    admin.close()


def test_what_release_0_1_made_in_the_embedded_database_gets_its_owner() -> None:
    with tempfile.TemporaryDirectory(prefix="roles-") as folder:
        Path(folder).chmod(0o755)
        first, second = (python(WHO, FOLDER=folder, MAKE=make) for make in ("yes", ""))
    assert first.stdout.splitlines() == ["sharedict False", "", "sharedict_owner False", ""], first.stderr
    owners = " ".join(["sharedict_owner"] * 3)
    assert second.stdout.splitlines() == ["sharedict False", owners, "sharedict_owner False", owners]


def test_a_login_that_may_not_make_roles_is_told_what_is_missing(bare: str) -> None:
    """What it is told to run is enough: the check is content then, and the program gives its rights up."""
    parts = urlsplit(bare)
    name = parts.path.strip("/")
    variables = {"DATABASE_URL": urlunsplit(parts._replace(netloc=f"{name}@"))}
    asked = ("manage.py", "check", "--database", "default", "--fail-level", "WARNING")
    refused = program(*asked, **variables)
    assert refused.returncode == 1
    told = f'CREATE ROLE "{name}_program" NOLOGIN; GRANT "{name}_program" TO "{name}";'
    assert told in refused.stderr
    admin = psycopg2.connect(bare)
    with admin, admin.cursor() as cursor:
        cursor.execute(told)
    admin.close()
    assert program(*asked, **variables).returncode == 0
    who = "from django.db import connection as c; x = c.cursor(); x.execute('SELECT current_user'); print(*x)"
    assert (
        f"{name}_program" in program("manage.py", "shell", "--verbosity", "0", "-c", who, **variables).stdout
    )


def test_one_login_is_not_named_twice() -> None:
    url = "postgresql://somebody@db.example.se/sharedict"
    done = program("manage.py", "check", DATABASE_URL=url, DATABASE_OWNER_URL=url)
    assert done.returncode == 78
    assert "DATABASE_OWNER_URL names the login of DATABASE_URL" in done.stderr
