"""A table as it was uploaded: its lines as the file has them, its rows by column, and what may be named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext as _

from sharedict.kernel.errors import SharedictError

MAX_BYTES = 9 * 1024 * 1024
"""Below what a request may bring, ``DATA_UPLOAD_MAX_MEMORY_SIZE``: the form around the file has room too."""
MAX_ROWS = 100_000
MAX_COLUMNS = 200


OF_DAYS = ":"
"""Stands between a column and what its days are, where the uploader says both: ``ends_on:last``."""


class UploadError(SharedictError):
    """The file cannot be read as a table."""

    code = "upload_unreadable"


class Exact(str):
    """A number in digits with a point, which the cell of a workbook held as one: no mark has to tell."""

    __slots__ = ()


class Fault(str):
    """Why a cell has no value."""

    __slots__ = ()


class Line(NamedTuple):
    """One line of a file that is not empty, its cells trimmed; ``number`` is what a spreadsheet calls it."""

    number: int
    cells: Sequence[str]


class Span(NamedTuple):
    """Cells of a workbook that are merged into the first of them; lines and places, each with its last."""

    first_line: int
    last_line: int
    first_place: int
    last_place: int


class Lines(Protocol):
    """What a file holds, line by line; each time it is read from the beginning."""

    name: str
    """What the sheet is called; empty in a file of text."""
    is_ragged: bool
    """Whether a line may have fewer cells than there are columns, as in workbooks."""
    merged: Sequence[Span]
    """Known when all lines are read."""

    def __iter__(self) -> Iterator[Line]: ...


@dataclass(slots=True)
class UploadedRow:
    """One row by column name, trimmed; ``line`` is where it begins in the file.

    ``error`` is set, and ``values`` incomplete, where the row does not have as many cells as the header or a
    cell has no value.
    """

    line: int
    values: dict[str, str]
    error: str = ""


@dataclass(frozen=True, slots=True)
class UploadedTable:
    """The rows of a file, what is worth knowing about how it was read.

    ``mark`` is the sign before decimals that the uploader named; empty where the file tells it.
    """

    content: bytes
    rows: list[UploadedRow]
    notices: list[str] = field(default_factory=list)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table to upload must and may have, each column by the name that the API has for it.

    ``numbers`` and ``days`` are the columns that hold such. ``labels`` are what the portal's own lists and
    files call a column, in words that are translated: they are known in every language. ``last_days`` are
    words for the last day of a column that holds the day after, ``either_days`` words that may mean one or
    the other. ``otherwise`` are words that count only where nothing else names the column, ``passed_over``
    columns of the portal's own files that say nothing to an import. ``units`` names the column that a unit
    behind a label stands for: of ``Amount, SEK`` the currency.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    labels: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    last_days: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    either_days: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    otherwise: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    passed_over: tuple[Any, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)

    def said(self, chosen: str) -> str:
        """What an uploader has chosen, in words where it is of days, and as programs name it else."""
        name, _of, days = chosen.partition(OF_DAYS)
        if name not in self.last_days:
            return name
        return (
            str(self.last_days[name][0]) if days else _("The day after the last (%(name)s)") % {"name": name}
        )

    @property
    def written(self) -> tuple[str, ...]:
        """The required ones as people write a header: what ends, by its last day."""
        return tuple(
            str(self.last_days[name][0]) if name in self.last_days else name for name in self.required
        )
