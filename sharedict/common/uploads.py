"""Tables that people upload as CSV: read as spreadsheets write them, shown as a dry run before they count."""

import csv
import datetime as dt
import hashlib
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sharedict.common.numbers import both_said, plain
from sharedict.common.sheets import as_told
from sharedict.kernel import periods
from sharedict.kernel.errors import SharedictError
from sharedict.kernel.written import NumberError, has_two_readings, mark_of, number, readings

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 20_000
MAX_AGE_SECONDS = 60 * 60
DELIMITERS = ";,\t"


class UploadError(SharedictError):
    """The file cannot be read as a table."""

    code = "upload_unreadable"


@dataclass(frozen=True, slots=True)
class UploadedRow:
    """One row by column name, trimmed; ``line`` is where it begins in the file, the header being line 1.

    ``error`` is set, and ``values`` incomplete, where the row does not have as many cells as the header.
    """

    line: int
    values: dict[str, str]
    error: str = ""


@dataclass(frozen=True, slots=True)
class UploadedTable:
    """The rows of a file, what is worth knowing about how it was read, and its text for ``sealed``.

    ``mark`` is the sign before decimals that the uploader named; empty where the file tells it.
    """

    text: str
    rows: list[UploadedRow]
    notices: list[str] = field(default_factory=list)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table to upload must and may have; ``numbers`` are those of the columns that hold numbers."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


class Outcome(StrEnum):
    """What a row would do; those that ask for least attention first."""

    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a row of an upload would do: to ``what``, from ``before`` to ``after``, or why it cannot.

    ``row`` is what would be saved, for whoever applies it, ``old`` what is stored now. ``effect`` says what
    else follows from it, ``note`` what is to be known of a row that is sound.
    """

    line: int
    outcome: Outcome
    what: str
    before: str = ""
    after: str = ""
    errors: tuple[str, ...] = ()
    row: Any = None
    old: Any = None
    effect: str = ""
    note: str = ""


def counts(findings: Sequence[Finding]) -> dict[Outcome, int]:
    """How many rows have each outcome, zeros included."""
    found = Counter(finding.outcome for finding in findings)
    return {outcome: found[outcome] for outcome in Outcome}


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


def decoded(content: bytes) -> tuple[str, list[str]]:
    """``content`` as text, with a notice unless it is UTF-8; raises UploadError for what is no text."""
    if content.startswith(b"PK\x03\x04"):
        raise UploadError(_("This is a workbook or an archive. Save the sheet as CSV and upload that."))
    if b"\0" in content:
        raise UploadError(_("This is not text in UTF-8. Save the sheet as CSV (UTF-8) and upload that."))
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise UploadError(
            _("This is not text in UTF-8. Save the sheet as CSV (UTF-8) and upload that.")
        ) from None
    return text, [_("The file is not UTF-8: it is read as Windows-1252. Check the letters å, ä, ö and é.")]


def read_table(text: str, columns: Columns, mark: str = "") -> UploadedTable:
    """The rows of CSV ``text`` separated by semicolon, comma or tab; empty rows are left out.

    The header names every required column and any optional one, in any order and case. A row with another
    number of cells than the header is given back with its error. Numbers are given back in digits with a
    point; what is no number stays as it is, and an apostrophe that an export put before a formula goes.
    Raises UploadError for a wrong header, malformed quotes, no rows, more than MAX_ROWS, and a column of
    numbers that can be read in two ways and does not tell which.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter_of(text), strict=True)
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


def _delimiter_of(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(DELIMITERS, key=header.count)


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


def shortened(text: str, most: int = 80) -> str:
    """``text`` as a message can repeat it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def parse_day(text: str) -> dt.date:
    """A day written as year-month-day; raises UploadError for anything else, and years out of reach."""
    try:
        day = periods.parse_day(text)
    except periods.DayError:
        day = None
    if day is None or not 1900 <= day.year < 2200:
        raise UploadError(_("“%(text)s” is not a date like 2026-10-31.") % {"text": shortened(text, 20)})
    return day


def parse_number(text: str, *, digits: int, decimals: int) -> Decimal:
    """A number as ``read_table`` gives it back; raises UploadError for anything else.

    ``digits`` counts those on both sides, ``decimals`` those after the point.
    """
    if not text:
        raise UploadError(_("A number is missing."))
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise UploadError(_("“%(text)s” is not a number.") % {"text": shortened(text, 40)})
    whole, _point, rest = text.lstrip("-").partition(".")
    if len(whole.lstrip("0")) > digits - decimals:
        raise UploadError(_("At most %(digits)d digits before the decimals.") % {"digits": digits - decimals})
    if len(rest) > decimals:
        raise UploadError(_("At most %(decimals)d decimals.") % {"decimals": decimals})
    return Decimal(text).quantize(Decimal(1).scaleb(-decimals))


class UploadForm(forms.Form):
    """The file to upload; the columns it must have are said beside it."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    mark = forms.ChoiceField(
        label=gettext_lazy("Decimals in the file"),
        choices=[
            ("", gettext_lazy("as its numbers tell")),
            (",", gettext_lazy("after a comma: 1 234,50")),
            (".", gettext_lazy("after a point: 1,234.50")),
        ],
        required=False,
    )


def sealed(
    table: UploadedTable, findings: Sequence[Finding], purpose: str, told: Mapping[str, str] | None = None
) -> str:
    """The table's text, signed for ``purpose``, for a hidden field between dry run and applying it.

    ``told`` is what the uploader has said beside it.
    """
    content = {"text": table.text, "mark": table.mark, "shown": _shown(findings), "told": dict(told or {})}
    return signing.dumps(content, salt=purpose, compress=True)


def opened(seal: str, purpose: str) -> dict[str, Any]:
    """What ``sealed`` signed; raises UploadError if it was altered, is for something else, or too old."""
    try:
        content: dict[str, Any] = signing.loads(seal, salt=purpose, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        raise UploadError(_("The dry run is too old. Upload the file again.")) from None
    return content


def is_as_shown(content: dict[str, Any], findings: Sequence[Finding]) -> bool:
    """Whether ``findings`` are the ones that were shown when ``content`` was sealed."""
    return bool(content["shown"] == _shown(findings))


def _shown(findings: Sequence[Finding]) -> str:
    told = "\n".join(
        f"{finding.line} {finding.outcome} {finding.before} {finding.effect} {finding.note}"
        for finding in findings
    )
    return hashlib.sha256(told.encode()).hexdigest()
