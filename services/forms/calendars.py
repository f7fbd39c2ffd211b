"""Calendars and closed days: what administrators fill in."""

import django_filters
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from municipalities.portal import Filter, RowForm
from services.models import WEEK, Calendar, ClosedDay


def calendars_here(request: HttpRequest) -> object:
    return Calendar.objects.of(request.cooperation)  # type: ignore[attr-defined]


class ClosedDayFilter(Filter):
    calendar = django_filters.ModelChoiceFilter(label=gettext_lazy("Calendar"), queryset=calendars_here)


class CalendarForm(RowForm):
    layout = (("name", "country"), WEEK[:5], (*WEEK[5:], "holiday"))

    class Meta:
        model = Calendar
        fields = ["name", "country", *WEEK, "holiday"]
        help_texts = {"monday": gettext_lazy("Such as 08:00-16:30. Empty: closed.")}


class ClosedDayForm(RowForm):
    layout = ("calendar", ("day", "name"))

    class Meta:
        model = ClosedDay
        fields = ["calendar", "day", "name"]
