"""The moves of an order: sent, approved, rejected, withdrawn, done."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from municipalities.access import Rights
from municipalities.portal import Change, FormPage
from services.actions import move_order, refuse_stranger, told_of_line
from services.engine import orders
from services.forms import OrderApproveForm, OrderDoneForm, OrderMoveForm, OrderRejectForm, OrderSendForm
from services.models import Order
from services.portal import changes_of_order, panels_of_order
from services.views.orders import OrderRow, may_order


class OrderMove(OrderRow, FormPage):
    """A move of one order to the state ``to``; who may not, or comes too late, is told so."""

    form_class: ClassVar[type[forms.BaseForm]] = OrderMoveForm
    template_name = "services/order_move.html"
    done_name = "orders"
    asks_about_days = False
    to: ClassVar[str] = ""
    shows_effect: ClassVar[bool] = False
    """Whether what the order does to costs stands below."""

    def is_allowed(self, rights: Rights) -> bool:
        return may_order(rights)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        order = self.row()
        if not orders.may_move(order.state, self.to):
            return redirect(self.url("order", order.pk))
        return super().get(request, **kwargs)

    def form_arguments(self) -> dict[str, Any]:
        self.moved: Order = self.row()
        if self.request.method == "GET":
            refuse_stranger(self.moved, self.to, self.viewer)
        return {"order": self.moved}

    def checked_changes(self, form: Any) -> Sequence[Change]:
        return []

    def save(self, form: Any) -> Order:
        return move_order(
            order=self.moved, to=self.to, by=self.viewer, now=timezone.now(), **form.cleaned_data
        )

    def done_url(self, row: Any) -> str:
        return self.url("order", self.kwargs["pk"])

    def context(self, form: Any) -> dict[str, Any]:
        return {
            **super().context(form),
            "lead": self.lead_of(self.moved),
            "cancel_url": self.done_url(None),
            "panels": self.panels(),
        }

    def lead_of(self, order: Order) -> str:
        """Which order it is; with what it asks for where that is sent or approved."""
        if not self.shows_effect:
            return str(order)
        lines = order.lines.select_related("application", "variant")
        return f"{order}: {'; '.join(map(told_of_line, lines))}"

    def panels(self) -> Sequence[Any]:
        if not self.shows_effect:
            return []
        return panels_of_order(self.moved, self.cooperation, self.viewer, self.rights)


class OrderSend(OrderMove):
    form_class = OrderSendForm
    to = orders.SENT
    shows_effect = True
    title = gettext_lazy("Send the order")
    submit_label = pgettext_lazy("order", "Send")
    said = gettext_lazy("Sent. Those who decide on it are told.")


class OrderApprove(OrderMove):
    """Approving saves the subscriptions: what that does to months is told as for any other change of them."""

    form_class = OrderApproveForm
    to = orders.APPROVED
    shows_effect = True
    title = gettext_lazy("Approve the order")
    submit_label = gettext_lazy("Approve")
    said = gettext_lazy("Approved. The subscriptions follow it from its day.")

    def wants_preview(self, changes: Sequence[Change]) -> bool:
        return False

    def checked_changes(self, form: Any) -> Sequence[Change]:
        if self.moved.state != orders.SENT:
            return []  # the action says what it is by now
        refuse_stranger(self.moved, self.to, self.viewer)
        return changes_of_order(self.moved, list(self.moved.lines.select_related("application", "variant")))


class OrderReject(OrderMove):
    form_class = OrderRejectForm
    to = orders.REJECTED
    title = gettext_lazy("Reject the order")
    submit_label = gettext_lazy("Reject")
    said = gettext_lazy("Rejected. Whoever ordered it is told why.")


class OrderWithdraw(OrderMove):
    to = orders.WITHDRAWN
    title = gettext_lazy("Withdraw the order")
    submit_label = gettext_lazy("Withdraw")
    said = gettext_lazy("Withdrawn. Nobody has to decide on it any more.")


class OrderDone(OrderMove):
    form_class = OrderDoneForm
    to = orders.DONE
    title = gettext_lazy("Mark the order as done")
    submit_label = gettext_lazy("It is done")
    said = gettext_lazy("Done. Whoever ordered it is told.")

    def context(self, form: Any) -> dict[str, Any]:
        told = super().context(form)
        if self.moved.kind == Order.Kind.REPLACEMENT:
            told["lead"] = _("%(what)s: it is done when the old device has come back.") % {"what": self.moved}
        return told
