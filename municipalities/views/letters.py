"""Where one's letters go, and of what one gets them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic.base import View

from municipalities.actions import (
    NotConfirmedError,
    confirm_address,
    notice_kinds,
    read_address,
    save_letters,
    send_address_letter,
)
from municipalities.forms import AddressForm, LettersForm
from sharedict.common.mail import UndeliveredError
from sharedict.common.sight import everything, seeing


class Letters(LoginRequiredMixin, View):
    """Two forms: of what, and where to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if "email" in request.POST and settings.SENDS_MAIL:
            return self.confirm(AddressForm(user, request.POST, request=request))
        form = LettersForm(request.POST, user=user)
        if not form.is_valid():
            return self.show(form=form, status=422)
        save_letters(user=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("letters")

    def confirm(self, form: AddressForm) -> HttpResponse:
        if not form.is_valid():
            return self.show(address_form=form, status=422)
        user: Any = self.request.user
        try:
            send_address_letter(user=user, email=form.cleaned_data["email"])
        except UndeliveredError as error:
            messages.error(self.request, _("The letter was not sent: %(why)s") % {"why": error.message})
        else:
            said = _("A letter goes to %(email)s: follow its link.") % {"email": form.cleaned_data["email"]}
            messages.success(self.request, said)
        return redirect("letters")

    def show(
        self, form: LettersForm | None = None, address_form: AddressForm | None = None, status: int = 200
    ) -> HttpResponse:
        user: Any = self.request.user
        context = {
            "title": _("Letters and notices"),
            "sends": settings.SENDS_MAIL,
            "form": form or LettersForm(user=user),
            "address_form": address_form or AddressForm(user, request=self.request),
            "always": [kind.title for kind in notice_kinds() if kind.is_always_sent],
        }
        return render(self.request, "municipalities/letters.html", context, status=status)


class ConfirmAddress(View):
    """For whoever holds the link of a letter, signed in as the person that it names."""

    email: str

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            _person, self.email = read_address(kwargs["secret"])
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return super().dispatch(request, *args, **kwargs)
        except NotConfirmedError as error:
            context = {"why": error.message}
            return render(request, "registration/not_confirmed.html", context, status=410)

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        return render(request, "registration/confirm_address.html", {"email": self.email})

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        user: Any = request.user
        with seeing(everything("somebody's address, logged in no cooperation")):
            confirm_address(user=user, secret=secret)
        messages.success(request, _("Your address is confirmed: letters go to it."))
        return redirect("letters")
