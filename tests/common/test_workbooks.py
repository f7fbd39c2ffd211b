"""Workbooks as people and programs make them: every kind of cell, hidden sheets, and what is refused."""

import datetime as dt
import io
import tracemalloc
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from sharedict.common.uploads.tables import Exact, Fault, UploadError
from sharedict.common.uploads.workbooks import MAX_UNPACKED, Workbook
from tests.workbooks import inline, packed, related, rows, workbook


def cells(content: bytes, sheet: int = 0) -> dict[int, list[str]]:
    """The lines of a sheet by number."""
    return {line.number: list(line.cells) for line in Workbook(content).sheets[sheet]}


def of(cell: str, **parts: str) -> str:
    """What one cell is read as."""
    [[text]] = cells(workbook(rows(cell), **parts)).values()  # type: ignore[arg-type]
    return text


def written(*lines: list[Any]) -> bytes:
    """A workbook as a spreadsheet program writes it."""
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)  # type: ignore[union-attr]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_texts_numbers_and_days_of_a_spreadsheet_program() -> None:
    content = written(
        ["Räkor & co", 1250.1, dt.date(2026, 1, 31)],
        [],
        [" padded ", 0.1 + 0.2, dt.datetime.fromisoformat("2026-01-31 14:05")],
        [None, None, "last"],
    )
    assert cells(content) == {
        1: ["Räkor & co", "1250.1", "2026-01-31"],
        3: ["padded", "0.3", "2026-01-31 14:05:00"],
        4: ["", "", "last"],
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [("1250.5", "1250.5"), ("0.1", "0.1"), ("0.30000000000000004", "0.3"), ("1250.0999999999999", "1250.1"),
     ("-7", "-7"), ("1E3", "1000"), ("1.25E-2", "0.0125"), ("1005.005", "1005.005"), ("100", "100"),
     ("12345678901234.57", "12345678901234.57"), ("1234567890123456", "1234567890123456"),
     ("333.33333333333331", "333.33333333333331"), ("0", "0"), ("-0", "0")],
)  # fmt: skip
def test_a_number_is_read_exactly_and_binary_noise_is_not(written: str, read: str) -> None:
    text = of(f"<c><v>{written}</v></c>")
    assert type(text) is Exact
    assert Decimal(text) == Decimal(read)
    assert "E" not in text


@pytest.mark.parametrize("text", ["1E+999999999", "NaN", "9" * 100])
def test_a_number_out_of_reach_stays_as_it_is(text: str) -> None:
    assert of(f"<c><v>{text}</v></c>") == text


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('<c t="s"><v>1</v></c>', "twofold"),
        ('<c t="inlineStr"><is><r><t>two </t></r><r><t>parts</t></r></is></c>', "two parts"),
        ('<c t="inlineStr"><is><t>東</t><rPh sb="0" eb="1"><t>higashi</t></rPh></is></c>', "東"),
        ('<c t="str"><f>A1</f><v>told</v></c>', "told"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="d"><v>2026-01-31</v></c>', "2026-01-31"),
        ("<c><f>1+1</f><v>2</v></c>", "2"),
        ('<c t="inlineStr"><is><t>a_x000D_b_x005F_x0041_</t></is></c>', "a\rb_x0041_"),
    ],
)
def test_every_kind_of_cell(cell: str, read: str) -> None:
    texts = "<si><t>first</t></si><si><r><t>two</t></r><r><t>fold</t></r></si>"
    assert of(cell, texts=texts) == read


@pytest.mark.parametrize("sign", ["_x0000_", "_xD800_", "_xDFFF_"])
def test_what_no_text_can_hold_is_a_fault(sign: str) -> None:
    for cell, parts in (
        (inline(f"a{sign}b"), {}),
        ('<c t="s"><v>0</v></c>', {"texts": f"<si><t>a{sign}b</t></si>"}),
    ):
        found = of(cell, **parts)
        assert isinstance(found, Fault)
        assert found == "the cell holds a sign that is no letter."
    assert of(inline("a_xD83D__xDE00_b")) == "a\N{GRINNING FACE}b"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("<c><f>A1*2</f></c>", "no stored value"),
        ("<c><f>A1*2</f><v></v></c>", "no stored value"),
        ('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
    ],
)
def test_a_formula_without_value_is_a_fault_and_no_empty_cell(cell: str, said: str) -> None:
    text = of(cell)
    assert type(text) is Fault
    assert said in text
    assert cells(workbook(rows('<c t="str"><f>""</f><v></v></c>'))) == {}


@pytest.mark.parametrize(
    ("code", "cell", "read"),
    [
        ("yyyy-mm-dd", "46053", "2026-01-31"),
        ("d mmm yy;@", "46053.5", "2026-01-31 12:00:00"),
        ("[$-41D]d\\ mmmm", "1", "1900-01-01"),
        ("yyyy-mm-dd", "61", "1900-03-01"),
        ("0000", "114", "0114"),
        ('#,##0.00 "days"', "46053", "46053"),
        ("[Red]0.00", "5", "5"),
        ("mm:ss", "0.5", "0.5"),
    ],
)
def test_the_form_of_a_number_tells_days_and_leading_zeros(code: str, cell: str, read: str) -> None:
    code = code.replace('"', "&quot;")
    styles = (
        f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="200"/></cellXfs>'
    )
    assert of(f'<c s="1"><v>{cell}</v></c>', styles=styles) == read


@pytest.mark.parametrize("number", ["46701234567", "9999999999999", "1E+20", "1E+999999", "-46701234567"])
def test_a_number_that_is_no_day_is_a_fault_of_its_cell_alone(number: str) -> None:
    found = of(f'<c s="0"><v>{number}</v></c>', styles='<cellXfs><xf numFmtId="14"/></cellXfs>')
    assert isinstance(found, Fault)
    assert found == "the cell is to show a day, and its number is none."


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    about = '<workbookPr date1904="1"/>'
    assert of('<c s="1"><v>44591</v></c>', styles=styles, about=about) == "2026-01-31"


def test_hidden_sheets_are_not_read_and_named() -> None:
    book = Workbook(
        workbook(
            rows(inline("a")),
            rows(inline("b")),
            rows(inline("c")),
            states=("hidden", "visible", "veryHidden"),
        )
    )
    assert [sheet.name for sheet in book.sheets] == ["S2"]
    assert book.notices == ["Hidden sheets are not read: S1, S3."]


def test_merged_cells_are_known_when_the_sheet_is_read() -> None:
    merged = '<mergeCells count="2"><mergeCell ref="A1:C1"/><mergeCell ref="B2:B4"/></mergeCells>'
    [sheet] = Workbook(workbook(rows(inline("a"), after=merged))).sheets
    assert len(list(sheet)) == 1
    assert [tuple(span) for span in sheet.merged] == [(1, 1, 0, 2), (2, 4, 1, 1)]


def test_prefixed_names_absolute_targets_and_cells_out_of_the_way() -> None:
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = packed(
        {
            "_rels/.rels": related(("officeDocument", "/xl/book.xml")),
            "xl/book.xml": f'<x:workbook xmlns:x="{name}" xmlns:k="k"><x:sheets>'
            '<x:sheet name="T" k:id="rId1"/></x:sheets></x:workbook>',
            "xl/_rels/book.xml.rels": related(("worksheet", "/xl/t.xml")),
            "xl/t.xml": f'<x:worksheet xmlns:x="{name}"><x:sheetData><x:row r="1048576">'
            '<x:c r="C1048576"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>',
        }
    )
    assert cells(content) == {1048576: ["", "", "5"]}


def far() -> bytes:
    """A small file that names the first and the last cell of the largest sheet there can be."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")
    return buffer.getvalue()


def bomb() -> bytes:
    """A small file that holds a great sheet."""
    return workbook(rows(inline("a")), **{"xl/more.xml": " " * (MAX_UNPACKED + 1)})


def lying() -> bytes:
    """A file that says of its sheet that it is small, and holds more."""
    content = workbook(rows(inline("a" * 100_000)))
    found = zipfile.ZipFile(io.BytesIO(content)).getinfo("xl/worksheets/sheet1.xml")
    return content.replace(found.file_size.to_bytes(4, "little"), (60).to_bytes(4, "little"))


ENTITIES = '<!DOCTYPE a [<!ENTITY b "c">]>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and so on", "no workbook"),
        (packed({"word/document.xml": "<a/>"}), "no workbook"),
        (packed({"_rels/.rels": related(("officeDocument", "xl/gone.xml"))}), "no workbook"),
        (workbook(rows(inline("a")), states=("hidden",)), "no sheet that is shown"),
        (workbook("<sheetData><row"), "no workbook"),
        (workbook(rows('<c t="s"><v>7</v></c>')), "no workbook"),
        (workbook(rows('<c r="B1"><v>7</v></c><c r="A1"><v>7</v></c>')), "no workbook"),
        (workbook(rows('<c r="ZZZZ1"><v>7</v></c>')), "no workbook"),
        (workbook(rows("<c><v>x</v></c>")), "no workbook"),
        (workbook(rows(inline("a")), **{"xl/worksheets/sheet1.xml": f"{ENTITIES}<a>&b;</a>"}), "no workbook"),
        (workbook(rows(inline("a")), **{"xl/styles.xml": f"{ENTITIES}<a>&b;</a>"}), "no workbook"),
        (workbook(rows(inline("a")), **{"xl/styles.xml": " " * 5_000_000}), "holds too much"),
        (far(), "more than 200 columns"),
        (bomb(), "holds too much"),
        (lying(), "no workbook"),
    ],
)  # fmt: skip
def test_what_is_no_sound_workbook_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(UploadError, match=said):
        cells(content)


def test_more_merged_cells_than_anybody_makes_are_refused() -> None:
    merged = "".join(f'<mergeCell ref="A{line}:B{line}"/>' for line in range(1, 1_003))
    with pytest.raises(UploadError, match="merged"):
        cells(workbook(rows(inline("a"), after=f"<mergeCells>{merged}</mergeCells>")))


def test_a_long_sheet_is_never_held_whole() -> None:
    line = "<row>" + "<c><v>1250.5</v></c>" * 10 + "</row>"
    [sheet] = Workbook(workbook("<sheetData>" + line * 20_000 + "</sheetData>")).sheets
    tracemalloc.start()
    try:
        assert sum(1 for _line in sheet) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 2 * 1024 * 1024
    finally:
        tracemalloc.stop()
