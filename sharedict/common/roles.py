"""Two ways into one database: its owner migrates it, and the program works in it and may do less.

With ``DATABASE_OWNER_URL`` they are two logins. With ``DATABASE_URL`` alone that login owns the tables, and
the program gives up its rights as it connects: it takes on a role, named after it, that migrating makes.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import (
    IntegrityError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from psycopg2 import sql

from sharedict.engines import TIMEOUTS

SUFFIX = "_program"
LONGEST_NAME = 63
EVERYTHING = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
APPENDING = frozenset({"SELECT", "INSERT"})
NEVER_CHANGED = frozenset({"SELECT", "INSERT", "DELETE"})
READING = frozenset({"SELECT"})

STANDING = """
SELECT current_user, session_user, rolsuper OR rolbypassrls OR rolcreaterole,
  pg_has_role(current_user, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE')
  OR EXISTS (
    SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
    AND (pg_has_role(current_user, relowner, 'USAGE') OR relname = 'audit_entry'
      AND has_table_privilege(current_user, pg_class.oid, 'DELETE'))
  ),
  current_setting('statement_timeout') <> '0'
FROM pg_roles WHERE rolname = current_user
"""
"""Who the program is, whether it is above all rules, owns anything here, and has a limit of time."""


TAKEN = "SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(session_user, oid, %s)"
GRANTED = """(
  to_regclass('public.django_migrations') IS NULL
  OR has_table_privilege(oid, to_regclass('public.django_migrations'), 'SELECT')
)"""


@contextmanager
def as_owner() -> Iterator[None]:
    """Connections of this thread are the owner's inside; not within a transaction."""
    ours = connection.settings_dict
    if _is_owner():
        yield
        return
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("A transaction belongs to one login.")
    connection.close()
    owner = settings.DATABASE_OWNER or {}
    connection.settings_dict = {**ours, **owner, "NAME": ours["NAME"], "IS_OWNER": True}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = ours


def take_role(connection: Any, **_kwargs: Any) -> None:
    """On each new connection: where one login does for both, give up what it may beyond the program.

    Not before the program was given its rights: until then whoever runs it goes on as it did.
    """
    if _is_owner(connection) or settings.DATABASE_OWNER:
        return
    name = _beside(connection.connection.info.user)
    with connection.cursor() as cursor:
        cursor.execute(f"{TAKEN} AND {GRANTED}", [name, _to_set_role(connection)])
        if cursor.fetchone():
            cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(name)))
            for setting, value in TIMEOUTS.items():  # a role's own settings count at its login alone
                cursor.execute("SELECT set_config(%s, %s, false)", [setting, value])


def program_name() -> str:
    """The role that the program works as."""
    if settings.DATABASE_OWNER:
        return str(settings.DATABASES["default"]["USER"])
    connection.ensure_connection()
    return _beside(connection.connection.info.user)


def is_apart() -> bool:
    """Whether the program works as another than the owner, or will once it has its rights."""
    if settings.DATABASE_OWNER:
        return True
    name = program_name()
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [name, _to_set_role(connection)])
        return cursor.fetchone() is not None


def make_program() -> None:
    """As the owner: make the program's role where it is missing, as far as the login may."""
    name = program_name()
    role = sql.Identifier(name)
    with connection.cursor() as cursor:
        if not _is_known(cursor, name):
            login: sql.Composable = sql.SQL("NOLOGIN")
            if settings.DATABASE_OWNER:
                password = settings.DATABASES["default"]["PASSWORD"]
                login = sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(password or None))
            _try(cursor, sql.SQL("CREATE ROLE {} {}").format(role, login))
        if not settings.DATABASE_OWNER:
            _try(cursor, sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        cursor.execute("SELECT coalesce(rolconfig, '{}') FROM pg_roles WHERE rolname = %s", [name])
        known = cursor.fetchone()
        for setting, value in TIMEOUTS.items():
            if known is None or f"{setting}={value}" in known[0]:
                continue
            words = sql.SQL("ALTER ROLE {} SET {} = {}")
            _try(cursor, words.format(role, sql.Identifier(setting), sql.Literal(value)))


def grant_program() -> None:
    """As the owner: let the program do in each table what its model allows, and nothing else."""
    name = program_name()
    with transaction.atomic(), connection.cursor() as cursor:
        if not _is_known(cursor, name):
            return
        role = sql.Identifier(name)
        for kind in ("TABLES", "SEQUENCES"):
            words = sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA public FROM {}")
            cursor.execute(words.format(sql.SQL(kind), role))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        cursor.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
        for table, rights in allowed().items():
            words = sql.SQL("GRANT {} ON {} TO {}")
            listed = sql.SQL(", ").join(map(sql.SQL, sorted(rights)))
            cursor.execute(words.format(listed, sql.Identifier(table), role))


def allowed() -> dict[str, frozenset[str]]:
    """What the program may do in each table and view that is there; a model says so by ``program_may``."""
    with connection.cursor() as cursor:
        there = connection.introspection.get_table_list(cursor)
    models = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True, include_swapped=True)
    }
    found = {}
    for table in there:
        default = EVERYTHING if table.type == "t" and table.name in models else READING
        found[table.name] = getattr(models.get(table.name), "program_may", default)
    return found


def missing() -> list[str]:
    """What keeps the database from guarding against the program: what somebody must run, in words of SQL.

    It is asked of a connection as the program has it, and nothing is missing where that may do no harm.
    """
    name = program_name()
    own: Any = cast("Any", connection).copy()
    own.settings_dict = _of_program()
    try:
        with own.cursor() as cursor:
            cursor.execute(STANDING)
            user, login, is_above, is_owner, has_timeouts = cursor.fetchone()
            cursor.execute(
                "SELECT pg_has_role(session_user, oid, %s) FROM pg_roles WHERE rolname = %s",
                [_to_set_role(own), name],
            )
            known = cursor.fetchone()
            role, by = (sql.Identifier(each).as_string(cursor.cursor) for each in (name, login))
    except OperationalError:
        return ["CREATE ROLE with the name and the password of DATABASE_URL;"]
    finally:
        own.close()
    if not is_above and not is_owner:
        return (
            [] if has_timeouts else [f"ALTER ROLE {role} SET {key} = '{TIMEOUTS[key]}';" for key in TIMEOUTS]
        )
    if settings.DATABASE_OWNER or user != login:
        mend = f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;"
        return [mend if is_above else f"REASSIGN OWNED BY {role} TO the login of DATABASE_OWNER_URL;"]
    found = [] if known else [f"CREATE ROLE {role} NOLOGIN;"]
    found += [] if known and known[0] else [f"GRANT {role} TO {by};"]
    return found or ([] if _is_owner() else ["(nothing, but manage.py prepare)"])


def _of_program() -> dict[str, Any]:
    """The settings of a connection as the program has it, to the database of this one."""
    found = {**settings.DATABASES["default"], "NAME": connection.settings_dict["NAME"]}
    return {**connection.settings_dict, **found, "IS_OWNER": False}


def _beside(login: str) -> str:
    """The name of the program's role beside a login; PostgreSQL cuts names by bytes."""
    return login.encode()[: LONGEST_NAME - len(SUFFIX)].decode(errors="ignore") + SUFFIX


def _to_set_role(of: Any) -> str:
    """What to ask for whether SET ROLE is allowed: since PostgreSQL 16 being a member is not enough."""
    return "SET" if of.connection.server_version >= 160000 else "MEMBER"


def _is_owner(of: Any = connection) -> bool:
    return bool(of.settings_dict.get("IS_OWNER"))


def _is_known(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    return cursor.fetchone() is not None


def _try(cursor: Any, statement: sql.Composable) -> None:
    """Do what the login may; what it may not, or another does at this moment, is found missing later."""
    with suppress(ProgrammingError, IntegrityError, InternalError), transaction.atomic():
        cursor.execute(statement)
