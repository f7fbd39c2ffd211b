"""Reading what people upload: every spreadsheet's CSV, and clear words about everything else."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sharedict.common import uploads
from sharedict.common.uploads import Columns, UploadedTable, UploadError

COLUMNS = Columns(("code", "value"), numbers=("value",))


def read(content: bytes, mark: str = "") -> UploadedTable:
    return uploads.read_upload(SimpleUploadedFile("rows.csv", content), COLUMNS, mark)


@pytest.mark.parametrize(
    "content", [b"code;value\n1737;5\n", b"code,value\r\n1737,5\r\n", b"Value\tCODE\n5\t1737"]
)
def test_semicolon_comma_and_tab_in_any_order_and_case(content: bytes) -> None:
    assert [row.values for row in read(content).rows] == [{"code": "1737", "value": "5"}]


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    table = read("\ufeffcode;value\nSunne;1\n".encode())
    assert table.rows[0].values["code"] == "Sunne"
    assert not table.notices


def test_windows_1252_is_read_with_a_notice() -> None:
    table = read("code;value\nHällefors;1\n".encode("cp1252"))
    assert table.rows[0].values["code"] == "Hällefors"
    assert "Windows-1252" in table.notices[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "missing: code, value"),
        (b"code;value\n", "no rows"),
        (b"code;amount\n1;2\n", "missing: value; unknown: amount"),
        (b"code;value;value\n1;2;3\n", "twice: value"),
        (b'code;value\n"1;2\n', "not valid CSV"),
        (b"code;value\n\x81\x8d\xff;2\n", "not text"),
        (b"PK\x03\x04 and so on", "workbook"),
        (b"code;value\n" + b"1;2\n" * 100_001, "100000 rows"),
        (b"code;value\n" + b"x" * 9 * 2**20, "9 MB"),
        (b"code;value\n" + b"x" * 200_000 + b";1\n", "not valid CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(UploadError, match=said):
        read(content)


def test_a_row_with_too_few_or_too_many_cells_is_wrong_and_the_others_stay() -> None:
    rows = read(b"code;value\n1\n\n2;3;4\n5;6\n7;8;\n").rows
    assert [(row.line, bool(row.error)) for row in rows] == [(2, True), (4, True), (5, False), (6, False)]


def test_a_line_number_is_where_a_row_with_line_breaks_begins() -> None:
    rows = read(b'code;value\n"a\nb";1\nc;2\n').rows
    assert [row.line for row in rows] == [2, 4]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1234.5", "1234.5"), ("1 234,50", "1234.5"), ("1\u00a0234", "1234"), ("\u22125", "-5"), ("0", "0"),
     ("1.234,50", "1234.5"), ("1,234.50", "1234.5"), ("1,234.5670", "1234.567")],
)  # fmt: skip
def test_numbers_are_given_back_in_digits_with_a_point(text: str, value: str) -> None:
    (row,) = read(f"code;value\n1;{text}\n".encode()).rows
    assert row.values["value"] == value
    assert uploads.parse_number(value, digits=18, decimals=4) == Decimal(value)


def values(*texts: str, mark: str = "") -> list[str]:
    content = "code;value\n" + "".join(f"1;{text}\n" for text in texts)
    return [row.values["value"] for row in read(content.encode(), mark).rows]


def test_a_column_of_numbers_is_read_by_what_its_other_values_tell() -> None:
    assert values("12,000", "7,50", "x") == ["12", "7.5", "x"]
    assert values("12,000", "1,007.50", "") == ["12000", "1007.5", ""]
    assert values("12.000", "1\u00a0007,50") == ["12000", "1007.5"]


def test_a_column_that_can_be_read_in_two_ways_is_refused_once_and_settled_by_who_uploads_it() -> None:
    with pytest.raises(UploadError) as refused:
        values("5", "12,000", "7,500")
    assert refused.value.field == "mark"
    for part in ("Column value", "“12,000”", "line 3", "12 or 12,000"):
        assert part in refused.value.message
    assert values("5", "12,000", "7,500", mark=",") == ["5", "12", "7.5"]
    assert values("5", "12,000", "7,500", mark=".") == ["5", "12000", "7500"]


def test_two_marks_for_decimals_in_one_column_settle_nothing() -> None:
    assert values("7,50", "7.5") == ["7.5", "7.5"]
    with pytest.raises(UploadError, match=r"12\.000"):
        values("7,50", "7.5", "12.000")


@pytest.mark.parametrize(
    "text", ["", "x", "1e5", "NaN", "Infinity", "1.2.3", "1,234.5", "1.23456", "9" * 15, "٣", "9" * 10_000]
)
def test_what_is_no_number_of_that_size_is_refused(text: str) -> None:
    with pytest.raises(UploadError) as refused:
        uploads.parse_number(text, digits=18, decimals=4)
    assert len(refused.value.message) < 100


def test_a_day_is_year_month_day() -> None:
    assert uploads.parse_day("2026-10-31") == dt.date(2026, 10, 31)


@pytest.mark.parametrize(
    "text", ["", "31.10.2026", "2026-02-30", "2026-1-1", "0001-01-01", "9999-12-31", "today"]
)
def test_what_is_no_such_day_is_refused(text: str) -> None:
    with pytest.raises(UploadError, match="not a date"):
        uploads.parse_day(text)
