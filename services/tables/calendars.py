"""Calendars, and the days on which nothing is open by them."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from municipalities.portal import DATE, RowTable, page_of
from services.reports import hours_in_words


class CalendarTable(RowTable):
    row_page = ("calendar-change", _("Change"))
    empty_action = _("Add a calendar")
    name = tables.Column(_("Calendar"))
    hours = tables.Column(_("Open"), accessor="pk", orderable=False)
    country = tables.Column(_("Public holidays of"))

    empty_title = _("No calendars yet")

    class Meta:
        order_by = "name"
        empty_text = _("Begin with office hours, extended hours and 24/7, and make them your own.")

    def render_hours(self, record: object) -> str:
        return hours_in_words(record)  # type: ignore[arg-type]


class ClosedDayTable(RowTable):
    row_page = ("closed-day-change", _("Change"))
    empty_action = _("Add a closed day")
    day = tables.Column(_("Day"), attrs=DATE)
    name = tables.Column(_("Name"))
    calendar = tables.Column(_("Calendar"), linkify=page_of("calendar-change", "calendar_id"))

    empty_title = _("No closed days yet")

    class Meta:
        order_by = "day"
        empty_text = _("Public holidays are known: add eves and other days on which you are closed.")
