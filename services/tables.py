"""The lists of what is shared."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from municipalities.portal import DATE, CountColumn, LastDayColumn, RowTable, page_of
from services.models import Application

LIFECYCLE_LOOK = {
    Application.Lifecycle.PROJECT: "info",
    Application.Lifecycle.IN_USE: "ok",
    Application.Lifecycle.PHASING_OUT: "warning",
}
"""How the status of an application looks; the other states are neutral."""


class ApplicationTable(RowTable):
    empty_action = _("Add an application")
    name = tables.Column(_("Application"), linkify=page_of("application", "code"))
    purpose = tables.Column(_("Purpose"), orderable=False)
    lifecycle = tables.Column(_("Lifecycle"))
    owner = tables.Column(_("Owner"), accessor="owner__name")
    municipality_count = CountColumn(_("Municipalities"))
    user_count = CountColumn(_("Users"))
    runs_at = tables.Column(_("Runs at"), orderable=False)
    information_class = tables.Column(_("Class"))
    hours = tables.Column(_("Hours"))

    empty_title = _("No applications yet")

    class Meta:
        order_by = "name"
        empty_text = _("Add what you run together.")

    def render_lifecycle(self, record: Any) -> str:
        look = LIFECYCLE_LOOK.get(record.lifecycle, "neutral")
        return format_html(
            '<span class="sd-state sd-state-{}">{}</span>', look, record.get_lifecycle_display()
        )

    def value_lifecycle(self, record: Any) -> str:
        return str(record.get_lifecycle_display())

    def render_runs_at(self, value: list[str]) -> str:
        return ", ".join(value)


class InstallationTable(RowTable):
    row_page = ("installation-change", _("Change"))
    empty_action = _("Add an installation")
    application = tables.Column(_("Application"), linkify=page_of("application", "application__code"))
    site = tables.Column(_("Site"))
    purpose = tables.Column(_("Purpose"))
    databases = tables.Column(_("Databases"))
    administered_by = tables.Column(_("Administrable from"), orderable=False, empty_values=())
    version = tables.Column(_("Version"))
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()

    empty_title = _("No installations yet")

    class Meta:
        order_by = "application"
        empty_text = _("Say where an application runs.")

    def render_administered_by(self, record: Any) -> str:
        return ", ".join(place.name for place in record.administered_by.all())


class DependencyTable(RowTable):
    row_page = ("dependency-change", _("Change"))
    empty_action = _("Add a dependency")
    application = tables.Column(_("Application"), linkify=page_of("application", "application__code"))
    purpose = tables.Column(_("Needed for"))
    needs = tables.Column(_("Needs"), empty_values=(), orderable=False)
    at_least = tables.Column(_("At least"), empty_values=(), orderable=False)
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()

    empty_title = _("No dependencies yet")

    class Meta:
        order_by = "application"
        empty_text = _("Say what an application needs beside the sites that it runs at.")

    def render_needs(self, record: Any) -> str:
        rows = (*record.applications.all(), *record.links.all(), *record.suppliers.all())
        return ", ".join(row.name for row in rows)

    def render_at_least(self, record: Any) -> str:
        return gettext("all") if record.at_least is None else str(record.at_least)


class SubscriptionTable(RowTable):
    row_page = ("subscription-change", _("Change"))
    empty_action = _("Add subscriptions")
    application = tables.Column(
        _("Application"),
        accessor="application__name",
        order_by="application",
        linkify=page_of("application", "application__code"),
    )
    municipality = tables.Column(_("Municipality"), accessor="municipality__name")
    users = CountColumn(_("Users"))
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()

    empty_title = _("No subscriptions yet")

    class Meta:
        order_by = ("application", "municipality")
        empty_text = _("Say who uses an application.")
