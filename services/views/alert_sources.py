"""Monitoring systems that report outages by their webhooks, and what their labels stand for."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.actions import revoke_token
from municipalities.portal import ChangePage, DeletePage, EditorsOnly, FormPage, ListPage, RowMixin
from services.actions import add_source, renew_source
from services.forms.alert_sources import AlertSourceForm, ExpiringForm, WatchedForm
from services.models import AlertSource, WatchedThing
from services.tables.alert_sources import AlertSourceTable, state_of_source
from services.views.outage_words import moment
from sharedict.common.mail import address_of


def webhook_of(source: AlertSource) -> str:
    """Where ``source`` sends its webhook."""
    return address_of(reverse(f"v1:alerts-{source.kind}"))


class AlertSources(ListPage):
    """For those who answer for what programs may do."""

    model = AlertSource
    table_class = AlertSourceTable
    title = gettext_lazy("Monitoring systems")
    lead = gettext_lazy("They open an outage when something does not answer, and end it when it does again.")
    add_name = "alert-source-add"
    add_label = gettext_lazy("Add a monitoring system")

    def is_allowed(self, rights: Rights) -> bool:
        return rights.sees_change_log


class ShowsSecret(FormPage):
    """Ends with the secret of a token, shown once."""

    def secret_page(self, source: AlertSource, secret: str) -> HttpResponse:
        advice = _(
            "Let it send its webhook to %(address)s, with the header “Authorization: Bearer” and this token."
            " Keep the token like a password."
        )
        return self.shown_once(
            {
                "title": _("%(name)s can report now") % {"name": source.name},
                "label": _("Token"),
                "secret": secret,
                "advice": advice % {"address": webhook_of(source)},
                "done_url": self.url("alert-source", source.pk),
                "done_label": _("Say what it watches"),
            }
        )


class AlertSourceAdd(ShowsSecret):
    form_class = AlertSourceForm
    title = gettext_lazy("Add a monitoring system")
    lead = gettext_lazy("Each has a token of its own, which does nothing but send alarms.")
    done_name = "alert-sources"

    def save(self, form: Any) -> tuple[AlertSource, str]:
        found = form.cleaned_data
        return add_source(
            cooperation=self.cooperation,
            name=found["name"],
            kind=found["kind"],
            ask_after_hours=found["ask_after_hours"],
            expires_at=form.expires_at(),
            by=self.viewer,
        )

    def done(self, row: tuple[AlertSource, str]) -> HttpResponse:
        return self.secret_page(*row)


class AlertSourcePage(RowMixin):
    """One monitoring system: where it sends to, and what its labels stand for."""

    model = AlertSource

    def is_allowed(self, rights: Rights) -> bool:
        return rights.sees_change_log

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        source = self.row()
        label, look = state_of_source(source)
        actions = []
        if self.rights.may_edit:
            actions = [
                {
                    "url": self.url("watched-add", source.pk),
                    "label": _("Add what it watches"),
                    "primary": True,
                },
                {"url": self.url("alert-source-renew", source.pk), "label": _("New token")},
            ]
            if not source.token.revoked_at:
                url = self.url("alert-source-revoke", source.pk)
                actions.append({"url": url, "label": _("Revoke")})
        facts = [
            (_("Kind"), source.get_kind_display()),
            (_("Sends to"), webhook_of(source)),
            (_("Token begins with"), source.token.prefix),
            (_("Last heard of"), moment(source.token.last_used_at)),
            (_("Token works until"), moment(source.token.expires_at)),
            (_("Asks after, hours"), source.ask_after_hours),
        ]
        context = {
            "source": source,
            "status_label": label,
            "status_variant": look,
            "actions": actions,
            "facts": facts,
            "watched": list(source.watched.for_listing()),
        }
        return self.page("services/alert_source.html", context)


class AlertSourceRenew(RowMixin, ShowsSecret):
    model = AlertSource
    form_class = ExpiringForm
    title = gettext_lazy("New token")
    lead = gettext_lazy("The token that it has is refused from now on.")
    submit_label = gettext_lazy("Make a new token")
    done_name = "alert-sources"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.row()
        return super().get(request, **kwargs)

    def save(self, form: Any) -> tuple[AlertSource, str]:
        source = self.row()
        return source, renew_source(source=source, expires_at=form.expires_at(), by=self.viewer)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.row()
        return super().post(request, **kwargs)

    def done(self, row: tuple[AlertSource, str]) -> HttpResponse:
        return self.secret_page(*row)


class AlertSourceRevoke(RowMixin, EditorsOnly):
    model = AlertSource

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        source = self.row()
        context = {
            "title": _("Revoke %(what)s?") % {"what": source},
            "lead": _("It is refused from now on, until it gets a new token. Its outages stay."),
            "confirm_label": _("Revoke %(what)s") % {"what": source},
            "cancel_url": self.url("alert-source", source.pk),
        }
        return self.page("components/confirm_page.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        source = self.row()
        revoke_token(token=source.token, by=self.viewer)
        messages.success(request, _("%(what)s is revoked.") % {"what": source})
        return redirect(self.url("alert-source", source.pk))


class WatchedMixin(FormPage):
    form_class = WatchedForm
    done_name = "alert-sources"
    source_id: int

    def done_url(self, row: Any) -> str:
        return self.url("alert-source", self.source_id)

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "cancel_url": self.done_url(None)}


class WatchedAdd(WatchedMixin):
    """Its address names the monitoring system."""

    model = AlertSource
    title = gettext_lazy("Add what it watches")
    lead = gettext_lazy("When an alarm has this label with this value, this is lost.")
    said = gettext_lazy("Added.")

    def form_arguments(self) -> dict[str, Any]:
        rows = AlertSource.objects.visible_to(self.request.user).of(self.cooperation)
        source = rows.filter(pk=self.kwargs["pk"]).first()
        if source is None:
            raise Http404
        self.source_id = source.pk
        label = "service" if source.kind == AlertSource.Kind.ALERTMANAGER else "monitor"
        return {
            "instance": WatchedThing(cooperation=self.cooperation, source=source),
            "initial": {"label": label},
        }


class WatchedChange(WatchedMixin, ChangePage):
    model = WatchedThing
    title = gettext_lazy("Change what it watches")
    other_steps = (("watched-delete", gettext_lazy("Remove")),)

    def form_arguments(self) -> dict[str, Any]:
        found = super().form_arguments()
        self.source_id = found["instance"].source_id
        return found


class WatchedDelete(DeletePage):
    model = WatchedThing
    done_name = "alert-sources"
