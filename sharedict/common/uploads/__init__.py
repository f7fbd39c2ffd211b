"""Tables that people upload, as XLSX or CSV: read as spreadsheets write them, shown before they count."""

from sharedict.common.uploads.choices import Choices
from sharedict.common.uploads.columns import are_last_days
from sharedict.common.uploads.findings import Finding, Outcome, counts, marked
from sharedict.common.uploads.forms import UploadForm
from sharedict.common.uploads.headers import AND, Header, split
from sharedict.common.uploads.reading import found_in, read_table, read_upload, refuse_large, sources_of
from sharedict.common.uploads.tables import (
    MAX_BYTES,
    MAX_ROWS,
    OF_DAYS,
    Columns,
    Lines,
    UploadedRow,
    UploadedTable,
    UploadError,
)
from sharedict.common.uploads.values import parse_day, parse_number, shortened

__all__ = [
    "AND",
    "MAX_BYTES",
    "MAX_ROWS",
    "OF_DAYS",
    "Choices",
    "Columns",
    "Finding",
    "Header",
    "Lines",
    "Outcome",
    "UploadError",
    "UploadForm",
    "UploadedRow",
    "UploadedTable",
    "are_last_days",
    "counts",
    "found_in",
    "marked",
    "parse_day",
    "parse_number",
    "read_table",
    "read_upload",
    "refuse_large",
    "shortened",
    "sources_of",
    "split",
]
