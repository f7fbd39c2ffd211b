"""What applications need: the form, and what narrows the list."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy

from municipalities.portal import RowForm
from services.forms.shared import InForce, applications_here
from services.models import Dependency, check_needed
from sharedict.common.numbers import CountField


class DependencyFilter(InForce):
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )


class NeedsSomething(forms.ModelForm):  # type: ignore[type-arg]
    """Names something that is needed, and not the application itself."""

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors:
            needed = [row for name in ("applications", "links", "suppliers") for row in found[name]]
            check_needed(found["application"], found["at_least"], needed)
        return found


class DependencyForm(NeedsSomething, RowForm):
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
