"""Costs that an outage made necessary: linked to it, and taken off it."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy

from billing.forms import OutageCostForm
from billing.models import OutageCost
from municipalities.actions import save_row
from municipalities.portal import DeletePage, FormPage, RowMixin
from services.models import Outage


class OutageCostAdd(RowMixin, FormPage):
    model = Outage
    form_class = OutageCostForm
    title = gettext_lazy("Link a cost to an outage")
    lead = gettext_lazy("What had to be bought at once: the cost is shared by its own key as ever.")
    submit_label = gettext_lazy("Link a cost")
    done_name = "outages"
    said = gettext_lazy("Linked.")

    def form_arguments(self) -> dict[str, Any]:
        self.outage = self.row()
        if self.outage.merged_into_id:
            raise Http404
        return {}

    def save(self, form: Any) -> OutageCost:
        link = OutageCost(
            cooperation=self.cooperation, outage=self.outage, cost=form.cleaned_data["reference"]
        )
        return save_row(row=link, by=self.request.user)

    def done_url(self, row: Any) -> str:
        return self.url("outage", self.kwargs["pk"])

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "cancel_url": self.done_url(None)}


class OutageCostDelete(DeletePage):
    """The cost itself stays as it is."""

    model = OutageCost
    done_name = "outages"

    def done_url(self, row: Any) -> str:
        return self.url("outage", row.outage_id)
