"""Who approves orders of each kind: chosen, and told to whom orders that wait fall by it."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from municipalities.actions import lock_cooperation, notify, save_row
from municipalities.models import Cooperation, Notice
from services.actions.orders import NOBODY_DECIDES, WAITS, about_order, deciders
from services.engine import orders
from services.models import Order, OrderRule


@transaction.atomic
def save_order_rules(*, cooperation: Cooperation, rules: Sequence[OrderRule], by: object) -> None:
    """Let ``rules`` hold, also for orders that wait: whoever decides on those from now on is told.

    Raises ValidationError where nobody could decide any more on one that waits.
    """
    lock_cooperation(cooperation.pk)
    for rule in rules:
        save_row(row=rule, by=by)
    waiting = Order.objects.of(cooperation).filter(state=orders.SENT, kind__in=[rule.kind for rule in rules])
    for order in waiting.order_by("pk"):
        if not deciders(order):
            raise ValidationError(f"{order}: {NOBODY_DECIDES}")
    tell_deciders(cooperation.pk)


def tell_all_deciders() -> None:
    """Tell whoever came to decide on an order that waits, as by a role that was given or taken away."""
    waiting = Order.objects.filter(state=orders.SENT, cooperation__deactivated_at=None)
    for pk in sorted({*waiting.order_by().values_list("cooperation", flat=True)}):
        tell_deciders(pk)


@transaction.atomic
def tell_deciders(cooperation_id: int) -> None:
    """Let those, and only those, have a notice of each order that waits who decide on it as things are."""
    lock_cooperation(cooperation_id)
    for order in Order.objects.filter(cooperation=cooperation_id, state=orders.SENT).order_by("pk"):
        people, about = deciders(order), about_order(order, orders.SENT)
        told = Notice.objects.filter(cooperation=cooperation_id, kind=WAITS, about=about)
        told.exclude(user__in=people).delete()
        notify(
            cooperation_id=cooperation_id,
            kind=WAITS,
            about=about,
            event=f"order-{order.pk}-sent",
            people=people - {*told.values_list("user", flat=True)},
            by=order.sent_by,
        )
