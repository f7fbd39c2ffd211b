"""Calendars that applications run, are measured and are supported by."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Municipality
from municipalities.portal import ChangePage, DeletePage, FormPage, ListPage
from services.actions import ship_calendars
from services.forms import CalendarForm, ClosedDayFilter, ClosedDayForm
from services.models import Calendar, ClosedDay
from services.tables import CalendarTable, ClosedDayTable
from services.views.shipping import ShipPage


class Calendars(ListPage):
    model = Calendar
    table_class = CalendarTable
    title = gettext_lazy("Calendars")
    lead = gettext_lazy(
        "The hours by which applications run, are measured and are supported. Years that are over keep the "
        "hours by which they were measured."
    )
    add_name = "calendar-add"
    add_label = gettext_lazy("Add a calendar")
    api_name = "v1:calendars-list"

    def more_actions(self) -> list[dict[str, Any]]:
        found = [{"url": self.url("closed-days"), "label": _("Closed days")}]
        if self.rights.may_edit:
            found.append({"url": self.url("calendars-ship"), "label": _("Add the shipped calendars")})
        return found


class CalendarsShip(ShipPage):
    title = gettext_lazy("Add the shipped calendars?")
    lead = gettext_lazy("Calendars of the same names stay as they are.")
    label = gettext_lazy("Add the shipped calendars")
    done_name = "calendars"

    def country(self) -> str:
        """Where the members are, as far as the holidays there are known."""
        places = Municipality.objects.ever_in(self.cooperation).order_by("pk")
        found = places.values_list("country", flat=True).first()
        return found if found in Calendar.Country.values else ""

    def ship(self) -> str:
        ship_calendars(cooperation=self.cooperation, country=self.country(), by=self.viewer)
        return _("Office hours, extended hours and 24/7 are there.")


class CalendarAdd(FormPage):
    form_class = CalendarForm
    title = gettext_lazy("Add a calendar")
    done_name = "calendars"
    said = gettext_lazy("Added.")


class CalendarChange(ChangePage):
    other_steps = (("calendar-delete", gettext_lazy("Remove")),)
    model = Calendar
    form_class = CalendarForm
    title = gettext_lazy("Change a calendar")
    done_name = "calendars"


class CalendarDelete(DeletePage):
    model = Calendar
    done_name = "calendars"


class ClosedDays(ListPage):
    model = ClosedDay
    table_class = ClosedDayTable
    filterset_class = ClosedDayFilter
    title = gettext_lazy("Closed days")
    lead = gettext_lazy(
        "Days beside the public holidays on which nothing is open by a calendar. Years that are over keep "
        "the hours by which they were measured."
    )
    add_name = "closed-day-add"
    add_label = gettext_lazy("Add a closed day")
    api_name = "v1:closed-days-list"


class ClosedDayAdd(FormPage):
    form_class = ClosedDayForm
    title = gettext_lazy("Add a closed day")
    done_name = "closed-days"
    said = gettext_lazy("Added.")


class ClosedDayChange(ChangePage):
    other_steps = (("closed-day-delete", gettext_lazy("Remove")),)
    model = ClosedDay
    form_class = ClosedDayForm
    title = gettext_lazy("Change a closed day")
    done_name = "closed-days"


class ClosedDayDelete(DeletePage):
    model = ClosedDay
    done_name = "closed-days"
