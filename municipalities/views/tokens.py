"""Keys to the API, for programs."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.actions import create_token, revoke_token
from municipalities.forms import TokenForm
from municipalities.models import Token
from municipalities.portal import EditorsOnly, FormPage, ListPage, RowMixin
from municipalities.tables import TokenTable


class Tokens(ListPage):
    """For those who answer for what programs may do."""

    model = Token
    table_class = TokenTable
    title = gettext_lazy("API tokens")
    lead = gettext_lazy("What other systems read and push with. A token works for this cooperation only.")
    add_name = "token-add"
    add_label = gettext_lazy("Add a token")

    def is_allowed(self, rights: Rights) -> bool:
        return rights.sees_change_log


class TokenAdd(FormPage):
    form_class = TokenForm
    title = gettext_lazy("Add a token")
    lead = gettext_lazy(
        "Give each system its own, with no more than it needs: then one can be revoked alone."
    )
    done_name = "tokens"

    def save(self, form: Any) -> tuple[Token, str]:
        after = form.cleaned_data["expires_on"] + dt.timedelta(days=1)
        return create_token(
            cooperation=self.cooperation,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=timezone.make_aware(dt.datetime.combine(after, dt.time.min)),
            by=self.viewer,
        )

    def done(self, row: tuple[Token, str]) -> HttpResponse:
        token, secret = row
        context = {
            "title": _("The token %(name)s is ready") % {"name": token.name},
            "label": _("Token"),
            "secret": secret,
            "advice": _(
                "Send it with each call, as “Authorization: Bearer” and the token. Keep it like a password."
            ),
            "done_url": self.url("tokens"),
            "done_label": _("To the tokens"),
        }
        return self.shown_once(context)


class TokenRevoke(RowMixin, EditorsOnly):
    model = Token

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        token = self.row()
        context = {
            "title": _("Revoke %(what)s?") % {"what": token},
            "lead": _(
                "The system that uses it is refused from now on. This cannot be undone: add another one."
            ),
            "confirm_label": _("Revoke %(what)s") % {"what": token},
            "cancel_url": self.url("tokens"),
        }
        return self.page("components/confirm_page.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        token = revoke_token(token=self.row(), by=self.viewer)
        messages.success(request, _("%(what)s is revoked.") % {"what": token})
        return redirect(self.url("tokens"))
