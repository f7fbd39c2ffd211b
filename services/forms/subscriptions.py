"""Who uses what: the forms, and what narrows the list."""

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Municipality
from municipalities.portal import RowForm
from services.actions import users_of
from services.forms.shared import InForce, applications_here, municipalities_here
from services.models import Subscription
from sharedict.common.numbers import CountField


class SubscriptionFilter(InForce):
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )
    municipality = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Municipality"), queryset=municipalities_here, to_field_name="key"
    )


class SubscriptionForm(RowForm):
    layout = (
        ("application", "municipality"),
        ("valid_from", "valid_until"),
        ("users", "variant"),
        "accounting_code",
    )

    class Meta:
        model = Subscription
        fields = [
            *("application", "municipality", "valid_from", "valid_until"),
            *("users", "variant", "accounting_code"),
        ]
        field_classes = {"users": CountField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        variant: Any = self.fields["variant"]
        variant.queryset = variant.queryset.filter(application=self.instance.application_id)


class SubscribeForm(RowForm):
    """Lets one, several or all members begin to use an application."""

    all_members = forms.BooleanField(label=gettext_lazy("All members that do not use it yet"), required=False)
    municipalities = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Municipalities"),
        queryset=Municipality.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    layout = ("application", "municipalities", "all_members", ("valid_from", "valid_until"), "users")

    class Meta:
        model = Subscription
        fields = ["application", "valid_from", "valid_until", "users"]
        field_classes = {"users": CountField}
        help_texts = {"users": gettext_lazy("In each of them. Empty: not known.")}

    def clean(self) -> dict[str, Any]:
        """Settle who is meant; ``municipalities`` holds them afterwards."""
        found = super().clean() or self.cleaned_data
        start, end = found.get("valid_from"), found.get("valid_until")
        if not found.get("application") or not start or "valid_until" not in found:
            return found
        if end and end <= start:
            self.add_error("valid_until", _("It cannot end before it begins."))
        elif found["all_members"]:
            members = Municipality.objects.members_of(self.cooperation, start, end or dt.date.max)
            found["municipalities"] = members.exclude(pk__in=users_of(found["application"], start, end))
            if not found["municipalities"]:
                self.add_error("all_members", _("Every member of that time uses it already."))
        elif not found.get("municipalities"):
            self.add_error("municipalities", _("Choose at least one municipality, or all members."))
        return found
