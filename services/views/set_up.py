"""A step of the set-up: the first application, who uses it, and with how many users."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import validate_row
from municipalities.models import Municipality
from municipalities.portal import Change, SetUpPage, code_of, few, stored
from services.actions import share_application
from services.forms import NamedForm
from services.models import RESERVED_CODES, Application, Subscription
from services.portal import APPLICATION
from sharedict.common.days import DayInput
from sharedict.common.numbers import CountField, NumberInput


class SharedApplicationForm(NamedForm):
    """An application, and a line for each of ``places``: whether it uses it, and with how many users."""

    layout = ("name", "purpose", ("owner", "vendor"))
    valid_from = forms.DateField(label=gettext_lazy("They use it from"), widget=DayInput())

    class Meta:
        model = Application
        fields = ["name", "purpose", "owner", "vendor"]
        labels = {"owner": gettext_lazy("Answers for it")}
        help_texts = {"purpose": gettext_lazy("What it is for, in a few words.")}

    def __init__(self, *args: Any, places: Iterable[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = list(places)
        self.initial.setdefault("valid_from", self.cooperation.first_month)
        for place in self.places:
            self.fields[f"uses_{place.key}"] = forms.BooleanField(
                label=place.name,
                required=False,
                initial=True,
                widget=forms.CheckboxInput({"class": "form-check-input"}),
            )
            self.fields[f"users_{place.key}"] = CountField(
                label=_("Users in %(name)s") % {"name": place.name},
                required=False,
                min_value=0,
                widget=NumberInput({"class": "form-control sd-num"}, inputmode="numeric"),
            )

    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        found = [(self[f"uses_{place.key}"], self[f"users_{place.key}"]) for place in self.places]
        for _uses, users in found:
            if users.errors:
                users.field.widget.attrs["class"] += " is-invalid"
        return found

    def users(self) -> dict[Municipality, int | None]:
        """How many users each municipality has that uses it; None where that is not told."""
        found = self.cleaned_data
        return {place: found[f"users_{place.key}"] for place in self.places if found[f"uses_{place.key}"]}

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if self.places and not any(found.get(f"uses_{place.key}") for place in self.places):
            self.add_error(None, _("Choose at least one municipality that uses it."))
        return found


class SetUpApplication(SetUpPage):
    """A new application, or one that is in the catalogue and that nobody uses yet."""

    step = APPLICATION
    form_class = SharedApplicationForm
    template_name = "services/set_up_application.html"
    title = gettext_lazy("What is the first thing you share?")
    lead = gettext_lazy("One application is enough to see a first month. Others can be added at any time.")
    there_title = gettext_lazy("Shared so far")
    form_title = gettext_lazy("Add an application")
    more_label = gettext_lazy("Save and add another")

    def form_arguments(self) -> dict[str, Any]:
        unused = Application.objects.of(self.cooperation).filter(subscriptions=None)
        in_use = unused.exclude(lifecycle=Application.Lifecycle.RETIRED).order_by("pk")
        first = self.cooperation.first_month
        members = Municipality.objects.members_of(self.cooperation, first, first.max)
        return {"places": members.order_by("name"), "instance": in_use.first()}

    def checked_changes(self, form: Any) -> Sequence[Change]:
        application, users = self.coded(form), form.users()
        validate_row(application)
        begun = [
            Subscription(
                cooperation=self.cooperation,
                application=application,
                municipality=place,
                valid_from=form.cleaned_data["valid_from"],
            )
            for place in users
        ]
        return [Change(stored(application), application), *(Change(None, row) for row in begun)]

    def save(self, form: Any) -> Application:
        return share_application(
            application=self.coded(form),
            users=form.users(),
            valid_from=form.cleaned_data["valid_from"],
            by=self.request.user,
        )

    def coded(self, form: Any) -> Application:
        """The application, under a code made from its name if it has none."""
        row: Application = form.save(commit=False)
        taken = Application.objects.of(self.cooperation).values_list("code", flat=True)
        row.code = row.code or code_of(row.name, {*taken} | RESERVED_CODES)
        return row

    def there(self) -> Sequence[dict[str, str]]:
        rows = Application.objects.of(self.cooperation).order_by("name")
        used: dict[int, list[str]] = {}
        for row in Subscription.objects.of(self.cooperation).for_listing().order_by("municipality__name"):
            used.setdefault(row.application_id, []).append(str(row.municipality))
        return [
            {
                "text": str(row),
                "url": self.url("application", row.code),
                "note": few([*dict.fromkeys(used.get(row.pk, []))]) or _("nobody uses it yet"),
            }
            for row in rows
        ]
