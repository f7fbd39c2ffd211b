"""Saved views: what their makers fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import SavedView
from municipalities.portal import RowForm, kept_query

PINNED = _("Show the count on my overview")


class SavedViewForm(RowForm):
    """The name, and for whom; the list and its address come from the page that it was saved on."""

    is_pinned = forms.BooleanField(label=PINNED, required=False)

    class Meta:
        model = SavedView
        fields = ["name", "is_shared", "path", "query"]
        labels = {"is_shared": _("Share with everybody in the cooperation")}
        help_texts = {"is_shared": _("Each of them finds in it what they may see themselves.")}
        widgets = {"path": forms.HiddenInput, "query": forms.HiddenInput}

    def __init__(self, *args: Any, is_pinned: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_pinned"].initial = is_pinned
        if self.instance.pk:
            self.fields["path"].disabled = True

    def clean_query(self) -> str:
        return kept_query(self.cleaned_data["query"])


class PinForm(forms.Form):
    """Whether a view is counted on the reader's overview."""

    is_pinned = forms.BooleanField(label=PINNED, required=False)

    def __init__(self, *args: Any, is_pinned: bool, cooperation: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_pinned"].initial = is_pinned
