"""What an order does to what everybody pays: before it is sent, as it was told then, and what it became."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from billing.portal.words import month_name
from billing.reports.ordered import MONTHS, became_of
from municipalities.access import Rights
from municipalities.models import Cooperation
from services.actions import effect_of_order
from services.engine import orders
from services.models import Order
from services.portal import Panel
from sharedict.common.access import Viewer
from sharedict.common.figures import count, minor, money, signed, signed_minor
from sharedict.kernel.periods import Month


def effect_panel(order: Order, cooperation: Cooperation, viewer: Viewer, rights: Rights) -> Panel | None:
    """The card with a year for everybody whom ``order`` moves, as far as the viewer sees their shares.

    A draft is computed as of now; what was sent shows what was kept at sending. None where nothing was.
    """
    is_draft = order.state == orders.DRAFT
    lines = list(order.lines.select_related("application", "variant"))
    told = effect_of_order(order, lines) if is_draft else order.effect
    if not told:
        return None
    payers = [
        each
        for each in told.get("payers", [])
        if rights.sees_all_shares or each["key"] == order.municipality.key
    ]
    rows = [_year(each["name"], each["now"], each["then"]) for each in payers]
    moved = any(each["now"] != each["then"] for each in payers)
    context: dict[str, Any] = {
        "is_draft": is_draft,
        "sent_at": order.sent_at,
        "currency": told["currency"],
        "finding": _finding(order, payers, told["currency"]) if payers else "",
        "rows": rows if moved else [],
        "basis": _basis(told),
        "sees_all": rights.sees_all_shares,
        "estimates": [_estimate(each, told["currency"]) for each in told["estimates"]],
    }
    if order.state in (orders.APPROVED, orders.DONE) and "services" in told:
        context["compared"] = _compared(order, told, {line.application.code for line in lines}, viewer)
    return Panel("billing/order_effect.html", context)


def _year(name: str, now: int, then: int) -> dict[str, str]:
    return {
        "name": name,
        "now": minor(MONTHS * now),
        "then": minor(MONTHS * then),
        "change": signed_minor(MONTHS * (then - now)) if then != now else minor(0),
    }


def _finding(order: Order, payers: list[dict[str, Any]], currency: str) -> str:
    """The sentence that the card begins with: what it does to the municipality's own year."""
    change = payers[0]["then"] - payers[0]["now"]
    words = {"name": order.municipality, "amount": minor(MONTHS * abs(change), currency)}
    if change > 0:
        return _("%(name)s pays %(amount)s more in a year.") % words
    if change < 0:
        return _("%(name)s pays %(amount)s less in a year.") % words
    return _("What %(name)s pays of the shared costs stays the same.") % words


def _basis(told: dict[str, Any]) -> str:
    """What the figures are computed from."""
    if "month" not in told:
        return _("No month can be computed with it: nothing is said of shared costs.")
    words = {"month": month_name(Month.parse(told["month"]))}
    if told.get("costs_of"):
        words["costs_of"] = month_name(Month.parse(told["costs_of"]))
        return (
            _("Twelve times a month by the rules of %(month)s, with costs like those of %(costs_of)s.")
            % words
        )
    return _("Twelve times a month like %(month)s.") % words


def _estimate(told: dict[str, Any], currency: str) -> str:
    """A priced service: the unit price times how many more or fewer."""
    words = {
        "name": told["name"],
        "price": money(Decimal(told["price"]), currency),
        "per": told["per"] or _("unit"),
        "more": ("+" if told["more"] >= 0 else "\u2212") + count(abs(told["more"])),
        "amount": signed(Decimal(told["amount"]), currency),
    }
    return _("%(name)s: %(amount)s, an estimate: %(more)s at %(price)s for each %(per)s.") % words


def _compared(order: Order, told: dict[str, Any], codes: set[str], viewer: Viewer) -> dict[str, str]:
    """What was told of the services ordered, of one month, beside what became of it."""
    currency, then = told["currency"], told["services"]["then"]
    found = became_of(order, codes, viewer)
    shown = {"told": minor(then, currency)}
    if found is None:
        return shown
    return {
        **shown,
        "month": month_name(found.month),
        "became": minor(found.services_minor, currency),
        "difference": signed_minor(found.services_minor - then, currency),
    }
