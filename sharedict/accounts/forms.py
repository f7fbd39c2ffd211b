from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from sharedict.accounts.models import User
from sharedict.accounts.throttle import TooManyFailuresError, address_of, begin_attempt, forgive


class SignInForm(AuthenticationForm):
    """User name and password; refused before the password is looked at when it failed too often.

    ``throttled`` then holds when the next attempt is allowed.
    """

    throttled: TooManyFailuresError | None = None

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username is None or not password:
            return self.cleaned_data
        address = address_of(self.request) if self.request else None
        try:
            attempt = begin_attempt(username=username, address=address, now=timezone.now())
        except TooManyFailuresError as error:
            self.throttled = error
            raise ValidationError(
                _("Too many failed attempts. Try again at %(time)s.")
                % {"time": time_format(timezone.localtime(error.until), "H:i:s")},
                code=error.code,
            ) from None
        cleaned = super().clean()
        forgive(attempt)
        return cleaned

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if user.is_demonstration and not settings.LOADS_DEMONSTRATION:
            raise ValidationError(_("Demonstration sign-ins are not allowed here."), code="demonstration")


class OperatorSignInForm(SignInForm, AdminAuthenticationForm):
    """The same throttle in front of Django's admin."""


class FirstForm(BaseUserCreationForm):  # type: ignore[type-arg]  # generic in its stubs only
    """A sign-in that somebody makes for themselves."""

    class Meta(BaseUserCreationForm.Meta):
        model = User
        fields = ("username", "first_name", "last_name", "email")


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=[("light", "light"), ("dark", "dark"), ("auto", "auto")])
