"""Who works with what is shared, and when they are away."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy

from municipalities.forms.rows import StateFilter
from municipalities.models import Absence, Colleague, Cooperation, Municipality
from municipalities.portal import RowForm
from sharedict.accounts.models import User

NO_END = gettext_lazy("The last day they are away. Empty: until further notice.")


class ColleagueFilter(StateFilter):
    municipality = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Municipality"), queryset=Municipality.objects.none()
    )
    searched = ("name", "work")

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, cooperation=cooperation, **kwargs)
        self.form.fields["municipality"].queryset = Municipality.objects.ever_in(cooperation).order_by("name")


class AbsenceFilter(StateFilter):
    searched = ("colleague__name",)


def named_with_place(field: Any) -> None:
    """Let the choices of colleagues say where each works: two may be called the same."""
    field.label_from_instance = lambda colleague: f"{colleague} ({colleague.municipality})"


class ColleagueForm(RowForm):
    layout = (
        ("name", "municipality"),
        ("work", "user"),
        ("phone", "email"),
        ("valid_from", "valid_until"),
    )
    user = forms.ModelChoiceField(
        label=gettext_lazy("Sign-in"),
        queryset=Colleague.objects.none(),
        required=False,
        help_text=Colleague._meta.get_field("user").help_text,
    )

    class Meta:
        model = Colleague
        fields = ["name", "municipality", "work", "user", "phone", "email", "valid_from", "valid_until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        here = User.objects.filter(roles__cooperation=self.cooperation) | User.objects.filter(
            pk=self.instance.user_id
        )
        field.queryset = here.distinct().order_by("first_name", "last_name", "username")


class AbsenceForm(RowForm):
    layout = ("colleague", ("valid_from", "valid_until"))

    class Meta:
        model = Absence
        fields = ["colleague", "valid_from", "valid_until"]
        help_texts = {"valid_until": NO_END}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named_with_place(self.fields["colleague"])
