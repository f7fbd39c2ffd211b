"""What applications need."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from municipalities.portal import DATE, LastDayColumn, RowTable, page_of


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
