"""Who can run what, who is on call, and for which days a stand-in is looked for."""

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.forms import named_with_place
from municipalities.models import Colleague, Cooperation
from municipalities.portal import RowForm
from services.forms.shared import InForce, applications_here
from services.models import Application, Competence, OnCall
from sharedict.common.days import DayInput, LastDayField

LONGEST = 366
"""For more days than this nobody stands in."""


class CompetenceFilter(InForce):
    q = django_filters.CharFilter(
        label=gettext_lazy("Colleague"), field_name="colleague__name", lookup_expr="icontains"
    )
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )
    level = django_filters.ChoiceFilter(label=gettext_lazy("How well"), choices=Competence.Level.choices)


class OnCallFilter(InForce):
    q = django_filters.CharFilter(
        label=gettext_lazy("Colleague"), field_name="colleague__name", lookup_expr="icontains"
    )
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"), queryset=applications_here, to_field_name="code"
    )


class CompetenceForm(RowForm):
    layout = (("application", "colleague"), "level", ("valid_from", "valid_until"))

    class Meta:
        model = Competence
        fields = ["application", "colleague", "level", "valid_from", "valid_until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named_with_place(self.fields["colleague"])


class OnCallForm(RowForm):
    layout = (("application", "colleague"), ("valid_from", "valid_until"))

    class Meta:
        model = OnCall
        fields = ["application", "colleague", "valid_from", "valid_until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named_with_place(self.fields["colleague"])


class StandInForm(forms.Form):
    """For what, from when until when, and instead of whom."""

    application = forms.ModelChoiceField(
        label=gettext_lazy("Application"), queryset=Application.objects.none(), to_field_name="code"
    )
    first = forms.DateField(label=gettext_lazy("From"), widget=DayInput())
    after = LastDayField(label=gettext_lazy("Last day"), widget=DayInput())
    without = forms.ModelChoiceField(
        label=gettext_lazy("Instead of"), queryset=Colleague.objects.none(), required=False
    )

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "for_%s")
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["application"].queryset = Application.objects.of(cooperation).order_by("name")
        fields["without"].queryset = Colleague.objects.usable_in(cooperation)
        named_with_place(fields["without"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        first, after = found.get("first"), found.get("after")
        if first and after:
            if after <= first:
                self.add_error("after", _("It cannot end before it begins."))
            elif after - first > dt.timedelta(days=LONGEST):
                self.add_error("after", _("Ask for a year at most."))
        return found
