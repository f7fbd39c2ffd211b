"""A table as it was uploaded: its rows by column name, and what its columns must be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sharedict.kernel.errors import SharedictError

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200


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
