"""What those who run the installation fill in to try the mail server."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from municipalities.portal import side_by_side


class TestMessageForm(forms.Form):
    __test__ = False
    to = forms.EmailField(label=gettext_lazy("To"), max_length=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = side_by_side(("to",))
