"""What is said beside a table of public facts: whose it is, of which day, and where it comes from."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Municipality
from municipalities.portal import side_by_side
from sharedict.common.uploads import UploadForm
from sharedict.kernel.written import is_seen, turns

DAYS = [
    ("12-31", gettext_lazy("31 December of its year")),
    ("01-01", gettext_lazy("1 January of its year")),
]


class RegisterForm(UploadForm):
    """A table without numbers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["mark"]


class PopulationForm(RegisterForm):
    """A table of one country, whose figures hold for one day of each year."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    day = forms.ChoiceField(
        label=gettext_lazy("A figure holds for"),
        choices=DAYS,
        help_text=gettext_lazy("Sweden counts on 31 December, its neighbours on 1 January."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=300,
        help_text=gettext_lazy("Who published the table, its address and the day it was taken."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Municipality.objects.order_by("country").values_list("country", flat=True).distinct()
        country: Any = self.fields["country"]
        country.choices = [(each, each) for each in rows]
        country.initial = "SE"
        self.helper = side_by_side((("country", "day"), "source", "file"))

    def clean_source(self) -> str:
        source: str = self.cleaned_data["source"]
        if turns(source) or not is_seen(source):
            raise ValidationError(_("Write the source in signs that can be seen."))
        return source
