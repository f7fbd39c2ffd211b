"""CSV as programs read it, and as a Swedish Excel opens it; what demonstration data says in every file."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client

from billing.models import Cost, Period
from municipalities.models import Cooperation
from sharedict.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[User], Client]
FILES = (
    "/north/costs/2026-10/SE1737/statement.csv",
    "/north/costs/2026-10/month.csv",
    "/north/costs/2026/shares.csv",
    "/north/costs/register/?format=csv",
    "/north/costs/?format=csv",
)
BOOKS = (
    "/north/costs/2026-10/SE1737/statement.xlsx",
    "/north/costs/2026-10/month.xlsx",
    "/north/costs/register/?format=xlsx",
    "/north/costs/?format=xlsx",
)
BANNER = "Demonstration data: the amounts are invented."


def rows(client: Client, address: str, delimiter: str = ",") -> list[list[str]]:
    content: bytes = client.get(address).getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\xef\xbb\xbf") == 1
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def asking(address: str, form: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}csv={form}"


def is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit() and "." in text


@pytest.mark.parametrize("address", FILES)
def test_the_form_for_excel_has_semicolons_and_decimal_commas(
    october: Period, costs: list[Cost], finance: User, sign_in: SignIn, address: str
) -> None:
    Cost.objects.filter(pk=costs[1].pk).update(description="Version 1.50; 2.5")
    client = sign_in(finance)
    plain = rows(client, asking(address, "plain"))
    found = rows(client, asking(address, "excel"), ";")
    assert [len(row) for row in found] == [len(row) for row in plain]
    numbers = 0
    for row, there in zip(plain, found, strict=True):
        for cell, other in zip(row, there, strict=True):
            assert other == (cell.replace(".", ",") if is_number(cell) else cell)
            numbers += is_number(cell)
    assert numbers > 2


def test_the_choice_is_remembered(october: Period, finance: User, sign_in: SignIn) -> None:
    client = sign_in(finance)
    assert len(rows(client, FILES[0])[0]) == 19
    client.get(asking(FILES[3], "excel")).getvalue()
    assert client.cookies["csv"].value == "excel"
    assert client.cookies["csv"]["max-age"] > 30_000_000
    for address in FILES:
        assert len(rows(client, address, ";")[0]) > 3
    assert len(rows(client, asking(FILES[0], "plain"))[0]) == 19
    assert len(rows(client, FILES[1])[0]) == 19
    client.get(asking(FILES[0], "no-form")).getvalue()
    assert client.cookies["csv"].value == "plain"


def test_a_page_offers_both(october: Period, finance: User, sign_in: SignIn) -> None:
    text = sign_in(finance).get("/north/costs/2026-10/SE1737/").content.decode()
    assert 'href="/north/costs/2026-10/SE1737/statement.csv?csv=plain"' in text
    assert 'href="/north/costs/2026-10/SE1737/statement.csv?csv=excel"' in text
    text = sign_in(finance).get("/north/costs/register/?sort=amount&csv=excel").content.decode()
    assert 'href="?sort=amount&amp;format=csv&amp;csv=plain"' in text
    assert 'href="?sort=amount&amp;format=csv&amp;csv=excel"' in text


@pytest.mark.parametrize("address", FILES)
def test_what_adds_up_adds_up_in_excel(october: Period, finance: User, sign_in: SignIn, address: str) -> None:
    [head, *found] = rows(sign_in(finance), asking(address, "excel"), ";")
    if "share" in head:
        amounts = [Decimal(row[head.index("share")].replace(",", ".")) for row in found]
        assert all(amount.as_tuple().exponent == -2 for amount in amounts)
        assert sum(amounts) > 0


@pytest.mark.parametrize("address", FILES)
@pytest.mark.parametrize("form", ["plain", "excel"])
def test_csv_of_demonstration_data_says_so_first(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn, address: str, form: str
) -> None:
    client, mark = sign_in(finance), {"plain": ",", "excel": ";"}[form]
    before = rows(client, asking(address, form), mark)
    Cooperation.objects.filter(pk=north.pk).update(is_demonstration=True)
    assert rows(client, asking(address, form), mark) == [[BANNER], *before]


@pytest.mark.parametrize("address", BOOKS)
def test_workbooks_of_demonstration_data_say_so_on_every_page(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn, address: str
) -> None:
    client = sign_in(finance)

    def book() -> Any:
        return openpyxl.load_workbook(io.BytesIO(client.get(address).content))

    assert not any(BANNER in str(sheet.oddHeader.center.text) for sheet in book())
    Cooperation.objects.filter(pk=north.pk).update(is_demonstration=True)
    found = book()
    assert all(sheet.oddHeader.center.text.strip() == BANNER for sheet in found)
    first = found.worksheets[0]
    assert BANNER in {cell.value for row in first.iter_rows(max_row=2) for cell in row}
