"""Files hold the figures of the page, to the last unit, and nothing that a spreadsheet would run."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import time_machine
from django.test import Client

from billing.documents.xlsx import statement_xlsx
from billing.engine.statement import Statement
from billing.models import Cost, Period
from billing.reports import calendar_of, head_of, statement_of, whys
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.kernel.money import to_major
from tests.factories.billing import compute

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
A4_POINTS, ROW_POINTS, SCALE = 842 - 2 * 0.6 * 72, 15, 0.797
"""The height of a page between its margins, that of a row, and how far Summary is shrunk to be one wide."""
PAGE = "/north/costs/2026-10/SE1737/"


@pytest.fixture
def statement(north: Cooperation, october: Period, auditor: User) -> Statement:
    found = head_of(auditor, october, "SE1737")
    assert found is not None
    return statement_of(found, october, calendar_of(north))


@pytest.fixture
def book(october: Period, finance: User, sign_in: SignIn) -> Any:
    response = sign_in(finance).get(f"{PAGE}statement.xlsx")
    assert response["Content-Disposition"] == 'attachment; filename="north-2026-10-SE1737.xlsx"'
    return openpyxl.load_workbook(io.BytesIO(response.content))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def amount(cell: Any) -> Decimal:
    assert cell.data_type == "n"
    return Decimal(str(cell.value)).quantize(Decimal("0.01"))


def test_the_csv_holds_every_share_of_the_statement(
    statement: Statement, finance: User, sign_in: SignIn
) -> None:
    response = sign_in(finance).get(f"{PAGE}statement.csv")
    rows = rows_of(b"".join(response))  # type: ignore[call-overload]
    assert [(row["reference"], row["share"], row["cost_amount"]) for row in rows] == [
        (row.reference, str(to_major(row.share_minor)), str(to_major(row.cost_minor)))
        for row in statement.shares
    ]
    assert sum(Decimal(row["share"]) for row in rows) == to_major(statement.total_minor)
    assert {row["month"] for row in rows} == {"2026-10"}
    assert {row["municipality"] for row in rows} == {"SE1737"}
    assert {row["run"] for row in rows} == {str(statement.run_number)}
    assert response["Content-Disposition"] == 'attachment; filename="north-2026-10-SE1737.csv"'


def test_text_in_the_csv_is_never_a_formula(october: Period, finance: User, sign_in: SignIn) -> None:
    rows = rows_of(b"".join(sign_in(finance).get(f"{PAGE}statement.csv")))  # type: ignore[call-overload]
    by_reference = {row["reference"]: row for row in rows}
    assert by_reference["C00000002"]["supplier"] == "'=SUM(A1:A9)"
    assert by_reference["C00000002"]["description"] == 'Licences, "large" 🏢'
    assert by_reference["C00000003"]["description"] == "'@support"


def test_the_workbook_s_summary_is_that_of_the_statement(book: Any, statement: Statement) -> None:
    facts = {row[0].value: row[1] for row in book["Summary"].iter_rows(min_row=2, max_row=24)}
    assert amount(facts["Total"]) == to_major(statement.total_minor)
    assert amount(facts["Month before"]) == to_major(statement.before_minor)
    assert amount(facts["Change"]) == to_major(statement.change_minor)
    assert amount(facts["Year so far"]) == to_major(statement.year_minor)
    assert facts["Fingerprint of the inputs"].value == statement.fingerprint
    assert facts["Run"].value == statement.run_number
    assert facts["State"].value == "preliminary"


def test_the_workbook_says_instants_by_the_clock_of_the_pages(statement: Statement) -> None:
    late = dt.datetime(2026, 9, 30, 22, 30, tzinfo=dt.UTC)
    content = statement_xlsx(replace(statement, issued_at=late, computed_at=late), "closed", [], [], {}, {})
    summary = openpyxl.load_workbook(io.BytesIO(content))["Summary"]
    facts = {row[0].value: row[1].value for row in summary.iter_rows(max_row=24)}
    assert facts["Issued"] == facts["Computed"] == "2026-10-01T00:30:00+02:00"


def test_keys_have_their_names_where_people_read_and_their_codes_in_csv(
    book: Any, statement: Statement, finance: User, sign_in: SignIn
) -> None:
    assert {row.key for row in statement.shares} == {"even", "population"}
    found = {row[5].value for row in book["Shares"].iter_rows(min_row=2)}
    assert {"Evenly", "By population"} <= found
    text = sign_in(finance).get("/north/costs/2026-10/SE1737/").content.decode()
    assert "Evenly, version 1</td>" in text
    assert ">even, version" not in text


def test_the_workbook_s_lines_and_shares_are_those_of_the_statement(book: Any, statement: Statement) -> None:
    lines = list(book["Lines"].iter_rows(min_row=2))
    assert [(row[0].value or "", row[2].value, *map(amount, row[4:8])) for row in lines[:-1]] == [
        (
            line.application,
            line.cost_type,
            *map(to_major, (line.this_minor, line.before_minor, line.change_minor, line.year_minor)),
        )
        for line in statement.lines
    ]
    assert amount(lines[-1][4]) == to_major(statement.total_minor)
    shares = list(book["Shares"].iter_rows(min_row=2))
    assert [(row[0].value, amount(row[7]), amount(row[8])) for row in shares[:-1]] == [
        (row.reference, to_major(row.cost_minor), to_major(row.share_minor)) for row in statement.shares
    ]
    assert amount(shares[-1][8]) == to_major(statement.total_minor)


def test_text_in_the_workbook_is_text(book: Any) -> None:
    cells = {cell.value: cell for row in book["Shares"].iter_rows() for cell in row}
    assert cells["=SUM(A1:A9)"].data_type == "s"
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_workbook_explains_every_share(book: Any, october: Period) -> None:
    rows = {row[0].value: row for row in book["Explanation"].iter_rows(min_row=2)}
    for why in whys(october, "SE1737"):
        row = rows[why.reference]
        assert amount(row[2]) == to_major(why.amount_minor)
        assert amount(row[3]) == to_major(why.cost_minor)
        assert row[4].value.date() == dt.date.fromisoformat(why.starts_on)
        assert row[7].value == why.key.name
        assert row[9].value == why.key.decision
        assert amount(row[21]) == to_major(why.own.share_minor)
    support = rows["C00000003"]
    assert (support[11].value, support[13].value, support[14].value) == ("Population", 12000, 20000)
    assert support[16].value.date() == dt.date(2025, 12, 31)
    assert support[17].value == "Statistics Sweden"
    assert (support[18].value, support[18].number_format[-1]) == (0.6, "%")
    assert support[19].value == "18"


def test_the_workbook_draws_its_own_figures(book: Any) -> None:
    charts = book["Summary"]._charts
    assert len(charts) == 1
    assert len(charts[0].series) == 2


def test_the_workbook_prints_one_page_wide_with_its_chart_whole_and_its_total_last(
    book: Any, statement: Statement
) -> None:
    for sheet in book:
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.paperSize, sheet.oddFooter.right.text) == (9, "&P / &N")
        assert sheet.oddFooter.left.text.strip() == "North, Torsby, October 2026"
        assert sheet.title == "Summary" or sheet.print_title_rows == "$1:$1"
    summary = book["Summary"]
    assert summary.page_setup.orientation == "portrait"
    [chart] = summary._charts
    start, end = chart.anchor._from.row, chart.anchor.to.row
    texts = [row[0].value for row in summary.iter_rows()]
    head = texts.index("Application")
    assert texts.index("Hash of what was issued (SHA-256)") < start < end < head
    assert end * ROW_POINTS * SCALE < A4_POINTS
    last = next(text for text in reversed(texts) if text)
    assert last == "Total"


@pytest.mark.parametrize(("language", "form"), [("en", "d mmmm yyyy"), ("sv", "yyyy-mm-dd")])
def test_days_and_percents_are_real_and_in_the_reader_s_form(
    october: Period, finance: User, sign_in: SignIn, language: str, form: str
) -> None:
    client, told = sign_in(finance), {"accept-language": language}
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE}statement.xlsx", headers=told).content))
    rows = [[*row] for row in book.worksheets[-1].iter_rows(min_row=2)]
    days = [cell for row in rows for cell in row if isinstance(cell.value, dt.datetime)]
    assert {cell.number_format for cell in days} == {form}
    month = openpyxl.load_workbook(
        io.BytesIO(client.get("/north/costs/2026-10/month.xlsx", headers=told).content)
    )
    percents = [cell for row in month.worksheets[0].iter_rows() for cell in row if "%" in cell.number_format]
    assert sum(cell.value for cell in percents) == pytest.approx(1)
    lists = openpyxl.load_workbook(
        io.BytesIO(client.get("/north/costs/register/?format=xlsx", headers=told).content)
    )
    found = [cell for row in lists.active.iter_rows() for cell in row if isinstance(cell.value, dt.datetime)]
    assert {cell.number_format for cell in found} == {form}


def test_an_amount_that_a_spreadsheet_cannot_hold_is_written_as_text(
    north: Cooperation, october: Period, costs: list[Cost], finance: User, sign_in: SignIn
) -> None:
    Cost.objects.filter(pk=costs[1].pk).update(amount=Decimal("9999999999999999.99"))
    compute(north)
    response = sign_in(finance).get(f"{PAGE}statement.xlsx")
    shares = openpyxl.load_workbook(io.BytesIO(response.content))["Shares"]
    row = next(row for row in shares.iter_rows() if row[0].value == "C00000002")
    assert row[7].value == "9999999999999999.99"


@pytest.mark.parametrize(
    "address",
    [f"{PAGE}statement.xlsx", "/north/costs/2026-10/month.xlsx", "/north/costs/?format=xlsx",
     "/north/costs/register/?format=xlsx"],
)  # fmt: skip
def test_a_workbook_downloaded_again_is_the_same_to_the_byte(
    october: Period, finance: User, sign_in: SignIn, address: str
) -> None:
    found = set()
    for year in (2026, 2031):
        with time_machine.travel(dt.datetime(year, 11, 20, 12, 30, tzinfo=dt.UTC), tick=False):
            found.add(sign_in(finance).get(address).content)
    assert len(found) == 1


def test_a_workbook_was_made_when_its_figures_were(book: Any, statement: Statement) -> None:
    assert book.properties.created == statement.computed_at.astimezone(dt.UTC).replace(
        microsecond=0, tzinfo=None
    )


def test_a_month_as_a_workbook_lists_the_municipalities(
    october: Period, finance: User, sign_in: SignIn
) -> None:
    response = sign_in(finance).get("/north/costs/2026-10/month.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content))["Municipalities"]
    rows = {row[0].value: row for row in sheet.iter_rows()}
    totals = {
        total.municipality.key: total.amount
        for total in october.current_run.totals.select_related("municipality")
    }
    assert {key: amount(rows[key][3]) for key in totals} == totals
    assert amount(rows["Total"][3]) == sum(totals.values())
