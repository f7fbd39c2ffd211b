"""Tables as files: nothing in them runs, whichever way they are opened, and all of it comes back."""

import csv
import datetime as dt
import io
import re
import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import openpyxl
import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from billing.documents.xlsx.book import Book
from sharedict.common.sheets import (
    FORMULA_STARTS,
    Cell,
    as_told,
    csv_lines,
    neutral,
    workbook,
    write_cell,
    xlsx_bytes,
)
from sharedict.common.uploads import Columns, read_table
from tests.platform.portal import python

TRICKS = {
    "=1+1": "'=1+1",
    "x;=1+1;y": "x;'=1+1;y",
    "x\t=1+1\ty": "x\t'=1+1\ty",
    "x,=1+1,y": "x,'=1+1,y",
    "x;-1;+2;@SUM(A1)": "x;'-1;'+2;'@SUM(A1)",
    "a\n=b": "a\n'=b",
    "a\r\n=b": "a\r\n'=b",
    "a\r=b": "a\r'=b",
    ";=1": ";'=1",
    "\t=1": "'\t'=1",
    "\n=1": "'\n'=1",
    '"=1': "'\"=1",
    'x";"=1': 'x";\'"=1',
    'x;""=1': 'x;\'""=1',
    "'=1": "''=1",
    "x;''=1": "x;'''=1",
    "x|=1+1": "x|'=1+1",
    "x\v=1": "x\v'=1",
    "x\u2028=1": "x\u2028'=1",
    " =1+1": "' =1+1",
    "\u00a0=1": "'\u00a0=1",
    "\ufeff=1": "'\ufeff=1",
    "\uff1d1+1": "'\uff1d1+1",
    "\uff0b1;\uff20SUM(A1)": "'\uff0b1;'\uff20SUM(A1)",
}
HARMLESS = (
    "",
    "Licences, 20 - 30; A = B",
    "a\r\nb",
    "1-2",
    "it's; 'so'",
    "2026-10",
    'Licences, "large" 🏢',
    "a;\tb",
)
texts = st.text(alphabet=st.sampled_from("=+-@;,\t\r\n\"'1 å🏢"), max_size=12)


@pytest.mark.parametrize(("text", "written"), TRICKS.items())
def test_a_formula_under_any_separator_is_neutralised(text: str, written: str) -> None:
    assert neutral(text) == written


@pytest.mark.parametrize("text", HARMLESS)
def test_what_no_spreadsheet_takes_for_a_formula_stays(text: str) -> None:
    assert neutral(text) == text == as_told(text)


@given(texts)
@example("'=1")
@example("x;''\"=1")
def test_what_was_neutralised_comes_back_as_it_was(text: str) -> None:
    assert as_told(neutral(text)) == text


@given(st.lists(st.lists(texts, min_size=2, max_size=3), min_size=1, max_size=3))
@example([['x";"=1', "y"]])
@example([["a,;", "=1"]])
def test_no_reader_of_the_file_finds_a_formula(rows: list[list[str]]) -> None:
    """Not one that splits at another separator, nor one that heeds no quotation mark at all."""
    file = b"".join(csv_lines(rows)).decode("utf-8-sig")
    found = [
        cell
        for mark in ";,\t"
        for row in csv.reader(io.StringIO(file, newline=""), delimiter=mark)
        for cell in row
    ]
    found += [piece.strip('"') for piece in re.split("[;,\t\r\n]", file)]
    assert not [cell for cell in found if cell.lstrip("\t\r\n").startswith(("=", "+", "-", "@"))]


cells = st.one_of(st.none(), texts, st.integers(), st.dates(), st.decimals(allow_nan=False, places=2))


@given(st.lists(st.lists(cells, max_size=3), max_size=5), st.sampled_from(",;"))
@example([["a"], [None], [""], ["=1,\r"], ['say "x"', Decimal("1.0"), 1], [1, True, Decimal("1.00")]], ",")
@example([["1", 1], [Decimal("1.50"), None]], ";")
def test_lines_are_those_of_a_writer_of_one_cell_after_the_other(rows: list[list[Any]], mark: str) -> None:
    buffer, decimal = io.StringIO(newline=""), "," if mark == ";" else "."
    told = [
        [
            neutral(cell)
            if isinstance(cell, str)
            else str(cell).replace(".", decimal)
            if isinstance(cell, Decimal)
            else cell
            for cell in row
        ]
        for row in rows
    ]
    csv.writer(buffer, delimiter=mark).writerows(told)
    made = b"".join(csv_lines(rows, delimiter=mark, decimal=decimal))
    assert made.decode("utf-8-sig") == buffer.getvalue()


def test_numbers_stay_numbers() -> None:
    (line,) = csv_lines([["-5", Decimal("-5.00"), -5, None]])
    assert line.decode("utf-8-sig") == "'-5,-5.00,-5,\r\n"


@given(st.lists(texts.map(str.strip).filter(bool), min_size=1, max_size=4))
def test_an_upload_reads_what_was_exported_as_it_was(cells: list[str]) -> None:
    file = b"".join(csv_lines([["name", "amount"], *([cell, Decimal("-1.50")] for cell in cells)]))
    table = read_table(file, Columns(("name", "amount"), numbers=("amount",)))
    assert [row.values for row in table.rows] == [{"name": cell, "amount": "-1.5"} for cell in cells]


@pytest.mark.django_db
@given(st.lists(texts, max_size=40))
@example([*TRICKS, *HARMLESS])
def test_the_database_has_the_same_rule(found: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT regexp_replace(text, %s, '''', 'g') FROM unnest(%s::text[]) AS text",
            [FORMULA_STARTS, found],
        )
        assert [written for (written,) in cursor.fetchall()] == [neutral(text) for text in found]


def cells_of(content: bytes) -> list[Any]:
    return [cell for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]


def as_a_list(cell: Cell) -> bytes:
    return xlsx_bytes("Title", ["Name"], [[cell]])


def as_a_document(cell: Cell) -> bytes:
    book = Book("SEK", dt.datetime(2026, 10, 1, tzinfo=dt.UTC))
    book.table(book.sheet("Title", [20]), 0, ["Name"], [[cell]])
    return book.content()


@pytest.mark.parametrize("written", [as_a_list, as_a_document])
@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (Decimal("9999999999999.99"), "n", "9999999999999.99"),
        (Decimal("-9999999999999.99"), "n", "-9999999999999.99"),
        (Decimal("10000000000000.01"), "s", "10000000000000.01"),
        (Decimal("-10000000000000.01"), "s", "-10000000000000.01"),
        (Decimal("9999999999999999.99"), "s", "9999999999999999.99"),
        (Decimal("123456789012.1234"), "s", "123456789012.1234"),
        (10**15 - 1, "n", "999999999999999"),
        (10**15 + 1, "s", "1000000000000001"),
        (Decimal("0.10"), "n", "0.1"),
    ],
)
def test_a_number_that_a_spreadsheet_would_round_is_text_in_every_workbook(
    written: Callable[[Cell], bytes], cell: Cell, kind: str, value: str
) -> None:
    found = cells_of(written(cell))[-1]
    assert (found.data_type, str(found.value)) == (kind, value)


def test_a_fraction_is_the_nearest_number() -> None:
    buffer = io.BytesIO()
    with workbook(buffer) as book:
        write_cell(book.add_worksheet(), 0, 0, Fraction(10**9, 3))
    (found,) = cells_of(buffer.getvalue())
    assert (found.data_type, round(found.value, 4)) == ("n", 333333333.3333)


def test_a_header_in_a_workbook_is_text() -> None:
    (found,) = cells_of(xlsx_bytes("Title", ["=1+1"], []))
    assert (found.data_type, found.value) == ("s", "=1+1")


def test_the_same_rows_are_the_same_bytes_in_another_process_at_another_time() -> None:
    code = """
import datetime as dt, hashlib
from decimal import Decimal
from fractions import Fraction
from sharedict.common.sheets import xlsx_bytes
rows = [["Torsby", Decimal("1.50"), dt.date(2026, 10, 1)], ["Hagfors", 2, None]]
print(hashlib.sha256(xlsx_bytes("Title", ["a", "b", "c"], rows)).hexdigest())
"""
    first = python(code, PYTHONHASHSEED="1", TZ="UTC").stdout
    time.sleep(1)
    assert python(code, PYTHONHASHSEED="2", TZ="Asia/Tokyo").stdout == first != ""
