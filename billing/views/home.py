"""The way in: the only cooperation of the reader, or what concerns them in each of several and in all."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.views.openings import opening_in_all
from billing.views.pictures import month_name
from billing.views.places import HomePage, whole_of
from municipalities.models import Cooperation


class Home(HomePage):
    """The overview of the only cooperation, all of several, or what to do without any.

    Who runs the installation is led to set up the first cooperation, or else to all of them.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.cooperations()
        if len(found) == 1:
            return redirect("overview", found[0].slug)
        if not found and request.user.is_superuser:
            return redirect("cooperations" if Cooperation.objects.exists() else "cooperation-add")
        if not found:
            return render(request, "municipalities/no_role.html")
        month, places = self.places(found)
        statements = [statement for place in places for statement in place.statements]
        names = {statement.name for statement in statements}
        title = _("%(name)s in all cooperations") % {"name": names.pop()} if len(names) == 1 else ""
        told = [(place.cooperation.name, place.url, place.statements) for place in places]
        context = {
            "title": title or _("Your cooperations"),
            "places": places,
            "whole": whole_of(places),
            "has_changes": any(place.change_minor is not None for place in places),
            "has_waits": any(place.waits for place in places),
            "has_demonstration": any(place.cooperation.is_demonstration for place in places),
            "month_name": month_name(month) if month else "",
            "opening": opening_in_all(told),
            "csv_url": reverse("home-file", args=["csv"]) if statements else "",
            "xlsx_url": reverse("home-file", args=["xlsx"]) if statements else "",
        }
        return render(request, "billing/home.html", context)
