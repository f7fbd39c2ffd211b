"""The service catalogue: what is shared, where it runs, who uses it."""

import datetime as dt
from collections.abc import Sequence
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
    WHOLE_MONTH_IS_PAID,
    Change,
    ChangePage,
    EditorsOnly,
    EndPage,
    FormPage,
    ListPage,
    RowMixin,
    WithdrawPage,
)
from services.actions import plan_subscriptions, retire, subscribe
from services.forms import (
    ApplicationFilter,
    ApplicationForm,
    InstallationFilter,
    InstallationForm,
    SubscribeForm,
    SubscriptionFilter,
    SubscriptionForm,
)
from services.models import Application, Installation, Subscription
from services.portal import facts_of, panels_of
from services.reports import where_it_runs
from services.tables import LIFECYCLE_LOOK, ApplicationTable, InstallationTable, SubscriptionTable
from sharedict.common.figures import NOTHING, count
from sharedict.pictures.bar import BarLayout, bars, tell_apart


class Applications(ListPage):
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
            "opening": self.opening(application, using, len(places), today),
            "subscriptions": self.with_bars(subscriptions),
            "has_bars": tell_apart([row.users or 0 for row in subscriptions]),
            "installations": installations,
            "where": where_it_runs(application, running, own=self.rights.municipality_ids),
            "not_using": [place for place in places if place.pk not in theirs],
            "panels": panels_of(application, self.cooperation, today),
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

    def opening(
        self, application: Application, using: list[Subscription], members: int, today: dt.date
    ) -> dict[str, Any]:
        told = [row.users for row in using if row.users is not None]
        of_all = ngettext("of %(count)s member", "of %(count)s members", members) % {"count": members}
        return {
            "label": _("Used by"),
            "value": len(using),
            "unit": of_all if len(using) <= members else "",
            "facts": [
                *facts_of(application, self.cooperation, self.viewer, self.rights, today),
                {"label": _("Users"), "value": count(sum(told)) if told else NOTHING},
            ],
        }

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


class ForApplication(FormPage):
    """A form that ``?application=<code>`` fills in, and that goes back to that application's page."""

    def form_arguments(self) -> dict[str, Any]:
        return {"initial": {"application": self.asked_for(), "valid_from": timezone.localdate()}}

    def asked_for(self) -> Application | None:
        code = self.request.GET.get("application", "")
        found = Application.objects.of(self.cooperation).filter(code=code) if code.isprintable() else None
        return found.first() if found else None

    def done_url(self, row: Any) -> str:
        asked_for = self.asked_for()
        return self.url("application", asked_for.code) if asked_for else self.url(self.done_name)

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "cancel_url": self.done_url(None)}


class Installations(ListPage):
    model = Installation
    table_class = InstallationTable
    filterset_class = InstallationFilter
    title = gettext_lazy("Installations")
    lead = gettext_lazy("Where each application runs, and what can take over.")
    add_name = "installation-add"
    add_label = gettext_lazy("Add an installation")
    api_name = "v1:installations-list"


class InstallationAdd(ForApplication):
    form_class = InstallationForm
    title = gettext_lazy("Add an installation")
    done_name = "installations"
    said = gettext_lazy("Added.")


class InstallationChange(ChangePage):
    other_steps = (("installation-end", gettext_lazy("End")), ("installation-delete", gettext_lazy("Remove")))
    model = Installation
    form_class = InstallationForm
    title = gettext_lazy("Change an installation")
    done_name = "installations"


class InstallationEnd(EndPage):
    model = Installation
    done_name = "installations"


class InstallationWithdraw(WithdrawPage):
    model = Installation
    done_name = "installations"


class Subscriptions(ListPage):
    model = Subscription
    table_class = SubscriptionTable
    filterset_class = SubscriptionFilter
    title = gettext_lazy("Subscriptions")
    lead = gettext_lazy("Which municipality uses what. A municipality never pays for what it does not use.")
    add_name = "subscription-add"
    add_label = gettext_lazy("Add subscriptions")
    api_name = "v1:subscriptions-list"


class SubscriptionAdd(ForApplication):
    form_class = SubscribeForm
    title = gettext_lazy("Add subscriptions")
    lead = gettext_lazy("One, several or all members begin to use an application.")
    done_name = "subscriptions"

    def save(self, form: Any) -> Any:
        return subscribe(by=self.request.user, **self.chosen(form))

    def checked_changes(self, form: Any) -> Sequence[Change]:
        return [Change(None, row) for row in plan_subscriptions(**self.chosen(form))]

    def chosen(self, form: Any) -> dict[str, Any]:
        names = ("application", "municipalities", "valid_from", "valid_until", "users")
        return {name: form.cleaned_data[name] for name in names}


class SubscriptionChange(ChangePage):
    other_steps = (("subscription-end", gettext_lazy("End")), ("subscription-delete", gettext_lazy("Remove")))
    model = Subscription
    form_class = SubscriptionForm
    title = gettext_lazy("Change a subscription")
    done_name = "subscriptions"


class SubscriptionEnd(EndPage):
    consequences = (WHOLE_MONTH_IS_PAID,)
    model = Subscription
    done_name = "subscriptions"


class SubscriptionWithdraw(WithdrawPage):
    model = Subscription
    done_name = "subscriptions"
