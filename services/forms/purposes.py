"""Purposes: what administrators fill in, and what narrows their list."""

from typing import Any

import django_filters
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from municipalities.portal import Filter
from services.forms.shared import CodedForm
from services.models import Purpose


def purposes_here(request: HttpRequest) -> Any:
    return Purpose.objects.of(request.cooperation)  # type: ignore[attr-defined]


class PurposeFilter(Filter):
    q = django_filters.CharFilter(label=gettext_lazy("Name or code"), method="search")

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value) | Q(code__icontains=value))


class PurposeForm(CodedForm):
    layout = (("name", "code"), "parent")

    class Meta:
        model = Purpose
        fields = ["name", "code", "parent"]
