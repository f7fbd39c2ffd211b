"""How a cooperation's services stand: what goes on, what is planned, what was lately."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from services.models import Outage, OutageEffect, OutageUpdate
from services.querysets import OutageQuerySet

LATELY = dt.timedelta(days=14)
MOST = 50
TOLD = ("id", "title", "is_planned", "priority")
MOMENTS = ("starts_at", "ends_at", "next_update_at")


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


@dataclass(frozen=True, slots=True)
class Hitting:
    """An outage and the names of the applications that it hits."""

    outage: Outage
    applications: list[str]


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


def going_on_told(now: dt.datetime) -> ArraySubquery:
    """Beside a cooperation: its outages that go on, which ``as_hitting`` reads."""
    rows = Outage.objects.filter(cooperation=OuterRef("pk")).going_on(now).order_by("priority", "starts_at")
    told = JSONObject(names=_names(), **{name: name for name in (*TOLD, *MOMENTS)})
    return ArraySubquery(rows.values(told=told)[:MOST])


def as_hitting(told: Iterable[Mapping[str, Any]]) -> list[Hitting]:
    """The outages of ``going_on_told``, the most pressing first, with as much of them as a line shows."""
    return [
        Hitting(
            Outage(
                **{name: row[name] for name in TOLD},
                **{name: row[name] and dt.datetime.fromisoformat(row[name]) for name in MOMENTS},
            ),
            row["names"],
        )
        for row in told
    ]


def _hit() -> models.QuerySet[OutageEffect]:
    return OutageEffect.objects.exclude(state=OutageEffect.State.UP)


def _names() -> ArraySubquery:
    """The names of the applications that an outage hits."""
    rows = _hit().filter(outage=OuterRef("pk")).order_by("application__name")
    return ArraySubquery(rows.values("application__name").distinct())
