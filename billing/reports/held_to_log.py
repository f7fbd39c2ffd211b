"""Closed months and decisions held to the change log, which tells who closed and decided what, and when."""

from collections.abc import Iterator
from itertools import pairwise

from django.db.models import Model, QuerySet

from billing.models import LateDecision, Period
from billing.models import Statement as StatementRow
from municipalities.models import Cooperation
from sharedict.audit.actions import field_values
from sharedict.audit.models import Entry

CLOSED = Period.State.CLOSED
OF_CLOSING = {
    **dict.fromkeys(("state", "proposed_by", "proposed_at", "closed_by", "closed_at"), ""),
    "is_closed_by_invited": "False",
}
"""Columns of a month that are logged whenever they change, and what they are before that."""


def differences_of_closing(period: Period) -> Iterator[str]:
    """Where who closed the month, and when, is not as the change log says; of release 0.1 it says nothing."""
    logged = dict(OF_CLOSING)
    for changes in _about(period).values_list("changes", flat=True):
        logged |= {name: after for name, (_before, after) in changes.items() if name in OF_CLOSING}
    if logged["state"] != CLOSED:
        if not _is_of_release_0_1(period):
            yield "the change log does not tell of its closing"
        return
    if period.is_taken_over:
        yield "it is said to be of release 0.1, and the change log tells of its closing"
    stored = field_values(period)
    for name, value in sorted(logged.items()):
        if stored[name] != value:
            yield f"its {name} is {stored[name]}, in the change log {value}"


def differences_from_log(cooperation: Cooperation) -> Iterator[str]:
    """What the change log tells of ``cooperation`` that is not there, and what is there without it."""
    closed = Period.objects.of(cooperation).filter(state=CLOSED).order_by("first_day")
    told = Entry.objects.filter(
        cooperation=cooperation, subject_type=Period._meta.label_lower, changes__state__1=CLOSED
    )
    there = {str(pk) for pk in closed.values_list("pk", flat=True)}
    for pk, month in told.order_by("pk").values_list("subject_id", "subject"):
        if pk not in there:
            yield f"{month} is not closed here, and the change log tells of its closing"
    months = [period.month for period in closed]
    for one, other in pairwise(months):
        if one.plus(1) != other:
            yield f"no month is closed between {one} and {other}"
    for row in LateDecision.objects.filter(cooperation=cooperation).order_by("pk"):
        yield from _of_decision(row)
    decided = Entry.objects.filter(cooperation=cooperation, subject_type=LateDecision._meta.label_lower)
    known = {
        str(pk) for pk in LateDecision.objects.filter(cooperation=cooperation).values_list("pk", flat=True)
    }
    for pk, what in decided.order_by("pk").values_list("subject_id", "subject"):
        if pk not in known:
            yield f"the decision on {what} is missing, of which the change log tells"


def _of_decision(row: LateDecision) -> Iterator[str]:
    said = f"the decision on {row}"
    entry = _about(row).filter(verb="decide").last()
    if entry is None:
        yield f"{said} is not told of by the change log"
        return
    stored = field_values(row)
    for name, (_before, logged) in sorted(entry.changes.items()):
        if stored.get(name, logged) != logged:
            yield f"{said}: its {name} is {stored[name]}, in the change log {logged}"
    if entry.user_id != row.decided_by_id:
        yield f"{said} is another's than the change log says"


def _about(row: Model) -> QuerySet[Entry]:
    return Entry.objects.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk)).order_by("pk")


def _is_of_release_0_1(period: Period) -> bool:
    if period.is_taken_over:
        return True
    issued = StatementRow.objects.filter(run=period.current_run_id)
    return issued.exists() and not issued.filter(is_taken_over=False).exists()
