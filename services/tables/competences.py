"""Who can run what, and who is on call."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from municipalities.portal import DATE, LastDayColumn, RowTable, page_of
from services.models import Competence

LEVEL_LOOK = {Competence.Level.TEACHES: "ok", Competence.Level.RUNS: "ok"}
"""How well somebody knows it; only to know it is neutral."""


class CompetenceTable(RowTable):
    row_page = ("competence-change", _("Change"))
    empty_action = _("Add a competence")
    application = tables.Column(_("Application"), linkify=page_of("application", "application__code"))
    colleague = tables.Column(_("Colleague"), order_by="colleague__name")
    municipality = tables.Column(_("Municipality"), accessor="colleague__municipality__name")
    level = tables.Column(_("How well"))
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()

    empty_title = _("No competences yet")

    class Meta:
        order_by = ("application", "colleague")
        empty_text = _("Say who can run an application, so that it is known which only one person can.")

    def render_colleague(self, value: Any) -> str:
        return str(value)

    def render_level(self, record: Any) -> str:
        look = LEVEL_LOOK.get(record.level, "neutral")
        return format_html('<span class="sd-state sd-state-{}">{}</span>', look, record.get_level_display())

    def value_level(self, record: Any) -> str:
        return str(record.get_level_display())


class OnCallTable(RowTable):
    row_page = ("on-call-change", _("Change"))
    empty_action = _("Add a turn")
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()
    colleague = tables.Column(_("Colleague"), order_by="colleague__name")
    phone = tables.Column(_("Telephone"), accessor="colleague__phone", orderable=False)
    application = tables.Column(_("For"), empty_values=())

    empty_title = _("Nobody is on call")

    class Meta:
        order_by = "valid_from"
        empty_text = _("Say who is to be reached outside office hours.")

    def render_colleague(self, value: Any) -> str:
        return str(value)

    def render_application(self, value: Any) -> str:
        return str(value or gettext("all that is shared"))
