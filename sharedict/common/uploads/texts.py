"""Files of text: how their bytes are letters, what separates their cells, and their lines."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from sharedict.common.sheets import BOM, as_told
from sharedict.common.uploads.tables import Line, Span, UploadError

DELIMITERS = ";,\t"
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
"""What a file may begin with, and how it is written then."""
MISREAD = codecs.BOM_UTF8.decode("cp1252")
"""A mark that a program took for letters and wrote down as such."""
SEP_LINE = re.compile(r'"?sep=(?P<delimiter>[^\r\n"])"?[;,\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
"""What spreadsheets take as a first line that tells the separator, and do not show."""
PROBE = 2_000
"""So many bytes tell whether every other one is zero."""


def decoded(content: bytes) -> tuple[str, list[str]]:
    """``content`` as text, with a notice where its letters are guessed; raises UploadError for no text."""
    coding, content = _coding(content)
    text, notices = None, []
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        if coding == "utf-8":
            text = _as_windows(content)
            notices = [
                _("The file is not UTF-8: it is read as Windows-1252. Check the letters å, ä, ö and é.")
            ]
    if text is None or "\0" in text:
        raise UploadError(
            _("This is not text in UTF-8, and no workbook. Save the sheet as .xlsx or as CSV (UTF-8).")
        )
    while text.startswith((BOM, MISREAD)):
        text = text.removeprefix(BOM).removeprefix(MISREAD)
    return text, notices


def _coding(content: bytes) -> tuple[str, bytes]:
    """How the bytes are written, by the mark that they begin with or by every other one being zero."""
    for mark, coding in MARKS.items():
        if content.startswith(mark):
            return coding, content[len(mark) :]
    probe = content[:PROBE]
    if probe[1::2].count(0) > len(probe) // 4:
        return "utf-16-le", content
    if probe[::2].count(0) > len(probe) // 4:
        return "utf-16-be", content
    return "utf-8", content


def _as_windows(content: bytes) -> str | None:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return None


def delimiters_of(text: str) -> tuple[str, str]:
    """What may separate cells, the one that the text names alone, and the line that names it."""
    told = SEP_LINE.match(text)
    return (told["delimiter"], told[0]) if told else (DELIMITERS, "")


class TextLines:
    """The lines of CSV, as ``Lines``; an apostrophe that an export put before a formula goes.

    Reading them raises UploadError for malformed quotation marks.
    """

    name = ""
    is_ragged = False
    merged: Sequence[Span] = ()

    def __init__(self, text: str, delimiter: str, first: str = "", *, is_strict: bool = True) -> None:
        """``first`` is a line before the table, which is counted and not read."""
        self.is_strict = is_strict
        self.text = text
        self.delimiter = delimiter
        self.first = first

    def __iter__(self) -> Iterator[Line]:
        source = io.StringIO(self.text, newline="")
        source.seek(len(self.first))
        lines = csv.reader(source, delimiter=self.delimiter, strict=self.is_strict)
        above = 1 if self.first else 0
        before = 0
        try:
            for cells in lines:
                trimmed = [as_told(cell.strip()) if "'" in cell else cell.strip() for cell in cells]
                if any(trimmed):
                    yield Line(above + before + 1, trimmed)
                before = lines.line_num
        except csv.Error as error:
            raise UploadError(
                _("Line %(line)d is not valid CSV (%(error)s). Check its quotation marks.")
                % {"line": max(above + lines.line_num, 1), "error": error}
            ) from error
