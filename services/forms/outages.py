"""Outages: reported at night with few fields, planned, told of, corrected, ended and merged."""

import datetime as dt
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation, Link, Municipality, Site
from municipalities.portal import Filter, RowForm, side_by_side
from services.forms.shared import applications_here
from services.models import Application, Outage, OutageEffect
from sharedict.common.days import DayInput
from sharedict.common.instants import MomentField

STATES = (
    ("on", gettext_lazy("going on")),
    ("ahead", gettext_lazy("planned, not begun")),
    ("over", gettext_lazy("over")),
    ("same", gettext_lazy("the same as another")),
)
MOST_LINKS = 40
"""Of more links only those that are named already are offered one by one."""


def _shows_alike(one: dt.datetime | None, other: dt.datetime) -> bool:
    """Whether a field shows both as the same: it tells neither seconds nor, in autumn, which of two hours."""
    return (
        one is not None and f"{timezone.localtime(one):%x %H:%M}" == f"{timezone.localtime(other):%x %H:%M}"
    )


class OutageFilter(Filter):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=STATES, method="in_state")
    priority = django_filters.ChoiceFilter(label=gettext_lazy("Priority"), choices=Outage.Priority.choices)
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"),
        queryset=applications_here,
        to_field_name="code",
        method="hitting",
    )
    since = django_filters.DateFilter(
        label=gettext_lazy("From date"), field_name="starts_at", lookup_expr="date__gte", widget=DayInput()
    )

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        now = timezone.now()
        if value == "on":
            return rows.going_on(now)
        if value == "ahead":
            return rows.ahead(now)
        return rows.unmerged().filter(ends_at__lte=now) if value == "over" else rows.found_same()

    def hitting(self, rows: Any, name: str, value: Any) -> Any:
        hit = OutageEffect.objects.exclude(state=OutageEffect.State.UP).filter(application=value)
        return rows.filter(pk__in=hit.order_by().values("outage"))


class OutageForm(RowForm):
    """What is lost is chosen among what is there today; somebody must name at least one thing."""

    class Meta:
        model = Outage
        fields: ClassVar[list[str]] = []
        widgets = {
            **dict.fromkeys(Outage.LOST, forms.CheckboxSelectMultiple),
            "cause": forms.Textarea({"rows": 4}),
        }
        field_classes = dict.fromkeys(("starts_at", "ends_at"), MomentField)
        help_texts = {"ends_at": gettext_lazy("Empty while it goes on.")}

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, cooperation=cooperation, **kwargs)
        today, was = timezone.localdate(), self.instance
        for name, model in (("sites", Site), ("links", Link)):
            field: Any = self.fields[name]
            rows: Any = model._default_manager
            there = rows.of(cooperation).as_of(today)
            named = getattr(was, name).values_list("pk", flat=True) if was.pk else []
            if model is Link and there.count() > MOST_LINKS:
                there = there.none()
            field.queryset = rows.filter(pk__in=[*there.values_list("pk", flat=True), *named])
        chosen: Any = self.fields["applications"]
        named = was.applications.values_list("pk", flat=True) if was.pk else []
        in_use = ~Q(lifecycle=Application.Lifecycle.RETIRED)
        chosen.queryset = chosen.queryset.filter(in_use | Q(pk__in=[*named]))
        for name in ("sites", "links", "suppliers"):
            field = self.fields[name]
            if not field.queryset.exists():  # a heading without anything to choose
                field.widget = forms.MultipleHiddenInput()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors and not any(found[name] for name in Outage.LOST):
            raise ValidationError({"applications": _("Name what is lost: at least one of these.")})
        for name in ("starts_at", "ends_at"):
            was = self.instance.as_read.get(name)
            if was and _shows_alike(found.get(name), was):
                found[name] = was  # the field tells no seconds, so nobody has changed them
        return found


class ReportForm(OutageForm):
    """As few fields as possible: how wide it is follows from what is lost."""

    layout = (
        "title",
        ("starts_at", "urgency"),
        "applications",
        "sites",
        "suppliers",
        "links",
        ("extent", "seen_by"),
    )

    class Meta(OutageForm.Meta):
        fields = ["title", "starts_at", "urgency", *Outage.LOST, "extent", "seen_by"]


class PlanForm(OutageForm):
    """Planned work, from when until when."""

    layout = (
        "title",
        ("starts_at", "ends_at"),
        "applications",
        "sites",
        "suppliers",
        "links",
        ("extent", "urgency"),
    )

    class Meta(OutageForm.Meta):
        fields = ["title", "starts_at", "ends_at", *Outage.LOST, "extent", "urgency"]
        help_texts = {"ends_at": gettext_lazy("Say until when the planned work lasts.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.is_planned = True


class OutageChangeForm(OutageForm):
    layout = (
        "title",
        ("starts_at", "ends_at"),
        ("effect", "urgency"),
        ("extent", "seen_by"),
        "applications",
        "sites",
        "suppliers",
        "links",
        "cause",
        "follow_up",
        ("follow_up_owner", "follow_up_on"),
        "followed_up_on",
    )

    class Meta(OutageForm.Meta):
        fields = [
            *("title", "starts_at", "ends_at", "effect", "urgency", "extent", "seen_by"),
            *Outage.LOST,
            *("cause", "follow_up", "follow_up_owner", "follow_up_on", "followed_up_on"),
        ]


class AboutOutage(forms.Form):
    """A form about one outage."""

    def __init__(self, *args: Any, cooperation: Cooperation, outage: Outage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation, self.outage = cooperation, outage


class UpdateForm(AboutOutage):
    text = forms.CharField(
        label=gettext_lazy("What is new"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )


class OutageEndForm(AboutOutage):
    ends_at = MomentField(label=gettext_lazy("Ended"))
    text = forms.CharField(
        label=gettext_lazy("What it was"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Told to the members as the last update."),
    )

    def clean_ends_at(self) -> dt.datetime:
        found: dt.datetime = self.cleaned_data["ends_at"]
        start: dt.datetime = self.outage.starts_at
        return start if _shows_alike(found, start) else found


class CorrectForm(AboutOutage):
    application = forms.ModelChoiceField(
        label=gettext_lazy("Application"), queryset=Application.objects.none(), to_field_name="code"
    )
    municipality = forms.ModelChoiceField(
        label=gettext_lazy("Municipality"), queryset=Municipality.objects.none()
    )
    state = forms.ChoiceField(label=gettext_lazy("How it was"), choices=OutageEffect.State.choices)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Needed where it is not as it was derived."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["application"].queryset = Application.objects.of(self.cooperation)
        fields["municipality"].queryset = Municipality.objects.ever_in(self.cooperation).order_by("name")
        self.helper = side_by_side((("application", "municipality"), "state", "reason"))


class MergeForm(AboutOutage):
    into = forms.ModelChoiceField(
        label=gettext_lazy("It is the same as"), queryset=Outage.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["into"].queryset = mergeable_with(self.outage)
        fields["into"].label_from_instance = lambda row: (
            f"{row.title} ({timezone.localtime(row.starts_at):%Y-%m-%d %H:%M})"
        )


def mergeable_with(outage: Outage) -> Any:
    """Outages of the month around it that it may be the same as, the nearest first to come."""
    month = dt.timedelta(days=31)
    rows = Outage.objects.filter(cooperation=outage.cooperation_id, is_planned=outage.is_planned)
    near = rows.unmerged().filter(
        starts_at__gt=outage.starts_at - month, starts_at__lt=outage.starts_at + month
    )
    return near.exclude(pk=outage.pk)
