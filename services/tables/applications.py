"""The catalogue."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.portal import DATE, NUMBER, CountColumn, RowTable, page_of
from services.models import Application
from services.portal import class_in_words
from sharedict.common.figures import money

LIFECYCLE_LOOK = {
    Application.Lifecycle.PLANNED: "info",
    Application.Lifecycle.PILOT: "info",
    Application.Lifecycle.IN_USE: "ok",
    Application.Lifecycle.PHASING_OUT: "warning",
}
"""How the status of an application looks; the other states are neutral."""


class ApplicationTable(RowTable):
    empty_action = _("Add an application")
    name = tables.Column(_("Application"), linkify=page_of("application", "code"))
    purpose = tables.Column(_("Purpose"), orderable=False)
    lifecycle = tables.Column(_("Lifecycle"))
    serves = tables.Column(_("In the tree"), order_by="serves__code")
    owner = tables.Column(_("Owner"), accessor="owner__name")
    municipality_count = CountColumn(_("Municipalities"))
    user_count = CountColumn(_("Users"))
    runs_at = tables.Column(_("Runs at"), orderable=False)
    confidentiality = tables.Column(_("Class"), empty_values=())
    runs = tables.Column(_("Runs"), order_by="runs__name")

    code = tables.Column(_("Code"))
    vendor = tables.Column(_("Vendor"))
    competence_centre = tables.Column(_("Competence centre"), accessor="competence_centre__name")
    confidential = tables.Column(_("Confidentiality"), accessor="confidentiality")
    integrity = tables.Column(_("Integrity"))
    availability = tables.Column(_("Availability"))
    measured = tables.Column(_("Is measured"), order_by="measured__name")
    supported = tables.Column(_("Support is open"), order_by="supported__name")
    charging = tables.Column(_("Charging"))
    unit_price = tables.Column(_("Unit price"), attrs=NUMBER)
    priced_per = tables.Column(_("Price for each"))
    included = tables.Column(_("Included"), orderable=False)
    not_included = tables.Column(_("Not included"), orderable=False)
    delivery_days = CountColumn(_("Delivery time"))
    review_on = tables.Column(_("Next review"), attrs=DATE)
    at_choice = (
        *("code", "vendor", "review_on", "competence_centre", "confidential", "integrity", "availability"),
        *("measured", "supported", "charging", "unit_price", "priced_per", "included", "not_included"),
        "delivery_days",
    )
    in_files = at_choice

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

    def render_runs(self, value: Any) -> str:
        return str(value)

    def render_measured(self, value: Any) -> str:
        return str(value)

    def render_supported(self, value: Any) -> str:
        return str(value)

    def render_unit_price(self, value: Any) -> str:
        return money(value)

    def value_unit_price(self, value: Any) -> Any:
        return value

    def render_serves(self, value: Any) -> str:
        return str(value)

    def render_confidentiality(self, record: Any) -> str:
        return class_in_words(record)

    def render_runs_at(self, value: list[str]) -> str:
        return ", ".join(value)
