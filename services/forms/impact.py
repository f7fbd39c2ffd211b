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

    stay = forms.BooleanField(
        label=gettext_lazy("Who works there cannot work from elsewhere"),
        required=False,
        help_text=gettext_lazy("Else those who work at a lost site go on from another place, with less."),
    )

    def __init__(self, *args: Any, choices: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lost"]
        field.choices = choices
