"""What pages show of orders: how one stands, cards of other apps, notices, what is found."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from municipalities.access import Rights
from municipalities.actions import NoticeKind
from municipalities.models import Cooperation, Notice
from municipalities.portal import Change, SearchKind, as_shown, slug_of
from services.actions import ANSWERED, WAITS, plan_order
from services.engine import orders
from services.models import Order, OrderLine
from services.portal.panels import Panel
from sharedict.common.access import Viewer

OrderPanelMaker = Callable[[Order, Cooperation, Viewer, Rights], Panel | None]
_makers: list[OrderPanelMaker] = []

ORDER_LOOK = {
    orders.DRAFT: "neutral",
    orders.SENT: "warning",
    orders.APPROVED: "info",
    orders.REJECTED: "danger",
    orders.DONE: "ok",
    orders.WITHDRAWN: "neutral",
}
"""How each state looks."""

BECAME = {
    orders.APPROVED: pgettext_lazy("order", "approved"),
    orders.REJECTED: pgettext_lazy("order", "rejected"),
    orders.DONE: pgettext_lazy("order", "done"),
}


def add_order_panel(maker: OrderPanelMaker) -> None:
    """Let ``maker`` add a card to the page of every order; adding it twice changes nothing."""
    if maker not in _makers:
        _makers.append(maker)


def panels_of_order(order: Order, cooperation: Cooperation, viewer: Viewer, rights: Rights) -> list[Panel]:
    made: Iterable[Panel | None] = (maker(order, cooperation, viewer, rights) for maker in _makers)
    return [panel for panel in made if panel]


def changes_of_order(order: Order, lines: Sequence[OrderLine]) -> list[Change]:
    """What approving ``order`` would change of subscriptions."""
    return [Change(before, after) for before, after in plan_order(order, lines)]


def order_as_shown(order: Order) -> str:
    """What tells whether ``order`` or one of its lines has changed since a page showed them."""
    lines = order.lines.order_by("pk").values_list("application", "variant", "what", "quantity", "for_whom")
    return hashlib.sha256(f"{as_shown(order)} {[*lines]}".encode()).hexdigest()[:16]


def _about(notice: Notice) -> tuple[str, str, str]:
    pk, state, title = [*notice.about.split(" ", 2), "", ""][:3]
    return pk, state, title


def _waits(notice: Notice) -> str:
    words = {"title": _about(notice)[2], "person": notice.by or gettext_lazy("A system")}
    return str(gettext_lazy("%(person)s has sent an order, and you decide on it: %(title)s")) % words


def _answered(notice: Notice) -> str:
    _pk, state, title = _about(notice)
    return str(gettext_lazy("Your order is %(state)s: %(title)s")) % {
        "title": title,
        "state": BECAME.get(state, state),
    }


def _order_page(notice: Notice) -> str:
    return reverse("order", args=[slug_of(notice), _about(notice)[0]])


ORDER_NOTICES = (
    NoticeKind(WAITS, gettext_lazy("An order waits for my decision"), _waits, _order_page),
    NoticeKind(
        ANSWERED, gettext_lazy("An order of mine is approved, rejected or done"), _answered, _order_page
    ),
)

ORDER_FOUND = SearchKind(
    "order",
    gettext_lazy("Orders"),
    Order,
    title=("title",),
    more=("note", "returns", "accounting_code", "external_id", "municipality__name"),
    detail=("municipality__name",),
    page="order",
)
