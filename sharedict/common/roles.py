"""Two ways into one database: its owner migrates it, and the program works in it and may do less.

With ``DATABASE_OWNER_URL`` they are two logins. With ``DATABASE_URL`` alone that login owns the tables, and
the program gives up its rights as it connects: it takes on a role, named after it, that migrating makes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from psycopg2 import sql

SUFFIX = "_program"
LONGEST_NAME = 63
EVERYTHING = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
APPENDING = frozenset({"SELECT", "INSERT"})
NEVER_CHANGED = frozenset({"SELECT", "INSERT", "DELETE"})
READING = frozenset({"SELECT"})
TIMEOUTS = {"statement_timeout": "15min", "idle_in_transaction_session_timeout": "15min"}
"""Longer than any job may take. They are the role's, since poolers refuse them as options of a connection."""


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
    """On each new connection: where one login does for both, give up what it may beyond the program."""
    if _is_owner(connection) or settings.DATABASE_OWNER:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = left(session_user, %s) || %s"
            " AND pg_has_role(session_user, oid, 'MEMBER')",
            [LONGEST_NAME - len(SUFFIX), SUFFIX],
        )
        if found := cursor.fetchone():
            cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(found[0])))


def program_name() -> str:
    """The role that the program works as."""
    user = str(settings.DATABASES["default"]["USER"])
    if settings.DATABASE_OWNER:
        return user
    if not user:
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            user = cursor.fetchone()[0]
    return user[: LONGEST_NAME - len(SUFFIX)] + SUFFIX


def make_program() -> bool:
    """As the owner: make the program's role where it is missing; whether it is there in the end."""
    name = program_name()
    with connection.cursor() as cursor:
        if not _is_known(cursor, name):
            login: sql.Composable = sql.SQL("NOLOGIN")
            if settings.DATABASE_OWNER:
                password = settings.DATABASES["default"]["PASSWORD"]
                login = sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(password or None))
            if not _try(cursor, sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), login)):
                return False
        role = sql.Identifier(name)
        if not settings.DATABASE_OWNER:
            cursor.execute("SELECT NOT pg_has_role(session_user, %s, 'MEMBER')", [name])
            if cursor.fetchone()[0]:
                _try(cursor, sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        for setting, value in TIMEOUTS.items():
            words = sql.SQL("ALTER ROLE {} SET {} = {}")
            _try(cursor, words.format(role, sql.Identifier(setting), sql.Literal(value)))
    return True


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
    """What keeps the database from guarding against the program, as statements that mend it."""
    name = program_name()
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [name])
        role = cursor.fetchone()
        quoted = sql.Identifier(name).as_string(cursor.cursor)
        if role is None:
            login = sql.Identifier(_login(cursor)).as_string(cursor.cursor)
            return [f"CREATE ROLE {quoted} NOLOGIN;", f"GRANT {quoted} TO {login};"]
        found = [f"ALTER ROLE {quoted} NOSUPERUSER NOBYPASSRLS;"] if any(role) else []
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND pg_has_role(%s, relowner, 'USAGE')",
            [name],
        )
        if cursor.fetchone()[0] and not any(role):
            found.append(f"REASSIGN OWNED BY {quoted} TO another login, named in DATABASE_OWNER_URL;")
    return found


def _is_owner(of: Any = connection) -> bool:
    return bool(of.settings_dict.get("IS_OWNER"))


def _is_known(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    return cursor.fetchone() is not None


def _login(cursor: Any) -> str:
    cursor.execute("SELECT session_user")
    return str(cursor.fetchone()[0])


def _try(cursor: Any, statement: sql.Composable) -> bool:
    """Whether the login may do this."""
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except ProgrammingError:
        return False
    return True
