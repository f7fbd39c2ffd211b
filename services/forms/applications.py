"""Applications: what administrators fill in, and what narrows their list."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy

from municipalities.portal import Filter
from services.forms.shared import CodedForm, NamedForm, municipalities_here
from services.models import Application


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
