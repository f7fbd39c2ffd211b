"""Variants of applications: what administrators fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.portal import RowForm
from services.models import Variant
from sharedict.common.numbers import AmountField, CountField


class VariantForm(RowForm):
    layout = (("application", "name"), ("unit_price", "delivery_days"), "included")
    unit_price = AmountField(required=False, label=gettext_lazy("Unit price"))

    class Meta:
        model = Variant
        fields = ["application", "name", "unit_price", "delivery_days", "included"]
        field_classes = {"delivery_days": CountField}
        widgets = {"included": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price: Any = self.fields["unit_price"]
        price.unit = self.cooperation.currency
        price.label = _("Unit price, %(currency)s") % {"currency": price.unit}
        price.help_text = _("Empty: that of the application.")
