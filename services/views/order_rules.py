"""Who approves orders of each kind: the cooperation's own choice."""

from typing import Any

from django.utils.translation import gettext_lazy

from municipalities.portal import FormPage
from services.actions import save_order_rules
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

    def save(self, form: OrderRulesForm) -> None:
        save_order_rules(cooperation=self.cooperation, rules=form.changed_rules(), by=self.request.user)
