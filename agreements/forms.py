"""What administrators fill in about the terms, and what narrows their lists."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.actions import ComponentDraft
from agreements.models import Agreement, Component, CostType, Key, KeyVersion, Term
from municipalities.models import Cooperation, Driver, Municipality
from municipalities.portal import RowForm
from services.forms import CodedForm, InForce, applications_here
from sharedict.common.numbers import AmountField, CountField, NumberField

if TYPE_CHECKING:
    BaseFormSet = forms.BaseFormSet["ComponentForm"]
else:
    BaseFormSet = forms.BaseFormSet  # Django's is generic in its stubs only


def cost_types_here(request: HttpRequest) -> Any:
    return CostType.objects.of(request.cooperation)  # type: ignore[attr-defined]


def keys_here(request: HttpRequest) -> Any:
    return Key.objects.of(request.cooperation)  # type: ignore[attr-defined]


def agreements_here(request: HttpRequest) -> Any:
    return Agreement.objects.of(request.cooperation)  # type: ignore[attr-defined]


class TermFilter(InForce):
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )
    cost_type = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Cost type"), queryset=cost_types_here, to_field_name="code"
    )
    key = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Key"), queryset=keys_here, to_field_name="code"
    )
    agreement = django_filters.ModelChoiceFilter(label=gettext_lazy("Agreement"), queryset=agreements_here)


class AgreementForm(RowForm):
    layout = ("name", "decision", ("valid_from", "valid_until"), "notice_months")

    class Meta:
        model = Agreement
        fields = ["name", "decision", "valid_from", "valid_until", "notice_months"]
        field_classes = {"notice_months": CountField}


class CostTypeForm(CodedForm):
    layout = (("name", "code"),)

    class Meta:
        model = CostType
        fields = ["name", "code"]


class KeyForm(CodedForm):
    layout = (("name", "code"),)

    class Meta:
        model = Key
        fields = ["name", "code"]


class TermForm(RowForm):
    layout = (
        ("application", "cost_type"),
        ("key", "agreement"),
        "payers",
        "named",
        ("by_days", "after_leaving"),
        ("valid_from", "valid_until"),
    )

    class Meta:
        model = Term
        fields = [
            "application",
            "cost_type",
            "key",
            "agreement",
            "payers",
            "named",
            "by_days",
            "after_leaving",
            "valid_from",
            "valid_until",
        ]
        widgets = {"named": forms.CheckboxSelectMultiple}
        help_texts = {
            "application": "",
            "cost_type": "",
            "named": gettext_lazy("Only where the municipalities named here pay."),
            "by_days": gettext_lazy(
                "Who joins or leaves within a month pays for its days only, and that part of a base amount."
            ),
            "after_leaving": gettext_lazy(
                "Who has left the cooperation still pays, while subscribed or named here. "
                "Otherwise nobody pays for days after leaving."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["application"].empty_label = gettext_lazy("any application, and costs without one")
        fields["cost_type"].empty_label = gettext_lazy("any cost type")
        fields["named"].queryset = fields["named"].queryset.order_by("name")


class KeyVersionForm(RowForm):
    """The version itself; what it divides by is in ``ComponentForm`` and ``FixedPartsForm``."""

    class Meta:
        model = KeyVersion
        fields = [
            "valid_from",
            "decided_on",
            "decision",
            "when_zero",
            "base_amount",
            "floor_percent",
            "cap_percent",
        ]
        field_classes = {"base_amount": AmountField, "floor_percent": NumberField, "cap_percent": NumberField}
        help_texts = {
            "valid_from": gettext_lazy(
                "It counts from the first month that begins on or after this day. The version before it ends "
                "that day."
            ),
            "base_amount": gettext_lazy(
                "What everybody pays first, once of each whole cost. It is spread over the months with the "
                "cost; where the term counts by days, who pays for some of them pays that part of it."
            ),
            "floor_percent": gettext_lazy("The least that anybody carries of a whole cost, base included."),
            "cap_percent": gettext_lazy("The most that anybody carries of a whole cost, base included."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base_amount"].required = False
        self.initial["base_amount"] = self.initial.get("base_amount") or None

    def clean_base_amount(self) -> Decimal:
        return self.cleaned_data["base_amount"] or Decimal(0)

    @property
    def has_special_rules(self) -> bool:
        """Whether the rules that most keys do without are used, or wrong."""
        rules = ("base_amount", "floor_percent", "cap_percent")
        return any(self[name].errors or self[name].value() not in (None, "") for name in rules)


class ComponentForm(forms.Form):
    """One component. A row without a percentage is left out, whatever else it says."""

    percent = NumberField(
        label=gettext_lazy("Percent"), max_digits=9, decimal_places=6, max_value=100, required=False
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Divided"), choices=[("", ""), *Component.Kind.choices], required=False
    )
    driver = forms.ModelChoiceField(
        label=gettext_lazy("Driver"), queryset=Driver.objects.none(), required=False, empty_label=""
    )
    rule = forms.ChoiceField(
        label=gettext_lazy("Read"), choices=[("", ""), *Component.Rule.choices], required=False
    )

    def __init__(
        self, *args: Any, cooperation: Cooperation, used: Iterable[int | None] = (), **kwargs: Any
    ) -> None:
        """``used`` are the drivers that may stay, retired or not."""
        super().__init__(*args, **kwargs)
        in_use = Q(retired_on__isnull=True) | Q(retired_on__gt=timezone.localdate()) | Q(pk__in=used)
        driver: Any = self.fields["driver"]
        driver.queryset = Driver.objects.usable_in(cooperation).filter(in_use)

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        percent, kind = found.get("percent"), found.get("kind")
        if percent is None:
            return found
        if percent <= 0:
            self.add_error("percent", _("A percentage is above 0 and at most 100."))
        if not kind:
            self.add_error("kind", _("Say how this part is divided."))
        elif kind == Component.Kind.DRIVER:
            for name, said in (("driver", _("Name the driver.")), ("rule", _("Say when it is read."))):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, said)
        elif found.get("driver"):
            self.add_error("driver", _("Leave the driver empty, or divide by it."))
        return found

    def draft(self, fixed: Mapping[Municipality, Decimal]) -> ComponentDraft:
        found, kind = self.cleaned_data, self.cleaned_data["kind"]
        if kind == Component.Kind.DRIVER:
            return ComponentDraft(kind, found["percent"], found["driver"], found["rule"])
        return ComponentDraft(kind, found["percent"], fixed=fixed if kind == Component.Kind.FIXED else {})


class ComponentRows(BaseFormSet):
    """The components of a version; at most one of them in fixed parts, since two can be written as one."""

    def clean(self) -> None:
        kinds = [form.cleaned_data.get("kind") for form in self.used()]
        if kinds.count(Component.Kind.FIXED) > 1:
            raise ValidationError(_("Write the parts that are fixed as one component."))

    def used(self) -> list["ComponentForm"]:
        return [
            form for form in self.forms if form.is_valid() and form.cleaned_data.get("percent") is not None
        ]

    def drafts(self, fixed: Mapping[Municipality, Decimal]) -> list[ComponentDraft]:
        return [form.draft(fixed) for form in self.used()]


ComponentFormSet = forms.formset_factory(
    ComponentForm, formset=ComponentRows, extra=2, max_num=20, absolute_max=40, validate_max=True
)


class FixedPartsForm(forms.Form):
    """A percentage for each of ``places``; empty means none."""

    def __init__(self, *args: Any, places: Iterable[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {f"part_{place.key}": place for place in places}
        for name, place in self.places.items():
            self.fields[name] = NumberField(
                label=place.name, max_digits=9, decimal_places=6, min_value=0, max_value=100, required=False
            )

    def parts(self) -> dict[Municipality, Decimal]:
        values = ((place, self.cleaned_data[name]) for name, place in self.places.items())
        return {place: value for place, value in values if value}

    @property
    def is_used(self) -> bool:
        return bool(self.errors) or any(self[name].value() not in (None, "") for name in self.fields)


class ExampleForm(forms.Form):
    """An amount to see divided by a key, and how days count where somebody is a member on some of them."""

    amount = AmountField()
    counted = forms.ChoiceField(
        label=gettext_lazy("Who joins or leaves within it"),
        choices=[
            ("month", gettext_lazy("pays for the whole month")),
            ("days", gettext_lazy("pays for its days only")),
        ],
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount: Any = self.fields["amount"]
        amount.unit = currency
        amount.label = _("A cost of the whole month, %(currency)s") % {"currency": currency}

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount <= 0:
            raise ValidationError(_("Write an amount above 0."))
        return amount
