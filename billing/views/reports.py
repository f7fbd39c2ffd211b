"""The files there are."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from billing.models import Period
from billing.reports import totals_by_month
from billing.views.months import STAMPS, StatementsPage
from billing.views.pictures import month_name
from municipalities.models import Municipality


class Reports(StatementsPage):
    """The files one can have: a statement for each month and own municipality, each month, each year."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = Period.objects.visible_to(self.viewer).of(self.cooperation)
        periods = list(rows.filter(current_run__isnull=False).for_listing())
        places = list(Municipality.objects.filter(pk__in=self.rights.municipality_ids))
        totals = totals_by_month(self.viewer, [period.current_run_id or 0 for period in periods])
        years = sorted({period.first_day.year for period in periods}, reverse=True)
        context = {
            "title": _("Files"),
            "lead": _("Everything here is made from the figures that the pages show, at the moment you ask."),
            "years": [{"year": year, "url": self.url("year-file", year)} for year in years],
            "months": [self.month(period, places, totals[period.current_run_id or 0]) for period in periods],
            "places": [str(place) for place in places],
            "cost_add_url": self.url("cost-add") if self.rights.may_edit else "",
        }
        return self.page("billing/reports.html", context)

    def month(
        self, period: Period, places: list[Municipality], totals: dict[str, tuple[str, int]]
    ) -> dict[str, Any]:
        label, variant = STAMPS[Period.State(period.state)]
        return {
            "name": capfirst(month_name(period.month)),
            "url": self.url("period", period.month),
            "label": label,
            "variant": variant,
            "csv_url": self.url("period-file", period.month, "csv"),
            "xlsx_url": self.url("period-file", period.month, "xlsx"),
            "statements": [
                {"name": str(place), **self.statement_files(period, place.key)}
                if place.key in totals
                else {"name": str(place)}
                for place in places
            ],
        }
