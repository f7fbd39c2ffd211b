"""A table as it was uploaded: its rows by column name, and what its columns must be."""

from dataclasses import dataclass, field

from sharedict.kernel.errors import SharedictError

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 20_000


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
