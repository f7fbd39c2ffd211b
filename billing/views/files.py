"""Files of a month or a year, of all that the reader may see."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from billing.documents.csv import shares_csv
from billing.documents.xlsx import month_xlsx
from billing.engine.overview import MunicipalityTotal
from billing.models import Statement
from billing.reports import (
    corrections_by_municipality,
    corrections_of,
    share_lines,
    totals_of,
    unallocated_of,
)
from billing.reports.undivided import why_in_words
from billing.views.months import MonthPage
from billing.views.pictures import OWN_ONLY, month_name
from municipalities.portal import CooperationPage, banner_of
from sharedict.common.csv_forms import form_of, remember_form
from sharedict.common.sight import of_cooperation, seeing

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PeriodFile(MonthPage):
    """One month of every municipality that the reader may see: all shares as CSV, the totals as XLSX."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        kind, name = self.kwargs["kind"], f"{self.cooperation.slug}-{self.month}"
        if kind == "csv":
            return shares_between(self, self.period.month.first, self.month.after, f"{name}.csv")
        if kind != "xlsx":
            raise Http404
        return attachment(HttpResponse(self.workbook(), content_type=XLSX), f"{name}.xlsx")

    def name_as_issued(self) -> str:
        """The cooperation's name as it stands on the month's statements; today's where there are none yet."""
        issued = Statement.objects.filter(run=self.period.current_run_id).values_list("payee_name", flat=True)
        with seeing(of_cooperation(self.cooperation.pk)):  # also for those who have no statement among them
            return issued.order_by("number").first() or str(self.cooperation)

    def workbook(self) -> bytes:
        run = self.period.current_run
        if run is None:
            raise Http404
        unallocated = unallocated_of(self.told_lines)
        return month_xlsx(
            title=f"{self.name_as_issued()}, {month_name(self.month)}",
            banner=banner_of(self.cooperation),
            currency=self.cooperation.currency,
            computed_at=run.computed_at,
            totals=totals_of(self.viewer, self.period, self.calendar),
            unallocated=unallocated,
            corrections=corrections_of(self.told_lines),
            corrected=corrections_by_municipality(self.viewer, self.period),
            reasons={line.reason: why_in_words(line.reason) for line in unallocated},
            facts=[
                (_("State"), str(self.period.get_state_display())),
                *([] if self.rights.sees_all_shares else [(_("Shares"), str(OWN_ONLY))]),
                (_("Currency"), self.cooperation.currency),
                (_("Costs in all"), run.total),
                (_("Unallocated"), run.unallocated),
                (_("Run"), run.number),
                (_("Fingerprint of the inputs"), run.fingerprint),
            ],
        )


class YearFile(CooperationPage):
    """Every share of a calendar year that the reader may see, as CSV straight from the database."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        year = self.kwargs["year"]
        if not 1900 <= year < 2200:
            raise Http404
        name = f"{self.cooperation.slug}-{year}-shares.csv"
        return shares_between(self, dt.date(year, 1, 1), dt.date(year + 1, 1, 1), name)


def shares_between(page: CooperationPage, first: dt.date, after: dt.date, name: str) -> HttpResponseBase:
    """A file of the shares of the months in ``[first, after)`` that the reader of ``page`` may see."""
    cooperation, rights = page.cooperation, page.rights
    lines = share_lines(
        cooperation_id=cooperation.pk,
        currency=cooperation.currency,
        first=first,
        after=after,
        municipality_ids=None if rights.sees_all_shares else rights.municipality_ids,
        form=form_of(page.request),
    )
    return csv_file(page.request, shares_csv(lines, banner=banner_of(cooperation)), name)


def csv_file(request: HttpRequest, lines: Iterable[bytes], name: str) -> HttpResponseBase:
    """``lines`` as a file; the form that was asked for is remembered."""
    response = attachment(StreamingHttpResponse(lines, content_type=CSV), name)
    remember_form(request, response)
    return response


def whole(totals: list[MunicipalityTotal]) -> dict[str, int]:
    """What all of them carry, in minor units: this month, the month before, and the difference."""
    this, before = sum(row.this_minor for row in totals), sum(row.before_minor for row in totals)
    return {"this_minor": this, "before_minor": before, "change_minor": this - before}


def attachment(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """``response`` as a file to save under ``name``."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
