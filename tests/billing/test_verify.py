"""``manage.py verify``: closed months are computed again, and whatever was changed behind them is named."""

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from billing.actions import decide_late
from billing.models import Cost, Period
from billing.snapshots import late_states
from municipalities.actions import save_row
from municipalities.models import Cooperation, Role
from services.models import Application
from tests import cast
from tests.billing.books import change, credit, month, post, shutting, support_of
from tests.factories.municipalities import CooperationFactory
from tests.tampering import as_somebody_who_may, refused

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in (1, 2, 3, 4))
Shut = Callable[[dt.date], Period]


def verify(*cooperations: str) -> tuple[str, str]:
    """What the command says, and what differs."""
    said, wrong = io.StringIO(), io.StringIO()
    try:
        call_command("verify", *cooperations, stdout=said, stderr=wrong)
    except CommandError as error:
        return str(error), wrong.getvalue()
    return said.getvalue(), wrong.getvalue()


@pytest.fixture(scope="module")
def kept_books(kept: None) -> None:
    """Three closed months: two applications, a late change of January charged in February, a part refund.

    There is another cooperation beside it.
    """
    CooperationFactory(slug="other")
    north = cast.north()
    shut = shutting(north)
    erp = Application.objects.get(cooperation=north, code="erp")
    cost = post(north, "50.01", JANUARY, MARCH, application=erp)
    post(north, "30.00", FEBRUARY, MARCH, cost_type=support_of(north), description="Help")
    shut(JANUARY)
    change(cost, amount=Decimal("70.02"))
    shut(FEBRUARY)
    credit(cost, "-10.00")
    post(north, "0.01", MARCH, APRIL)
    shut(MARCH)
    post(north, "5.00", APRIL, dt.date(2026, 5, 1))


@pytest.fixture
def books(kept_books: None, north: Cooperation) -> Cooperation:
    return north


def test_months_that_nobody_touched_are_as_they_were(books: Cooperation) -> None:
    said, wrong = verify()
    assert wrong == ""
    assert said.startswith("3 closed months, ")
    assert "all are as they were" in said


def test_what_changes_since_then_changes_nothing_of_it(books: Cooperation) -> None:
    books.name, books.shares_are_open = "Another name", not books.shares_are_open
    save_row(row=books, by=None)
    for cost in Cost.objects.all():
        change(cost, description="Other words", supplier="Another AB")
    assert verify("north")[1] == ""


TAMPERED = [
    (
        "UPDATE billing_shareblock SET amounts_minor[1] = 7 WHERE run_id={run} AND municipality_id={place}",
        "SE1737's share of line",
    ),
    ("UPDATE billing_shareblock SET line_numbers[1] = 99 WHERE run_id = {run}", "share of line number 99 is"),
    (
        "DELETE FROM billing_shareblock WHERE run_id = {run} AND municipality_id = {place}",
        "is 0.00, computed",
    ),
    ("UPDATE billing_runline SET amount = amount + 0.01 WHERE run_id = {run} AND number = 1", "amount is"),
    ("UPDATE billing_runline SET description = 'x' WHERE run_id = {run} AND number = 1", "description is x"),
    (
        "UPDATE billing_runline SET evidence = '{{}}' WHERE run_id = {run} AND concerns IS NOT NULL",
        "evidence is",
    ),
    ("UPDATE billing_runtotal SET amount = amount - 0.01 WHERE run_id = {run}", "SE1737's total is"),
    (
        "UPDATE billing_runtotal SET name = 'Y' WHERE run_id = {run}",
        "SE1737 is called Y, in the facts Torsby",
    ),
    ("UPDATE billing_run SET total = total + 1 WHERE id = {run}", "its total is"),
    ("UPDATE billing_run SET unallocated = 7 WHERE id = {run}", "its unallocated is"),
    ("UPDATE billing_run SET carry = '{{}}' WHERE id = {run}", "its what rounding owes is"),
    ("UPDATE billing_run SET facts = replace(facts, 'Help', 'Hulp') WHERE id = {run}", "fingerprint"),
    ("UPDATE billing_run SET facts = 'none' WHERE id = {run}", "its facts cannot be computed"),
    ("UPDATE billing_statement SET total = total + 0.01 WHERE run_id = {run}", "its total is"),
    ("UPDATE billing_statement SET year_total = 1 WHERE run_id = {run}", "its year so far is 1"),
    ("UPDATE billing_statement SET before_total = 1 WHERE run_id = {run}", "its month before is 1"),
    ("UPDATE billing_statement SET payer_name = 'X' WHERE run_id = {run}", "not what its hash was made of"),
    ("UPDATE billing_statement SET number = number + 100 WHERE run_id = {run}", "is missing"),
    ("UPDATE billing_statementline SET amount = amount + 0.01, year = year + 0.01", "does not add up"),
    ("DELETE FROM billing_statementline AS line USING billing_statement", "does not add up"),
    ("UPDATE billing_statement SET issued_at = issued_at - interval '1 day'", "it was issued on"),
    ("UPDATE billing_statement SET after_day = after_day + 1 WHERE run_id = {run}", "and not of its month"),
    ("UPDATE billing_statement SET format_version = 9 WHERE run_id = {run}", "format version 9 is none"),
    ("UPDATE billing_period SET closed_at = now() WHERE id = {period}", "closed_at is"),
    (
        "UPDATE billing_period SET closed_by_id = proposed_by_id, proposed_by_id = closed_by_id",
        "closed_by is",
    ),
    (
        "UPDATE billing_shareblock SET line_numbers = line_numbers || 77, amounts_minor = amounts_minor || 0",
        "share of line number 77 is",
    ),
    ("UPDATE billing_run SET unallocated_lines = 3 WHERE id = {run}", "lines that nobody pays is 3"),
    ("UPDATE billing_shareblock SET cooperation_id = {other}", "blocks of shares stand in another"),
    ("UPDATE billing_runtotal SET cooperation_id = {other}", "totals stand in another"),
    ("UPDATE billing_statementline SET cooperation_id = {other}", "lines of statements stand in another"),
    ("UPDATE billing_period SET current_run_id = NULL WHERE id = {period}", "closed without a run"),
    ("UPDATE billing_run SET money_mark = 'x' WHERE id = {run}", "mark of what money depends on is x"),
    ("UPDATE billing_run SET kind = 'should_be' WHERE id = {run}", "its kind is should_be"),
    ("UPDATE billing_period SET proposed_at = proposed_at - interval '1 day'", "proposed_at is"),
    ("UPDATE billing_period SET is_closed_by_invited = true WHERE id = {period}", "is_closed_by_invited is"),
    ("UPDATE billing_period SET is_taken_over = true WHERE id = {period}", "said to be of release 0.1"),
    ("UPDATE billing_period SET cooperation_id = {other} WHERE id = {period}", "2026-02 is not closed here"),
    ("UPDATE billing_period SET cooperation_id = {other} WHERE id = {period}", "between 2026-01 and 2026-03"),
    (
        "UPDATE audit_entry SET subject_id = '0' WHERE subject_type = 'billing.period'",
        "the change log does not tell of its closing",
    ),
    (
        "UPDATE billing_period SET current_run_id = (SELECT min(id) FROM billing_run) WHERE id = {period}",
        "month is",
    ),
]


@pytest.mark.parametrize(("sql", "said"), TAMPERED)
def test_what_was_changed_behind_the_program_is_named(books: Cooperation, sql: str, said: str) -> None:
    february = month(books, FEBRUARY)
    place = february.current_run.totals.get(municipality__code="1737").municipality_id
    other = Cooperation.objects.get(slug="other").pk
    statement = sql.format(run=february.current_run_id, period=february.pk, place=place, other=other)
    refused(statement)
    with as_somebody_who_may(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount
    summary, wrong = verify("north")
    assert said in wrong
    assert wrong.startswith("north")
    assert "differences." in summary


ITS_LINES = """
DELETE FROM billing_statementline
WHERE statement_id IN (SELECT id FROM billing_statement WHERE period_id = {period})
"""
ROWS_OF_RUNS = (
    "DELETE FROM billing_%s WHERE run_id IN (SELECT id FROM billing_run WHERE period_id = {period})"
)
WHOLE_MONTH = (
    ITS_LINES,
    "DELETE FROM billing_statement WHERE period_id = {period}",
    *(ROWS_OF_RUNS % table for table in ("shareblock", "runtotal", "runline")),
    "DELETE FROM billing_latechange WHERE period_id = {period}",
    "DELETE FROM billing_period WHERE id = {period}",
    "DELETE FROM billing_run WHERE period_id = {period}",
)


def test_a_last_month_that_is_gone_with_all_that_was_of_it_is_named(books: Cooperation) -> None:
    """Nothing that is left refers to it but the change log."""
    march = month(books, MARCH)
    with as_somebody_who_may(), connection.cursor() as cursor:
        for statement in WHOLE_MONTH:
            cursor.execute(statement.format(period=march.pk))
    _summary, wrong = verify("north")
    assert wrong == "north: 2026-03 is not closed here, and the change log tells of its closing\n"


DECIDED = [
    ("UPDATE billing_latedecision SET verdict = 'charge'", "its verdict is charge, in the change log leave"),
    ("UPDATE billing_latedecision SET reason = 'x'", "its reason is x, in the change log Agreed"),
    ("UPDATE billing_latedecision SET decided_by_id = NULLIF(decided_by_id, 0) + 1", "is another's than"),
    ("DELETE FROM billing_latedecision", "is missing, of which the change log tells"),
    ("UPDATE billing_latedecision SET id = id + 100", "is not told of by the change log"),
]


@pytest.mark.parametrize(("sql", "said"), DECIDED)
def test_a_decision_is_as_the_change_log_tells(books: Cooperation, sql: str, said: str) -> None:
    change(Cost.objects.get(cooperation=books, description="Help"), amount=Decimal("31.00"))
    person = cast.person("administrator", books, Role.Kind.ADMINISTRATOR)
    states = late_states(books)
    assert decide_late(cooperation=books, states=states, verdict="leave", reason="Agreed", by=person)
    assert verify("north")[1] == ""
    refused(sql)
    with as_somebody_who_may(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert said in verify("north")[1]


def test_a_cooperation_that_is_not_there_is_said(books: Cooperation) -> None:
    assert verify("north", "nowhere")[0] == "There is no cooperation nowhere."
