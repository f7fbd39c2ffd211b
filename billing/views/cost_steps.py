"""A cost is withdrawn or restored, once it is told what that does to closed months."""

import datetime as dt
from collections.abc import Sequence
from copy import copy
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.actions import refuse_cost, restore_cost, withdraw_cost
from billing.models import Cost, Period, RunLine
from billing.portal.words import in_words
from billing.views.cost_forms import TwiceMixin, refunds_of
from municipalities.portal import Change, RowMixin, as_shown
from sharedict.common.days import date_format
from sharedict.common.figures import money
from sharedict.kernel.periods import Month


class Step(RowMixin, TwiceMixin):
    """Asks once, telling what it does to closed months, then lets a cost count no longer, or again."""

    model = Cost
    danger = True
    said: Any = ""
    cannot: Any = ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        if self.is_done(cost):
            return self.show_done(cost)
        if refusal := self.refusal(cost):
            return self.show_refusal(cost, *refusal)
        self.is_told(self.changes(cost))
        return self.show(cost)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        if self.is_done(cost):
            return self.show_done(cost, 409)
        if refusal := self.refusal(cost):
            return self.show_refusal(cost, *refusal, status=409)
        if not (self.is_told(self.changes(cost)) and self.is_as_shown(cost)):
            return self.show(cost)
        try:
            self.take(cost)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self.show(cost, 409)
        self.say(str(self.said))
        return redirect(self.url("cost-change", cost.pk))

    def is_done(self, cost: Cost) -> bool:
        """Whether the cost is as the step would make it."""
        return (cost.withdrawn_on is None) == (self.withdrawn_on() is None)

    def show_done(self, cost: Cost, status: int = 200) -> HttpResponse:
        title = _("%(what)s is withdrawn already") if cost.withdrawn_on else _("%(what)s counts already")
        context = {
            "title": title % {"what": cost},
            "lead": _("There is nothing to do."),
            "cancel_url": self.url("cost-change", cost.pk),
        }
        return self.page("components/confirm_page.html", context, status)

    def refusal(self, cost: Cost) -> tuple[str, Sequence[Cost]] | None:
        """Why the step cannot be taken as things are, and the costs in the way; None where it can."""
        return None

    def show_refusal(
        self, cost: Cost, why: str, in_the_way: Sequence[Cost], status: int = 200
    ) -> HttpResponse:
        links = [(self.url("cost-change", other.pk), other) for other in in_the_way]
        context = {
            "title": str(self.cannot) % {"what": cost},
            "lead": why,
            "consequences": [format_html('<a href="{}">{}</a>', *link) for link in links],
            "cancel_url": self.url("cost-change", cost.pk),
        }
        return self.page("components/confirm_page.html", context, status)

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
            "preview": self.preview,
            "seen": as_shown(cost),
            "cancel_url": self.url("cost-change", cost.pk),
        }
        return self.page("components/confirm_page.html", context, status)


class CostWithdraw(Step):
    """A cost that a credit note refunds is not withdrawn: the page says which, and asks nothing."""

    said = gettext_lazy("Withdrawn.")
    cannot = gettext_lazy("%(what)s cannot be withdrawn")

    def refusal(self, cost: Cost) -> tuple[str, Sequence[Cost]] | None:
        refunds = list(refunds_of(cost))
        if not refunds:
            return None
        return _("A credit note refunds this cost: withdraw the credit note first."), refunds

    def withdrawn_on(self) -> dt.date | None:
        return timezone.localdate()

    def take(self, cost: Cost) -> None:
        withdraw_cost(cost=cost, on=timezone.localdate(), by=self.viewer)

    def question(self, cost: Cost) -> dict[str, Any]:
        return {
            "title": _("Withdraw %(what)s?") % {"what": cost},
            "lead": _("It counts no longer. You can restore it later."),
            "consequences": self.consequences(cost),
            "confirm_label": _("Withdraw %(amount)s") % {"amount": money(cost.amount, cost.currency)},
        }

    def consequences(self, cost: Cost) -> list[str]:
        """Which open months go without it, and what that takes away from them."""
        lines = RunLine.objects.current().filter(cost=cost, concerns=None)
        rows = lines.exclude(run__period__state=Period.State.CLOSED).order_by("run__period__first_day")
        found = list(rows.values_list("run__period__first_day", "amount"))
        if not found:
            return [] if self.effect.mark else [_("It counts in no open month.")]
        words = {
            "months": in_words(Month.of(day) for day, _amount in found),
            "amount": money(sum((amount for _day, amount in found), Decimal(0)), cost.currency),
        }
        return [_("Open months are computed again without it, %(months)s: %(amount)s in all.") % words]


class CostRestore(Step):
    danger = False
    said = gettext_lazy("Restored.")
    cannot = gettext_lazy("%(what)s cannot be restored")

    def refusal(self, cost: Cost) -> tuple[str, Sequence[Cost]] | None:
        restored = copy(cost)
        restored.withdrawn_on = None
        try:
            refuse_cost(restored, self.cooperation)
        except ValidationError as error:
            undone = [cost.credits] if cost.credits and cost.credits.is_withdrawn else []
            return " ".join(error.messages), undone
        return None

    def withdrawn_on(self) -> dt.date | None:
        return None

    def take(self, cost: Cost) -> None:
        restore_cost(cost=cost, by=self.viewer)

    def question(self, cost: Cost) -> dict[str, Any]:
        return {
            "title": _("Restore %(what)s?") % {"what": cost},
            "lead": _("It counts again, for %(first)s to %(last)s. You can withdraw it later.")
            % {
                "first": date_format(cost.starts_on, "j F Y"),
                "last": date_format(cost.last_day, "j F Y"),
            },
            "consequences": [_("Open months among those days are computed again with it.")],
            "confirm_label": _("Restore %(amount)s") % {"amount": money(cost.amount, cost.currency)},
        }
