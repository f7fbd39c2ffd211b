"""Purposes: what administrators fill in, what narrows their list, and how one is chosen from the tree."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceIteratorValue
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from django_filters.fields import ModelChoiceField as ChoiceToNarrow
from django_filters.fields import ModelChoiceIterator

from municipalities.portal import Filter
from services.engine.purposes import BETWEEN, in_tree, parts_of
from services.forms.shared import CodedForm
from services.models import Purpose


def purposes_here(request: HttpRequest) -> Any:
    return Purpose.objects.of(request.cooperation)  # type: ignore[attr-defined]


class TreeChoices(ModelChoiceIterator):  # type: ignore[misc]
    """Each purpose behind what it is part of, in the order of the tree; one query."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for row, names in in_tree(self.queryset):
            yield ModelChoiceIteratorValue(self.field.prepare_value(row), row), BETWEEN.join(names)


class PurposeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # cannot be subscripted
    """A purpose, chosen from the tree."""

    iterator = TreeChoices


class _PurposeToNarrow(ChoiceToNarrow):  # type: ignore[misc]
    iterator = TreeChoices


class ServesFilter(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    """What serves a purpose, or one that is part of it."""

    field_class = _PurposeToNarrow

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=purposes_here, to_field_name="code", **kwargs)

    def filter(self, qs: QuerySet[Any], value: Purpose | None) -> QuerySet[Any]:
        if value is None:
            return qs
        tree = Purpose.objects.filter(cooperation=value.cooperation_id)
        return qs.filter(**{f"{self.field_name}__in": parts_of(tree, value.pk)})


class PurposeFilter(Filter):
    q = django_filters.CharFilter(label=gettext_lazy("Name or code"), method="search")

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value) | Q(code__icontains=value))


class PurposeForm(CodedForm):
    layout = (("name", "code"), "parent")

    class Meta:
        model = Purpose
        fields = ["name", "code", "parent"]
        field_classes = {"parent": PurposeField}
