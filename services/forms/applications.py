"""Applications: what administrators fill in, and what narrows their list."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.portal import Filter
from services.forms.purposes import PurposeField, ServesFilter
from services.forms.shared import CodedForm, NamedForm, municipalities_here
from services.models import Application
from sharedict.common.numbers import AmountField, CountField


class ApplicationFilter(Filter):
    q = django_filters.CharFilter(label=gettext_lazy("Name or purpose"), method="search")
    lifecycle = django_filters.ChoiceFilter(
        label=gettext_lazy("Lifecycle"), choices=Application.Lifecycle.choices
    )
    confidentiality = django_filters.ChoiceFilter(
        label=gettext_lazy("Confidentiality"), choices=Application.Confidentiality.choices
    )
    serves = ServesFilter(label=gettext_lazy("Purpose"))
    owner = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Owner"), queryset=municipalities_here, to_field_name="key"
    )

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value) | Q(purpose__icontains=value) | Q(code__icontains=value))


class ApplicationForm(NamedForm, CodedForm):
    layout = (
        ("name", "code"),
        "purpose",
        ("serves", "vendor"),
        ("owner", "competence_centre"),
        ("confidentiality", "integrity", "availability"),
        ("runs", "measured", "supported"),
        "lifecycle",
        ("charging", "unit_price", "priced_per"),
        ("included", "not_included"),
        ("delivery_days", "review_on"),
    )
    unit_price = AmountField(required=False, label=gettext_lazy("Unit price"))

    class Meta:
        model = Application
        fields = [
            "name",
            "code",
            "purpose",
            "serves",
            "vendor",
            "owner",
            "competence_centre",
            "confidentiality",
            "integrity",
            "availability",
            "runs",
            "measured",
            "supported",
            "lifecycle",
            "charging",
            "unit_price",
            "priced_per",
            "included",
            "not_included",
            "delivery_days",
            "review_on",
        ]
        field_classes = {"delivery_days": CountField, "serves": PurposeField}
        widgets = dict.fromkeys(("included", "not_included"), forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            stage: Any = self.fields["lifecycle"]
            stage.disabled = True
            stage.help_text = _("Is moved on the page of the application, with a reason.")
        price: Any = self.fields["unit_price"]
        price.unit = self.cooperation.currency
        price.label = _("Unit price, %(currency)s") % {"currency": price.unit}
