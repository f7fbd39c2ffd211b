"""What somebody has to look at again, and what is missing of data protection: a list to work down."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, ExpressionWrapper, IntegerField, OuterRef, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from municipalities.models import Cooperation, Municipality
from services.engine.data_protection import Missing, missing_of, untold
from services.models import Application, DataProtection, Document, Subscription
from services.reports.staffing import NEEDS_NOBODY

AHEAD = dt.timedelta(days=90)
"""So far ahead what is due is told."""


@dataclass(frozen=True, slots=True)
class Due:
    """A row that is to be looked at again on ``on``."""

    on: dt.date
    row: Application | Document | DataProtection
    application: Application


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing of one municipality's use; without a ``row`` nothing is told of it at all."""

    application: Application
    municipality: Municipality
    missing: list[Missing]
    row: DataProtection | None = None


def due_of(cooperation: Cooperation, today: dt.date) -> list[Due]:
    """What is late or due within ``AHEAD``, the oldest first; three queries. Not of what is not in use."""
    until, found = today + AHEAD, list[Due]()
    applications = Application.objects.of(cooperation).exclude(lifecycle__in=NEEDS_NOBODY)
    found += [Due(_on(row), row, row) for row in applications.filter(review_on__lte=until)]
    for model in (Document, DataProtection):
        manager: Any = model._default_manager
        rows = manager.of(cooperation).exclude(application__lifecycle__in=NEEDS_NOBODY).for_listing()
        found += [Due(_on(row), row, row.application) for row in rows.filter(review_on__lte=until)]
    return sorted(found, key=lambda each: (each.on, each.application.name, str(each.row)))


def due_told(today: dt.date) -> Combinable:
    """How many ``due_of`` gives of the cooperation of the outer query, within that query."""
    found: Any = Value(0)
    for model, path in ((Application, ""), (Document, "application__"), (DataProtection, "application__")):
        manager: Any = model._default_manager
        rows = manager.filter(cooperation=OuterRef("pk"), review_on__lte=today + AHEAD)
        rows = rows.exclude(**{f"{path}lifecycle__in": NEEDS_NOBODY}).order_by().values("cooperation")
        found += Coalesce(Subquery(rows.annotate(count=Count("pk")).values("count")), 0)
    return ExpressionWrapper(found, IntegerField())


def _on(row: Any) -> dt.date:
    day: dt.date = row.review_on
    return day


def gaps_of(cooperation: Cooperation, today: dt.date, application: Application | None = None) -> list[Gap]:
    """What is missing, application by application; two queries.

    Of an application of which nothing is told for any municipality, everybody who uses it is named too.
    """
    only = {"application": application} if application else {}
    rows = DataProtection.objects.of(cooperation).filter(**only).for_listing()
    told = defaultdict[int, list[DataProtection]](list)
    for row in rows.exclude(application__lifecycle__in=NEEDS_NOBODY):
        told[row.application_id].append(row)
    found = [
        Gap(row.application, row.municipality, missing, row)
        for of_one in told.values()
        for row in of_one
        if (missing := missing_of(row.told(), today))
    ]
    uses = Subscription.objects.of(cooperation).as_of(today).filter(**only).for_listing()
    using = defaultdict[int, list[Subscription]](list)
    for use in uses.exclude(application__lifecycle__in=NEEDS_NOBODY):
        using[use.application_id].append(use)
    for pk, of_one_use in using.items():
        places = {use.municipality_id: use for use in of_one_use}
        found += [
            Gap(places[place].application, places[place].municipality, [Missing.ROLE])
            for place in untold(places, [row.told() for row in told[pk]])
        ]
    return sorted(found, key=lambda each: (each.application.name, each.municipality.name))
