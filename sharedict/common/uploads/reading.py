"""A file becomes a table: its header, its rows, and how its numbers are written."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharedict.common.numbers import both_said, plain
from sharedict.common.sheets import as_told
from sharedict.common.uploads.tables import (
    MAX_BYTES,
    MAX_ROWS,
    Columns,
    UploadedRow,
    UploadedTable,
    UploadError,
)
from sharedict.common.uploads.texts import decoded, delimiter_of
from sharedict.common.uploads.values import shortened
from sharedict.kernel.written import NumberError, has_two_readings, mark_of, number, readings

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


def read_upload(upload: "UploadedFile[bytes]", columns: Columns, mark: str = "") -> UploadedTable:
    """The table in an uploaded file; raises UploadError like ``read_table``, and for too large a file."""
    refuse_large(upload)
    text, notices = decoded(upload.read())
    table = read_table(text, columns, mark)
    return replace(table, notices=[*notices, *table.notices])


def refuse_large(upload: "UploadedFile[bytes]") -> None:
    """Raise UploadError for a file of more than MAX_BYTES."""
    if (upload.size or 0) > MAX_BYTES:
        raise UploadError(
            _("The file is larger than %(size)d MB. Split it.") % {"size": MAX_BYTES // 1024**2}
        )


def read_table(text: str, columns: Columns, mark: str = "") -> UploadedTable:
    """The rows of CSV ``text`` separated by semicolon, comma or tab; empty rows are left out.

    The header names every required column and any optional one, in any order and case. A row with another
    number of cells than the header is given back with its error. Numbers are given back in digits with a
    point; what is no number stays as it is, and an apostrophe that an export put before a formula goes.
    Raises UploadError for a wrong header, malformed quotes, no rows, more than MAX_ROWS, and a column of
    numbers that can be read in two ways and does not tell which.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    try:
        names = _header(next(lines, []), columns.required, columns.optional)
        rows, before = [], lines.line_num
        for cells in lines:
            if any(cell.strip() for cell in cells):
                rows.append(_row(before + 1, names, cells))
            before = lines.line_num
            if len(rows) > MAX_ROWS:
                raise UploadError(_("More than %(rows)d rows. Split the file.") % {"rows": MAX_ROWS})
    except csv.Error as error:
        raise UploadError(
            _("Line %(line)d is not valid CSV (%(error)s). Check its quotation marks.")
            % {"line": max(lines.line_num, 1), "error": error}
        ) from error
    if not rows:
        raise UploadError(_("There are no rows below the header."))
    for name in columns.numbers:
        _read_numbers(rows, name, mark or None)
    return UploadedTable(text, rows, mark=mark)


def _read_numbers(rows: Sequence[UploadedRow], name: str, mark: str | None) -> None:
    """Write the numbers of one column in digits with a point, as ``mark`` or the column itself reads them."""
    mark = mark or mark_of(row.values.get(name, "") for row in rows)
    for row in rows:
        text = row.values.get(name, "")
        if mark is None and has_two_readings(text):
            said = _(
                "Column %(column)s: “%(text)s” on line %(line)d can be read as %(readings)s, and nothing in "
                "it tells which. Say here how the file writes decimals, and choose it again."
            )
            found = both_said(readings(text).values())
            values = {"column": name, "text": text, "line": row.line, "readings": found}
            raise UploadError(said % values, field="mark")
        try:
            row.values[name] = plain(number(text, mark))
        except NumberError:
            continue


def _header(cells: Sequence[str], columns: Sequence[str], optional: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    problems = []
    if missing := [name for name in columns if name not in names]:
        problems.append(_("missing: %(names)s") % {"names": ", ".join(missing)})
    if unknown := [name for name in names if name not in (*columns, *optional)]:
        problems.append(_("unknown: %(names)s") % {"names": shortened(", ".join(unknown))})
    if twice := sorted(name for name, count in Counter(names).items() if count > 1):
        problems.append(_("twice: %(names)s") % {"names": shortened(", ".join(twice))})
    if problems:
        wanted = ";".join(columns)
        raise UploadError(
            _("The first line must name the columns %(wanted)s (%(problems)s).")
            % {"wanted": wanted, "problems": "; ".join(problems)}
        )
    return names


def _row(line: int, names: Sequence[str], cells: Sequence[str]) -> UploadedRow:
    plain = [as_told(cell.strip()) for cell in cells]
    while len(plain) > len(names) and not plain[-1]:
        plain.pop()
    error = ""
    if len(plain) != len(names):
        error = ngettext(
            "The row has %(cells)d cell, the header has %(names)d.",
            "The row has %(cells)d cells, the header has %(names)d.",
            len(plain),
        ) % {"cells": len(plain), "names": len(names)}
    return UploadedRow(line, dict(zip(names, plain, strict=False)), error)
