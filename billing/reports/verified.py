"""Closed months held to the facts they were computed from: every line, share, total and statement.

A month that is computed again by the rules it was closed by gives the same rows to the last digit, whatever
has changed since. What differs was changed behind the program's back.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from billing.engine.allocate import Allocation, allocate
from billing.engine.facts import Facts, fingerprint
from billing.engine.statement import StatementError
from billing.models import Cost, Period, Run, RunLine, RunTotal, Share, ShareBlock
from billing.models import Statement as StatementRow
from billing.models import StatementLine as StatementLineRow
from billing.reports.held_to_log import differences_of_closing
from billing.reports.issued import as_issued
from billing.reports.rows import minor_of, run_of
from billing.rows import LINE_COLUMNS, line_rows
from municipalities.models import Cooperation
from sharedict.kernel.money import minor_text

Place = tuple[str, str]
"""A line: the reference of its cost, and the first day of the month that it corrects, if it does."""
Cells = Mapping[str, str | None]
"""A line as text, by column."""
Shares = dict[str, dict[Place, int]]
"""Municipality (SE1737) -> line -> minor units, without those of nothing."""


@dataclass
class Verified:
    """How much was held against the facts, and each thing that differs, in words."""

    statements: int = 0
    shares: int = 0
    differences: list[str] = field(default_factory=list)


def verify_month(period: Period) -> Verified:
    """Compute a closed month again from its own facts, and compare everything stored of it."""
    found = Verified()
    if period.current_run is None:
        found.differences.append("it is closed without a run")
        return found
    run = period.current_run
    found.differences += [*differences_of_closing(period), *_of_strangers(run)]
    if fingerprint(run.facts) != run.fingerprint:
        found.differences.append("its facts are not those that its fingerprint was made of")
    try:
        facts = Facts.from_json(run.facts)
        allocation = allocate(facts)
    except Exception as error:  # noqa: BLE001 - facts that were changed may be anything
        found.differences.append(f"its facts cannot be computed: {type(error).__name__}: {error}")
        return found
    found.differences += _of_run(period, facts, allocation)
    computed, stored = _computed(run, facts, allocation), _stored(run)
    found.differences += _of_lines(run, computed, stored)
    expected, shares = _expected_shares(computed, allocation), _stored_shares(run, stored)
    found.differences += _of_shares(expected, shares)
    found.differences += _of_totals(run, facts, expected)
    found.shares = sum(map(len, shares.values()))
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


def _of_strangers(run: Run) -> Iterator[str]:
    """Rows of the run that stand in another cooperation, whose people would see them."""
    rows: dict[str, QuerySet[Any]] = {
        "lines": RunLine.objects.filter(run=run),
        "totals": RunTotal.objects.filter(run=run),
        "blocks of shares": ShareBlock.objects.filter(run=run),
        "statements": StatementRow.objects.filter(run=run),
        "lines of statements": StatementLineRow.objects.filter(statement__run=run),
    }
    for name, found in rows.items():
        if count := found.exclude(cooperation=run.cooperation_id).count():
            yield f"{count} {name} stand in another cooperation"


def _of_run(period: Period, facts: Facts, allocation: Allocation) -> Iterator[str]:
    run = run_of(period)
    pairs: list[tuple[str, Any, Any]] = [
        ("month", facts.month, str(period)),
        ("rule version", facts.rule_version, run.rule_version),
        ("kind", Run.Kind.MONTH, run.kind),
        ("mark of what money depends on", run.money_mark and facts.money_mark(), run.money_mark),
        ("total", allocation.allocated_minor + allocation.unallocated_minor, minor_of(run.total)),
        ("unallocated", allocation.unallocated_minor, minor_of(run.unallocated)),
        (
            "number of lines that nobody pays",
            sum(line.division is None for line in allocation.lines),
            run.unallocated_lines,
        ),
        (
            "what rounding owes",
            _plain({key: [carry.denominator, carry.owed] for key, carry in allocation.carry.items()}),
            _plain(run.carry),
        ),
    ]
    for name, computed, stored in pairs:
        if computed != stored:
            yield f"its {name} is {stored}, computed {computed}"


def _of_lines(run: Run, computed: Mapping[Place, Cells], stored: Mapping[Place, Cells]) -> Iterator[str]:
    # release 0.1 numbered no lines; those it wrote are numbered as it had stored them
    names = [name for name in LINE_COLUMNS if name != "number" or run.rule_version > 1]
    for place in sorted({*computed, *stored}):
        ours, theirs, said = computed.get(place), stored.get(place), f"line {' '.join(filter(None, place))}"
        if ours is None or theirs is None:
            yield f"{said} is {'missing' if theirs is None else 'one too many'}"
            continue
        for name in names:
            if ours[name] != theirs[name]:
                yield f"{said}: {name} is {theirs[name]}, computed {ours[name]}"


def _computed(run: Run, facts: Facts, allocation: Allocation) -> dict[Place, Cells]:
    """The lines that the facts give; a cost that is not there any more has the key 0."""
    costs = Cost.objects.filter(cooperation=run.cooperation_id)
    ids = defaultdict(int, costs.values_list("reference", "pk"))
    rows = [dict(zip(LINE_COLUMNS, row, strict=True)) for row in line_rows(run, facts, allocation, ids)]
    return {_place(row): row for row in rows}


def _stored(run: Run) -> dict[Place, Cells]:
    rows = [
        {name: _text(value) for name, value in row.items()}
        for row in RunLine.objects.filter(run=run).values(*LINE_COLUMNS)
    ]
    return {_place(row): row for row in rows}


def _place(row: Cells) -> Place:
    return str(row["reference"]), row["concerns"] or ""


def _expected_shares(computed: Iterable[Place], allocation: Allocation) -> Shares:
    """What the facts give everybody; ``computed`` are the places of the lines as they are numbered."""
    found: Shares = defaultdict(dict)
    places = iter(computed)
    for line, place in zip(allocation.lines, places, strict=False):
        if line.division is not None:
            for code, minor in zip(allocation.divisions[line.division].codes, line.shares, strict=True):
                if minor:
                    found[code][place] = minor
    for correction, place in zip(allocation.corrections, places, strict=True):
        for code, minor in correction.shares.items():
            found[code][place] = minor
    return found


def _stored_shares(run: Run, stored: Mapping[Place, Cells]) -> Shares:
    found: Shares = defaultdict(dict)
    places = {int(row["number"] or 0): place for place, row in stored.items()}
    rows = Share.objects.filter(run_id=run.pk)
    for country, code, number, minor in rows.values_list(
        "municipality__country", "municipality__code", "line_number", "amount_minor"
    ):
        if minor or number not in places:
            found[f"{country}{code}"][places.get(number, (f"number {number}", ""))] = minor
    return found


def _of_shares(expected: Shares, stored: Shares) -> Iterator[str]:
    for code in sorted({*expected, *stored}):
        ours, theirs = expected.get(code, {}), stored.get(code, {})
        for place in sorted({*ours, *theirs}):
            one, other, said = ours.get(place, 0), theirs.get(place, 0), " ".join(filter(None, place))
            if one != other or (place in theirs and place not in ours):
                yield f"{code}'s share of line {said} is {minor_text(other)}, computed {minor_text(one)}"


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
    if (row.first_day, row.after_day) != (period.month.first, period.month.after):
        yield f"it is from {row.first_day} until {row.after_day}, and not of its month"
    if row.format_version != StatementRow._meta.get_field("format_version").default:
        yield f"its format version {row.format_version} is none"
    if row.issued_at != period.closed_at and not row.is_taken_over:
        yield f"it was issued on {row.issued_at}, its month closed on {period.closed_at}"
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
