"""Tables that people upload as CSV: read as spreadsheets write them, shown as a dry run before they count."""

from sharedict.common.uploads.findings import Finding, Outcome, counts
from sharedict.common.uploads.forms import UploadForm
from sharedict.common.uploads.reading import read_table, read_upload, refuse_large
from sharedict.common.uploads.seals import is_as_shown, opened, sealed
from sharedict.common.uploads.tables import (
    MAX_BYTES,
    MAX_ROWS,
    Columns,
    UploadedRow,
    UploadedTable,
    UploadError,
)
from sharedict.common.uploads.texts import DELIMITERS, decoded
from sharedict.common.uploads.values import parse_day, parse_number, shortened

__all__ = [
    "DELIMITERS",
    "MAX_BYTES",
    "MAX_ROWS",
    "Columns",
    "Finding",
    "Outcome",
    "UploadError",
    "UploadForm",
    "UploadedRow",
    "UploadedTable",
    "counts",
    "decoded",
    "is_as_shown",
    "opened",
    "parse_day",
    "parse_number",
    "read_table",
    "read_upload",
    "refuse_large",
    "sealed",
    "shortened",
]
