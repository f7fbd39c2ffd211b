"""How a cooperation's services stand: what goes on, what is planned, what was lately."""

import datetime as dt
from dataclasses import dataclass

from services.models import Outage, OutageEffect, OutageUpdate
from services.querysets import OutageQuerySet

LATELY = dt.timedelta(days=14)
MOST = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """An outage with whom it hits, by name, and the words told of it, the newest first."""

    outage: Outage
    applications: list[str]
    municipalities: list[str]
    updates: list[OutageUpdate]


@dataclass(frozen=True, slots=True)
class Status:
    """``now`` are those that go on, the most pressing first."""

    now: list[Standing]
    ahead: list[Standing]
    over: list[Standing]


def status_of(rows: OutageQuerySet, now: dt.datetime) -> Status:
    """How ``rows`` of one cooperation stand, in a number of queries that does not grow."""
    return Status(
        now=standings(rows.going_on(now).order_by("priority", "starts_at")[:MOST]),
        ahead=standings(rows.ahead(now).order_by("starts_at")[:MOST]),
        over=standings(
            rows.unmerged().filter(ends_at__lte=now, ends_at__gt=now - LATELY).order_by("-ends_at")[:MOST]
        ),
    )


def standings(rows: OutageQuerySet) -> list[Standing]:
    """Each with whom it hits and its updates, in three queries and two for names."""
    found = rows.prefetch_related("effects__application", "effects__municipality", "updates")
    return [_standing(outage) for outage in found]


def _standing(outage: Outage) -> Standing:
    hit = [row for row in outage.effects.all() if row.state != OutageEffect.State.UP]
    return Standing(
        outage=outage,
        applications=sorted({row.application.name for row in hit}, key=str.lower),
        municipalities=sorted({row.municipality.name for row in hit}, key=str.lower),
        updates=list(outage.updates.all()),
    )
