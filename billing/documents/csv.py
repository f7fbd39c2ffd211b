"""Shares as CSV for ledgers: one row for each share, under names that do not follow the reader's language."""

from collections.abc import Iterable, Iterator, Sequence

from billing.engine.statement import Statement
from sharedict.common.csv_forms import PLAIN, CsvForm
from sharedict.common.sheets import BOM, Cell, csv_lines
from sharedict.kernel.money import to_major

COLUMNS = (
    "month",
    "state",
    "run",
    "municipality",
    "municipality_name",
    "statement_number",
    "reference",
    "application",
    "application_name",
    "cost_type",
    "cost_type_name",
    "supplier",
    "description",
    "key",
    "key_version",
    "cost_amount",
    "share",
    "currency",
    "corrects_month",
)


def shares_csv(lines: Iterable[bytes], *, banner: str = "") -> Iterator[bytes]:
    """A file of ``lines``, which are CSV under COLUMNS already, however many there are, below ``banner``."""
    yield b"".join(csv_lines([], banner=banner)) or BOM.encode()
    yield from lines


def statement_csv(statement: Statement, form: CsvForm = PLAIN, *, banner: str = "") -> Iterator[bytes]:
    """The shares behind ``statement``, in its order, below ``banner``; ``share`` adds up to its total."""
    return csv_lines(_rows(statement), delimiter=form.delimiter, decimal=form.decimal, banner=banner)


def _rows(statement: Statement) -> Iterator[Sequence[Cell]]:
    yield COLUMNS
    for row in statement.shares:
        yield (
            str(statement.month),
            statement.state,
            statement.run_number,
            statement.municipality,
            statement.name,
            statement.number,
            row.reference,
            row.application,
            row.application_name,
            row.cost_type,
            row.cost_type_name,
            row.supplier,
            row.description,
            row.key,
            row.key_version,
            to_major(row.cost_minor),
            to_major(row.share_minor),
            statement.currency,
            str(row.concerns) if row.concerns else None,
        )
