"""For whoever has forgotten their password: asking for a letter, and following it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic.base import View

from municipalities.actions import UsedLinkError, order_password_letter, reset_password
from sharedict.accounts.forms import ForgottenForm
from sharedict.accounts.throttle import forgive_all
from sharedict.accounts.views import refused_for_now


@method_decorator(never_cache, name="dispatch")
class Forgotten(View):
    """Whatever address is asked for, the answer is the same, and takes as long."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(ForgottenForm(request=request))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ForgottenForm(request.POST, request=request)
        if not settings.SENDS_MAIL or not form.is_valid():
            response = self.show(form, status=422)
            return refused_for_now(response, form.throttled) if form.throttled else response
        order_password_letter(
            email=form.cleaned_data["email"],
            language=get_language() or settings.LANGUAGE_CODE,
            may_send=not form.asks_too_often,
        )
        said = _(
            "If somebody signs in with this address, a letter is on its way. Its link works for two hours."
        )
        messages.success(request, said)
        return redirect("sign-in")

    def show(self, form: ForgottenForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "sends": settings.SENDS_MAIL}
        return render(self.request, "registration/forgotten.html", context, status=status)


class NewPassword(PasswordResetConfirmView):
    """Whoever follows the link chooses a password; it then leads on to an address without what opened it."""

    template_name = "registration/new_password.html"

    def form_valid(self, form: Any) -> HttpResponse:
        chosen = form.cleaned_data["new_password1"]
        token = self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN, "")
        try:
            user = reset_password(user=form.user, token=token, password=chosen)
        except UsedLinkError:
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        forgive_all(self.request, user.username)
        messages.success(self.request, _("Your password is changed: sign in with it."))
        return redirect("sign-in")

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def render_to_response(self, context: dict[str, Any], **response: Any) -> HttpResponse:
        if not self.validlink:
            response["status"] = 410
        return super().render_to_response(context, **response)
