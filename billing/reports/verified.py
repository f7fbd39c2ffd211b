"""Closed months held to the facts they were computed from: every line, share, total and statement.

A month that is computed again by the rules it was closed by gives the same rows to the last digit, whatever
has changed since. What differs was changed behind the program's back.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, Sum

from billing.engine.allocate import Allocation, allocate
from billing.engine.facts import Facts, fingerprint
from billing.engine.statement import StatementError
from billing.models import Cost, Period, Run, RunLine, RunTotal, Share
from billing.models import Statement as StatementRow
from billing.models import StatementLine as StatementLineRow
from billing.reports.rows import minor_of, run_of
from billing.reports.statements import as_issued
from billing.rows import LINE_COLUMNS, line_rows
from municipalities.models import Cooperation
from sharedict.kernel.money import minor_text

Shares = dict[str, dict[int, int]]
"""Municipality (SE1737) -> number of the line -> minor units, without those of nothing."""


@dataclass
class Verified:
    """How much was held against the facts, and each thing that differs, in words."""

    statements: int = 0
    shares: int = 0
    differences: list[str] = field(default_factory=list)


def verify_month(period: Period) -> Verified:
    """Compute a closed month again from its own facts, and compare everything stored of it."""
    run, found = run_of(period), Verified()
    if fingerprint(run.facts) != run.fingerprint:
        found.differences.append("its facts are not those that its fingerprint was made of")
    try:
        facts = Facts.from_json(run.facts)
        allocation = allocate(facts)
    except Exception as error:  # noqa: BLE001 - facts that were changed may be anything
        found.differences.append(f"its facts cannot be computed: {type(error).__name__}: {error}")
        return found
    found.differences += _of_run(period, facts, allocation)
    found.differences += _of_lines(run, facts, allocation)
    expected, stored = _expected(allocation), _stored(run)
    found.differences += _of_shares(expected, stored)
    found.differences += _of_totals(run, facts, expected)
    found.shares = sum(map(len, stored.values()))
    for statement in StatementRow.objects.filter(run=run).order_by("number"):
        found.statements += 1
        said = f"statement {statement.number} ({statement.payer_name})"
        found.differences += [f"{said}: {what}" for what in _of_statement(statement, period, expected)]
    return found


def verify_numbers(cooperation: Cooperation) -> list[str]:
    """Where the statements of ``cooperation`` are not numbered from 1 on without a gap, or have no month."""
    rows = StatementRow.objects.of(cooperation).order_by("number")
    numbers = list(rows.values_list("number", flat=True))
    missing = sorted({*range(1, len(numbers) + 1)} - {*numbers})
    found = [f"statement {number} is missing" for number in missing[:10]]
    astray = rows.exclude(period__state=Period.State.CLOSED, run=F("period__current_run"))
    found += [f"statement {row.number} is of no closed month's run" for row in astray[:10]]
    return found


def _of_run(period: Period, facts: Facts, allocation: Allocation) -> Iterator[str]:
    run = run_of(period)
    pairs: list[tuple[str, Any, Any]] = [
        ("month", facts.month, str(period)),
        ("rule version", facts.rule_version, run.rule_version),
        ("total", allocation.allocated_minor + allocation.unallocated_minor, minor_of(run.total)),
        ("unallocated", allocation.unallocated_minor, minor_of(run.unallocated)),
        (
            "what rounding owes",
            _plain({key: [carry.denominator, carry.owed] for key, carry in allocation.carry.items()}),
            _plain(run.carry),
        ),
    ]
    for name, computed, stored in pairs:
        if computed != stored:
            yield f"its {name} is {stored}, computed {computed}"


def _of_lines(run: Run, facts: Facts, allocation: Allocation) -> Iterator[str]:
    ids = dict(Cost.objects.filter(cooperation=run.cooperation_id).values_list("reference", "pk"))
    references = {cost.reference for cost in facts.costs} | {
        each.cost.reference for each in facts.corrections
    }
    for reference in sorted(references - ids.keys()):
        yield f"cost {reference} is not there any more"
        ids[reference] = 0
    computed = {row[1]: row for row in line_rows(run, facts, allocation, ids)}
    stored = {
        str(row[1]): tuple(map(_text, row))
        for row in RunLine.objects.filter(run=run).values_list(*LINE_COLUMNS)
    }
    for number in sorted({*computed, *stored}, key=lambda text: int(text or 0)):
        ours, theirs = computed.get(number), stored.get(str(number))
        if ours is None or theirs is None:
            yield f"line {number} is {'missing' if theirs is None else 'one too many'}"
            continue
        for name, one, other in zip(LINE_COLUMNS, ours, theirs, strict=True):
            if one != other:
                yield f"line {number} ({ours[4]}): {name} is {other}, computed {one}"


def _expected(allocation: Allocation) -> Shares:
    found: Shares = defaultdict(dict)
    for number, line in enumerate(allocation.lines, start=1):
        if line.division is not None:
            codes = allocation.divisions[line.division].codes
            for code, minor in zip(codes, line.shares, strict=True):
                if minor:
                    found[code][number] = minor
    for number, correction in enumerate(allocation.corrections, start=len(allocation.lines) + 1):
        for code, minor in correction.shares.items():
            found[code][number] = minor
    return found


def _stored(run: Run) -> Shares:
    found: Shares = defaultdict(dict)
    rows = Share.objects.filter(run_id=run.pk).exclude(amount_minor=0)
    for country, code, number, minor in rows.values_list(
        "municipality__country", "municipality__code", "line_number", "amount_minor"
    ):
        found[f"{country}{code}"][number] = minor
    return found


def _of_shares(expected: Shares, stored: Shares) -> Iterator[str]:
    for code in sorted({*expected, *stored}):
        ours, theirs = expected.get(code, {}), stored.get(code, {})
        for number in sorted({*ours, *theirs}):
            one, other = ours.get(number, 0), theirs.get(number, 0)
            if one != other:
                yield f"{code}'s share of line {number} is {minor_text(other)}, computed {minor_text(one)}"


def _of_totals(run: Run, facts: Facts, expected: Shares) -> Iterator[str]:
    totals = {
        head.municipality.key: head
        for head in RunTotal.objects.filter(run=run).select_related("municipality")
    }
    issued = set(StatementRow.objects.filter(run=run).values_list("payer", flat=True))
    for code in sorted({*totals, *expected}):
        head, sum_minor = totals.get(code), sum(expected.get(code, {}).values())
        if head is None:
            yield f"{code}'s total is missing, computed {minor_text(sum_minor)}"
            continue
        if minor_of(head.amount) != sum_minor:
            yield f"{code}'s total is {head.amount}, computed {minor_text(sum_minor)}"
        if head.name != facts.municipalities.get(code):
            yield f"{code} is called {head.name}, in the facts {facts.municipalities.get(code)}"
        if code not in issued:
            yield f"{code}'s statement is missing"


def _of_statement(row: StatementRow, period: Period, expected: Shares) -> Iterator[str]:
    head = RunTotal.objects.filter(run=row.run_id, municipality=row.municipality_id)
    found = head.select_related("municipality").first()
    if found is None:
        yield "the run has no such total"
        return
    try:
        as_issued(row, found, period)
    except StatementError:
        yield "it does not add up, or is not what its hash was made of"
    total = sum(expected.get(row.payer, {}).values())
    if minor_of(row.total) != total:
        yield f"its total is {row.total}, computed {minor_text(total)}"
    if row.is_taken_over:
        return  # release 0.1 counted the months that were closed before it, in whatever order
    lines = StatementLineRow.objects.filter(
        statement__cooperation=row.cooperation_id, statement__payer=row.payer
    )
    year = lines.filter(
        Q(concerns=None) | Q(concerns__gte=row.year_from),
        statement__first_day__gte=row.year_from,
        statement__first_day__lte=row.first_day,
    )
    before = lines.filter(statement__first_day=row.before_from) if row.before_from else lines.none()
    for name, said, rows in (
        ("year so far", row.year_total, year),
        ("month before", row.before_total, before),
    ):
        sum_of = rows.aggregate(sum=Sum("amount"))["sum"] or 0
        if said != sum_of:
            yield f"its {name} is {said}, its statements come to {sum_of}"


def _text(value: Any) -> str | None:
    """A stored value as it is written."""
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return None if value is None else str(value)


def _plain(value: Any) -> Any:
    """``value`` as it comes back from JSON."""
    return json.loads(json.dumps(value))
