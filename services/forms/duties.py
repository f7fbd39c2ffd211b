"""Who does what, and data protection: what administrators fill in."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Municipality
from municipalities.portal import RowForm
from services.models import DataProtection, Task


class TaskForm(RowForm):
    layout = ("application", ("what", "done_by"), "note")

    class Meta:
        model = Task
        fields = ["application", "what", "done_by", "note"]


class DataProtectionForm(RowForm):
    layout: ClassVar[Sequence[str | tuple[str, ...]]] = (
        "application",
        ("municipality", "board"),
        "role",
        ("agreement", "signed_on"),
        "sub_processors",
        "review_on",
    )

    class Meta:
        model = DataProtection
        fields = [
            "application",
            "municipality",
            "board",
            "role",
            "agreement",
            "signed_on",
            "sub_processors",
            "review_on",
        ]
        widgets = {"sub_processors": forms.Textarea({"rows": 3})}


class DataProtectionAddForm(DataProtectionForm):
    """Tells of a municipality or a board, and of other municipalities that are on the same terms."""

    also = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Others on the same terms"),
        queryset=Municipality.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The same is told of each of them, as a whole municipality."),
    )
    layout = (*DataProtectionForm.layout, "also")

    def clean(self) -> dict[str, Any]:
        """Leave out of the others whom the form is about, and refuse those of whom it is told already."""
        found = super().clean() or self.cleaned_data
        application, also = found.get("application"), found.get("also")
        if not application or not also:
            return found
        if not found.get("board"):
            also = also.exclude(pk=getattr(found.get("municipality"), "pk", None))
        told = DataProtection.objects.filter(application=application, board="", municipality__in=also)
        names = [str(row.municipality) for row in told.select_related("municipality")]
        if names:
            said = _("Already told of %(places)s: take the mark away.")
            self.add_error("also", said % {"places": ", ".join(names)})
        found["also"] = also
        return found
