"""What forms and filters of every noun have in common."""

import datetime as dt
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Municipality, Site
from municipalities.portal import Filter, RowForm
from services.models import RESERVED_CODES, Application
from sharedict.common.days import DayInput


def applications_here(request: HttpRequest) -> Any:
    return Application.objects.of(request.cooperation)  # type: ignore[attr-defined]


def municipalities_here(request: HttpRequest) -> Any:
    """Those of the cooperation, to be chosen by the key that the API uses too (SE1737)."""
    rows = Municipality.objects.ever_in(request.cooperation)  # type: ignore[attr-defined]
    rows = rows.alias(key=Concat("country", "code"))  # type: ignore[no-redef]  # as the property computes it
    return rows.order_by("name")


def sites_here(request: HttpRequest) -> Any:
    return Site.objects.of(request.cooperation)  # type: ignore[attr-defined]


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
