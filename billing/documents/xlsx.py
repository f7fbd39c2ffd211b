"""Statements and months as workbooks: figures as numbers, dates as dates, text never taken for a formula."""

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from xlsxwriter.utility import xl_range_abs

from billing.engine.facts import day
from billing.engine.statement import MunicipalityTotal, Statement, Unallocated, percent_of
from billing.engine.why import ComponentPart, Why
from sharedict.common.sheets import sheet_name
from sharedict.kernel.money import digits, to_major

EXACT_MINOR = 10**15
"""From here on a spreadsheet's numbers cannot hold every minor unit: such an amount is written as text."""

LONGEST_TEXT = 32_767
Cell = str | int | Decimal | Fraction | dt.date | None


class _Book:
    """A workbook in memory, and how its cells look."""

    def __init__(self, currency: str) -> None:
        self._buffer = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._buffer, {"in_memory": True})
        self.currency = currency
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.head = self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.bold = self.book.add_format({"bold": True, "top": 1})
        self._formats = {
            Decimal: self.book.add_format({"num_format": "#,##0.00"}),
            Fraction: self.book.add_format({"num_format": "0.000000"}),
            dt.date: self.book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        }
        self._totals = {
            **dict.fromkeys((str, int), self.bold),
            Decimal: self.book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}),
            Fraction: self.book.add_format({"num_format": "0.000000", "bold": True, "top": 1}),
        }

    def sheet(self, title: str, widths: Sequence[int]) -> Any:
        sheet = self.book.add_worksheet(sheet_name(title))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def table(
        self,
        sheet: Any,
        top: int,
        header: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        total: Sequence[Cell] = (),
    ) -> int:
        """Write a table whose header stands in row ``top``; gives back the row after it."""
        sheet.write_row(top, 0, header, self.head)
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
        for column, cell in enumerate(cells):
            self.cell(sheet, row, column, cell, (formats or self._formats).get(type(cell)))

    def cell(self, sheet: Any, row: int, column: int, cell: Cell, look: Any = None) -> None:
        if isinstance(cell, Fraction):
            cell = digits(cell, 12)[0]
        match cell:
            case None:
                return
            case Decimal() if abs(cell) * 100 >= EXACT_MINOR:
                sheet.write_string(row, column, f"{cell:f}", look)
            case int() | Decimal():
                sheet.write_number(row, column, cell, look)
            case dt.date():
                sheet.write_datetime(row, column, cell, look)
            case _:
                sheet.write_string(row, column, cell[:LONGEST_TEXT], look)

    def facts(self, sheet: Any, top: int, facts: Iterable[tuple[str, Cell]]) -> int:
        row = top
        for row, (label, value) in enumerate(facts, start=top):
            self.row(sheet, row, (label, value))
        return row + 2

    def content(self) -> bytes:
        self.book.close()
        return self._buffer.getvalue()


def statement_xlsx(statement: Statement, state: str, whys: Iterable[Why]) -> bytes:
    """``statement``, its lines, its shares and the explanation of each; ``state`` in the reader's words."""
    book = _Book(statement.currency)
    _summary(book, statement, state)
    _lines(book, statement)
    _shares(book, statement)
    _explanations(book, whys)
    return book.content()


def month_xlsx(
    *,
    title: str,
    currency: str,
    totals: Sequence[MunicipalityTotal],
    unallocated: Sequence[Unallocated],
    reasons: Mapping[str, str],
    facts: Iterable[tuple[str, Cell]],
) -> bytes:
    """What each municipality carries of a month, and the costs that nobody carries yet.

    ``reasons`` says in words why they are unallocated, by code.
    """
    book = _Book(currency)
    sheet = book.sheet(_("Municipalities"), (16, 30, 14, 16, 16, 16, 14))
    sheet.write_string(0, 0, title, book.title)
    top = book.facts(sheet, 1, facts)
    book.table(
        sheet,
        top,
        (
            _("Municipality"),
            _("Name"),
            _("Statement"),
            _("Amount"),
            _("Month before"),
            pgettext("difference", "Change"),
            _("Percent"),
        ),
        (
            (
                row.municipality,
                row.name,
                row.number,
                to_major(row.this_minor),
                to_major(row.before_minor),
                to_major(row.change_minor),
                row.percent,
            )
            for row in totals
        ),
        (
            _("Total"),
            None,
            None,
            to_major(sum(row.this_minor for row in totals)),
            to_major(sum(row.before_minor for row in totals)),
            to_major(sum(row.change_minor for row in totals)),
        ),
    )
    if unallocated:
        sheet = book.sheet(_("Unallocated"), (14, 26, 20, 40, 16, 24, 40))
        book.table(
            sheet,
            0,
            (
                _("Reference"),
                _("Application"),
                _("Cost type"),
                _("Description"),
                _("Amount"),
                _("Reason"),
                _("Detail"),
            ),
            (
                (
                    row.reference,
                    row.application_name,
                    row.cost_type_name,
                    row.description,
                    to_major(row.amount_minor),
                    reasons.get(row.reason, row.reason),
                    row.detail,
                )
                for row in unallocated
            ),
        )
    return book.content()


def _summary(book: _Book, statement: Statement, state: str) -> None:
    sheet = book.sheet(_("Summary"), (32, 20, 18, 18, 18))
    sheet.write_string(0, 0, f"{statement.name}, {statement.month}", book.title)
    change = percent_of(statement.change_minor, abs(statement.before_minor))
    top = book.facts(
        sheet,
        1,
        (
            (_("Cooperation"), statement.cooperation_name),
            (_("Municipality"), f"{statement.name} ({statement.municipality})"),
            (_("Month"), str(statement.month)),
            (_("State"), state),
            (_("Statement"), statement.number),
            (_("Currency"), statement.currency),
            (_("Total"), to_major(statement.total_minor)),
            (_("Month before"), to_major(statement.before_minor) if statement.before else None),
            (
                pgettext("difference", "Change"),
                to_major(statement.change_minor) if statement.before else None,
            ),
            (_("Change, %"), change),
            (_("Year so far"), to_major(statement.year_minor)),
            (_("Year so far begins with"), str(statement.year_from)),
            (_("Run"), statement.run_number),
            (_("Computed"), statement.computed_at.isoformat(timespec="seconds")),
            (_("Rule version"), statement.rule_version),
            (_("Fingerprint of the inputs"), statement.fingerprint),
        ),
    )
    parts = statement.applications
    end = book.table(
        sheet,
        top,
        (
            _("Application"),
            _("This month"),
            _("Month before"),
            pgettext("difference", "Change"),
            _("Year so far"),
        ),
        (
            (
                part.name or _("The cooperation as a whole"),
                to_major(part.this_minor),
                to_major(part.before_minor),
                to_major(part.change_minor),
                to_major(part.year_minor),
            )
            for part in parts
        ),
        (
            _("Total"),
            to_major(statement.total_minor),
            to_major(statement.before_minor),
            to_major(statement.change_minor),
            to_major(statement.year_minor),
        ),
    )
    if parts:
        _chart(book, sheet, top, len(parts), end)


def _chart(book: _Book, sheet: Any, top: int, count: int, below: int) -> None:
    """Bars of this month beside the month before, from the cells of the table that begins at ``top``."""
    chart = book.book.add_chart({"type": "bar"})
    for column in (2, 1):
        chart.add_series(
            {
                "name": [sheet.name, top, column],
                "categories": _cells(sheet, top + 1, 0, count),
                "values": _cells(sheet, top + 1, column, count),
            }
        )
    chart.set_title({"name": _("This month and the month before"), "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"num_format": "#,##0", "name": book.currency})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 760, "height": min(1200, 160 + 44 * count)})
    sheet.insert_chart(below + 1, 0, chart)


def _cells(sheet: Any, top: int, column: int, count: int) -> str:
    quoted = sheet.name.replace("'", "''")
    return f"='{quoted}'!{xl_range_abs(top, column, top + count - 1, column)}"


def _lines(book: _Book, statement: Statement) -> None:
    sheet = book.sheet(_("Lines"), (16, 30, 16, 26, 16, 16, 16, 16))
    sheet.freeze_panes(1, 0)
    book.table(
        sheet,
        0,
        (
            _("Application code"),
            _("Application"),
            _("Cost type code"),
            _("Cost type"),
            _("This month"),
            _("Month before"),
            pgettext("difference", "Change"),
            _("Year so far"),
        ),
        (
            (
                line.application,
                line.application_name,
                line.cost_type,
                line.cost_type_name,
                to_major(line.this_minor),
                to_major(line.before_minor),
                to_major(line.change_minor),
                to_major(line.year_minor),
            )
            for line in statement.lines
        ),
        (
            _("Total"),
            "",
            "",
            "",
            to_major(statement.total_minor),
            to_major(statement.before_minor),
            to_major(statement.change_minor),
            to_major(statement.year_minor),
        ),
    )


def _shares(book: _Book, statement: Statement) -> None:
    sheet = book.sheet(_("Shares"), (14, 26, 20, 26, 40, 16, 9, 16, 16))
    sheet.freeze_panes(1, 1)
    book.table(
        sheet,
        0,
        (
            _("Reference"),
            _("Application"),
            _("Cost type"),
            _("Supplier"),
            _("Description"),
            _("Key"),
            _("Version"),
            _("Cost in the month"),
            _("Share"),
        ),
        (
            (
                row.reference,
                row.application_name,
                row.cost_type_name,
                row.supplier,
                row.description,
                row.key,
                row.key_version,
                to_major(row.cost_minor),
                to_major(row.share_minor),
            )
            for row in statement.shares
        ),
        (_("Total"), "", "", "", "", "", "", "", to_major(statement.total_minor)),
    )


def _explanations(book: _Book, whys: Iterable[Why]) -> None:
    """One row for each component of each share; what holds for the whole share stands in its first row."""
    sheet = book.sheet(
        _("Explanation"),
        (14, 36, 14, 14, 14, 12, 12, 24, 9, 40, 12, 28, 12, 16, 16, 14, 14, 36, 14, 20, 14, 14, 14),
    )
    sheet.freeze_panes(1, 1)
    book.table(
        sheet,
        0,
        (
            _("Reference"),
            _("Description"),
            _("Whole amount"),
            _("Cost in the month"),
            _("Service from"),
            _("Last day"),
            _("Days in the month"),
            _("Key"),
            _("Version"),
            _("Decision"),
            _("Decided"),
            _("Divided"),
            _("Component, %"),
            _("Numerator"),
            _("Denominator"),
            _("Gives, %"),
            _("Reference date"),
            _("Source"),
            _("Percent in the end"),
            _("Exact share"),
            _("Owed before"),
            _("Share"),
            _("Owed after"),
        ),
        (row for why in whys for row in _explanation(why)),
    )


def _explanation(why: Why) -> Iterable[Sequence[Cell]]:
    head = (
        why.description,
        to_major(why.amount_minor),
        to_major(why.cost_minor),
        day(why.starts_on),
        day(why.ends_on) - dt.timedelta(days=1),
        why.month_part.in_month,
        why.key.name,
        why.key.version,
        why.key.decision,
        day(why.key.decided_on),
    )
    end = (
        why.own.percent,
        _exact(why.own.exact),
        _exact(why.owed_before),
        to_major(why.own.share_minor),
        _exact(why.owed_after),
    )
    for place, part in enumerate(why.own.parts):
        first = place == 0
        yield (
            why.reference,
            *(head if first else (None,) * len(head)),
            *_component(part),
            *(end if first else (None,) * len(end)),
        )


def _component(part: ComponentPart) -> Sequence[Cell]:
    kinds = {"even": _("evenly"), "fixed": _("in fixed parts")}
    return (
        kinds.get(part.kind, part.driver),
        part.percent,
        digits(part.numerator, 6)[0],
        digits(part.denominator, 6)[0],
        part.gives,
        day(part.reading.reference_on) if part.reading else None,
        part.reading.source if part.reading else None,
    )


def _exact(value: Fraction) -> str:
    """Whole minor units as exact text: decimals where they end, else a fraction."""
    shown, is_whole = digits(Fraction(value, 100), 12)
    return f"{shown:f}" if is_whole else f"{value.numerator}/{100 * value.denominator}"
