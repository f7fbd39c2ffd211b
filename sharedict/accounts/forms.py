from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    AuthenticationForm,
    BaseUserCreationForm,
    PasswordChangeForm,
)
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sharedict.accounts.models import User
from sharedict.accounts.signals import NOT_HERE, WAITS, WRONG_PASSWORD, attempt_refused
from sharedict.accounts.throttle import TooManyFailuresError, begin_asking, begin_attempt_of, forgive
from sharedict.accounts.usernames import refuse_address_of_another


class SignInForm(AuthenticationForm):
    """User name and password; refused before the password is looked at when it failed too often.

    ``throttled`` then holds when the next attempt is allowed.
    """

    throttled: TooManyFailuresError | None = None
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy("This user name and this password do not belong together."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username is None or not password:
            return self.cleaned_data
        if self.request is None:
            return super().clean()
        try:
            attempt = begin_attempt_of(self.request, username)
        except TooManyFailuresError as error:
            self.throttled = error
            attempt_refused.send(User, username=username, why=WAITS)
            raise _too_many(error) from None
        cleaned = super().clean()
        forgive(attempt)
        return cleaned

    def confirm_login_allowed(self, user: User) -> None:
        try:
            super().confirm_login_allowed(user)
            if user.is_demonstration and not settings.LOADS_DEMONSTRATION:
                raise ValidationError(_("Demonstration sign-ins are not allowed here."), code="demonstration")
        except ValidationError:
            attempt_refused.send(User, username=user.get_username(), why=NOT_HERE)
            raise


class OperatorSignInForm(SignInForm, AdminAuthenticationForm):
    """The same throttle in front of Django's admin."""


class OwnPasswordForm(PasswordChangeForm):  # generic in its stubs only
    """Another password; whoever found a screen unlocked may not guess the old one for long."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        username = self.user.get_username()
        try:
            attempt = begin_attempt_of(self.request, username)
        except TooManyFailuresError as error:
            attempt_refused.send(User, username=username, why=WAITS)
            raise _too_many(error) from None
        try:
            old = super().clean_old_password()
        except ValidationError:
            attempt_refused.send(User, username=username, why=WRONG_PASSWORD)
            raise
        forgive(attempt)
        return str(old)

    def clean_new_password1(self) -> str:
        new = self.cleaned_data.get("new_password1", "")
        if new and new == self.cleaned_data.get("old_password"):
            raise ValidationError(_("This is the old password: choose another."), code="password_same")
        return str(new)


class ForgottenForm(forms.Form):
    """Whose password is forgotten; counted before anybody is looked for. See ``begin_asking``."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=140, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    throttled: TooManyFailuresError | None = None
    asks_too_often = False

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        try:
            self.asks_too_often = begin_asking(self.request, email)
        except TooManyFailuresError as error:
            self.throttled = error
            raise _too_many(error) from None
        return email


class GivenPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """A password that an operator gives to somebody, who changes it at their next sign-in."""

    def save(self, commit: bool = True) -> Any:
        self.user.has_first_password = True
        return super().save(commit)


class GivenSignInForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A sign-in that an operator makes for somebody, who changes its password when they first come."""

    class Meta(AdminUserCreationForm.Meta):
        model = User

    def save(self, commit: bool = True) -> Any:
        self.instance.has_first_password = True
        return super().save(commit)


class FirstForm(BaseUserCreationForm):  # type: ignore[type-arg]  # generic in its stubs only
    """A sign-in that somebody makes for themselves."""

    class Meta(BaseUserCreationForm.Meta):
        model = User
        fields: ClassVar[tuple[str, ...]] = ("username", "first_name", "last_name", "email")


class InvitedForm(FirstForm):
    """A sign-in that somebody makes who was invited; ``email`` is theirs, where a letter brought them here.

    Another address is no user name, whoever has it: so nobody learns here which ones have a sign-in.
    """

    class Meta(FirstForm.Meta):
        fields: ClassVar[tuple[str, ...]] = ("username", "first_name", "last_name")

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.email = email

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        refuse_address_of_another(cleaned.get("username", ""), self.instance.email)
        return cleaned


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=[("light", "light"), ("dark", "dark"), ("auto", "auto")])


def _too_many(error: TooManyFailuresError) -> ValidationError:
    words = _("Too many failed attempts. Try again at %(time)s.")
    return ValidationError(
        words % {"time": time_format(timezone.localtime(error.until), "H:i:s")}, code=error.code
    )
