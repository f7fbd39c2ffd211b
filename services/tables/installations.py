"""Where applications run."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from municipalities.portal import DATE, LastDayColumn, RowTable, page_of


class InstallationTable(RowTable):
    row_page = ("installation-change", _("Change"))
    empty_action = _("Add an installation")
    application = tables.Column(_("Application"), linkify=page_of("application", "application__code"))
    code = tables.Column(_("Application code"), accessor="application__code")
    site = tables.Column(_("Site"))
    purpose = tables.Column(_("Purpose"))
    databases = tables.Column(_("Databases"))
    administered_by = tables.Column(_("Administrable from"), orderable=False, empty_values=())
    version = tables.Column(_("Version"))
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()

    at_choice = ("code",)
    in_files = at_choice

    empty_title = _("No installations yet")

    class Meta:
        order_by = "application"
        empty_text = _("Say where an application runs.")

    def render_administered_by(self, record: Any) -> str:
        return ", ".join(place.name for place in record.administered_by.all())
