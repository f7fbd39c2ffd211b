"""What people fill in about the letters that they get."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from municipalities.actions import notice_kinds
from municipalities.portal import side_by_side
from sharedict.accounts.forms import OwnPasswordForm
from sharedict.accounts.models import User
from sharedict.accounts.throttle import TooManyFailuresError, begin_asking


class LettersForm(forms.Form):
    """Of what one gets letters, and in what language."""

    language = forms.ChoiceField(label=gettext_lazy("Language of letters"), choices=settings.LANGUAGES)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("A letter too, when"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        initial = {"language": user.language or get_language(), "kinds": user.letters}
        super().__init__(data, initial=initial)
        chosen: Any = self.fields["kinds"]
        chosen.choices = [(kind.name, kind.title) for kind in notice_kinds() if kind.is_chosen]
        self.helper = side_by_side(("kinds", "language"))


class AddressForm(OwnPasswordForm):
    """Where letters go. With the password: by that address one gets another password."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=150, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    field_order = ("email", "old_password")
    error_messages = {
        **OwnPasswordForm.error_messages,
        "password_incorrect": gettext_lazy("This is not your password."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("new_password1", "new_password2"):
            del self.fields[name]
        self.fields["old_password"].label = _("Your password")
        del self.fields["old_password"].widget.attrs["autofocus"]
        self.fields["email"].initial = self.user.email
        self.helper = side_by_side(("email", "old_password"))

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("email")
        if not email or self.errors:
            return self.cleaned_data
        try:
            asks_too_often = begin_asking(self.request, email)
        except TooManyFailuresError:
            asks_too_often = True
        if asks_too_often:
            raise ValidationError(_("Letters are on their way: look for them, or ask again in a while."))
        return self.cleaned_data
