"""Which line of a file is its header, and what its columns are.

A column is known by the name that the API has for it, by what the portal's lists call it in any language, or
by what the uploader says.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from sharedict.common.sheets import BOM
from sharedict.common.uploads.tables import OF_DAYS, Columns, Line, Lines, UploadError
from sharedict.common.uploads.values import shortened
from sharedict.kernel.written import alike

SEARCHED_LINES = 50
"""A header stands among so many lines that are not empty."""
WITH_UNIT = re.compile(r"(?P<label>.+?)(?:, | \()(?P<unit>[A-Z]{3})\)?")


AND = "+"
"""Stands between the columns of ours that one of the file serves: ``external_id+invoice_number``."""


class Meaning(NamedTuple):
    """What a heading says: the ``name`` of a column, which is empty for one that is passed over.

    ``days`` is "last" for the last day of a column that holds the day after, "either" where only its days
    can tell; ``is_spare`` that it counts only where nothing else names the column; ``unit`` stands behind it.
    ``others`` are the columns that it serves as well, where the uploader says so.
    """

    name: str
    days: str = ""
    is_spare: bool = False
    unit: str = ""
    others: tuple["Meaning", ...] = ()

    @property
    def said(self) -> str:
        """As an uploader says it."""
        return f"{self.name}{OF_DAYS}{self.days}" if self.days == "last" else self.name


def split(said: str) -> list[tuple[str, str]]:
    """The columns that an uploader says one of the file stands for, each with what its days are."""
    parts = (one.partition(OF_DAYS) for one in said.split(AND))
    return [(name, days) for name, _of, days in parts]


class Words:
    """What headings mean for ``columns``; ``named`` is what the uploader says of some, by their text."""

    def __init__(self, columns: Columns, named: Mapping[str, str] | None = None) -> None:
        self.columns = columns
        self.named = named or {}
        self.known = {
            alike(text): Meaning(name) for name in columns.names for text in (name, name.replace("_", " "))
        }
        for language, _name in settings.LANGUAGES:
            with override(language):
                for label, meaning in _labels(columns):
                    self.known.setdefault(alike(str(label)), meaning)

    def of(self, heading: str) -> Meaning | None:
        """What a heading means; None where it is not known."""
        if heading in self.named:
            first, *others = (Meaning(name, days) for name, days in split(self.named[heading]))
            return first._replace(others=tuple(others))
        text = heading.strip(BOM)
        if found := self.known.get(alike(text)):
            return found
        parts = WITH_UNIT.fullmatch(text)
        found = self.known.get(alike(parts["label"])) if parts else None
        return (
            found._replace(unit=parts["unit"])
            if parts and found and found.name in self.columns.units
            else None
        )


def _labels(columns: Columns) -> Iterator[tuple[Any, Meaning]]:
    """Each label in the active language, and what it means."""
    for name, labels in columns.labels.items():
        yield from ((label, Meaning(name)) for label in labels)
    for name, labels in columns.last_days.items():
        yield from ((label, Meaning(name, "last")) for label in labels)
    for name, labels in columns.either_days.items():
        yield from ((label, Meaning(name, "either")) for label in labels)
    for name, labels in columns.otherwise.items():
        yield from ((label, Meaning(name, is_spare=True)) for label in labels)
    yield from ((label, Meaning("")) for label in columns.passed_over)


@dataclass(frozen=True)
class Header:
    """The headings of a table by place, what each means (None: unknown or empty), and the line below them."""

    line: int
    headings: Sequence[str]
    meanings: Sequence[Meaning | None]
    columns: Columns

    @property
    def names(self) -> list[str]:
        """The column of each place, empty where it has none."""
        return [meaning.name if meaning else "" for meaning in self.meanings]

    @property
    def told(self) -> list[tuple[str, Meaning]]:
        """Each heading that means something, with each column that it names."""
        pairs = zip(self.headings, self.meanings, strict=True)
        return [
            (heading, each) for heading, meaning in pairs if meaning for each in (meaning, *meaning.others)
        ]

    @property
    def missing(self) -> list[str]:
        named = {meaning.name for _heading, meaning in self.told}
        return [name for name in self.columns.required if name not in named]

    @property
    def unknown(self) -> list[str]:
        pairs = zip(self.headings, self.meanings, strict=True)
        return [heading for heading, meaning in pairs if heading and meaning is None]

    @property
    def twice(self) -> list[str]:
        counted = Counter(meaning.name for _heading, meaning in self.told)
        return sorted(name for name, count in counted.items() if name and count > 1)

    @property
    def rank(self) -> tuple[bool, int, int]:
        """How much it looks like the header: names all that it must, how many it names, how many cells."""
        return not self.missing, len({*self.names} - {""}), sum(map(bool, self.headings))

    def check(self) -> None:
        """Raise UploadError unless it names every column that it must, each once, and no other."""
        problems = []
        if self.missing:
            written = dict(zip(self.columns.required, self.columns.written, strict=True))
            missing = ", ".join(written[name] for name in self.missing)
            problems.append(_("missing: %(names)s") % {"names": missing})
        if self.unknown:
            problems.append(_("unknown: %(names)s") % {"names": shortened(", ".join(self.unknown))})
        if self.twice:
            problems.append(_("twice: %(names)s") % {"names": ", ".join(self.twice)})
        if problems:
            wanted = ";".join(self.columns.written)
            raise UploadError(
                _("One line must name the columns %(wanted)s (%(problems)s).")
                % {"wanted": wanted, "problems": "; ".join(problems)}
            )


def header_of(lines: Lines, words: Words) -> Header:
    """The line, or two lines one below the other, that name the columns best, the earliest of equals.

    Two lines make a header where a cell of the first stands above several, or over both.
    """
    first = _first(lines)
    single = [_header(line.number, line.cells, words) for line in first]
    double = [
        _header(below.number, _joined(above.cells, below.cells), words) for above, below in pairwise(first)
    ]
    nothing = _header(0, [], words)
    best = max([*single, nothing], key=lambda header: header.rank)
    return best if not best.missing else max([best, *double], key=lambda header: header.rank[:1])


def _first(lines: Lines) -> list[Line]:
    """The first lines; where one cannot be read, those above it."""
    found: list[Line] = []
    with suppress(UploadError):
        found.extend(islice(lines, SEARCHED_LINES))
    return found


def refuse_unreadable(lines: Lines) -> None:
    """Raise UploadError where the lines among which a header was not found cannot be read."""
    for _line in islice(lines, SEARCHED_LINES):
        pass


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    size = max(len(above), len(below))
    padded = ([*cells, *[""] * (size - len(cells))] for cells in (above, below))
    return [low or high for high, low in zip(*padded, strict=True)]


def _header(line: int, cells: Sequence[str], words: Words) -> Header:
    headings = list(cells)
    while headings and not headings[-1]:
        headings.pop()
    meanings = [words.of(heading) if heading else None for heading in headings]
    told = {meaning.name for meaning in meanings if meaning and not meaning.is_spare}
    meanings = [
        Meaning("") if meaning and meaning.is_spare and meaning.name in told else meaning
        for meaning in meanings
    ]
    return Header(line, headings, meanings, words.columns)
