"""A step of the set-up: the first cost, and its type where there is none yet."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import CostType
from billing.forms import CostForm
from billing.models import Cost
from billing.portal.set_up import COST
from billing.views.cost_forms import SaveCost
from municipalities.actions import save_row
from municipalities.portal import Change, SetUpPage, code_of, next_month, side_by_side
from services.models import Application
from sharedict.common.days import date_format
from sharedict.common.figures import money


class FirstCostForm(CostForm):
    """A cost without what only later ones need; with the name of its type where there is none to choose."""

    new_cost_type = forms.CharField(
        label=gettext_lazy("Cost type"),
        max_length=100,
        help_text=gettext_lazy("Licence, operations, support: a kind of cost that terms can tell apart."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["credits"], self.fields["external_id"]
        kind = "cost_type" if CostType.objects.of(self.cooperation).exists() else "new_cost_type"
        del self.fields["new_cost_type" if kind == "cost_type" else "cost_type"]
        self.helper = side_by_side(
            (
                ("application", kind),
                "description",
                ("supplier", "invoice_number"),
                ("amount", "starts_on", "ends_on"),
            )
        )


class SetUpCost(SetUpPage, SaveCost):
    step = COST
    form_class = FirstCostForm
    title = gettext_lazy("What does it cost?")
    lead = gettext_lazy("One invoice is enough: its shares are there within seconds.")
    there_title = gettext_lazy("Costs so far")
    form_title = gettext_lazy("Add a cost")
    go_label = gettext_lazy("Add the cost")
    more_label = gettext_lazy("Add and take another")
    says_effect = True
    elsewhere = (("costs-import", gettext_lazy("Import costs from a file")),)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """All of it, or nothing: a new type is added first, to check the cost with it."""
        with transaction.atomic():
            answer = super().post(request, **kwargs)
            if answer.status_code != HttpResponseRedirect.status_code:
                transaction.set_rollback(True)
        return answer

    def form_arguments(self) -> dict[str, Any]:
        application = Application.objects.of(self.cooperation).order_by("pk").first()
        first = self.cooperation.first_month
        kind = CostType.objects.of(self.cooperation).order_by("pk").first()
        initial = {
            "application": application,
            "cost_type": kind,
            "new_cost_type": _("Licence"),
            "description": application.name if application else "",
            "supplier": application.vendor if application else "",
            "starts_on": first,
            "ends_on": next_month(first),
        }
        return {"initial": initial}

    def checked_changes(self, form: FirstCostForm) -> Sequence[Change]:
        if name := form.cleaned_data.get("new_cost_type"):
            kind = CostType(cooperation=self.cooperation, name=name, code=code_of(name, ()))
            form.instance.cost_type = save_row(row=kind, by=self.viewer)
        return super().checked_changes(form)

    def there(self) -> Sequence[dict[str, str]]:
        rows = Cost.objects.valid().of(self.cooperation).order_by("starts_on", "reference")[:20]
        return [
            {
                "text": cost.description,
                "url": self.url("cost-change", cost.pk),
                "note": _("%(amount)s, from %(day)s")
                % {"amount": money(cost.amount, cost.currency), "day": date_format(cost.starts_on, "j F Y")},
            }
            for cost in rows
        ]
