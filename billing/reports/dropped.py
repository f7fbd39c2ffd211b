"""Proposals to close a month that fell because something changed, and what that was."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from billing.models import LateDecision, Period
from billing.reports.previews import KINDS
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.kernel.periods import Month

MOVING = [model._meta.label_lower for model in (*KINDS, LateDecision)]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A proposal that fell ``at`` some time, and the last change before that; None where none is known."""

    month: Month
    at: dt.datetime
    change: Entry | None


def dropped_proposals(cooperation: Cooperation, by: User, periods: Collection[Period]) -> list[Dropped]:
    """The months among ``periods`` that ``by`` had proposed last, and that changes have opened again.

    One query, none without an open month, and one more for each proposal that fell.
    """
    opened = {str(each.pk): each for each in periods if each.state == Period.State.OPEN}
    if not opened:
        return []
    rows = Entry.objects.filter(
        cooperation=cooperation,
        subject_type=Period._meta.label_lower,
        subject_id__in=opened,
        changes__has_key="proposed_by",
    )
    last: Mapping[str, Entry] = {each.subject_id: each for each in rows.order_by("at", "id")}
    fallen = [each for each in last.values() if each.user_id is None and _proposer(each) == str(by.pk)]
    return [
        Dropped(opened[each.subject_id].month, each.at, _change_before(cooperation, each)) for each in fallen
    ]


def _proposer(entry: Entry) -> str:
    """Whose proposal ``entry`` ended; empty for one that was made."""
    before, after = entry.changes["proposed_by"]
    return before if not after else ""


def _change_before(cooperation: Cooperation, entry: Entry) -> Entry | None:
    since = parse_datetime((entry.changes.get("proposed_at") or [""])[0] or "")
    rows = Entry.objects.for_listing().filter(Q(cooperation=cooperation) | Q(cooperation=None))
    rows = rows.filter(subject_type__in=MOVING, at__lte=entry.at, **({"at__gt": since} if since else {}))
    return rows.order_by("-at", "-id").first()
