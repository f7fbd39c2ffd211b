"""A cost is withdrawn or restored, once it is told what that does to closed months."""

import datetime as dt
from collections.abc import Iterable
from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.actions import restore_cost, withdraw_cost
from billing.models import Cost
from billing.views.cost_forms import TwiceMixin, refunds_of
from municipalities.portal import Change, RowMixin


class Step(RowMixin, TwiceMixin):
    """Asks once, telling what it does to closed months, then lets a cost count no longer, or again."""

    model = Cost
    danger = True
    said: Any = ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        self.is_told(self.changes(cost))
        return self.show(cost)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        if not self.is_told(self.changes(cost)):
            return self.show(cost)
        try:
            self.take(cost)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self.show(cost, 409)
        self.say(str(self.said))
        return redirect(self.url("cost-change", cost.pk))

    def changes(self, cost: Cost) -> list[Change]:
        after = copy(cost)
        after.withdrawn_on = self.withdrawn_on()
        return [Change(cost, after)]

    def withdrawn_on(self) -> dt.date | None:
        """What the step makes of the cost."""
        raise NotImplementedError

    def take(self, cost: Cost) -> None:
        raise NotImplementedError

    def question(self, cost: Cost) -> dict[str, Any]:
        raise NotImplementedError

    def show(self, cost: Cost, status: int = 200) -> HttpResponse:
        context = {
            **self.question(cost),
            "danger": self.danger,
            "effect": self.effect,
            "cancel_url": self.url("cost-change", cost.pk),
        }
        return self.page("components/confirm_page.html", context, status)


class CostWithdraw(Step):
    """A cost that a credit note refunds is not withdrawn: the page says which, and asks nothing."""

    said = gettext_lazy("Withdrawn.")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        refunds = refunds_of(cost)
        return self.show_refusal(cost, refunds) if refunds else super().get(request, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        refunds = refunds_of(cost)
        return self.show_refusal(cost, refunds, 409) if refunds else super().post(request, **kwargs)

    def show_refusal(self, cost: Cost, refunds: Iterable[Cost], status: int = 200) -> HttpResponse:
        links = [(self.url("cost-change", refund.pk), refund) for refund in refunds]
        context = {
            "title": _("%(what)s cannot be withdrawn") % {"what": cost},
            "lead": _("A credit note refunds this cost: withdraw the credit note first."),
            "consequences": [format_html('<a href="{}">{}</a>', *link) for link in links],
            "cancel_url": self.url("cost-change", cost.pk),
        }
        return self.page("components/confirm_page.html", context, status)

    def withdrawn_on(self) -> dt.date | None:
        return timezone.localdate()

    def take(self, cost: Cost) -> None:
        withdraw_cost(cost=cost, on=timezone.localdate(), by=self.viewer)

    def question(self, cost: Cost) -> dict[str, Any]:
        return {
            "title": _("Withdraw %(what)s?") % {"what": cost},
            "lead": _("It counts no longer. You can restore it later."),
            "confirm_label": _("Withdraw it"),
        }


class CostRestore(Step):
    danger = False
    said = gettext_lazy("Restored.")

    def withdrawn_on(self) -> dt.date | None:
        return None

    def take(self, cost: Cost) -> None:
        restore_cost(cost=cost, by=self.viewer)

    def question(self, cost: Cost) -> dict[str, Any]:
        return {
            "title": _("Restore %(what)s?") % {"what": cost},
            "lead": _("It counts again in every month it covers."),
            "confirm_label": _("Restore it"),
        }
