"""A file becomes a table: its header, its rows, and how its numbers and days are written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharedict.common.uploads.columns import read_days, read_numbers
from sharedict.common.uploads.headers import Header, Words, header_of, refuse_unreadable
from sharedict.common.uploads.tables import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Columns,
    Fault,
    Line,
    Lines,
    UploadedRow,
    UploadedTable,
    UploadError,
)
from sharedict.common.uploads.texts import TextLines, decoded, delimiters_of
from sharedict.common.uploads.workbooks import OLD, ZIP, Workbook
from sharedict.kernel.written import alike

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

TOTALS = frozenset({"total", "totals", "grand total", "sum", "totalt", "summa", "delsumma", "subtotal"})
"""What a line that adds up those above begins with."""


def read_upload(
    upload: "UploadedFile[bytes]", columns: Columns, mark: str = "", named: Mapping[str, str] | None = None
) -> UploadedTable:
    """The table in an uploaded file; raises UploadError like ``read_table``, and for too large a file."""
    refuse_large(upload)
    return read_table(upload.read(), columns, mark, named)


def refuse_large(upload: "UploadedFile[bytes]") -> None:
    """Raise UploadError for a file of more than MAX_BYTES."""
    if (upload.size or 0) > MAX_BYTES:
        raise UploadError(
            _("The file is larger than %(size)d MB. Split it.") % {"size": MAX_BYTES // 1024**2}
        )


def sources_of(content: bytes, *, is_strict: bool = True) -> tuple[Sequence[Lines], list[str]]:
    """The ways to read a file, each sheet of a workbook or each separator of cells, and notices.

    ``is_strict`` is whether quotation marks must be well-formed. Raises UploadError for what is neither a
    workbook nor text.
    """
    if content.startswith(ZIP):
        book = Workbook(content)
        return book.sheets, book.notices
    if content.startswith(OLD):
        raise UploadError(
            _("This workbook is of an old form or locked with a password. Save it as .xlsx without one.")
        )
    text, notices = decoded(content)
    delimiters, first = delimiters_of(text)
    return [TextLines(text, delimiter, first, is_strict=is_strict) for delimiter in delimiters], notices


def found_in(
    content: bytes, columns: Columns, named: Mapping[str, str] | None = None
) -> tuple[Lines, Header, list[str]]:
    """Where the table of a file stands, what looks most like its header, and notices; raises UploadError.

    ``named`` says of some headings which column each is, or nothing (empty) for one to pass over. The header
    is not checked beyond its width: whoever maps columns looks at it.
    """
    sources, notices = sources_of(content)
    words = Words(columns, named)
    headers = [header_of(source, words) for source in sources]
    place = max(range(len(sources)), key=lambda place: headers[place].rank)
    lines = sources[place]
    if len(headers[place].headings) > MAX_COLUMNS:
        said = _("Line %(line)d has more than %(columns)d columns. Keep those of the table alone.")
        raise UploadError(said % {"line": headers[place].line, "columns": MAX_COLUMNS})
    if others := [other.name for other in sources if other.name and other is not lines]:
        said = _("Only the sheet “%(name)s” is read, not: %(others)s.")
        notices.append(said % {"name": lines.name, "others": ", ".join(others)})
    return lines, headers[place], notices


def read_table(
    content: bytes, columns: Columns, mark: str = "", named: Mapping[str, str] | None = None
) -> UploadedTable:
    """The rows of a workbook or of CSV separated by semicolon, comma or tab; empty rows are left out.

    The header names every required column and any optional one, in any order and case; titles may stand above
    it. A row with another number of cells than the header, a cell without value or a merged one is given back
    with its error. Numbers are given back in digits with a point, days that end something as the day after;
    what is no number or day stays as it is. ``named`` is told in ``found_in``.

    Raises UploadError for a wrong header, malformed quotes, no rows, more than MAX_ROWS, and a column of
    numbers or days that can be read in two ways and does not tell which.
    """
    lines, header, notices = found_in(content, columns, named)
    if header.missing:
        refuse_unreadable(lines)
    header.check()
    reading = _Reading(lines, header)
    rows = list(reading.rows())
    if not rows:
        raise UploadError(_("There are no rows below the header."))
    reading.refuse_merged(rows)
    for name in columns.numbers:
        read_numbers(rows, name, mark or None)
    told = read_days(rows, header)
    return UploadedTable(content, rows, [*notices, *reading.notices(), *told], mark=mark)


class _Reading:
    """Rows of lines below a header, and what is left out of them."""

    def __init__(self, lines: Lines, header: Header) -> None:
        self.lines = lines
        self.header = header
        self.names = header.names
        self.others = [
            (meaning.name, each.name) for meaning in header.meanings if meaning for each in meaning.others
        ]
        self.units = {
            header.columns.units[meaning.name]: meaning.unit
            for meaning in header.meanings
            if meaning and meaning.unit
        }
        self.totals: list[int] = []
        self.unnamed = 0

    def rows(self) -> Iterator[UploadedRow]:
        count = 0
        for line in self.lines:
            if line.number <= self.header.line:
                continue
            if self.is_total(line):
                self.totals.append(line.number)
                continue
            count += 1
            if count > MAX_ROWS:
                raise UploadError(_("More than %(rows)d rows. Split the file.") % {"rows": MAX_ROWS})
            yield self.row(line)

    def is_total(self, line: Line) -> bool:
        """Whether a line says no more than that it adds up others, and the sums."""
        if alike(next(filter(None, line.cells))).rstrip(":") not in TOTALS:
            return False
        told = [(name, cell) for name, cell in zip(self.names, line.cells, strict=False) if cell]
        return all(not name or name in self.header.columns.numbers for name, _cell in told[1:])

    def row(self, line: Line) -> UploadedRow:
        cells, size = line.cells, len(self.names)
        given = len(cells)
        while given > size and not cells[given - 1]:
            given -= 1
        values = dict(self.units)
        error = ""
        for name, meaning, cell in zip(self.names, self.header.meanings, cells, strict=False):
            if name:
                values[name] = cell
                if type(cell) is Fault:
                    error = f"{name}: {cell}"
            elif cell and meaning is None:
                self.unnamed += 1
        if self.lines.is_ragged:
            self.unnamed += sum(map(bool, cells[size:]))
            values |= dict.fromkeys((name for name in self.names[given:] if name), "")
        elif given != size:
            error = ngettext(
                "The row has %(cells)d cell, the header has %(names)d.",
                "The row has %(cells)d cells, the header has %(names)d.",
                given,
            ) % {"cells": given, "names": size}
        values |= {other: values[name] for name, other in self.others if name in values}
        return UploadedRow(line.number, values, error)

    def refuse_merged(self, rows: Sequence[UploadedRow]) -> None:
        """Set the error of rows whose cell is merged with one above: what holds for them is not told."""
        places = [place for place, name in enumerate(self.names) if name]
        covered: set[int] = set()
        for span in self.lines.merged:
            if any(span.first_place <= place <= span.last_place for place in places):
                first = max(span.first_line, self.header.line)
                covered.update(range(first + 1, min(span.last_line, rows[-1].line) + 1))
        for row in rows:
            if row.line in covered and not row.error:
                row.error = _("A cell of the row is merged with the one above: split it, and fill in both.")

    def notices(self) -> list[str]:
        said = []
        if self.totals:
            text = ngettext(
                "Line %(lines)s is a total and left out.",
                "Lines %(lines)s are totals and left out.",
                len(self.totals),
            )
            said.append(text % {"lines": ", ".join(map(str, self.totals[:10]))})
        if self.unnamed:
            text = ngettext(
                "%(count)d cell is in no column of the import and left out.",
                "%(count)d cells are in no column of the import and left out.",
                self.unnamed,
            )
            said.append(text % {"count": self.unnamed})
        return said
