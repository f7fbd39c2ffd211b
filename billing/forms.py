"""What administrators fill in about costs, and what narrows their register."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import CostType
from billing.models import Cost
from municipalities.models import Cooperation
from municipalities.portal import Filter, RowForm
from services.models import Application
from sharedict.common.numbers import AmountField
from sharedict.kernel.errors import SharedictError
from sharedict.kernel.periods import Month


class CostForm(RowForm):
    layout = (
        "description",
        ("application", "cost_type"),
        ("supplier", "invoice_number"),
        ("amount", "starts_on", "ends_on"),
        ("credits", "external_id"),
    )
    amount = AmountField(help_text=gettext_lazy("Negative for a credit note."))
    credits = forms.ModelChoiceField(
        Cost.objects.all(),
        to_field_name="reference",
        required=False,
        label=gettext_lazy("Refunds"),
        help_text=gettext_lazy(
            "For a credit note: the reference of the cost that it refunds, in full or in part, on days of it."
        ),
        widget=forms.TextInput,
        error_messages={
            "invalid_choice": gettext_lazy("There is no cost with this reference, like C00000012.")
        },
    )

    class Meta:
        model = Cost
        fields = [
            "description",
            "application",
            "cost_type",
            "supplier",
            "invoice_number",
            "amount",
            "starts_on",
            "ends_on",
            "credits",
            "external_id",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.instance.currency = self.cooperation.currency
        application: Any = self.fields["application"]
        application.empty_label = _("The cooperation as a whole")
        application.help_text = ""
        amount: Any = self.fields["amount"]
        amount.unit = self.instance.currency
        amount.label = _("Amount excluding VAT, %(currency)s") % {"currency": self.instance.currency}
        if refunded := self.instance.credits:
            self.initial["credits"] = refunded.reference


class MonthField(forms.CharField):
    """A month typed or picked, like 2026-10; cleaned to a Month, or None."""

    widget = forms.TextInput(attrs={"type": "month"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return Month.parse(text) if text else None
        except SharedictError as error:
            raise ValidationError(_("Write the month as year and month, like 2026-10.")) from error


class MonthFilter(django_filters.Filter):  # type: ignore[misc]
    field_class = MonthField


class CostFilter(Filter):
    q = django_filters.CharFilter(label=gettext_lazy("Text or reference"), method="search")
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"),
        queryset=lambda request: Application.objects.of(request.cooperation),
    )
    cost_type = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Cost type"), queryset=lambda request: CostType.objects.of(request.cooperation)
    )
    month = MonthFilter(label=gettext_lazy("Month"), method="in_month")
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="in_state",
        choices=[
            ("valid", gettext_lazy("counts")),
            ("unallocated", gettext_lazy("unallocated")),
            ("withdrawn", gettext_lazy("withdrawn")),
        ],
    )

    def search(self, rows: Any, name: str, value: str) -> Any:
        found = Q()
        for field in ("reference", "description", "supplier", "invoice_number", "external_id"):
            found |= Q(**{f"{field}__icontains": value})
        return rows.filter(found)

    def in_month(self, rows: Any, name: str, value: Month) -> Any:
        return rows.touching(value.first, value.after)

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        if value == "unallocated":
            return rows.filter(is_unallocated=True)
        return rows.filter(withdrawn_on__isnull=value == "valid")


class OutageCostForm(forms.Form):
    """Names a cost by its reference, which is linked to one outage at most."""

    reference = forms.CharField(
        label=gettext_lazy("Reference"), max_length=12, help_text=gettext_lazy("As in the list of costs.")
    )

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation = cooperation

    def clean_reference(self) -> Cost:
        reference = self.cleaned_data["reference"]
        found = Cost.objects.of(self.cooperation).valid().filter(reference__iexact=reference).first()
        if found is None:
            raise ValidationError(_("There is no such cost."))
        if hasattr(found, "of_outage"):
            raise ValidationError(_("It is linked already."))
        return found
