"""An allocation becomes rows: lines, totals and shares, written at once, and held to their sums."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from django.db import connection

from billing.engine.allocate import Allocation, Line
from billing.engine.facts import CorrectionFact, CostFact, Facts
from billing.models import Run
from billing.snapshots.charged import evidence
from sharedict.common.loading import (
    BIGINT,
    INTEGER,
    array_field,
    bigints,
    copy_binary,
    copy_rows,
    integer_field,
    integers,
)
from sharedict.kernel.errors import SharedictError
from sharedict.kernel.money import minor_text
from sharedict.kernel.periods import Month

Column = tuple[bytes, tuple[int, ...]]
"""Numbers of lines, as elements of an array, and a municipality's shares of them in minor units."""


LINE_COLUMNS = (
    *("run_id", "number", "cooperation_id", "cost_id", "reference", "application_code", "application_name"),
    *("cost_type_code", "cost_type_name", "supplier", "description", "key_code", "key_version", "amount"),
    *("reason", "detail", "concerns", "evidence"),
)


class HalfARunError(SharedictError):
    """The rows of a run do not add up: nothing of it is stored."""

    code = "half_a_run"


def write_rows(
    *, run: Run, facts: Facts, allocation: Allocation, cost_ids: Mapping[str, int], places: Mapping[str, int]
) -> None:
    """Write everything that ``run`` found, in the caller's transaction: lines from 1 on, as divided.

    ``cost_ids`` maps reference to cost, ``places`` country and code to municipality. Raises HalfARunError
    where what then stands in the database does not add up.
    """
    copy_rows("billing_runline", LINE_COLUMNS, line_rows(run, facts, allocation, cost_ids))
    columns = _columns(allocation)
    ordered = sorted(columns, key=places.__getitem__)
    _write_totals(run, [(places[code], facts.municipalities[code], _sum(columns[code])) for code in ordered])
    head = integer_field(run.pk), integer_field(run.cooperation_id)
    copy_binary(
        "billing_shareblock",
        ("run_id", "cooperation_id", "municipality_id", "line_numbers", "amounts_minor"),
        ((*head, integer_field(places[code]), *_block(columns[code])) for code in ordered),
    )
    _assert_whole(run)


def _write_totals(run: Run, totals: Sequence[tuple[int, str, int]]) -> None:
    """Municipality, name and minor units of each: RunTotals, written without an object for each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO billing_runtotal (run_id, cooperation_id, municipality_id, name, amount)
            SELECT %s, %s, * FROM unnest(%s::integer[], %s::text[], %s::numeric[])
            """,
            [
                *(run.pk, run.cooperation_id, [place for place, _, _ in totals]),
                *([name for _, name, _ in totals], [minor_text(minor) for _, _, minor in totals]),
            ],
        )


def _assert_whole(run: Run) -> None:
    """Shares add up to each total, totals to the lines that somebody carries, lines to the run."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM billing_runtotal AS total
                    LEFT JOIN billing_shareblock AS block USING (run_id, municipality_id)
                    WHERE total.run_id = %(run)s AND total.amount * 100 IS DISTINCT FROM
                          (SELECT sum(minor) FROM (SELECT unnest(block.amounts_minor) AS minor) AS share)),
                   (SELECT COALESCE(sum(amount), 0) FROM billing_runtotal WHERE run_id = %(run)s),
                   (SELECT COALESCE(sum(amount), 0) FROM billing_runline
                    WHERE run_id = %(run)s AND reason = ''),
                   (SELECT COALESCE(sum(amount), 0) FROM billing_runline
                    WHERE run_id = %(run)s AND reason <> '')
            """,
            {"run": run.pk},
        )
        apart, totals, allocated, unallocated = cursor.fetchone()
    if apart or totals != allocated or unallocated != run.unallocated or totals + unallocated != run.total:
        raise HalfARunError


def _columns(allocation: Allocation) -> dict[str, list[Column]]:
    """For each municipality its shares of each division's lines, beside the numbers of those lines."""
    by_division = defaultdict[int, list[tuple[int, Line]]](list)
    for number, line in enumerate(allocation.lines, start=1):
        if line.division is not None:
            by_division[line.division].append((number, line))
    columns = defaultdict[str, list[Column]](list)
    for index, lines in by_division.items():
        division, those = allocation.divisions[index], integers([number for number, _ in lines])
        by_payer = zip(*(line.shares for _, line in lines), strict=True)
        for code, weight, shares in zip(division.codes, division.weights, by_payer, strict=True):
            if weight or any(shares):
                columns[code].append((those, shares))
    for number, correction in enumerate(allocation.corrections, start=len(allocation.lines) + 1):
        for code, minor in correction.shares.items():
            columns[code].append((integers([number]), (minor,)))
    return columns


def _sum(columns: list[Column]) -> int:
    return sum(chain.from_iterable(shares for _, shares in columns))


def _block(columns: list[Column]) -> tuple[bytes, bytes]:
    """One municipality's lines and shares as two arrays."""
    lines, shares = zip(*columns, strict=True)
    return array_field(INTEGER, lines), array_field(BIGINT, [bigints(each) for each in shares])


def line_rows(
    run: Run, facts: Facts, allocation: Allocation, cost_ids: Mapping[str, int]
) -> Iterator[tuple[str | None, ...]]:
    """The lines of ``run``, each as text in the order of LINE_COLUMNS."""
    head = str(run.pk)
    for number, line in enumerate(allocation.lines, start=1):
        key = facts.keys.get(line.term.key) if line.term else None
        version = None if key is None else str(key.version)
        cells = (key.code if key else "", version, minor_text(line.amount_minor), line.reason)
        start = (head, str(number), str(run.cooperation_id), str(cost_ids[line.cost.reference]))
        yield (*start, *_names(facts, line.cost), *cells, line.detail[:300], None, None)
    for number, each in enumerate(allocation.corrections, start=len(allocation.lines) + 1):
        start = (head, str(number), str(run.cooperation_id), str(cost_ids[each.cost.reference]))
        yield (*start, *_names(facts, each.cost), *_correction(each))


def _names(facts: Facts, cost: CostFact) -> tuple[str, ...]:
    return (
        cost.reference,
        cost.application or "",
        facts.applications.get(cost.application or "", ""),
        cost.cost_type,
        facts.cost_types[cost.cost_type],
        cost.supplier,
        cost.description,
    )


def _correction(each: CorrectionFact) -> tuple[str | None, ...]:
    """Key and version, amount, no reason or detail, the month that it concerns, and the evidence."""
    version = None if each.key_version is None else str(each.key_version)
    amount = minor_text(sum(each.shares.values()))
    month = Month.parse(each.month).first.isoformat()
    return (each.key, version, amount, "", "", month, json.dumps(evidence(each), sort_keys=True))
