"""The cells of a sheet of a workbook: numbers exactly as the file writes them, days as YYYY-MM-DD."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache
from typing import IO, Any, Protocol
from xml.parsers.expat import ExpatError, ParserCreate

from django.utils.translation import gettext as _

from sharedict.common.numbers import plain
from sharedict.common.sheets import LONGEST_TEXT
from sharedict.common.uploads.tables import MAX_COLUMNS, Exact, Fault, Line, Span, UploadError

PIECE = 1 << 16
"""So many bytes are read at a time."""
MOST_MERGED = 1_000
EPOCH, EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
"""Day 0 of a workbook. In the first, 1900 has a 29 February: days before March differ by one."""
LEAP_DAY_1900 = 60
SECONDS = 24 * 60 * 60
DATE_FORMATS = frozenset([*range(14, 18), 22, *range(27, 37), *range(50, 59)])
"""Those that need no format code."""
NO_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].')
"""What stands in a format code as itself, and colours, currencies and conditions."""
KEPT_DIGITS = Context(prec=15)
NOISE = Decimal("5e-16")
"""So far, in proportion, a binary number may be from the decimal one that was typed."""
PLAIN = re.compile("-?[0-9]{1,7}(?:[.][0-9]{0,7}[1-9])?")
LONGEST_NUMBER = 60
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
NO_LETTER = re.compile("[\0\ud800-\udfff]")
"""What an escape can name and no text can hold."""
ENDS = re.compile(r"\$?(?P<column>[A-Z]{1,3})\$?(?P<line>[0-9]{1,7})")


class Reader(Protocol):
    """What hears of the elements of a part."""

    def started(self, tag: str, attributes: dict[str, str]) -> None: ...
    def ended(self, tag: str) -> None: ...
    def heard(self, text: str) -> None: ...


def read_pieces(stream: IO[bytes], reader: Reader) -> Iterator[None]:
    """Let ``reader`` hear of a part; gives control back after each piece. Raises ExpatError for no XML."""
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.started
    parser.EndElementHandler = reader.ended
    parser.CharacterDataHandler = reader.heard
    while piece := stream.read(PIECE):
        parser.Parse(piece, False)
        yield
    parser.Parse(b"", True)
    yield


def _refuse_doctype(*_told: object) -> None:
    """No workbook has one, and it could name entities that grow without end."""
    raise ExpatError("document type")


class TextReader:
    """Hears the table of shared texts."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.text = ""
        self.is_heard = False
        self.is_phonetic = False

    def started(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "rPh":
            self.is_phonetic = True
        elif name == "t":
            self.is_heard = not self.is_phonetic

    def heard(self, text: str) -> None:
        if self.is_heard:
            self.text = longer(self.text, text)

    def ended(self, tag: str) -> None:
        name = local(tag)
        if name == "t":
            self.is_heard = False
        elif name == "rPh":
            self.is_phonetic = False
        elif name == "si":
            self.texts.append(unescaped(self.text))
            self.text = ""


@dataclass(frozen=True, slots=True)
class Looks:
    """By the number of a style: whether it shows a day, and how many digits at least. ``epoch`` is day 0."""

    days: frozenset[str]
    digits: dict[str, int]
    epoch: dt.date

    @classmethod
    def of(cls, styles: Any, book: Any) -> "Looks":
        """What the styles of a workbook say, which it may lack."""
        codes, days, digits = {}, set(), {}
        for one in styles.iter() if styles is not None else ():
            if local(one.tag) == "numFmt":
                codes[one.get("numFmtId")] = one.get("formatCode", "")
        cells = [one for one in styles.iter() if local(one.tag) == "cellXfs"] if styles is not None else []
        for number, one in enumerate(cells[0] if cells else ()):
            form = one.get("numFmtId", "0")
            code = codes.get(form, "")
            if is_of_days(int(form), code):
                days.add(str(number))
            elif re.fullmatch("0{2,20}", code):
                digits[str(number)] = len(code)
        is_1904 = any(
            local(one.tag) == "workbookPr" and one.get("date1904") in ("1", "true") for one in book.iter()
        )
        return cls(frozenset(days), digits, EPOCH_1904 if is_1904 else EPOCH)


class SheetReader:
    """Hears a sheet, and gives its lines."""

    def __init__(self, texts: Sequence[str], looks: Looks) -> None:
        self.texts = texts
        self.looks = looks
        self.merged: list[Span] = []
        self.found: list[Line] = []
        self.number = 0
        self.cells: list[str] = []
        self.place = -1
        self.kind = self.look = self.text = ""
        self.is_heard = self.is_phonetic = self.has_formula = False

    def lines(self, stream: IO[bytes]) -> Iterator[Line]:
        for _piece in read_pieces(stream, self):
            yield from self.found
            self.found.clear()

    def started(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "c":
            address = attributes.get("r")
            self.place = place_of(address.rstrip("0123456789")) if address else self.place + 1
            self.kind, self.look = attributes.get("t", "n"), attributes.get("s", "0")
            self.text, self.has_formula = "", False
        elif name == "v" or (name == "t" and not self.is_phonetic):
            self.is_heard = True
        elif name == "f":
            self.has_formula = True
        elif name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            self.cells, self.place = [], -1
        elif name == "rPh":
            self.is_phonetic = True
        elif name == "mergeCell":
            self.merge(attributes.get("ref", ""))

    def heard(self, text: str) -> None:
        if self.is_heard:
            self.text = longer(self.text, text)

    def ended(self, tag: str) -> None:
        name = local(tag)
        if name == "c":
            if (self.text or self.has_formula) and (value := self.value()):
                self.put(value)
        elif name in ("v", "t"):
            self.is_heard = False
        elif name == "row":
            if self.cells:
                self.found.append(Line(self.number, self.cells))
        elif name == "rPh":
            self.is_phonetic = False

    def put(self, value: str) -> None:
        if self.place >= MAX_COLUMNS:
            said = _("Line %(line)d has more than %(columns)d columns. Keep those of the table alone.")
            raise UploadError(said % {"line": self.number, "columns": MAX_COLUMNS})
        if self.place < len(self.cells):
            raise ValueError(self.place)
        self.cells += [""] * (self.place - len(self.cells))
        self.cells.append(value)

    def value(self) -> str:
        """The cell that has just ended, as text."""
        text = self.text
        if not text.strip():
            if self.has_formula and self.kind != "str":
                said = _("its formula has no stored value: open the workbook, save it, and upload it again.")
                return Fault(said)
            return ""
        match self.kind:
            case "n":
                return self.of_number(text.strip())
            case "s":
                return written(self.texts[int(text)])
            case "e":
                return Fault(_("the cell holds the error %(error)s.") % {"error": text})
            case "b":
                return "TRUE" if text == "1" else "FALSE"
            case "d":
                return text.strip()
            case _:
                return written(unescaped(text))

    def of_number(self, text: str) -> str:
        if self.look in self.looks.days:
            try:
                return day_of(text, self.looks.epoch)
            except ArithmeticError:
                return Fault(_("the cell is to show a day, and its number is none."))
        found = exact(text)
        if (digits := self.looks.digits.get(self.look)) and found.isdigit():
            return found.zfill(digits)
        return found

    def merge(self, reference: str) -> None:
        if len(self.merged) == MOST_MERGED:
            said = _("More than %(cells)d cells of the sheet are merged. Split them.")
            raise UploadError(said % {"cells": MOST_MERGED})
        first, _colon, last = reference.partition(":")
        start, end = ENDS.fullmatch(first), ENDS.fullmatch(last)
        if start and end:
            lines, places = (
                [int(each["line"]) for each in (start, end)],
                [place_of(each["column"]) for each in (start, end)],
            )
            self.merged.append(Span(*lines, *places))


@lru_cache(maxsize=256)
def local(tag: str) -> str:
    """A name without what stands for the namespace before it: ``x:row``, or ``{http://...}row``."""
    return tag.rpartition("}")[2].rpartition(":")[2]


@lru_cache(maxsize=1_024)
def place_of(letters: str) -> int:
    """Column ``A`` is 0; raises ValueError for what is no column."""
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise ValueError(letters)
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def longer(text: str, more: str) -> str:
    """Both as one; raises UploadError for more than a cell can hold, which would take ever longer to join."""
    if len(text) + len(more) > LONGEST_TEXT:
        raise UploadError(_("The workbook holds too much. Keep the sheet with the table alone."))
    return text + more


def unescaped(text: str) -> str:
    """``text`` with the signs that XML cannot hold, which stand in it as ``_x000D_``; two may be a letter."""
    if "_x" not in text:
        return text
    told = ESCAPED.sub(lambda told: chr(int(told[1], 16)), text)
    return told.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def written(text: str) -> str:
    """``text`` without the spaces around it; a Fault where it holds what no text can."""
    if "\0" in text or (not text.isascii() and NO_LETTER.search(text)):
        return Fault(_("the cell holds a sign that is no letter."))
    return text.strip()


def is_of_days(form: int, code: str) -> bool:
    """Whether a format of numbers shows a day; its number ``form`` tells it where ``code`` is empty."""
    if not code:
        return form in DATE_FORMATS
    return re.search("[dy]", NO_CODE.sub("", code), re.IGNORECASE) is not None


@lru_cache(maxsize=1_024)
def day_of(text: str, epoch: dt.date) -> str:
    """A day as a workbook counts it, as YYYY-MM-DD; a time of day that is not midnight stands behind it."""
    days, rest = divmod(Decimal(text), 1)
    seconds = int((rest * SECONDS).to_integral_value())
    if epoch == EPOCH and days < LEAP_DAY_1900:
        days += 1
    moment = dt.datetime.combine(epoch, dt.time()) + dt.timedelta(days=int(days), seconds=seconds)
    return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(" ")


def exact(text: str) -> str:
    """A number as the file writes it; what binary arithmetic left behind its 15th digit goes.

    What would be too long for a number is given back as it is.
    """
    if PLAIN.fullmatch(text):
        return Exact(text)
    value = Decimal(text)
    if not value.is_finite() or len(text) > LONGEST_NUMBER or abs(value.adjusted()) > LONGEST_NUMBER // 2:
        return text
    kept = KEPT_DIGITS.create_decimal(value)
    return Exact(plain(kept if abs(kept - value) <= abs(value) * NOISE else value))
