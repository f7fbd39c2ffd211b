"""Monitoring systems, and what their labels stand for."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation
from municipalities.portal import RowForm, side_by_side
from services.models import AlertSource, WatchedThing
from sharedict.common.days import DayInput
from sharedict.common.numbers import CountField

YEARS = 2


def last_day_of_token() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=365 * YEARS)


class ExpiringForm(forms.Form):
    """Asks for the last day of a token."""

    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("The last day its token works, at most two years ahead."),
        widget=DayInput(),
        initial=last_day_of_token,
    )

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation = cooperation

    def clean_expires_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["expires_on"]
        if not timezone.localdate() <= day <= last_day_of_token():
            raise ValidationError(_("Choose a day from today until two years ahead."))
        return day

    def expires_at(self) -> dt.datetime:
        """The first moment at which the token does not work any more."""
        after = self.cleaned_data["expires_on"] + dt.timedelta(days=1)
        return timezone.make_aware(dt.datetime.combine(after, dt.time.min))


class AlertSourceForm(ExpiringForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=AlertSource.Kind.choices)
    ask_after_hours = CountField(
        label=gettext_lazy("Ask after"),
        min_value=1,
        max_value=720,
        initial=12,
        help_text=gettext_lazy(
            "Hours after which those on call are asked whether an outage that it opened still goes on."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = side_by_side((("name", "kind"), ("ask_after_hours", "expires_on")))

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if AlertSource.objects.of(self.cooperation).filter(name=name).exists():
            raise ValidationError(_("There is already a monitoring system with this name."))
        return name


class WatchedForm(RowForm):
    layout = (("label", "value"), "application", "site", "link")

    class Meta:
        model = WatchedThing
        fields = ["label", "value", "application", "site", "link"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        chosen = [name for name in ("application", "site", "link") if found.get(name)]
        if not self.errors and len(chosen) != 1:
            raise ValidationError({"application": _("Choose one: an application, a site or a link.")})
        return found
