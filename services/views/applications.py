"""The service catalogue: what is shared, and one application."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.models import Municipality
from municipalities.portal import (
    ChangePage,
    EditorsOnly,
    FormPage,
    ListPage,
    RowMixin,
    SeveralPage,
)
from services.actions import retire
from services.forms import (
    ApplicationFilter,
    ApplicationForm,
)
from services.models import Application, Installation, Subscription
from services.portal import facts_of, panels_of
from services.reports import where_it_runs
from services.tables import LIFECYCLE_LOOK, ApplicationTable
from services.views.opening import opening_of_application, users_in_words
from sharedict.pictures.bar import BarLayout, bars, tell_apart


class Applications(ListPage):
    several_name = "applications-several"
    model = Application
    table_class = ApplicationTable
    filterset_class = ApplicationFilter
    title = gettext_lazy("Service catalogue")
    lead = gettext_lazy("The applications that the members run together.")
    add_name = "application-add"
    add_label = gettext_lazy("Add an application")
    api_name = "v1:applications-list"

    def queryset(self) -> QuerySet[Any]:
        rows: Any = super().queryset()
        used: QuerySet[Any] = rows.with_use(timezone.localdate())
        return used


class ByCode(RowMixin):
    """A page about one application, which its address names by code."""

    model = Application

    def row(self) -> Any:
        rows = Application.objects.visible_to(self.request.user).of(self.cooperation).for_listing()
        found = rows.filter(code=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        return found


class ApplicationPage(ByCode):
    """One application: who uses it, where it runs, what the apps above add about it."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        application, today = self.row(), timezone.localdate()
        lasting = Q(valid_until__isnull=True) | Q(valid_until__gt=today)
        rows = application.subscriptions.filter(lasting).for_listing()
        subscriptions = list(rows.order_by("municipality__name", "valid_from"))
        installations = sorted(application.installations.filter(lasting).for_listing(), key=_primary_first)
        using = [row for row in subscriptions if row.valid_from <= today]
        running = [row for row in installations if row.valid_from <= today]
        members = Municipality.objects.members_of(self.cooperation, today, today + dt.timedelta(days=1))
        places = list(members.order_by("name"))
        theirs = {row.municipality_id for row in using}
        context = {
            "application": application,
            "status_variant": LIFECYCLE_LOOK.get(application.lifecycle, "neutral"),
            "actions": self.actions(application),
            "facts": self.facts(application),
            "opening": {
                **opening_of_application(using, places, own=self.rights.municipality_ids),
                "facts": [
                    *facts_of(application, self.cooperation, self.viewer, self.rights, today),
                    {"label": _("Users"), "value": users_in_words(using)},
                ],
            },
            "subscriptions": self.with_bars(subscriptions),
            "has_bars": tell_apart([row.users or 0 for row in subscriptions]),
            "installations": installations,
            "where": where_it_runs(application, running, own=self.rights.municipality_ids),
            "not_using": [place for place in places if place.pk not in theirs],
            "panels": panels_of(application, self.cooperation, self.viewer, self.rights, today),
            "today": today,
        }
        return self.page("services/application_detail.html", context)

    def with_bars(self, rows: list[Subscription]) -> list[tuple[Subscription, BarLayout, bool]]:
        """Each with the bar of its users, and whether it is of the reader's own, which come first."""
        rows = sorted(rows, key=lambda row: row.municipality_id not in self.rights.municipality_ids)
        own = [row.municipality_id in self.rights.municipality_ids for row in rows]
        places = [place for place, is_own in enumerate(own) if is_own]
        return [*zip(rows, bars([row.users or 0 for row in rows], own=places), own, strict=True)]

    def actions(self, application: Application) -> list[dict[str, Any]]:
        if not self.rights.may_edit:
            return []
        actions = [
            {"url": self.url("application-change", application.code), "label": _("Change"), "primary": True}
        ]
        if application.lifecycle != Application.Lifecycle.RETIRED:
            url = self.url("application-retire", application.code)
            actions.append({"url": url, "label": _("Retire")})
        return actions

    def facts(self, application: Application) -> list[tuple[str, Any]]:
        return [
            (_("Owner, competence centre"), application.owner),
            (_("Service hours"), application.get_hours_display()),
            (_("Information class"), application.get_information_class_display()),
            (_("Vendor"), application.vendor),
            (_("Next review"), application.review_on),
            (_("Code"), application.code),
        ]


def _primary_first(row: Installation) -> tuple[int, str]:
    return Installation.Purpose.values.index(row.purpose), row.site.name


class ApplicationAdd(FormPage):
    form_class = ApplicationForm
    title = gettext_lazy("Add an application")
    done_name = "applications"
    said = gettext_lazy("Added. Say next who uses it and where it runs.")

    def done_url(self, row: Application) -> str:
        return self.url("application", row.code)


class ApplicationChange(ByCode, ChangePage):
    form_class = ApplicationForm
    title = gettext_lazy("Change an application")
    done_name = "applications"

    def done_url(self, row: Application) -> str:
        return self.url("application", row.code)

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "cancel_url": self.url("application", self.kwargs["code"])}


class ApplicationRetire(ByCode, EditorsOnly):
    """Asks once, then takes an application out of use; changing its lifecycle undoes it."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        application = self.row()
        using = application.subscriptions.as_of(timezone.localdate()).count()
        still = ngettext(
            "%(count)s municipality uses it: its subscription lasts until you end it.",
            "%(count)s municipalities use it: their subscriptions last until you end them.",
            using,
        )
        context = {
            "title": _("Retire %(what)s?") % {"what": application},
            "lead": _("It stays in the catalogue as retired. Change its lifecycle to undo this."),
            "consequences": [still % {"count": using}] if using else [],
            "confirm_label": _("Retire %(what)s") % {"what": application},
            "cancel_url": self.url("application", application.code),
        }
        return self.page("components/confirm_page.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        application = retire(application=self.row(), by=request.user)
        messages.success(request, _("%(what)s is retired.") % {"what": application})
        return redirect(self.url("application", application.code))


class ApplicationsSeveral(SeveralPage):
    list_page = Applications
    change_page = ApplicationChange
    list_name = "applications"
    fields = ("purpose", "owner", "vendor", "information_class", "hours", "lifecycle", "review_on")
