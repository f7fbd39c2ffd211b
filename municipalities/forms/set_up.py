"""What the first steps of the set-up ask: the cooperation, and its members."""

import datetime as dt
from collections import Counter
from itertools import groupby
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation, Member, Municipality
from municipalities.portal import RowForm, merged_in_words
from sharedict.common.days import DayInput, date_format
from sharedict.common.numbers import CountField
from sharedict.kernel.periods import Month

MONTHS_BACK, MONTHS_AHEAD = 36, 12
"""From where to where a first month can be chosen."""


class CooperationForm(RowForm):
    """A cooperation: what has to be said stands first, the rest has answers that most keep."""

    first: ClassVar = ("name", "first_month", "charging", "currency", "year_starts_in")
    more: ClassVar = ("slug", "organisation_number", "address", "payment_days", "shares_are_open")
    first_month = forms.TypedChoiceField(
        label=gettext_lazy("First month"),
        coerce=dt.date.fromisoformat,
        help_text=gettext_lazy("Costs are shared from this month on."),
    )
    year_starts_in = forms.TypedChoiceField(
        label=gettext_lazy("The agreement year begins in"),
        coerce=int,
        help_text=gettext_lazy("Rounding evens out within it."),
    )

    class Meta:
        model = Cooperation
        fields = [
            "name",
            "first_month",
            "charging",
            "currency",
            "year_starts_in",
            "slug",
            "organisation_number",
            "address",
            "payment_days",
            "shares_are_open",
        ]
        field_classes = {"payment_days": CountField}
        widgets = {
            "charging": forms.RadioSelect,
            "address": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {"slug": gettext_lazy("Address in the portal")}
        help_texts = {
            "currency": gettext_lazy("Its three letters. Fixed once a month is computed."),
            "slug": gettext_lazy("Stands in every link, and cannot be changed. Empty: made from the name."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["first_month"].choices = [
            (day.isoformat(), capfirst(date_format(day, "F Y"))) for day in self._first_months()
        ]
        fields["year_starts_in"].choices = [(number, capfirst(str(name))) for number, name in MONTHS.items()]
        fields["slug"].required = False
        if self.instance.pk:
            del fields["slug"]

    def _first_months(self) -> list[dt.date]:
        now, chosen = Month.of(timezone.localdate()), self.instance.first_month
        found = {now.plus(number).first for number in range(-MONTHS_BACK, MONTHS_AHEAD + 1)}
        return sorted(found | {chosen}, reverse=True)

    def clean_name(self) -> str:
        """Nobody could tell two of one name apart; a form sent from a second tab would make the other."""
        name: str = self.cleaned_data["name"]
        others = Cooperation.objects.filter(name__iexact=name, deactivated_at=None)
        if not self.instance.pk and others.exists():
            raise ValidationError(_("There is a cooperation of this name already."))
        return name

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    @property
    def shown_first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.first]

    @property
    def shown_more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.more if name in self.fields]

    @property
    def has_wrong_more(self) -> bool:
        """Whether something among what most leave as it is has to be mended."""
        return any(field.errors for field in self.shown_more)


class MembersForm(forms.Form):
    """Municipalities of the register that become members on the same day; those that are not are offered."""

    municipalities = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Municipalities"),
        queryset=Municipality.objects.order_by("country", "county", "name"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one municipality.")},
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Members from"),
        help_text=gettext_lazy("The first month of the cooperation, unless they join later."),
        widget=DayInput(),
    )

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = Member.objects.of(cooperation).filter(valid_until=None)
        self.initial.setdefault("valid_from", cooperation.first_month)

    def by_county(self) -> list[dict[str, Any]]:
        """The choices under the names of their counties, those of the country with most of them first."""
        chosen = {str(value) for value in self["municipalities"].value() or ()}
        field: Any = self.fields["municipalities"]
        rows = field.queryset.select_related("successor").exclude(pk__in=self.members.values("municipality"))
        found: list[dict[str, Any]] = []
        for (country, county), places in groupby(rows, key=lambda place: (place.country, place.county)):
            choices = [
                {
                    "value": str(place.pk),
                    "name": place.name,
                    "key": place.key,
                    "merged": merged_in_words(place),
                    "is_chosen": str(place.pk) in chosen,
                }
                for place in places
            ]
            name = county or _("Municipalities in %(country)s") % {"country": country}
            is_open = any(choice["is_chosen"] for choice in choices)
            found.append({"name": name, "country": country, "choices": choices, "is_open": is_open})
        sizes = Counter(group["country"] for group in found for _choice in group["choices"])
        return sorted(found, key=lambda group: -sizes[group["country"]])
