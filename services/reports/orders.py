"""How many orders are open, and how many wait for the reader."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from services.engine.orders import DECIDED_BY, OPEN, SENT
from services.models import Order


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """Of the reader's municipalities: ``own`` are open. ``waiting`` wait for what they decide on."""

    own: int = 0
    waiting: int = 0


def orders_told(
    person: int, municipalities: Collection[int], *, is_administrator: bool, is_coordinator: bool
) -> Subquery:
    """Beside a cooperation: what ``OpenOrders`` is made of, for whoever has this standing there.

    Standard items that fall to an administrator, since a municipality has no other coordinator, are not
    counted here: their notice tells of them.
    """
    kinds = {role: [kind for kind, by in DECIDED_BY.items() if by == role] for role in DECIDED_BY.values()}
    mine = Q(municipality__in=[*municipalities])
    waits = Q(pk__in=[])
    if is_administrator:
        waits |= Q(kind__in=kinds["administrator"])
    if is_coordinator:
        waits |= Q(kind__in=kinds["coordinator"]) & mine
    waits &= Q(state=SENT) & ~Q(ordered_by=person) & ~Q(sent_by=person)
    counted = JSONObject(own=Count("pk", filter=mine & Q(state__in=OPEN)), waiting=Count("pk", filter=waits))
    rows = Order.objects.filter(cooperation=OuterRef("pk")).open().order_by().values("cooperation")
    return Subquery(rows.annotate(told=counted).values("told"))
