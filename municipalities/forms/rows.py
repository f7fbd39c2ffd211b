"""What administrators fill in about who takes part and where things run, and what narrows the lists."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from municipalities.models import (
    Cooperation,
    Driver,
    Link,
    Member,
    Municipality,
    Reading,
    Role,
    Site,
    Supplier,
    Token,
)
from municipalities.portal import Filter, RowForm, merged_in_words, side_by_side
from sharedict.audit.models import Entry, kind_in_words
from sharedict.common.days import DayInput
from sharedict.common.numbers import CountField, NumberField
from sharedict.jobs.models import Job

TOKEN_YEARS = 2
STATES = [
    ("now", gettext_lazy("in force")),
    ("coming", gettext_lazy("not yet in force")),
    ("ended", gettext_lazy("ended")),
]


class CountyIterator(forms.models.ModelChoiceIterator):  # type: ignore[type-arg]
    """All municipalities, under the names of their counties."""

    def __iter__(self) -> Iterator[Any]:
        yield "", _("Choose a municipality")
        rows = self.queryset.select_related("successor").order_by("country", "county", "name")
        for (country, county), places in groupby(rows, key=lambda place: (place.country, place.county)):
            yield county or country, [self.choice(place) for place in places]


class MunicipalityField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among the whole register."""

    iterator = CountyIterator

    def label_from_instance(self, obj: Any) -> str:
        merged = merged_in_words(obj)
        if not merged:
            return f"{obj.name} ({obj.key})"
        words = {"name": obj.name, "key": obj.key, "merged": merged}
        return _("%(name)s (%(key)s), merged into %(merged)s") % words


class StateFilter(Filter):
    """Narrows rows that hold for a span of days to those in force, to come, or ended."""

    q = django_filters.CharFilter(label=gettext_lazy("Name"), method="search")
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=STATES, method="in_state")
    searched: tuple[str, ...] = ("name",)

    def search(self, rows: Any, name: str, value: str) -> Any:
        found = Q()
        for column in self.searched:
            found |= Q(**{f"{column}__icontains": value})
        return rows.filter(found)

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        today = timezone.localdate()
        if value == "coming":
            return rows.filter(valid_from__gt=today)
        return rows.filter(valid_until__lte=today) if value == "ended" else rows.as_of(today)


class MemberFilter(StateFilter):
    searched = ("municipality__name", "municipality__code")


class RoleFilter(Filter):
    q = django_filters.CharFilter(label=gettext_lazy("Name, user name or e-mail"), method="search")
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Role"), choices=Role.Kind.choices)

    def search(self, rows: Any, name: str, value: str) -> Any:
        columns = ("username", "first_name", "last_name", "email")
        found = Q()
        for column in columns:
            found |= Q(**{f"user__{column}__icontains": value})
        return rows.filter(found)


class ReadingFilter(Filter):
    q = django_filters.CharFilter(label=gettext_lazy("Municipality"), method="search")
    since = django_filters.DateFilter(
        label=gettext_lazy("From date"), field_name="reference_on", lookup_expr="gte", widget=DayInput()
    )
    until = django_filters.DateFilter(
        label=gettext_lazy("To date"), field_name="reference_on", lookup_expr="lte", widget=DayInput()
    )

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(municipality__name__icontains=value) | Q(municipality__code__icontains=value))


class JobFilter(Filter):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=Job.State.choices)


class ChangeFilter(Filter):
    """Who changed what, when."""

    SECURITY = "security"
    who = django_filters.CharFilter(label=gettext_lazy("Who"), method="by_whom")
    what = django_filters.CharFilter(label=gettext_lazy("What"), method="about")
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), method="of_kind", choices=())
    since = django_filters.DateFilter(label=gettext_lazy("From date"), method="begun", widget=DayInput())
    until = django_filters.DateFilter(label=gettext_lazy("To date"), method="over", widget=DayInput())

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, cooperation=cooperation, **kwargs)
        kinds = ((kind, kind_in_words(kind)) for kind in Entry.objects.kinds_in(cooperation))
        security = (self.SECURITY, _("Security: sign-ins, roles, tokens, closings"))
        self.form.fields["kind"].choices = [security, *sorted(kinds, key=lambda choice: choice[1])]

    def by_whom(self, rows: Any, name: str, value: str) -> Any:
        return rows.by_somebody_called(value, self.cooperation)

    def about(self, rows: Any, name: str, value: str) -> Any:
        return rows.about(value, self.cooperation)

    def of_kind(self, rows: Any, name: str, value: str) -> Any:
        return rows.of_security() if value == self.SECURITY else rows.filter(subject_type=value)

    def begun(self, rows: Any, name: str, value: dt.date) -> Any:
        return rows.filter(at__gte=timezone.make_aware(dt.datetime.combine(value, dt.time.min)))

    def over(self, rows: Any, name: str, value: dt.date) -> Any:
        return rows.filter(at__lte=timezone.make_aware(dt.datetime.combine(value, dt.time.max)))


ACCOUNTING = ("accounting_pattern", "demands_accounting_code")


class MemberForm(RowForm):
    layout = ("municipality", ("valid_from", "valid_until"), ACCOUNTING)
    municipality = MunicipalityField(queryset=Municipality.objects.all(), label=gettext_lazy("Municipality"))

    class Meta:
        model = Member
        fields = ["municipality", "valid_from", "valid_until", *ACCOUNTING]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["municipality"]
        field.queryset = Municipality.objects.all()


class MembershipForm(RowForm):
    """When a membership holds; another municipality is another member."""

    layout = (("valid_from", "valid_until"), ACCOUNTING)

    class Meta:
        model = Member
        fields = ["valid_from", "valid_until", *ACCOUNTING]


class SiteForm(RowForm):
    layout = (("name", "kind"), ("municipality", "address"), ("valid_from", "valid_until"), "mirrors")

    class Meta:
        model = Site
        fields = ["name", "kind", "municipality", "address", "valid_from", "valid_until", "mirrors"]
        labels = {"mirrors": gettext_lazy("Can take over from")}
        widgets = {"mirrors": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["mirrors"]
        field.queryset = field.queryset.exclude(pk=self.instance.pk)


class LinkForm(RowForm):
    layout = (
        ("name", "kind"),
        "site",
        ("other_site", "outside"),
        ("firewall", "other_firewall"),
        ("supplier", "mbps"),
        ("redundancy_group", "routed_by"),
        ("valid_from", "valid_until"),
    )

    class Meta:
        model = Link
        fields = [
            "name",
            "kind",
            "site",
            "other_site",
            "outside",
            "firewall",
            "other_firewall",
            "supplier",
            "mbps",
            "redundancy_group",
            "routed_by",
            "valid_from",
            "valid_until",
        ]
        field_classes = {"mbps": CountField}


class SupplierForm(RowForm):
    layout = ("name", "contact")

    class Meta:
        model = Supplier
        fields = ["name", "contact"]


class DriverForm(RowForm):
    layout = (("name", "code"), ("unit", "retired_on"))

    class Meta:
        model = Driver
        fields = ["name", "code", "unit", "retired_on"]
        help_texts = {"code": gettext_lazy("Short: keys, files and the API use it.")}


class ReadingForm(RowForm):
    layout = (("municipality", "reference_on"), ("value", "source"))

    class Meta:
        model = Reading
        fields = ["municipality", "reference_on", "value", "source"]
        field_classes = {"value": NumberField}
        help_texts = {
            "reference_on": gettext_lazy("The day it was measured or holds for."),
            "source": gettext_lazy("Where the value comes from, so that others can look it up."),
        }


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("Which system uses it.")
    )
    scopes = forms.MultipleChoiceField(
        label=pgettext_lazy("token", "May"),
        choices=Token.Scope.choices,
        initial=[Token.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("The last day it works, at most two years ahead."),
        widget=DayInput(),
    )

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = side_by_side(("name", "scopes", "expires_on"))

    def clean_expires_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["expires_on"]
        today = timezone.localdate()
        if not today <= day <= today + dt.timedelta(days=365 * TOKEN_YEARS):
            raise ValidationError(_("Choose a day from today until two years ahead."))
        return day
