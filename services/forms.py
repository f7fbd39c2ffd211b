"""What administrators fill in about what is shared, and what narrows its lists."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Municipality, Site
from municipalities.portal import Filter, RowForm
from services.actions import users_of
from services.models import Application, Dependency, Installation, Subscription, check_needed
from sharedict.common.days import DayInput
from sharedict.common.numbers import CountField

RESERVED_CODES = frozenset({"new"})
"""Words that stand in an address where a code could: a page of that code would be out of reach."""


def applications_here(request: HttpRequest) -> Any:
    return Application.objects.of(request.cooperation)  # type: ignore[attr-defined]


def municipalities_here(request: HttpRequest) -> Any:
    """Those of the cooperation, to be chosen by the key that the API uses too (SE1737)."""
    rows = Municipality.objects.ever_in(request.cooperation)  # type: ignore[attr-defined]
    rows = rows.alias(key=Concat("country", "code"))  # type: ignore[no-redef]  # as the property computes it
    return rows.order_by("name")


def sites_here(request: HttpRequest) -> Any:
    return Site.objects.of(request.cooperation)  # type: ignore[attr-defined]


class ApplicationFilter(Filter):
    q = django_filters.CharFilter(label=gettext_lazy("Name or purpose"), method="search")
    lifecycle = django_filters.ChoiceFilter(
        label=gettext_lazy("Lifecycle"), choices=Application.Lifecycle.choices
    )
    information_class = django_filters.ChoiceFilter(
        label=gettext_lazy("Information class"), choices=Application.InformationClass.choices
    )
    owner = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Owner"), queryset=municipalities_here, to_field_name="key"
    )

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value) | Q(purpose__icontains=value) | Q(code__icontains=value))


class InForce(Filter):
    """Rows that hold for a span of days."""

    as_of = django_filters.DateFilter(
        label=gettext_lazy("In force on"),
        method="in_force",
        widget=DayInput(),
    )

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        """The day comes last, behind what its subclasses are about."""
        found: dict[str, Any] = super().get_filters()
        return {**found, "as_of": found.pop("as_of")}

    def in_force(self, rows: Any, name: str, value: dt.date) -> Any:
        return rows.as_of(value)


class InstallationFilter(InForce):
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )
    site = django_filters.ModelChoiceFilter(label=gettext_lazy("Site"), queryset=sites_here)
    purpose = django_filters.ChoiceFilter(label=gettext_lazy("Purpose"), choices=Installation.Purpose.choices)


class SubscriptionFilter(InForce):
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )
    municipality = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Municipality"), queryset=municipalities_here, to_field_name="key"
    )


class NamedForm(RowForm):
    """An application, whose name no other in the cooperation has; a form sent twice would make two."""

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Application.objects.of(self.cooperation).exclude(pk=self.instance.pk)
        if "name" in self.changed_data and others.filter(name__iexact=name).exists():
            raise ValidationError(_("There is an application of this name already."))
        return name


class CodedForm(RowForm):
    """A row whose code stands in addresses and files: it is chosen once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = gettext_lazy("Stays as it is: addresses and files use it.")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code in RESERVED_CODES:
            raise ValidationError(_("The portal uses this word itself: choose another code."))
        return code


class ApplicationForm(NamedForm, CodedForm):
    layout = (
        ("name", "code"),
        "purpose",
        ("owner", "vendor"),
        ("information_class", "hours"),
        ("lifecycle", "review_on"),
    )

    class Meta:
        model = Application
        fields = [
            "name",
            "code",
            "purpose",
            "owner",
            "vendor",
            "information_class",
            "hours",
            "lifecycle",
            "review_on",
        ]


class InstallationForm(RowForm):
    layout = (
        ("application", "site"),
        ("purpose", "databases"),
        ("valid_from", "valid_until"),
        "version",
        "administered_by",
    )

    class Meta:
        model = Installation
        fields = [
            "application",
            "site",
            "purpose",
            "databases",
            "valid_from",
            "valid_until",
            "version",
            "administered_by",
        ]
        widgets = {"administered_by": forms.CheckboxSelectMultiple}


class DependencyForm(RowForm):
    layout = (
        ("application", "purpose"),
        ("valid_from", "valid_until"),
        "applications",
        "links",
        "suppliers",
        "at_least",
    )

    class Meta:
        model = Dependency
        fields = [
            "application",
            "purpose",
            "valid_from",
            "valid_until",
            "applications",
            "links",
            "suppliers",
            "at_least",
        ]
        field_classes = {"at_least": CountField}
        widgets = dict.fromkeys(("applications", "links", "suppliers"), forms.CheckboxSelectMultiple)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors:
            needed = [row for name in ("applications", "links", "suppliers") for row in found[name]]
            check_needed(found["application"], found["at_least"], needed)
        return found


class LostForm(forms.Form):
    """What goes: any of the things that can be lost, whose names come with their kinds."""

    lost = forms.MultipleChoiceField(
        label=gettext_lazy("What goes"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, choices: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lost"]
        field.choices = choices


class DependencyFilter(InForce):
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )


class SubscriptionForm(RowForm):
    layout = (("application", "municipality"), ("valid_from", "valid_until"), "users")

    class Meta:
        model = Subscription
        fields = ["application", "municipality", "valid_from", "valid_until", "users"]
        field_classes = {"users": CountField}


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
