"""Tables with all that spreadsheets put around them: marks, titles, totals, and other words for columns."""

import codecs
import datetime as dt
from typing import Any

import pytest
from django.utils.translation import gettext_lazy, override

from sharedict.common.uploads import Columns, UploadedTable, UploadError, found_in, read_table
from tests.workbooks import inline, rows, workbook

COLUMNS = Columns(
    ("code", "value", "ends_on"),
    ("unit", "note"),
    numbers=("value",),
    days=("ends_on",),
    labels={"code": (gettext_lazy("Municipality"),), "value": (gettext_lazy("Amount"),)},
    last_days={"ends_on": (gettext_lazy("Last day"),)},
    either_days={"ends_on": ("Until",)},
    otherwise={"note": (gettext_lazy("Source"),)},
    passed_over=(gettext_lazy("State"),),
    units={"value": "unit"},
)
PLAIN = "code;value;ends_on\r\n1737;1 250,50;2026-02-01\r\n"
READ = {"code": "1737", "value": "1250.5", "ends_on": "2026-02-01"}


def read(content: str | bytes, **told: Any) -> UploadedTable:
    return read_table(content if isinstance(content, bytes) else content.encode(), COLUMNS, **told)


def values(content: str | bytes, **told: Any) -> list[dict[str, str]]:
    return [row.values for row in read(content, **told).rows]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        codecs.BOM_UTF8 * 2 + PLAIN.encode(),
        (codecs.BOM_UTF8.decode("cp1252") + PLAIN).encode(),
        codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        ("sep=;\r\n" + PLAIN).encode(),
        ('\ufeff"sep=;"\r\n\ufeff' + PLAIN).encode(),
        ("SEP=;\n" + PLAIN).encode("utf-16"),
        ("Costs of 2026, all, of everybody\r\n\r\n;;\r\n" + PLAIN).encode(),
        PLAIN.replace(";", "\t").encode(),
        PLAIN.replace(";", "|").replace("code", "sep=|\ncode").encode(),
        (PLAIN + ";;\r\n\r\n;;\r\n").encode(),
        PLAIN.replace(" ", "\u2009").encode(),
        PLAIN.replace(" ", "\u202f").encode(),
        PLAIN.replace(" ", "\xa0").encode("cp1252"),
        PLAIN.replace("2026-02-01", "2026-02-01 00:00:00").encode(),
    ],
)
def test_one_table_is_read_alike_however_it_was_saved(content: bytes) -> None:
    assert values(content) == [READ]


@pytest.mark.parametrize(
    ("content", "line"),
    [(PLAIN, 2), ("sep=;\n" + PLAIN, 3), ("A title\n\n\n" + PLAIN, 5), (codecs.BOM_UTF8.decode() + PLAIN, 2)],
)
def test_a_row_is_named_as_in_the_file(content: str, line: int) -> None:
    assert [row.line for row in read(content).rows] == [line]


def test_a_real_minus_sign_and_its_lookalike() -> None:
    assert [row["value"] for row in values("code;value;ends_on\n1;\u22125,5;2026-02-01\n")] == ["-5.5"]


def sheet(*lines: str, after: str = "") -> bytes:
    return workbook(rows(*lines, after=after))


HEAD = inline("code", "value", "ends_on")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("250,50-", "-250.5"),
        ("1 250,50 -", "-1250.5"),
        ("5\u2212", "-5"),
        ("-5", "-5"),
        ("5--", "5--"),
        ("-", "-"),
        ("2026-10", "2026-10"),
    ],
)
def test_a_minus_may_stand_behind_its_number_as_ledgers_print_it(written: str, read_as: str) -> None:
    [row] = values(PLAIN.replace("1 250,50", written))
    assert row["value"] == read_as


def test_a_workbook_is_read_with_the_numbers_of_its_rows() -> None:
    content = sheet(
        inline("Title"), "", HEAD, "", inline("1737") + "<c><v>1250.5</v></c>" + inline("2026-02-01")
    )
    [row] = read(content).rows
    assert (row.line, row.values) == (5, READ)


def test_a_number_of_a_workbook_is_never_read_in_two_ways_and_tells_of_no_other() -> None:
    def line(cell: str) -> str:
        return inline("1") + cell + inline("2026-02-01")

    numbers = [line("<c><v>1.234</v></c>"), line("<c><v>7.5</v></c>")]
    assert [row["value"] for row in values(sheet(HEAD, *numbers))] == ["1.234", "7.5"]
    with pytest.raises(UploadError, match="12,500"):
        values(sheet(HEAD, *numbers, line(inline("12,500"))))
    told = values(sheet(HEAD, *numbers, line(inline("12,500"))), mark=",")
    assert [row["value"] for row in told] == ["1.234", "7.5", "12.5"]


def test_a_cell_without_value_is_said_by_row_and_column() -> None:
    content = sheet(
        HEAD, inline("1") + "<c><f>A1</f></c>" + inline("2026-02-01"), inline("1", "5", "2026-02-01")
    )
    first, second = read(content).rows
    assert first.error.startswith("value: its formula has no stored value")
    assert not second.error


def test_the_sheet_that_holds_the_table_is_read_and_the_others_named() -> None:
    table = rows(HEAD, inline("1737", "1250,5", "2026-02-01"))
    table_last = read(workbook(rows(inline("About")), table, table, states=("visible", "visible", "hidden")))
    assert [row.values for row in table_last.rows] == [READ]
    assert table_last.notices == ["A hidden sheet is not read: S3.", "Only the sheet “S2” is read, not: S1."]


def test_merged_headings_over_two_lines_are_read_together() -> None:
    content = sheet(
        inline("Code", "What it is", "") + inline(""),
        inline("", "value", "ends_on"),
        inline("1737", "1250,5", "2026-02-01"),
        after='<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells>',
    )
    assert values(content) == [READ]


def test_a_cell_merged_over_rows_is_not_guessed() -> None:
    content = sheet(
        HEAD,
        inline("1737", "1", "2026-02-01"),
        inline("", "2", "2026-02-01"),
        inline("1783", "3", "2026-02-01"),
        after='<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="F2:F1048576"/></mergeCells>',
    )
    assert [row.error[:29] for row in read(content).rows] == ["", "A cell of the row is merged w", ""]


def test_what_stands_beside_the_table_of_a_workbook_is_left_out_and_counted() -> None:
    table = read(sheet(HEAD, inline("1737", "1250,5", "2026-02-01", "", "a note")))
    assert [row.values for row in table.rows] == [READ]
    assert table.notices == ["1 cell is in no column of the import and left out."]


def test_a_line_of_totals_is_left_out_and_said() -> None:
    table = read(PLAIN + "Summa:;99 999,00;\n\nTotal;;2026-02-01\n")
    assert [row.line for row in table.rows] == [2, 5]
    assert table.notices == ["Line 3 is a total and left out."]


@pytest.mark.parametrize(
    "header",
    [
        "CODE;Value;Ends_On", "Code;value;ends on", "Municipality;Amount;Last day", "Kommun;Belopp;Sista dag",
        "  KOMMUN ;belopp;sista\xa0dag", "code;Belopp, SEK;Last day", "code;Amount (SEK);Sista dag",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_column_is_known_by_its_name_and_in_every_language(header: str, language: str) -> None:
    is_last = "ends" not in header.lower()
    day = "2026-01-31" if is_last else "2026-02-01"
    with override(language):
        [row] = values(f"{header}\n1737;1250,5;{day}\n")
    assert row == READ | ({"unit": "SEK"} if "SEK" in header else {})


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("code;Municipality;value;ends_on", "twice: code"),
        ("code;value;ends_on;Last day", "twice: ends_on"),
        ("code;value;Colour", "missing: Last day; unknown: Colour"),
    ],
)
def test_a_column_that_stands_twice_or_not_at_all_is_said(header: str, said: str) -> None:
    with pytest.raises(UploadError, match=said):
        read(header + "\n" + ";".join("1" * (header.count(";") + 1)))


@pytest.mark.parametrize(
    ("content", "said"),
    [(b'"A title that never ends\n' + PLAIN.encode(), "quotation marks"),
     (workbook("<sheetData><row"), "no workbook")],
)  # fmt: skip
def test_a_file_that_breaks_above_its_header_is_refused_for_that(content: bytes, said: str) -> None:
    with pytest.raises(UploadError, match=said):
        read(content)


def test_columns_of_own_files_that_say_nothing_are_passed_over() -> None:
    assert values("State;code;value;ends_on\ncounts;1737;1250,5;2026-02-01\n") == [READ]
    spare = "Source;code;value;ends_on{}\nx;1737;1250,5;2026-02-01{}\n"
    assert values(spare.format("", "")) == [READ | {"note": "x"}]
    assert values(spare.format(";note", ";y")) == [READ | {"note": "y"}]


def until(*days: str) -> list[str]:
    table = read("code;value;Until\n" + "".join(f"1;5;{day}\n" for day in days))
    return [row.values["ends_on"] for row in table.rows]


def test_a_heading_that_may_be_the_last_day_or_the_one_after_is_told_by_its_days() -> None:
    assert until("2026-02-01", "2026-12-01", "soon") == ["2026-02-01", "2026-12-01", "soon"]
    assert until("2026-01-31", "2026-02-28") == ["2026-02-01", "2026-03-01"]
    for days in (["2026-02-01", "2026-02-28"], ["2026-01-15"]):
        with pytest.raises(UploadError, match="do not tell which"):
            until(*days)


def test_last_days_out_of_reach_stay_for_the_row_to_refuse() -> None:
    table = read("code;value;Last day\n1;5;9999-12-31\n1;5;31/1/2026\n1;5;\n")
    assert [row.values["ends_on"] for row in table.rows] == ["9999-12-31", "31/1/2026", ""]


def test_an_uploader_says_what_other_headings_are() -> None:
    content = "Title\nKto;Summe;Bis;Farbe\n1737;1250,5;2026-02-01;rot\n"
    _lines, header, _notices = found_in(content.encode(), COLUMNS)
    assert list(header.headings) == ["Kto", "Summe", "Bis", "Farbe"]
    assert header.missing == ["code", "value", "ends_on"]
    assert values(content, named={"Kto": "code", "Summe": "value", "Bis": "ends_on", "Farbe": ""}) == [READ]


def test_a_hundred_thousand_rows_are_read() -> None:
    day = dt.date(2026, 2, 1)
    content = "code;value;ends_on\n" + "".join(f"{number};1,5;{day}\n" for number in range(100_000))
    assert len(values(content)) == 100_000
