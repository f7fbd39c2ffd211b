"""What is issued stays as it was issued, whatever changes later; what was tampered with is never shown."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import F, Model
from django.test import Client

from agreements.models import CostType, Key
from billing.engine.statement import StatementError
from billing.models import Period, RunLine, RunTotal, ShareBlock, Statement, StatementLine
from billing.reports import calendar_of, head_of, statement_of
from municipalities.actions import save_row
from municipalities.models import Cooperation, Municipality
from services.models import Application
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.billing.books import charged, corrections, month, post, statements
from tests.tampering import as_somebody_who_may

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in (1, 2, 3, 4))
Shut = Callable[[dt.date], Period]
SignIn = Callable[[User], Client]
PAGE = "/north/costs/2026-02/SE1737/"
ROWS: tuple[type[Model], ...] = (RunLine, RunTotal, ShareBlock, Statement, StatementLine)


@pytest.fixture
def february(
    north: Cooperation, erp: Application, licence: CostType, support: CostType, shut: Shut
) -> Period:
    """Closed, with 50.01 for ``erp``, evenly, and 30.00 by population; January was empty and closed too."""
    post(north, "50.01", FEBRUARY, MARCH, application=erp)
    post(north, "30.00", FEBRUARY, MARCH, cost_type=support, description="Help")
    post(north, "7.00", MARCH, APRIL)
    shut(FEBRUARY)
    return month(north, FEBRUARY)


def stored(period: Period) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the month as they stand in the database."""
    lines = StatementLine.objects.filter(statement__period=period)
    of_run = {model: model._default_manager.filter(run=period.current_run_id) for model in ROWS[:4]}
    rows = {**of_run, StatementLine: lines}
    return {model.__name__: sorted(found.values_list(), key=repr) for model, found in rows.items()}


def parts(book: bytes) -> dict[str, bytes]:
    """What is inside a workbook, without the time at which it was written."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}


def page(client: Client) -> str:
    """The page of February, without the tokens that its forms have once each."""
    return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", client.get(PAGE).content.decode())


def files(client: Client) -> list[Any]:
    csv = client.get(f"{PAGE}statement.csv")
    return [csv.getvalue(), parts(client.get(f"{PAGE}statement.xlsx").content)]


def told(client: Client, key: str = "SE1737") -> Any:
    """The whole statement of February, as the API answers."""
    cache.clear()
    [head] = client.get(f"/api/v1/statements/?month=2026-02&municipality={key}").json()["results"]
    return client.get(f"/api/v1/statements/{head['id']}/").json()


def test_a_cost_that_comes_late_changes_no_byte_of_a_closed_statement(
    north: Cooperation, february: Period, shut: Shut, finance: User, auditor: User, sign_in: SignIn
) -> None:
    client = sign_in(finance)
    before = [page(client), *files(client), told(client), stored(february)]
    read = statements(february, auditor)
    assert read["SE1737"].total_minor == 2501 + 1800
    assert "43.01" in before[0]
    late = post(north, "20.00", JANUARY, FEBRUARY)
    assert corrections(month(north, MARCH)) == [(late.reference, JANUARY, {"SE1737": 1000, "SE1783": 1000})]
    assert [page(client), *files(client), told(client), stored(february)] == before
    assert statements(month(north, FEBRUARY), auditor) == read
    shut(MARCH)
    assert [*files(client), told(client), stored(february)] == before[1:]
    assert statements(month(north, FEBRUARY), auditor) == read
    assert charged(north) == {"SE1737": 4301 + 1350, "SE1783": 3700 + 1350}


def rename(row: Any, **values: Any) -> None:
    row = type(row)._default_manager.get(pk=row.pk)
    for name, value in values.items():
        setattr(row, name, value)
    save_row(row=row, by=None)
    run_all()


CHANGES: dict[str, Callable[[Cooperation], None]] = {
    "cooperation": lambda north: rename(north, name="Nordvärmland"),
    "address": lambda north: rename(north, address="Nya vägen 1", organisation_number="222000-0001"),
    "year": lambda north: rename(north, year_starts_in=2),
    "payment": lambda north: rename(north, payment_days=90),
    "municipality": lambda north: rename(
        Municipality.objects.get(code="1737"), name="Thorsby", organisation_number="212000-0001"
    ),
    "application": lambda north: rename(
        Application.objects.get(cooperation=north), name="Business system", code="business"
    ),
    "cost type": lambda north: rename(
        CostType.objects.get(cooperation=north, code="licence"), name="Rights", code="rights"
    ),
    "key": lambda north: rename(Key.objects.get(cooperation=north, code="even"), name="All alike"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_name_or_year_changes_nothing_of_a_closed_statement(
    north: Cooperation, february: Period, finance: User, auditor: User, sign_in: SignIn, change: str
) -> None:
    client = sign_in(finance)
    before = [*files(client), told(client), stored(february)]
    read = statements(february, auditor)
    CHANGES[change](north)
    assert statements(month(north, FEBRUARY), auditor) == read
    assert [*files(client), told(client), stored(february)] == before
    assert all(found.hash() == found.content_hash for found in read.values())
    assert corrections(month(north, MARCH)) == []


def test_all_changes_together_and_another_address_of_the_portal_change_nothing(
    north: Cooperation, february: Period, shut: Shut, auditor: User
) -> None:
    before, read = stored(february), statements(february, auditor)
    for change in CHANGES.values():
        change(north)
    rename(north, slug="far-north")
    shut(MARCH)
    north.refresh_from_db()
    assert statements(month(north, FEBRUARY), auditor) == read
    assert stored(month(north, FEBRUARY)) == before
    after = statements(month(north, MARCH), auditor)["SE1737"]
    assert (after.cooperation, after.cooperation_name, after.name) == ("far-north", "Nordvärmland", "Thorsby")
    assert (after.before_minor, str(after.year_from)) == (4301, "2026-02")
    assert after.year_minor == 4301 + 350


def test_a_statement_is_issued_with_number_parties_and_due_day(
    north: Cooperation, february: Period, auditor: User
) -> None:
    found = statements(february, auditor)
    assert {code: (each.number, each.name, each.total_minor) for code, each in found.items()} == {
        "SE1737": (1, "Torsby", 4301),
        "SE1783": (2, "Hagfors", 3700),
    }
    one = found["SE1737"]
    assert one.issued_at == february.closed_at
    assert one.issued_at
    assert one.due_on == one.issued_at.astimezone().date() + dt.timedelta(days=north.payment_days)
    assert len(one.content_hash) == 64


Tamper = Callable[[Period], object]


def of_torsby(model: Any, period: Period) -> Any:
    """Torsby's row of the month's run, which is changed behind everybody's back."""
    return model._default_manager.filter(run=period.current_run_id, municipality__code="1737")


def one_more(period: Period) -> None:
    blocks = of_torsby(ShareBlock, period)
    first, *rest = blocks.get().amounts_minor
    blocks.update(amounts_minor=[first + 1, *rest])


def of_first_line(period: Period) -> Any:
    issued = of_torsby(Statement, period).get()
    return StatementLine.objects.filter(statement=issued, position=1)


OF_RUN: dict[str, Tamper] = {
    "a share": one_more,
    "the total": lambda period: of_torsby(RunTotal, period).update(amount=F("amount") + Decimal("0.01")),
}
OF_STATEMENT: dict[str, Tamper] = {
    "the issued total": lambda period: of_torsby(Statement, period).update(
        total=F("total") + Decimal("0.01")
    ),
    "the number": lambda period: of_torsby(Statement, period).update(number=10),
    "the payer": lambda period: of_torsby(Statement, period).update(payer_name="Thorsby"),
    "the due day": lambda period: of_torsby(Statement, period).update(due_on=APRIL),
    "the hash": lambda period: of_torsby(Statement, period).update(content_hash="0" * 64),
    "a line": lambda period: of_first_line(period).update(amount=F("amount") + Decimal("0.01")),
    "a name in a line": lambda period: of_first_line(period).update(cost_type_name="X"),
    "the year so far": lambda period: of_first_line(period).update(year=F("year") + 1),
    "the costs of a line": lambda period: of_first_line(period).update(references=["C00000009"]),
}


def assert_refused(client: Client, period: Period, viewer: User, key: str) -> None:
    head = head_of(viewer, period, key)
    assert head
    with pytest.raises(StatementError):
        statement_of(head, period, calendar_of(period.cooperation))
    address = f"/north/costs/{period.month}/{key}/"
    for path in (address, f"{address}statement.csv", f"{address}statement.xlsx"):
        answer = client.get(path)
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "This statement cannot be shown" in text
        assert "43.01" not in text
        assert "43.02" not in text
    cache.clear()
    answer = client.get(f"/api/v1/statements/{head.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "statement_does_not_add_up")


@pytest.mark.parametrize("what", {**OF_RUN, **OF_STATEMENT})
def test_a_closed_statement_that_was_tampered_with_is_not_shown(
    february: Period, finance: User, sign_in: SignIn, what: str
) -> None:
    with as_somebody_who_may():
        {**OF_RUN, **OF_STATEMENT}[what](february)
    assert_refused(sign_in(finance), month(february.cooperation, FEBRUARY), finance, "SE1737")


@pytest.mark.parametrize("what", OF_RUN)
def test_a_preliminary_statement_that_was_tampered_with_is_not_shown(
    north: Cooperation, erp: Application, finance: User, sign_in: SignIn, what: str
) -> None:
    post(north, "86.01", JANUARY, FEBRUARY, application=erp)
    january = month(north, JANUARY)
    assert b"43.01" in sign_in(finance).get("/north/costs/2026-01/SE1737/").content
    with as_somebody_who_may():
        OF_RUN[what](january)
    assert_refused(sign_in(finance), january, finance, "SE1737")


def test_the_overview_shows_no_figure_of_such_a_statement_either(
    north: Cooperation, erp: Application, finance: User, sign_in: SignIn
) -> None:
    post(north, "86.01", JANUARY, FEBRUARY, application=erp)
    assert sign_in(finance).get("/north/overview/").status_code == 200
    with as_somebody_who_may():
        OF_RUN["a share"](month(north, JANUARY))
    answer = sign_in(finance).get("/north/overview/")
    assert answer.status_code == 409
    assert b"43.01" not in answer.content


def test_the_month_shows_no_totals_that_are_not_those_of_its_run(
    february: Period, auditor: User, sign_in: SignIn
) -> None:
    client = sign_in(auditor)
    assert client.get("/north/costs/2026-02/").status_code == 200
    with as_somebody_who_may():
        OF_RUN["the total"](february)
    for path in ("", "month.xlsx"):
        assert client.get(f"/north/costs/2026-02/{path}").status_code == 409


def test_what_is_issued_adds_up(february: Period) -> None:
    for issued in Statement.objects.filter(period=february):
        lines = issued.lines.all()
        assert sum(line.amount for line in lines) == issued.total
        assert sum(line.year for line in lines) == issued.year_total
        assert sum(line.before for line in lines) == issued.before_total == Decimal(0)
