"""Who approves orders of each kind: the cooperation's own choice."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from municipalities.actions import lock_cooperation, save_row
from municipalities.portal import FormPage
from services.forms import RULES_SAVED, OrderRulesForm
from services.reports import rules_of


class OrderRulesPage(FormPage):
    form_class = OrderRulesForm
    title = gettext_lazy("Who approves orders")
    lead = gettext_lazy(
        "For each kind of order. Nobody approves what they ordered or sent themselves. Where a municipality "
        "has no other coordinator, an administrator approves instead."
    )
    done_name = "orders"
    said = RULES_SAVED

    def form_arguments(self) -> dict[str, Any]:
        return {"rules": rules_of(self.cooperation.pk)}

    @transaction.atomic
    def save(self, form: OrderRulesForm) -> None:
        lock_cooperation(self.cooperation.pk)
        for rule in form.changed_rules():
            save_row(row=rule, by=self.request.user)
