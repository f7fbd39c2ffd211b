"""A statement as a workbook: summary with its chart, lines and shares."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from xlsxwriter.utility import xl_range_abs

from billing.documents.xlsx.book import Book, Cell, Percent
from billing.documents.xlsx.explanations import add_corrections, add_explanations
from billing.engine.overview import percent_of
from billing.engine.statement import Statement, StatementLine
from billing.engine.why import Why, WhyCorrected
from sharedict.common.days import date_format
from sharedict.kernel.money import to_major

ROW_PIXELS = 20
HIGHEST_CHART = 640
"""What the facts above it leave of a page, in pixels of the sheet."""


def statement_xlsx(
    statement: Statement,
    state: str,
    whys: Iterable[Why],
    corrected: Iterable[WhyCorrected],
    causes: Mapping[str, str],
    keys: Mapping[str, str],
    *,
    banner: str = "",
) -> bytes:
    """``statement``, its lines, its shares and the explanation of each; ``state`` in the reader's words.

    ``corrected`` explains the corrections of earlier months, ``causes`` says in words what changed, by code;
    ``keys`` are the names of keys, by code. ``banner`` is what stands above all its figures.
    """
    named = f"{statement.cooperation_name}, {statement.name}, {date_format(statement.month.first, 'F Y')}"
    book = Book(statement.currency, statement.issued_at or statement.computed_at, named, banner)
    _summary(book, statement, state)
    _lines(book, statement)
    _shares(book, statement, keys)
    if statement.corrections or statement.earlier_corrections:
        add_corrections(book, corrected, causes)
    add_explanations(book, whys)
    return book.content()


def _summary(book: Book, statement: Statement, state: str) -> None:
    sheet = book.sheet(_("Summary"), (44, 20, 18, 18, 18))
    sheet.set_portrait()
    change = percent_of(statement.change_minor, abs(statement.before_minor))
    top = book.facts(
        sheet,
        book.begin(sheet, f"{statement.name}, {statement.month}"),
        (
            (_("Cooperation"), statement.cooperation_name),
            (_("Municipality"), f"{statement.name} ({statement.municipality})"),
            (_("Month"), str(statement.month)),
            (_("State"), state),
            (_("Statement"), statement.number),
            (_("Currency"), statement.currency),
            (_("Total"), to_major(statement.total_minor)),
            (_("Of it: the month itself"), to_major(statement.month_minor)),
            (
                _("Of it: corrections of earlier months"),
                to_major(statement.all_corrections_minor),
            ),
            (_("Of it: corrections of this agreement year"), to_major(statement.corrections_minor)),
            (_("Of it: corrections of earlier agreement years"), to_major(statement.earlier_minor)),
            (_("Issued"), _instant(statement.issued_at) if statement.issued_at else None),
            (_("Due"), statement.due_on),
            (_("Taken over"), _("from release 0.1, as it was") if statement.is_taken_over else None),
            (_("Month before"), to_major(statement.before_minor) if statement.before else None),
            (
                pgettext("difference", "Change"),
                to_major(statement.change_minor) if statement.before else None,
            ),
            (_("Change, %"), Percent.of(change)),
            (_("Year so far"), to_major(statement.year_minor)),
            (_("Year so far begins with"), str(statement.year_from)),
            (_("Run"), statement.run_number),
            (_("Computed"), _instant(statement.computed_at)),
            (_("Rule version"), statement.rule_version),
            (_("Fingerprint of the inputs"), statement.fingerprint),
            (_("Hash of what was issued (SHA-256)"), statement.content_hash or None),
        ),
    )
    parts = statement.applications
    rows = _rows_of_chart(len(parts))
    book.table(
        sheet,
        top + rows,
        (
            _("Application"),
            _("This month"),
            _("Month before"),
            pgettext("difference", "Change"),
            _("Year so far"),
        ),
        (
            *(
                (
                    part.name or _("The cooperation as a whole"),
                    to_major(part.this_minor),
                    to_major(part.before_minor),
                    to_major(part.change_minor),
                    to_major(part.year_minor),
                )
                for part in parts
            ),
            *_corrected(statement),
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
        _chart(book, sheet, top, top + rows, len(parts))


def _instant(value: dt.datetime) -> str:
    """By the clock of the pages, with its distance from UTC."""
    return timezone.localtime(value).isoformat(timespec="seconds")


def _height_of_chart(count: int) -> int:
    return min(HIGHEST_CHART, 160 + 44 * count)


def _rows_of_chart(count: int) -> int:
    """How many rows it covers, and one that stays empty below it."""
    return -(-_height_of_chart(count) // ROW_PIXELS) + 1 if count else 0


def _chart(book: Book, sheet: Any, place: int, top: int, count: int) -> None:
    """Bars of this month beside the month before, from the cells of the table that begins at ``top``.

    It stands at row ``place``, above the table: there it is whole on the first page that is printed, however
    many rows the table has, and the total stays last.
    """
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
    chart.set_size({"width": 760, "height": _height_of_chart(count)})
    sheet.insert_chart(place, 0, chart)


def _cells(sheet: Any, top: int, column: int, count: int) -> str:
    quoted = sheet.name.replace("'", "''")
    return f"='{quoted}'!{xl_range_abs(top, column, top + count - 1, column)}"


def _lines(book: Book, statement: Statement) -> None:
    sheet = book.sheet(_("Lines"), (16, 30, 16, 26, 16, 16, 16, 16, 14, 14, 14, 40))
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
            _("Corrects month"),
            _("Corrects statement"),
            _("Reference"),
            _("Description"),
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
                str(line.concerns) if line.concerns else None,
                _("statement %(number)s") % {"number": line.corrects[0]} if line.corrects else None,
                ", ".join(line.references) if line.concerns else None,
                line.description or None,
            )
            for line in (*statement.lines, *_earlier_corrections(statement))
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


def _corrected(statement: Statement) -> list[Sequence[Cell]]:
    """The corrections in all, as a row beside the applications, where there are any."""
    amount, before = statement.all_corrections_minor, statement.before_corrections_minor
    year = statement.year_corrections_minor
    if not (amount or before or year or statement.corrections or statement.earlier_corrections):
        return []
    figures = (amount, before, amount - before, year)
    return [(_("Corrections of earlier months"), *map(to_major, figures))]


def _earlier_corrections(statement: Statement) -> list[StatementLine]:
    """The month before and the year so far of corrections, as one line: no line of theirs holds these."""
    before, year = statement.before_corrections_minor, statement.year_corrections_minor
    if not before and not year:
        return []
    name = _("Corrections of earlier months")
    return [StatementLine("", name, "", "", this_minor=0, before_minor=before, year_minor=year)]


def _shares(book: Book, statement: Statement, keys: Mapping[str, str]) -> None:
    sheet = book.sheet(_("Shares"), (14, 26, 20, 26, 40, 16, 9, 16, 16, 14))
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
            _("Corrects month"),
        ),
        (
            (
                row.reference,
                row.application_name,
                row.cost_type_name,
                row.supplier,
                row.description,
                keys.get(row.key, row.key),
                row.key_version,
                to_major(row.cost_minor),
                to_major(row.share_minor),
                str(row.concerns) if row.concerns else None,
            )
            for row in statement.shares
        ),
        (_("Total"), "", "", "", "", "", "", "", to_major(statement.total_minor)),
    )
