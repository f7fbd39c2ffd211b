"""Signing in and out, and how one likes the pages."""

import math
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import View

from sharedict.accounts.demonstration import SIGN_INS
from sharedict.accounts.first import NotFirstError, become_first, check_secret
from sharedict.accounts.forms import FirstForm, OwnPasswordForm, SignInForm, ThemeForm
from sharedict.accounts.models import User
from sharedict.accounts.signals import password_changed
from sharedict.accounts.throttle import TooManyFailuresError, device_of, remember_device

YEAR_SECONDS = 365 * 24 * 60 * 60


class SignInPage(LoginView):
    form_class = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        if not device_of(self.request, form.cleaned_data["username"]):
            remember_device(response, form.cleaned_data["username"])
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        response = self.render_to_response(self.get_context_data(form=form), status=422)
        return refused_for_now(response, form.throttled) if form.throttled else response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people: set[str] = set()
        if settings.LOADS_DEMONSTRATION:
            known = User.objects.filter(is_demonstration=True, is_active=True)
            people.update(known.values_list("username", flat=True))
        return super().get_context_data(
            demonstration_sign_ins=[sign_in for sign_in in SIGN_INS if sign_in.username in people], **kwargs
        )


def refused_for_now(response: HttpResponse, error: TooManyFailuresError) -> HttpResponse:
    """``response`` with the status of one that was asked too often, and when to try again."""
    response.status_code = 429
    seconds = (error.until - timezone.now()).total_seconds()
    response.headers["Retry-After"] = str(max(1, math.ceil(seconds)))
    return response


class FirstPage(View):
    """Who runs the installation makes their own sign-in, by the address that only they were shown."""

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            check_secret(kwargs["secret"])
            return super().dispatch(request, *args, **kwargs)
        except NotFirstError as error:
            return render(request, "registration/not_first.html", {"why": error.message}, status=410)

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        return self.show(FirstForm())

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        form = FirstForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        login(request, become_first(user=form.save(commit=False), secret=secret))
        return HttpResponseRedirect(reverse("home"))

    def show(self, form: FirstForm, status: int = 200) -> HttpResponse:
        return render(self.request, "registration/first.html", {"form": form}, status=status)


class SignOut(LogoutView):
    """Sign out, and say so."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        messages.success(request, _("You are signed out."))
        return response


class PasswordPage(PasswordChangeView):
    """Choose another password; other sessions of the same person end with it."""

    form_class = OwnPasswordForm
    template_name = "components/form_page.html"
    success_url = reverse_lazy("home")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        form.user.has_first_password = False
        messages.success(self.request, _("Your password is changed."))
        with transaction.atomic():
            response = super().form_valid(form)
            password_changed.send(User, user=form.user, by=form.user)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs) | {"title": _("Change your password")}
        if getattr(self.request.user, "has_first_password", False):
            lead = _("Somebody else has seen the password that you came with. Choose your own, and go on.")
            return found | {"lead": lead}
        return found | {"cancel_url": reverse("home")}


@require_POST
@never_cache
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in a cookie, or forget it, and go back to where one was."""
    response = HttpResponseRedirect(safe_next(request))
    form = ThemeForm(request.POST)
    theme = form.cleaned_data["theme"] if form.is_valid() else ""
    if theme == "auto":
        response.delete_cookie("theme", samesite="Lax")
    elif theme:
        response.set_cookie(
            "theme",
            theme,
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def safe_next(request: HttpRequest) -> str:
    """The address to go back to, if it is one of ours; else the first page."""
    address = request.POST.get("next", "")
    is_ours = address.startswith(("/", "http")) and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else reverse("home")
