"""A workbook in memory: figures as numbers, dates as dates, text never taken for a formula."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language

from sharedict.common import sheets
from sharedict.common.sheets import day_format, one_page_wide, sheet_name, workbook, write_cell


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage, exact: a spreadsheet keeps it as a part of one, and shows it with its sign."""

    value: Fraction

    @classmethod
    def of(cls, value: Fraction | None) -> "Percent | None":
        return None if value is None else cls(value)


Cell = sheets.Cell | Fraction | Percent


PERCENT_FORMAT = "0.00####%"


class Book:
    """A workbook in memory, and how its cells look; ``named`` stands below each page printed of it.

    ``banner`` stands above each page, and above what ``begin`` begins.
    """

    def __init__(self, currency: str, created: dt.datetime, named: str = "", banner: str = "") -> None:
        self._buffer = io.BytesIO()
        self.book = workbook(self._buffer, created)
        self.currency, self.named, self.banner = currency, named, banner
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.head = self.book.add_format(sheets.HEAD)
        self.bold = self.book.add_format({"bold": True, "top": 1})
        self._formats = {
            Decimal: self.book.add_format({"num_format": "#,##0.00"}),
            Fraction: self.book.add_format({"num_format": "0.000000"}),
            Percent: self.book.add_format({"num_format": PERCENT_FORMAT}),
            dt.date: self.book.add_format({"num_format": day_format(get_language()), "align": "left"}),
        }
        self._totals = {
            **dict.fromkeys((str, int), self.bold),
            Decimal: self.book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}),
            Fraction: self.book.add_format({"num_format": "0.000000", "bold": True, "top": 1}),
        }

    def sheet(self, title: str, widths: Sequence[int]) -> Any:
        sheet = self.book.add_worksheet(sheet_name(title))
        sheet.hide_gridlines(2)
        one_page_wide(sheet, self.named, self.banner)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def begin(self, sheet: Any, title: str) -> int:
        """Write ``title`` and the banner; gives back the row after them."""
        sheet.write_string(0, 0, title, self.title)
        if self.banner:
            sheet.write_string(1, 0, self.banner, self.bold)
        return 2 if self.banner else 1

    def table(
        self,
        sheet: Any,
        top: int,
        header: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        total: Sequence[Cell] = (),
    ) -> int:
        """Write a table whose header stands in row ``top``; gives back the row after it.

        One that begins its sheet has its header on every page.
        """
        if top == 0:
            sheet.repeat_rows(0)
        for column, name in enumerate(header):
            write_cell(sheet, top, column, name, self.head)
        row = top
        for row, cells in enumerate(rows, start=top + 1):
            self.row(sheet, row, cells)
        if total:
            row += 1
            self.row(sheet, row, total, self._totals)
        return row + 1

    def row(
        self, sheet: Any, row: int, cells: Sequence[Cell], formats: dict[type, Any] | None = None
    ) -> None:
        looks = formats or self._formats
        for column, cell in enumerate(cells):
            plain = cell.value / 100 if isinstance(cell, Percent) else cell
            write_cell(sheet, row, column, plain, looks.get(type(cell)))

    def facts(self, sheet: Any, top: int, facts: Iterable[tuple[str, Cell]]) -> int:
        row = top
        for row, (label, value) in enumerate(facts, start=top):
            self.row(sheet, row, (label, value))
        return row + 2

    def content(self) -> bytes:
        self.book.close()
        return self._buffer.getvalue()
