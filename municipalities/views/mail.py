"""For those who run the installation: where letters go, and whether they arrive."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.forms import TestMessageForm
from municipalities.portal import OperatorPage
from sharedict.common.days import date_format
from sharedict.common.mail import UndeliveredError, deliver, latest_in_folder

SHOWN = 20


class Mail(OperatorPage):
    """The mail server as it is set up, a message to try it, and letters that went to a folder."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(TestMessageForm(initial={"to": self.viewer.email}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TestMessageForm(request.POST)
        if not settings.SENDS_MAIL or not form.is_valid():
            return self.show(form, 422)
        to = form.cleaned_data["to"]
        try:
            deliver(to=to, subject=_("Test message from sharedict"), text=self.text())
        except UndeliveredError as error:
            said = _("The message to %(to)s was not sent: %(why)s. Look at SHAREDICT_MAIL_URL.")
            messages.error(request, said % {"to": to, "why": error.message})
        else:
            said = _("The mail server took the message to %(to)s.")
            if settings.MAIL_FOLDER:
                said = _("The message to %(to)s is in the folder.")
            messages.success(request, said % {"to": to})
        return redirect("mail")

    def text(self) -> str:
        words = _(
            "%(person)s tried at %(time)s whether the portal at %(address)s can send letters. It can.\n"
            "Nothing is to be done."
        )
        return words % {
            "person": self.viewer,
            "time": date_format(timezone.localtime(), "j F Y H:i"),
            "address": settings.ORIGIN or self.request.get_host(),
        }

    def show(self, form: TestMessageForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "sends": settings.SENDS_MAIL,
            "folder": settings.MAIL_FOLDER,
            "facts": self.facts(),
            "letters": [
                {
                    "to": each["To"],
                    "subject": each["Subject"],
                    "date": each["Date"],
                    "text": each.get_content(),
                }
                for each in latest_in_folder(SHOWN)
            ],
            "cancel_url": reverse("cooperations"),
        }
        return render(self.request, "municipalities/mail.html", context, status=status)

    def facts(self) -> list[tuple[Any, Any]]:
        if not settings.SENDS_MAIL or settings.MAIL_FOLDER:
            return []
        protection = _("none")
        if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL:
            protection = _("TLS, at once") if settings.EMAIL_USE_SSL else _("TLS, once connected")
        return [
            (_("Mail server"), f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"),
            (_("Encryption"), protection),
            (_("Letters are from"), settings.DEFAULT_FROM_EMAIL),
            (_("Waited for"), _("%(count)s seconds") % {"count": settings.EMAIL_TIMEOUT}),
        ]
