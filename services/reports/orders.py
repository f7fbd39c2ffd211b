"""How many orders are open, how many wait for the reader, and who approves which."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject

from services.engine.orders import ADMINISTRATOR, COORDINATOR, DECIDED_BY, OPEN, SENT
from services.models import Order, OrderRule


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """Of the reader's municipalities: ``own`` are open. ``waiting`` wait for what they decide on."""

    own: int = 0
    waiting: int = 0


def orders_told(
    person: int, municipalities: Collection[int], *, is_administrator: bool, is_coordinator: bool
) -> Subquery:
    """Beside a cooperation: what ``OpenOrders`` is made of, for whoever has this standing there.

    What falls to an administrator, since a municipality has no other coordinator, is not
    counted here: its notice tells of it.
    """
    mine = Q(municipality__in=[*municipalities])
    waits = Q(pk__in=[])
    if is_administrator:
        waits |= Q(falls_to=ADMINISTRATOR)
    if is_coordinator:
        waits |= Q(falls_to=COORDINATOR) & mine
    waits &= Q(state=SENT) & ~Q(ordered_by=person) & ~Q(sent_by=person)
    counted = JSONObject(own=Count("pk", filter=mine & Q(state__in=OPEN)), waiting=Count("pk", filter=waits))
    chosen = OrderRule.objects.filter(cooperation=OuterRef("cooperation"), kind=OuterRef("kind")).order_by()
    shipped = Case(*(When(kind=kind, then=Value(role)) for kind, role in DECIDED_BY.items()))
    falls_to = Coalesce(Subquery(chosen.values("decided_by")), shipped)
    rows = Order.objects.filter(cooperation=OuterRef("pk")).open().order_by().annotate(falls_to=falls_to)
    return Subquery(rows.values("cooperation").annotate(told=counted).values("told"))


def rules_of(cooperation_id: int) -> dict[str, OrderRule]:
    """Who approves orders of each kind in a cooperation: its own choice, or what is shipped, not saved."""
    chosen = {rule.kind: rule for rule in OrderRule.objects.filter(cooperation=cooperation_id)}
    return {
        kind: chosen.get(kind) or OrderRule(cooperation_id=cooperation_id, kind=kind, decided_by=role)
        for kind, role in DECIDED_BY.items()
    }
