"""An allocation becomes rows: lines, totals and shares, written with COPY."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from django.db import connection

from billing.engine.allocate import Allocation, Line
from billing.engine.facts import Facts
from billing.models import Run
from sharedict.kernel.money import minor_text

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
CHUNK_BYTES = 1 << 18

Column = tuple[str, tuple[int, ...]]
"""Ids of lines, as the inside of an array literal, and a municipality's shares of them in minor units."""


def write_rows(
    *, run: Run, facts: Facts, allocation: Allocation, cost_ids: Mapping[str, int], places: Mapping[str, int]
) -> None:
    """Write everything that ``run`` found, in the caller's transaction.

    ``cost_ids`` maps reference to cost, ``places`` country and code to municipality.
    """
    line_ids = _line_ids(len(allocation.lines))
    _copy(
        "billing_runline (id, run_id, cooperation_id, cost_id, reference, application_code,"
        " application_name, cost_type_code, cost_type_name, supplier, description, key_code,"
        " key_version, amount, reason, detail)",
        (
            _line_row(run, facts, line, line_id, cost_ids[line.cost.reference])
            for line, line_id in zip(allocation.lines, line_ids, strict=True)
        ),
    )
    columns = _columns(allocation, line_ids)
    ordered = sorted(columns, key=places.__getitem__)
    head = f"{run.pk}\t{run.cooperation_id}"
    _copy(
        "billing_runtotal (run_id, cooperation_id, municipality_id, name, amount)",
        (
            f"{head}\t{places[code]}\t{_text(facts.municipalities[code])}\t"
            f"{minor_text(sum(chain.from_iterable(shares for _, shares in columns[code])))}\n"
            for code in ordered
        ),
    )
    _copy(
        "billing_shareblock (run_id, cooperation_id, municipality_id, line_ids, amounts_minor)",
        (f"{head}\t{places[code]}\t{_block(columns[code])}\n" for code in ordered),
    )


def _columns(allocation: Allocation, line_ids: list[int]) -> dict[str, list[Column]]:
    """For each municipality its shares of each basis's lines, beside the ids of those lines."""
    by_basis = defaultdict[int, list[tuple[int, Line]]](list)
    for line, line_id in zip(allocation.lines, line_ids, strict=True):
        if line.basis is not None:
            by_basis[line.basis].append((line_id, line))
    columns = defaultdict[str, list[Column]](list)
    for index, lines in by_basis.items():
        basis, ids = allocation.bases[index], _array(tuple(line_id for line_id, _ in lines))
        by_payer = zip(*(line.shares for _, line in lines), strict=True)
        for code, weight, shares in zip(basis.codes, basis.weights, by_payer, strict=True):
            if weight or any(shares):  # a base amount is paid whatever the weight
                columns[code].append((ids, shares))
    return columns


def _block(columns: list[Column]) -> str:
    """One municipality's lines and shares as two array literals."""
    lines = ",".join(ids for ids, _ in columns)
    return f"{{{lines}}}\t{{{','.join(_array(shares) for _, shares in columns)}}}"


def _array(numbers: tuple[int, ...]) -> str:
    """The inside of an array literal, in one go: there are millions of numbers."""
    return ("%d," * len(numbers))[:-1] % numbers


def _line_row(run: Run, facts: Facts, line: Line, line_id: int, cost_id: int) -> str:
    cost, key = line.cost, facts.keys.get(line.term.key) if line.term else None
    cells = (
        str(line_id),
        str(run.pk),
        str(run.cooperation_id),
        str(cost_id),
        cost.reference,
        cost.application or "",
        facts.applications.get(cost.application or "", ""),
        cost.cost_type,
        facts.cost_types[cost.cost_type],
        cost.supplier,
        cost.description,
        key.code if key else "",
        None if key is None else str(key.version),
        minor_text(line.amount_minor),
        line.reason,
        line.detail[:300],
    )
    return "\t".join(NULL if cell is None else _text(cell) for cell in cells) + "\n"


def _text(value: str) -> str:
    return value.translate(ESCAPES)


def _line_ids(count: int) -> list[int]:
    """That many fresh ids for run lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('billing_runline', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [pk for (pk,) in cursor.fetchall()]


class _Stream:
    """A file that COPY reads: the rows, encoded, in pieces of about what is asked for."""

    def __init__(self, rows: Iterable[str]) -> None:
        self._rows: Iterator[str] = iter(rows)
        self._rest = b""

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        parts, length = [self._rest], len(self._rest)
        while length < size and (row := next(self._rows, None)) is not None:
            encoded = row.encode()
            parts.append(encoded)
            length += len(encoded)
        whole = b"".join(parts)
        self._rest = whole[size:]
        return whole[:size]


def _copy(target: str, rows: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        raw.copy_expert(f"COPY {target} FROM STDIN", _Stream(rows), CHUNK_BYTES)
