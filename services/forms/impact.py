"""What somebody takes away to see what falls."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy


class LostForm(forms.Form):
    """What goes: any of the things that can be lost, whose names come with their kinds."""

    lost = forms.MultipleChoiceField(
        label=gettext_lazy("What goes"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, choices: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lost"]
        field.choices = choices
