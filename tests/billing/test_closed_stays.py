"""The database refuses to change what is closed to the program's own login, whatever the program asks."""

import datetime as dt
from collections.abc import Callable

import psycopg2
import pytest
from django.db import connection

from billing.models import Period
from municipalities.models import Cooperation, Municipality
from sharedict.common.roles import as_owner
from tests.billing.books import change, month, post
from tests.tampering import refused
from tests.workers import database_url

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH = (dt.date(2026, number, 1) for number in (1, 2, 3))
Shut = Callable[[dt.date], Period]
TABLES = ("run", "runline", "runtotal", "shareblock", "statement", "statementline", "period", "latedecision")

TOTAL_MORE = """
INSERT INTO billing_runtotal (cooperation_id, run_id, municipality_id, name, amount)
SELECT cooperation_id, run_id, {other}, 'x', 1 FROM billing_runtotal WHERE run_id = {run} LIMIT 1
"""
BLOCK_MORE = """
INSERT INTO billing_shareblock (cooperation_id, run_id, municipality_id, line_numbers, amounts_minor)
SELECT cooperation_id, run_id, {other}, '{{1}}', '{{1}}' FROM billing_shareblock WHERE run_id = {run} LIMIT 1
"""
STATEMENT_LINE_MORE = """
INSERT INTO billing_statementline (cooperation_id, statement_id, position, application, application_name,
  cost_type, cost_type_name, amount, before, year, "references", description, account, department)
SELECT cooperation_id, id, 99, '', '', 'x', 'x', 1, 0, 0, '{{}}', '', '', '' FROM billing_statement
"""
CLOSED_MORE = """
INSERT INTO billing_period (cooperation_id, first_day, state, failure, is_taken_over, checked_mark,
  has_late_changes, proposed_by_id, closed_by_id)
SELECT cooperation_id, '2027-01-01', 'closed', '', false, '', false, proposed_by_id, closed_by_id
FROM billing_period WHERE state = 'closed'
"""


@pytest.fixture
def closed(north: Cooperation, shut: Shut) -> Period:
    post(north, "50.01", JANUARY, FEBRUARY)
    post(north, "10.00", FEBRUARY, MARCH)
    return shut(JANUARY)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_period SET state = 'open', closed_by_id = NULL, closed_at = NULL WHERE id = {period}",
        "UPDATE billing_period SET closed_at = now() WHERE id = {period}",
        "UPDATE billing_period SET first_day = '2027-01-01' WHERE id = {period}",
        "UPDATE billing_period SET current_run_id = NULL WHERE id = {period}",
        "DELETE FROM billing_period WHERE id = {period}",
        "UPDATE billing_run SET facts = '{{}}', fingerprint = '' WHERE id = {run}",
        "UPDATE billing_run SET period_id = {period}, number = 99 WHERE id <> {run}",
        "UPDATE billing_period SET current_run_id = {run} WHERE id <> {period}",
        "UPDATE billing_run SET superseded_at = now() WHERE id = {run}",
        "DELETE FROM billing_run WHERE id = {run}",
        "UPDATE billing_runline SET amount = 0 WHERE run_id = {run}",
        "DELETE FROM billing_runline WHERE run_id = {run}",
        "DELETE FROM billing_runtotal WHERE run_id = {run}",
        "DELETE FROM billing_shareblock WHERE run_id = {run}",
        CLOSED_MORE,
        TOTAL_MORE,
        BLOCK_MORE,
        "UPDATE billing_statement SET number = number + 1",
        "UPDATE billing_statement SET due_on = NULL",
        "DELETE FROM billing_statement",
        "UPDATE billing_statementline SET amount = amount + 1",
        "DELETE FROM billing_statementline",
        STATEMENT_LINE_MORE,
        "UPDATE municipalities_municipality SET code = '9' || substr(code, 2)",
        "UPDATE audit_entry SET actor = 'nobody'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "ALTER TABLE billing_run DISABLE TRIGGER billing_run_stays",
        "DROP TABLE billing_statementline",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "DELETE FROM django_migrations",
        *(f"TRUNCATE billing_{table} CASCADE" for table in TABLES),
    ],
)
def test_what_is_closed_is_not_changed(closed: Period, sundsvall: Municipality, statement: str) -> None:
    refused(statement.format(period=closed.pk, run=closed.current_run_id, other=sundsvall.pk))


@pytest.mark.parametrize("shadow", ["billing_period", "billing_run", "billing_statement"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM public.billing_shareblock WHERE run_id = {run}",
        "DELETE FROM public.billing_runline WHERE run_id = {run}",
        "UPDATE public.billing_run SET superseded_at = now() WHERE id = {run}",
        STATEMENT_LINE_MORE.replace("billing_", "public.billing_"),
        "UPDATE public.municipalities_cooperation SET currency = 'NOK'",
    ],
)
def test_no_table_of_a_session_stands_before_those_of_the_database(
    closed: Period, shadow: str, statement: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {shadow} (LIKE public.{shadow})")
        refused(statement.format(run=closed.current_run_id))


def test_every_function_of_ours_looks_in_public(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND NOT coalesce(proconfig::text LIKE '%%search_path=public, pg_temp%%', false)"
            " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE", "READ COMMITTED"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM billing_shareblock WHERE run_id = {run}",
        "DELETE FROM billing_runline WHERE run_id = {run}",
    ],
)
def test_a_transaction_that_began_before_the_month_closed_changes_nothing_of_it(
    north: Cooperation, shut: Shut, level: str, statement: str
) -> None:
    post(north, "50.01", JANUARY, FEBRUARY)
    older = psycopg2.connect(database_url())
    with older.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        cursor.execute("SET LOCAL sharedict.sight = 'all'")
        cursor.execute("SELECT count(*) FROM billing_period")
        run = shut(JANUARY).current_run_id
        with pytest.raises(psycopg2.Error) as caught:
            cursor.execute(statement.format(run=run))
    assert caught.value.pgcode in ("23001", "40001", "23503")
    older.close()


def test_what_is_noted_of_a_closed_month_later_is_no_part_of_it(closed: Period) -> None:
    change(closed.current_run.lines.get().cost, amount=70)
    assert month(closed.cooperation, JANUARY).has_late_changes


def test_the_owner_is_not_told_otherwise_while_no_trigger_is_lifted(closed: Period) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE sharedict_owner")
        for statement in (
            "DELETE FROM billing_statementline",
            "UPDATE billing_run SET total = 0",
            "UPDATE billing_runline SET number = number + 1000",
            "UPDATE billing_runtotal SET amount = 0",
            "DELETE FROM billing_latedecision",
            "UPDATE audit_entry SET actor = 'nobody'",
        ):
            refused(statement)
        cursor.execute("RESET ROLE")


@pytest.mark.django_db(transaction=True)
def test_the_program_owns_nothing_and_bypasses_nothing(north: Cooperation) -> None:
    asked = (
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb, (SELECT count(*) FROM pg_class"
        " WHERE relowner = pg_roles.oid) FROM pg_roles WHERE rolname = current_user"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        assert cursor.fetchone() == (False, 0)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = session_user, rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (True, False)
        for table in ("audit_entry", *(f"billing_{name}" for name in TABLES)):
            refused(f"TRUNCATE {table} CASCADE")
