"""Who works with what is shared, and when they are away."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from municipalities.portal import ADDRESS, DATE, LastDayColumn, RowTable
from sharedict.common.days import date_format, last_day


class ColleagueTable(RowTable):
    row_page = ("colleague-change", _("Change"))
    empty_action = _("Add a colleague")
    name = tables.Column(_("Name"), empty_values=())
    municipality = tables.Column(_("Municipality"), accessor="municipality__name")
    work = tables.Column(_("Works as"))
    phone = tables.Column(_("Telephone"))
    email = tables.Column(_("E-mail"), attrs=ADDRESS)
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn()

    empty_title = _("No colleagues yet")

    class Meta:
        order_by = "name"
        empty_text = _("Add who works with what you share, so that it is known who can stand in.")

    def render_name(self, record: Any) -> str:
        return str(record)

    def render_email(self, value: str) -> str:
        return format_html('<a href="mailto:{}">{}</a>', value, value)

    def value_email(self, value: str) -> str:
        return value


class AbsenceTable(RowTable):
    row_page = ("absence-change", _("Change"))
    empty_action = _("Add an absence")
    colleague = tables.Column(_("Colleague"), order_by="colleague__name")
    municipality = tables.Column(_("Municipality"), accessor="colleague__municipality__name")
    valid_from = tables.Column(_("From"), attrs=DATE)
    valid_until = LastDayColumn(empty_values=())

    empty_title = _("Nobody is away")

    class Meta:
        order_by = "-valid_from"
        empty_text = _("Say when somebody is away, and see what nobody else can run then.")

    def render_colleague(self, value: Any) -> str:
        return str(value)

    def render_valid_until(self, value: Any) -> str:
        return date_format(last_day(value), "DATE_FORMAT") if value else gettext("until further notice")

    def value_valid_until(self, value: Any) -> Any:
        return last_day(value) if value else None
