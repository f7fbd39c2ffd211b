"""The service catalogue: what is shared, and one application."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from municipalities.models import Municipality
from municipalities.portal import (
    ChangePage,
    FormPage,
    ImportPage,
    ListPage,
    RowMixin,
    SeveralPage,
    import_kind,
)
from services.actions import NOT_OFFERED
from services.forms import (
    ApplicationFilter,
    ApplicationForm,
)
from services.models import Application, Installation, Subscription
from services.portal import class_in_words, facts_of, opening_of, own_risks, panels_of
from services.reports import clocks_told, picture_of_clocks, place_in_tree, where_it_is_used, where_it_runs
from services.tables import LIFECYCLE_LOOK, ApplicationTable
from services.views.opening import days_of_work, opening_of_application, price_in_words, users_in_words
from services.views.orders import may_order
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

    def more_actions(self) -> list[dict[str, Any]]:
        found = [{"url": self.url("variants"), "label": _("Variants")}]
        if self.rights.may_edit:
            found.append({"url": self.url("applications-import"), "label": _("Import")})
        return found


class ApplicationsImport(ImportPage):
    kind = import_kind("applications")
    example = "Records;records;Keeps what is decided"
    title = gettext_lazy("Import applications")
    lead = gettext_lazy(
        "An application is found again by its code, or by its name where the file has no codes: the same "
        "file twice changes nothing. Columns that the file does not have stay as they are."
    )


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
        panels = panels_of(application, self.cooperation, self.viewer, self.rights, today)
        risks = [risk for panel in panels for risk in panel.risks]
        context = {
            "application": application,
            "lead": self.lead_of(application),
            "status_variant": LIFECYCLE_LOOK.get(application.lifecycle, "neutral"),
            "actions": self.actions(application),
            "facts": [fact for fact in self.facts(application) if fact[1]],
            "opening": self.opening(application, using, places, today),
            "subscriptions": self.with_bars(subscriptions),
            "has_bars": tell_apart([row.users or 0 for row in subscriptions]),
            "installations": installations,
            "where": where_it_runs(application, running, own=self.rights.municipality_ids),
            **self.clocks(application),
            "moves": application.moves.select_related("moved_by"),
            "variants": [
                (
                    row,
                    price_in_words(application, self.cooperation, row),
                    days_of_work(_first_told(row.delivery_days, application.delivery_days)),
                )
                for row in application.variants.order_by("unit_price", "name")
            ],
            "documents": list(application.documents.order_by("title")),
            "map": where_it_is_used(using, places, own=self.rights.municipality_ids),
            "not_using": [place for place in places if place.pk not in theirs],
            "panels": panels,
            "risks": [*risks, *own_risks(application, self.cooperation, self.rights, today)],
            "today": today,
        }
        return self.page("services/application_detail.html", context)

    def lead_of(self, application: Application) -> str:
        """What it is for, and who answers for it and supplies it."""
        words = {
            "owner": application.owner,
            "centre": application.competence_centre,
            "vendor": application.vendor,
        }
        said = [f"{application.purpose.rstrip('.')}."]
        if application.owner and application.owner_id == application.competence_centre_id:
            said.append(_("%(owner)s answers for it and keeps the competence centre.") % words)
        elif application.owner:
            said.append(_("%(owner)s answers for it.") % words)
        if application.competence_centre_id not in (None, application.owner_id):
            said.append(_("%(centre)s keeps the competence centre.") % words)
        if application.vendor:
            said.append(_("%(vendor)s supplies it.") % words)
        return " ".join(said)

    def opening(
        self, application: Application, using: list[Subscription], places: list[Municipality], day: dt.date
    ) -> dict[str, Any]:
        """What the reader's own pays, where that is known; else how many use it. The facts are the same."""
        asked = (application, self.cooperation, self.viewer, self.rights, day)
        used = opening_of_application(using, places, own=self.rights.municipality_ids)
        found = opening_of(*asked)
        facts = [*facts_of(*asked), {"label": _("Users"), "value": users_in_words(using)}]
        if found:
            facts[-1]["note"] = f"{used['value']} {used['unit']}"
        facts.append({"label": _("Information class"), "value": class_in_words(application)})
        return {**(found or used), "facts": facts}

    def clocks(self, application: Application) -> dict[str, Any]:
        """The three clocks, as far as they are told; their closed days are loaded at once."""
        calendars = [each for each in (application.runs, application.measured, application.supported) if each]
        prefetch_related_objects(calendars, "closed_days")
        told = clocks_told(application, timezone.now())
        return {"clocks": told, "clocks_picture": picture_of_clocks(told)}

    def with_bars(self, rows: list[Subscription]) -> list[tuple[Subscription, BarLayout, bool]]:
        """Each with the bar of its users, and whether it is of the reader's own, which come first."""
        rows = sorted(rows, key=lambda row: row.municipality_id not in self.rights.municipality_ids)
        own = [row.municipality_id in self.rights.municipality_ids for row in rows]
        places = [place for place, is_own in enumerate(own) if is_own]
        return [*zip(rows, bars([row.users or 0 for row in rows], own=places), own, strict=True)]

    def actions(self, application: Application) -> list[dict[str, Any]]:
        actions = list[dict[str, Any]]()
        if may_order(self.rights) and application.lifecycle not in NOT_OFFERED:
            url = f"{self.url('order-add')}?{urlencode({'application': application.code})}"
            actions.append(
                {"url": url, "label": pgettext("to do", "Order"), "primary": not self.rights.may_edit}
            )
        if not self.rights.may_edit:
            return actions
        change = {"url": self.url("application-change", application.code), "label": _("Change")}
        actions.insert(0, {**change, "primary": True})
        move = {"url": self.url("application-move", application.code), "label": _("Move to another stage")}
        return [*actions, move]

    def facts(self, application: Application) -> list[tuple[str, Any]]:
        return [
            (_("Purpose"), place_in_tree(application.serves)),
            (_("Charging"), application.get_charging_display()),
            (_("Price"), price_in_words(application, self.cooperation)),
            (_("Included"), application.included),
            (_("Not included"), application.not_included),
            (_("Delivery time"), days_of_work(application.delivery_days)),
            (_("Next review"), application.review_on),
            (_("Code"), application.code),
        ]


def _first_told(*days: int | None) -> int | None:
    return next((each for each in days if each is not None), None)


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


class ApplicationsSeveral(SeveralPage):
    list_page = Applications
    change_page = ApplicationChange
    list_name = "applications"
    fields = (
        *("purpose", "serves", "vendor", "owner", "competence_centre"),
        *("confidentiality", "integrity", "availability", "runs", "measured", "supported", "review_on"),
    )
