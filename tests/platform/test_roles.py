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
def bare(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database on the tests' server, as its superuser; a login of its name owns it.

    A test may ask for other rights of that login, ``CREATEROLE``.
    """
    server = urlsplit(os.environ["DATABASE_URL"])._replace(netloc="postgres@")
    name = f"roles_{os.getpid()}"
    admin = psycopg2.connect(urlunsplit(server._replace(path="/postgres")))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"CREATE ROLE {name} LOGIN {getattr(request, 'param', '')}")
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


IN_PRODUCTION = {
    "SHAREDICT_MODE": "production",
    "SHAREDICT_SECRET_KEY": "x" * 60,
    "SHAREDICT_ORIGIN": "https://portal.example.se",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def as_its_login(bare: str) -> dict[str, str]:
    parts = urlsplit(bare)
    return {"DATABASE_URL": urlunsplit(parts._replace(netloc=f"{parts.path.strip('/')}@"))}


def run_sql(url: str, statement: str) -> None:
    admin = psycopg2.connect(url)
    with admin, admin.cursor() as cursor:
        cursor.execute(statement)
    admin.close()


WHO_IT_IS = """
from django.db import connection
from sharedict.common.roles import as_owner, make_program
with as_owner():
    make_program()
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user, current_setting('statement_timeout')")
    print(*cursor.fetchone())
"""
CHECK = ("manage.py", "check", "--database", "default", "--fail-level", "WARNING")


@pytest.mark.parametrize("bare", ["CREATEROLE"], indirect=True)
def test_a_login_that_may_make_roles_makes_one_and_takes_it_on(bare: str) -> None:
    """Since PostgreSQL 16 whoever makes a role may not take it on before granting it to itself."""
    variables = as_its_login(bare)
    who = program("manage.py", "shell", "--verbosity", "0", "-c", WHO_IT_IS, **variables)
    assert who.stdout.split() == [f"{urlsplit(bare).path.strip('/')}_program", "15min"], who.stderr
    assert program(*CHECK, **variables).returncode == 0


def test_a_role_that_the_login_may_not_take_on_is_no_guard(bare: str) -> None:
    name = urlsplit(bare).path.strip("/")
    run_sql(bare, f"CREATE ROLE {name}_program NOLOGIN")
    refused = program(*CHECK, **as_its_login(bare))
    assert f'run GRANT "{name}_program" TO "{name}"; Then run manage.py prepare' in refused.stderr


def test_production_is_not_migrated_unguarded(bare: str) -> None:
    variables = as_its_login(bare) | IN_PRODUCTION
    for command in ("prepare", "migrate"):
        refused = program("manage.py", command, **variables)
        assert refused.returncode == 1
        assert "sharedict.E005" in refused.stderr
    run_sql(bare, "DO $$ BEGIN ASSERT to_regclass('django_migrations') IS NULL; END $$")


def test_two_logins_of_which_one_cannot_be_made_are_said(bare: str) -> None:
    variables = IN_PRODUCTION | {
        "DATABASE_URL": bare.replace("//postgres@", "//roles_of_nobody@"),
        "DATABASE_OWNER_URL": as_its_login(bare)["DATABASE_URL"],
    }
    refused = program("manage.py", "prepare", **variables)
    assert "CREATE ROLE with the name and the password of DATABASE_URL" in refused.stderr


@pytest.mark.parametrize("bare", ["CREATEROLE"], indirect=True)
def test_of_two_logins_the_owner_makes_the_other(bare: str) -> None:
    name = f"{urlsplit(bare).path.strip('/')}_program"
    variables = {
        "DATABASE_URL": bare.replace("//postgres@", f"//{name}:se%3Acret@"),
        "DATABASE_OWNER_URL": as_its_login(bare)["DATABASE_URL"],
    }
    who = program("manage.py", "shell", "--verbosity", "0", "-c", WHO_IT_IS, **variables)
    assert who.stdout.split() == [name, "15min"], who.stderr
    assert program(*CHECK, **variables).returncode == 0


def test_a_login_that_may_not_make_roles_is_told_what_is_missing(bare: str) -> None:
    """What it is told to run is enough: the check is content then, and the program gives its rights up."""
    name, variables = urlsplit(bare).path.strip("/"), as_its_login(bare)
    refused = program(*CHECK, **variables)
    assert refused.returncode == 1
    told = f'CREATE ROLE "{name}_program" NOLOGIN; GRANT "{name}_program" TO "{name}";'
    assert told in refused.stderr
    run_sql(bare, told)
    assert program(*CHECK, **variables).returncode == 0
    who = "from django.db import connection as c; x = c.cursor(); x.execute('SELECT current_user'); print(*x)"
    assert (
        f"{name}_program" in program("manage.py", "shell", "--verbosity", "0", "-c", who, **variables).stdout
    )


def test_one_login_is_not_named_twice() -> None:
    url = "postgresql://somebody@db.example.se/sharedict"
    done = program("manage.py", "check", DATABASE_URL=url, DATABASE_OWNER_URL=url)
    assert done.returncode == 78
    assert "DATABASE_OWNER_URL names the login of DATABASE_URL" in done.stderr


LIMITED = """
SELECT DISTINCT relrowsecurity, relforcerowsecurity FROM pg_class
WHERE relname IN ('billing_cost', 'billing_statement', 'municipalities_site_mirrors')
"""
ASKS = """
from billing.models import Cost
from sharedict.common.sight import seeing
{how}
    print(Cost.objects.count())
"""


def test_where_one_login_must_do_for_both_it_is_limited_too(bare: str) -> None:
    """As long as no role of its own can be made: once there is one, the owner is not limited any more."""
    name, variables = urlsplit(bare).path.strip("/"), as_its_login(bare)
    run_sql(bare, "CREATE EXTENSION IF NOT EXISTS btree_gist")
    migrate = ("manage.py", "migrate", "--verbosity", "0", "--skip-checks")
    assert program(*migrate, **variables).returncode == 0
    assert asked(bare, LIMITED) == [(True, True)]
    nobody = program(
        "manage.py", "shell", "--verbosity", "0", "-c", ASKS.format(how="with seeing(None):"), **variables
    )
    assert "Nobody asks" in nobody.stderr
    operator = program(
        "manage.py", "shell", "--verbosity", "0", "-c", ASKS.format(how="if True:"), **variables
    )
    assert operator.stdout.split() == ["0"], operator.stderr
    run_sql(bare, f"CREATE ROLE {name}_program NOLOGIN; GRANT {name}_program TO {name}")
    assert program(*migrate, **variables).returncode == 0
    assert asked(bare, LIMITED) == [(True, False)]


def asked(url: str, statement: str) -> list[tuple[object, ...]]:
    admin = psycopg2.connect(url)
    with admin, admin.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    admin.close()
    return found
