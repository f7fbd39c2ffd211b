"""Where applications run: the form, and what narrows the list."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy

from municipalities.portal import RowForm
from services.forms.shared import InForce, applications_here, sites_here
from services.models import Installation


class InstallationFilter(InForce):
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )
    site = django_filters.ModelChoiceFilter(label=gettext_lazy("Site"), queryset=sites_here)
    purpose = django_filters.ChoiceFilter(label=gettext_lazy("Purpose"), choices=Installation.Purpose.choices)


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
