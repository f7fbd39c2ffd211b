"""What changes would do to each municipality in one month: the engine's answer over rows that are not saved.

Nothing is written or locked. Where an open month is otherwise from its first day, the newest of those is
computed as it is and as it would be. A change that begins later is tried on the costs of the newest month,
by the rules of the first month that is otherwise as a whole.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from agreements.models import KeyVersion, Term
from agreements.snapshots import key_fact
from billing.engine.allocate import Allocation, Line, allocate
from billing.engine.facts import Facts
from billing.models import Cost, Period
from billing.reports.moved import Months, moved_days, moved_months, within
from billing.snapshots import Overlay, gather_if
from municipalities.models import Cooperation, Member, Municipality, Reading
from municipalities.portal import Change
from services.models import Subscription
from sharedict.common.models import Span
from sharedict.kernel.periods import Month

KINDS = (Cost, Member, Reading, KeyVersion, Subscription, Term)
"""Rows of which it can be said what a change does."""


UNNUMBERED = "~"
"""The reference of a cost that has none yet."""


@dataclass(frozen=True, slots=True)
class PayerMoved:
    """What one municipality carries of the month now and would carry, in minor units."""

    name: str
    now_minor: int
    then_minor: int

    @property
    def change_minor(self) -> int:
        return self.then_minor - self.now_minor


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A cost that nothing would divide any more, or no longer yet: its part in the month, and why."""

    reference: str
    description: str
    amount_minor: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What changes do in ``month``: the municipalities that they move, largest change first, and in all.

    ``costs_of`` is the month whose costs are divided, where they are not the month's own. ``uncounted`` are
    costs that would be charged to nobody by the changes; ``names`` those of municipalities by code.
    """

    month: Month
    costs_of: Month | None
    payers: tuple[PayerMoved, ...]
    whole: PayerMoved
    uncounted: tuple[Uncounted, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tried:
    """``month`` computed as it is and as it would be, with ``names`` of municipalities by code."""

    month: Month
    costs_of: Month | None
    now: Facts
    then: Facts
    was: Allocation
    would: Allocation

    @property
    def names(self) -> dict[str, str]:
        return {**self.now.municipalities, **self.then.municipalities}


def tried(cooperation: Cooperation, months: Months, changes: Sequence[Change]) -> Tried | None:
    """A month without and with ``changes``; None where they move no month that can be computed.

    A fixed number of queries for each kind of row, and two computations of a month.
    """
    place = _place(cooperation, months, changes)
    if place is None:
        return None
    period, costs_of = place
    period.cooperation = cooperation
    before = Overlay(costs_of=costs_of)
    now, then = gather_if(period, [before, laid(changes, costs_of)])
    was = allocate(now)
    would = was if now == then else allocate(then)
    return Tried(period.month, costs_of, now, then, was, would)


def moved_by(cooperation: Cooperation, months: Months, changes: Sequence[Change]) -> Moved | None:
    """What ``changes``, saved together, would do; None where they move no month that can be computed."""
    found = tried(cooperation, months, changes)
    if found is None:
        return None
    return Moved(
        month=found.month,
        costs_of=found.costs_of,
        payers=_payers(found.now, found.then, found.was, found.would),
        whole=PayerMoved("", found.was.allocated_minor, found.would.allocated_minor),
        uncounted=tuple(uncounted_in(found.would, found.was)),
        names=found.names,
    )


def laid(changes: Sequence[Change], costs_of: Month | None = None) -> Overlay:
    """``changes`` as rows that are laid over those that are stored."""
    rows = [change.after for change in changes if change.after is not None]
    parts = {id(change.after): change.parts for change in changes}
    return Overlay(
        costs=[_numbered(row) for row in rows if isinstance(row, Cost)],
        members=[row for row in rows if isinstance(row, Member)],
        subscriptions=[row for row in rows if isinstance(row, Subscription)],
        readings=[row for row in rows if isinstance(row, Reading)],
        terms=[(row, _named(row, parts[id(row)])) for row in rows if isinstance(row, Term)],
        versions=[(row, parts[id(row)] or key_fact(row)) for row in rows if isinstance(row, KeyVersion)],
        gone=[change.before for change in changes if change.before is not None and change.after is None],
        costs_of=costs_of,
    )


def _numbered(cost: Cost) -> Cost:
    """``cost``; a new one with a reference that comes last, as its own will: others may be told from it."""
    if cost.reference:
        return cost
    found = copy(cost)
    found.reference = UNNUMBERED
    return found


def _named(term: Term, chosen: Sequence[Municipality] | None) -> Sequence[Municipality]:
    if chosen is None and term.pk:
        return list(term.named.all())
    return chosen or ()


def _place(
    cooperation: Cooperation, months: Months, changes: Sequence[Change]
) -> tuple[Period, Month | None] | None:
    """The month to compute, and the month whose costs it divides where those are not its own."""
    spans = [span for each in changes if (span := moved_days(each.before, each.after, each.more))]
    if not spans:
        return None
    first = min(start for start, _end in spans)
    ends = [end for _start, end in spans]
    span = first, None if None in ends else max(end for end in ends if end)
    row = changes[-1].after if changes[-1].after is not None else changes[-1].before
    if isinstance(row, Cost):
        month = _month_of_cost(months, span)
        return (period_of(cooperation, month), None) if month else None
    opened = moved_months(months.opened, row, span) if row is not None else []
    whole = [month for month in opened if _is_whole(month, span)]
    if whole or (opened and span[1] is not None):
        return period_of(cooperation, (whole or opened)[-1]), None
    known = months.opened or months.closed
    last_closed = months.closed[-1] if months.closed else None
    month = Month.of(first) if first == Month.of(first).first else Month.of(first).plus(1)
    month = max(month, months.first, last_closed.plus(1) if last_closed else months.first)
    if not known or (span[1] is not None and month.first >= span[1]):
        return None
    return Period(cooperation=cooperation, first_day=month.first), known[-1]


def _month_of_cost(months: Months, span: Span) -> Month | None:
    """The newest open month that a cost falls in; else the first in which it will."""
    if opened := within(months.opened, span):
        return opened[-1]
    after_closed = months.closed[-1].plus(1) if months.closed else months.first
    month = max(Month.of(span[0]), months.first, after_closed)
    return month if span[1] is None or month.first < span[1] else None


def _is_whole(month: Month, span: tuple[dt.date, dt.date | None]) -> bool:
    return span[0] <= month.first and (span[1] is None or month.after <= span[1])


def period_of(cooperation: Cooperation, month: Month) -> Period:
    """The month as it is stored, or one that is not."""
    found = Period.objects.of(cooperation).filter(first_day=month.first).first()
    return found or Period(cooperation=cooperation, first_day=month.first)


def _payers(now: Facts, then: Facts, was: Allocation, would: Allocation) -> tuple[PayerMoved, ...]:
    names = {**now.municipalities, **then.municipalities}
    old, new = shares_of(was), shares_of(would)
    found = [
        PayerMoved(names.get(code, code), old.get(code, 0), new.get(code, 0))
        for code in sorted({*old, *new})
        if old.get(code, 0) != new.get(code, 0)
    ]
    return tuple(sorted(found, key=lambda each: (-abs(each.change_minor), each.name)))


def shares_of(month: Allocation) -> Counter[str]:
    """What each carries of the month, corrections of others included: code -> minor units."""
    found = Counter(month.shared_by_code())
    found.update(month.corrected_by_code())
    return found


def uncounted_in(would: Allocation, was: Allocation | None = None) -> Iterable[Uncounted]:
    """Lines that nothing would divide, as far as that is not so in ``was`` already."""
    known = {line.cost.reference: line for line in was.lines if line.division is None} if was else {}
    for line in would.lines:
        if (
            line.division is None
            and line.amount_minor
            and _said(known.get(line.cost.reference)) != _said(line)
        ):
            yield Uncounted(
                line.cost.reference, line.cost.description, line.amount_minor, line.reason, line.detail
            )


def _said(line: Line | None) -> tuple[int, str, str] | None:
    return (line.amount_minor, line.reason, line.detail) if line else None
