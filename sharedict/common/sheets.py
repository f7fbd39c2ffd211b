"""Tables of text, numbers and dates as CSV and XLSX, safe to open: no cell is ever read as a formula."""

import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import chain, groupby, islice
from types import NoneType
from typing import Any

import xlsxwriter

from sharedict.kernel.money import digits

Cell = str | int | Decimal | dt.date | None
BOM = "\ufeff"
DIGITS = 15
"""A spreadsheet keeps so many digits of a number."""
LONGEST_TEXT = 32_767
LONGEST_FOOTER = 200
SPACE = " "
"""Between the size of a footer's letters and its text, which may begin with a figure."""
A4 = 9
MARGIN = 0.6
"""Inches."""
PIECE_ROWS = 500
LINE_END, QUOTE = "\r\n", '"'
TEXTS = 2_000
"""So many texts of a file are remembered: most columns say the same again and again."""
FIRST_DAY = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
"""What ZIP, which a workbook is, takes for the beginning of time."""

DAY_FORMATS = {"sv": "yyyy-mm-dd"}
DAY_FORMAT = "d mmmm yyyy"
"""Of days: in Swedish as spreadsheets there show them by themselves, else as pages do."""

HEAD = {"font_color": "#50606c", "bottom": 1, "text_wrap": True, "valign": "bottom"}
"""The heads of columns look as on the pages: grey, with a line below."""

CELL_STARTS = r"(?:^|(?<=[;,|\t\r\n\v\f\u0085\u2028\u2029]))"
"""Where a cell begins for whoever reads the file: the text itself, and what follows any separator in it."""
PASSED_OVER = r"""["' \u00a0\u2007\u202f\u3000\ufeff]*"""
"""What a spreadsheet may drop from the beginning of a text before it looks at the first sign."""
FORMULA_SIGNS = r"[=+@\uff1d\uff0b\uff0d\uff20-]"
A_FORMULA = rf"""["']*{FORMULA_SIGNS}"""
AT_FIRST = rf"{PASSED_OVER}(?:{FORMULA_SIGNS}|[\t\r\n])"
FORMULA_STARTS = rf"^(?={AT_FIRST})|{CELL_STARTS}(?={A_FORMULA})"
"""Where a spreadsheet would begin a formula, in words that Python and PostgreSQL read alike.

A Swedish Excel splits a file with commas at its semicolons, heeds no quotation marks but those that begin a
cell, and drops these. Tabs and line breaks are passed over at the beginning.
"""
NEUTRALISED = re.compile(rf"^'(?={AT_FIRST})|{CELL_STARTS}'(?={A_FORMULA})")


def neutral(text: str) -> str:
    """``text`` as no spreadsheet takes it for a formula: an apostrophe goes before each that it would begin.

    ``as_told`` takes them away again. Source: OWASP, "CSV Injection".
    """
    return re.sub(FORMULA_STARTS, "'", text)


def as_told(text: str) -> str:
    """What ``neutral`` made ``text`` of; one apostrophe before a formula is nobody's own."""
    return NEUTRALISED.sub("", text)


def csv_lines(
    rows: Iterable[Sequence[Cell]], *, delimiter: str = ",", decimal: str = ".", banner: str = ""
) -> Iterator[bytes]:
    """UTF-8 with byte order mark, CRLF (RFC 4180), some rows to a piece; dates are ISO text.

    ``decimal`` stands before the decimals of numbers; ``banner`` is a line of its own above the rows.
    """
    told = _Told(delimiter, decimal)
    each, start = chain([[banner]] if banner else [], rows), BOM
    while batch := list(islice(each, PIECE_ROWS)):
        lines = chain.from_iterable(told.lines(list(alike)) for _length, alike in groupby(batch, key=len))
        yield f"{start}{LINE_END.join(lines)}{LINE_END}".encode()
        start = ""


class _Told:
    """Cells as they stand in CSV, a column at a time: what a column says again is made a text once.

    Quoted is what has to be (RFC 4180), as by ``csv.writer``, which takes one cell after the other.
    """

    def __init__(self, delimiter: str, decimal: str) -> None:
        self.delimiter, self.decimal = delimiter, decimal
        self.must_quote = re.compile(f'[{re.escape(delimiter)}"\r\n]').search
        self.text: Callable[[str], str] = lru_cache(TEXTS)(self._text)
        self.day: Callable[[dt.date | None], str] = lru_cache(TEXTS)(self._day)

    def lines(self, rows: Sequence[Sequence[Cell]]) -> Iterable[str]:
        """Those of ``rows``, which have as many cells each."""
        columns = [self._column(column) for column in zip(*rows, strict=True)]
        if len(columns) == 1:  # an empty line would be no row
            return (text or '""' for text in columns[0])
        return map(self.delimiter.join, zip(*columns, strict=True)) if columns else [""] * len(rows)

    def _column(self, column: Sequence[Cell]) -> Iterable[str]:
        kinds = set(map(type, column))
        if kinds == {str}:
            return map(self.text, column)  # type: ignore[arg-type]
        if kinds <= {dt.date, NoneType}:
            return map(self.day, column)  # type: ignore[arg-type]
        return map(self._cell, column)

    def _cell(self, cell: Cell) -> str:
        if cell is None:
            return ""
        if isinstance(cell, str):
            return self.text(cell)
        return self._quoted(str(cell).replace(".", self.decimal) if isinstance(cell, Decimal) else str(cell))

    def _day(self, day: dt.date | None) -> str:
        return "" if day is None else self._quoted(str(day))

    def _text(self, text: str) -> str:
        return self._quoted(neutral(text))

    def _quoted(self, text: str) -> str:
        return f'"{text.replace(QUOTE, QUOTE * 2)}"' if self.must_quote(text) else text


def day_format(language: str | None) -> str:
    """How a day is shown in ``language``; it stays a day to the spreadsheet."""
    return DAY_FORMATS.get(language or "", DAY_FORMAT)


def workbook(buffer: io.BytesIO, created: dt.datetime | None = None) -> xlsxwriter.Workbook:
    """An empty workbook whose bytes follow from what is written into it, whatever the clock says.

    ``created`` stands in its properties, where something must stand: without it the FIRST_DAY.
    """
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": (created or FIRST_DAY).astimezone(dt.UTC)})
    return book


def write_cell(sheet: Any, row: int, column: int, cell: Cell | Fraction, look: Any = None) -> None:
    """Write ``cell`` as the number, date or text that it is; nothing for what is empty and has no look.

    A spreadsheet makes zeros of what it does not keep of a number, so one with more than DIGITS, as an amount
    has from 10,000,000,000,000.00 on, is written as text, to the last unit. A Fraction is for the eye, and is
    written as the number nearest to it.
    """
    match cell:
        case None:
            return
        case "" if look is None:
            return
        case Fraction():
            sheet.write_number(row, column, digits(cell, 12)[0], look)
        case int() | Decimal() if len(Decimal(cell).as_tuple().digits) > DIGITS:
            sheet.write_string(row, column, f"{Decimal(cell):f}", look)
        case int() | Decimal():
            sheet.write_number(row, column, cell, look)
        case dt.date():
            sheet.write_datetime(row, column, cell, look)
        case _:
            sheet.write_string(row, column, cell[:LONGEST_TEXT], look)


def xlsx_bytes(
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    language: str | None = None,
    banner: str = "",
) -> bytes:
    """A workbook of one sheet named ``title``: frozen header, filters, one page wide, numbers as such.

    Days are shown as in ``language``; ``banner`` stands above the header, and on each page printed.
    """
    buffer = io.BytesIO()
    with workbook(buffer) as book:
        sheet = book.add_worksheet(sheet_name(title))
        head = book.add_format(HEAD)
        money, day = (
            book.add_format({"num_format": "#,##0.00"}),
            book.add_format({"num_format": day_format(language), "align": "left"}),
        )
        one_page_wide(sheet, title, banner)
        top = 1 if banner else 0
        write_cell(sheet, 0, 0, banner)
        sheet.repeat_rows(top)
        sheet.freeze_panes(top + 1, 0)
        sheet.set_column(0, len(header) - 1, 18)
        for column, name in enumerate(header):
            write_cell(sheet, top, column, name, head)
        last = top
        for last, row in enumerate(rows, start=top + 1):
            for column, cell in enumerate(row):
                look = money if isinstance(cell, Decimal) else day if isinstance(cell, dt.date) else None
                write_cell(sheet, last, column, cell, look)
        sheet.autofilter(top, 0, last, len(header) - 1)
    return buffer.getvalue()


def one_page_wide(sheet: Any, named: str = "", banner: str = "") -> None:
    """Printed on A4 across, as many pages high as it takes, each with what it is part of and its number.

    ``banner`` stands above each of them.
    """
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=MARGIN, right=MARGIN, top=MARGIN, bottom=MARGIN)
    if banner:
        sheet.set_header(f"&C&8{SPACE}{banner.replace('&', '&&')}")
    shown = named.replace("&", "&&")[:LONGEST_FOOTER].rstrip("&")
    sheet.set_footer(f"&L&8{SPACE}{shown}&R&8&P / &N")


def sheet_name(title: str) -> str:
    """``title`` as Excel allows a sheet to be called: 31 characters, none of ``[]:*?/\\``."""
    return "".join(" " if mark in "[]:*?/\\" else mark for mark in title).strip("' ")[:31] or "Sheet"
