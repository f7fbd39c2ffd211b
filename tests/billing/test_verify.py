"""``manage.py verify``: closed months are computed again, and whatever was changed behind them is named."""

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from billing.models import Cost, Period
from municipalities.actions import save_row
from municipalities.models import Cooperation
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


def test_a_cooperation_that_is_not_there_is_said(books: Cooperation) -> None:
    assert verify("north", "nowhere")[0] == "There is no cooperation nowhere."
