"""Workbooks as .xlsx: which sheets people see, and the lines of each.

They are read here, piece by piece, because the readers there are give a number as the nearest binary one and
not as the file writes it, do not tell a formula without a value from an empty cell, or set aside room for
every cell up to the farthest one, which a small file can place so that the process dies.
Source: ECMA-376, Office Open XML, Part 1, "SpreadsheetML".
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharedict.common.uploads.sheet_cells import Looks, SheetReader, TextReader, local, read_pieces
from sharedict.common.uploads.tables import Line, Span, UploadError

ZIP = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What a workbook of the old form begins with, and one that is locked with a password."""
MAX_UNPACKED = 128 * 1024 * 1024
MAX_PART = 4 * 1024 * 1024
"""How much a workbook may hold, and one of its parts that is read as a whole, in bytes."""
MAX_SHEETS = 100
BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError,
    ParseError, ExpatError, DefusedXmlException, LookupError, ArithmeticError, ValueError, StopIteration,
)  # fmt: skip
"""What reading a file that is no sound workbook ends with."""


@contextmanager
def _told_as_unsound() -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise UploadError(
            _("This is no workbook that can be read. Save it as .xlsx without a password, or as CSV (UTF-8).")
        ) from error


class Sheet:
    """One sheet of a workbook, as ``Lines``."""

    is_ragged = True

    def __init__(self, book: "Workbook", name: str, part: str) -> None:
        self.book = book
        self.name = name
        self.part = part
        self.merged: Sequence[Span] = ()

    def __iter__(self) -> Iterator[Line]:
        with _told_as_unsound():
            reader = SheetReader(self.book.texts, self.book.looks)
            with self.book.opened(self.part) as stream:
                yield from reader.lines(stream)
            self.merged = reader.merged


class Workbook:
    """The sheets that people see of a workbook, and what is to be said of the others.

    Raises UploadError for what is none, is locked, or holds more than can be read.
    """

    def __init__(self, content: bytes) -> None:
        self.notices: list[str] = []
        with _told_as_unsound():
            self.archive = zipfile.ZipFile(io.BytesIO(content))
            if sum(part.file_size for part in self.archive.infolist()) > MAX_UNPACKED:
                raise UploadError(_("The workbook holds too much. Keep the sheet with the table alone."))
            start = self._target("", "officeDocument")
            book = self._tree(start)
            related = self._related(start)
            self.looks = Looks.of(self._optional(related, "styles"), book)
            self.texts = self._texts(related)
            self.sheets = self._sheets(book, related)

    def opened(self, part: str) -> IO[bytes]:
        return self.archive.open(part)

    def _tree(self, part: str) -> Any:
        """The root of a small part."""
        if self.archive.getinfo(part).file_size > MAX_PART:
            raise UploadError(_("The workbook holds too much. Keep the sheet with the table alone."))
        return fromstring(self.archive.read(part), forbid_dtd=True)

    def _related(self, part: str) -> list[Mapping[str, str]]:
        """What a part refers to; ``Target`` is made the name of the part there."""
        folder, name = posixpath.split(part)
        found: list[Mapping[str, str]] = []
        for one in self._tree(posixpath.join(folder, "_rels", f"{name}.rels")):
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
            found.append({**one.attrib, "Target": target})
        return found

    def _target(self, part: str, kind: str) -> str:
        return next(one["Target"] for one in self._related(part) if one["Type"].endswith(f"/{kind}"))

    def _optional(self, related: Sequence[Mapping[str, str]], kind: str) -> Any:
        found = [one["Target"] for one in related if one["Type"].endswith(f"/{kind}")]
        return self._tree(found[0]) if found else None

    def _texts(self, related: Sequence[Mapping[str, str]]) -> list[str]:
        """The texts that cells of the whole workbook share, by number."""
        reader = TextReader()
        for one in related:
            if one["Type"].endswith("/sharedStrings"):
                with self.opened(one["Target"]) as stream:
                    for _piece in read_pieces(stream, reader):
                        pass
        return reader.texts

    def _sheets(self, book: Any, related: Sequence[Mapping[str, str]]) -> list[Sheet]:
        parts = {one["Id"]: one["Target"] for one in related if one["Type"].endswith("/worksheet")}
        seen, hidden = [], []
        for sheet in (each for each in book.iter() if local(each.tag) == "sheet"):
            number = next(value for name, value in sheet.attrib.items() if local(name) == "id")
            name = sheet.get("name", "")
            if sheet.get("state", "visible") != "visible":
                hidden.append(name)
            elif number in parts:
                seen.append(Sheet(self, name, parts[number]))
        if len(seen) > MAX_SHEETS:
            raise UploadError(_("The workbook holds too much. Keep the sheet with the table alone."))
        if not seen:
            raise UploadError(_("The workbook has no sheet that is shown."))
        if hidden:
            said = ngettext(
                "A hidden sheet is not read: %(names)s.",
                "Hidden sheets are not read: %(names)s.",
                len(hidden),
            )
            self.notices.append(said % {"names": ", ".join(hidden)})
        return seen
