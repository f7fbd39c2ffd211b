"""The calendars that are shipped, to begin with."""

from django.db import transaction
from django.utils.translation import gettext_lazy

from municipalities.actions import lock_cooperation, save_row
from municipalities.models import Cooperation
from services.models import WEEK, Calendar

OFFICE, EXTENDED, ALWAYS = "office", "extended", "always"
SHIPPED = {
    OFFICE: (gettext_lazy("Office hours"), "08:00-16:30", "", ""),
    EXTENDED: (gettext_lazy("Extended hours"), "06:00-22:00", "06:00-22:00", "06:00-22:00"),
    ALWAYS: (gettext_lazy("24/7"), "00:00-24:00", "00:00-24:00", "00:00-24:00"),
}
"""Name, and the hours on weekdays, weekends and public holidays."""


@transaction.atomic
def ship_calendars(*, cooperation: Cooperation, country: str = "SE", by: object) -> dict[str, Calendar]:
    """The calendars office, extended and 24/7, those added that are not there by name. Safe to repeat.

    They are named in the active language.
    """
    lock_cooperation(cooperation.pk)
    known = {row.name: row for row in Calendar.objects.of(cooperation)}
    found = {}
    for code, (name, weekday, weekend, holiday) in SHIPPED.items():
        row = known.get(str(name))
        if row is None:
            hours = {day: weekend if day in ("saturday", "sunday") else weekday for day in WEEK}
            row = Calendar(cooperation=cooperation, name=str(name), country=country, holiday=holiday, **hours)
            row = save_row(row=row, by=by)
        found[code] = row
    return found
