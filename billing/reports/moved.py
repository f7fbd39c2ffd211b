"""Which months and days a change of a row may move: by what amounts depend on, without any amounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Model

from agreements.models import Agreement, Component, CostType, FixedPart, Key, KeyVersion, Term
from billing.models import Cost, Period
from municipalities.actions import touched
from municipalities.models import Cooperation, Driver, Municipality, Reading
from services.models import Application
from sharedict.common.models import Span
from sharedict.kernel.periods import Month

NAMES = (Cooperation, Municipality, Driver, Application, Agreement, CostType, Key)
"""Rows that shares are shown with; who pays, and how much, does not depend on what they say."""
WHOLE_MONTHS = (Term, KeyVersion, Component, FixedPart)
"""Rows that count in a month as they are on its first day."""
WORDS: Mapping[type[Model], frozenset[str]] = {
    Cost: frozenset({"reference", "external_id", "supplier", "invoice_number", "description", "currency"}),
    Reading: frozenset({"source", "external_id"}),
    Term: frozenset({"agreement"}),
    KeyVersion: frozenset({"number", "decision", "decided_on", "own_end"}),
}
"""Columns that are shown, and that no amount depends on."""


@dataclass(frozen=True, slots=True)
class Months:
    """The months of a cooperation from its first on, in order, as far as there are any yet.

    ``proposed`` are those of the open ones that wait to be closed.
    """

    first: Month
    closed: tuple[Month, ...]
    opened: tuple[Month, ...]
    proposed: tuple[Month, ...] = ()

    @property
    def charging(self) -> Month | None:
        """The month that charges what changes in closed ones: the first that is open."""
        if not self.closed:
            return None
        return self.opened[0] if self.opened else self.closed[-1].plus(1)


def months_of(cooperation: Cooperation) -> Months:
    """One query."""
    rows = Period.objects.of(cooperation).order_by("first_day").values_list("first_day", "state")
    found = [(Month.of(first_day), Period.State(state)) for first_day, state in rows]
    return Months(
        first=Month.of(cooperation.first_month),
        closed=tuple(month for month, state in found if state == Period.State.CLOSED),
        opened=tuple(month for month, state in found if state != Period.State.CLOSED),
        proposed=tuple(month for month, state in found if state == Period.State.PROPOSED),
    )


def closed_months_of(cooperation: Cooperation, touches: Span) -> list[Month]:
    """The closed months with a day in ``touches``; one query."""
    return within(months_of(cooperation).closed, touches)


def within(months: Iterable[Month], touches: Span) -> list[Month]:
    """Those of ``months`` with a day in the half-open span ``touches``."""
    first, after = touches
    return [month for month in months if month.after > first and (after is None or month.first < after)]


def moved_months(months: Iterable[Month], row: Model, span: Span) -> list[Month]:
    """Those of ``months`` in which shares come out otherwise, or may, where ``row`` changes in ``span``.

    Terms and key versions count from the first of a month: the one in force on that day counts in all of it.
    """
    found = within(months, span)
    return [month for month in found if month.first >= span[0]] if isinstance(row, WHOLE_MONTHS) else found


def moved_days(before: Model | None, after: Model | None, more: Iterable[str] = ()) -> Span | None:
    """The days whose shares come out otherwise with ``after`` in place of ``before``, or may; None for none.

    ``more`` names what changes beside the row's own columns.
    """
    row = after if after is not None else before
    if row is None or isinstance(row, NAMES) or not hasattr(row, "touches"):
        return None
    if before is None or after is None:
        return touched(before, after)
    if not changed_columns(before, after).isdisjoint(counting_columns(row)):
        return touched(before, after)
    return touched(None, after) if [*more] else None


def changed_columns(before: Model, after: Model) -> set[str]:
    fields = after._meta.concrete_fields
    return {each.name for each in fields if each.value_from_object(before) != each.value_from_object(after)}


def counting_columns(row: Model) -> set[str]:
    """The columns of ``row`` that amounts depend on."""
    declared: Iterable[str] | None = getattr(row, "fact_columns", None)
    columns = {field.name for field in row._meta.concrete_fields} if declared is None else {*declared}
    return columns - WORDS.get(type(row), frozenset())
