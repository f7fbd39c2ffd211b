"""What every page about one month begins with: the month, its stamp, and whether it is being recomputed."""

import logging
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.engine.overview import MunicipalityTotal
from billing.engine.statement import StatementError
from billing.models import Period, RunLine
from billing.reports import Calendar, calendar_beside, jobs_about, period_of, told_lines
from billing.views.pictures import month_name
from municipalities.portal import CooperationPage
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month
from sharedict.kernel.written import alphabetical

logger = logging.getLogger(__name__)

STAMPS = {
    Period.State.OPEN: (gettext_lazy("Preliminary"), "warning"),
    Period.State.PROPOSED: (gettext_lazy("Proposed"), "info"),
    Period.State.CLOSED: (gettext_lazy("Closed"), "ok"),
}
"""State -> what stands beside the heading, and its look."""


class StatementsPage(CooperationPage):
    """A page that shows statements; one that cannot be read is an error page, never figures."""

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().answer(request, *args, **kwargs)
        except StatementError:
            logger.exception("A statement cannot be read: %s", request.path)
            return self.page("billing/statement_error.html", {}, status=409)

    def own_first(self, totals: Iterable[MunicipalityTotal]) -> list[MunicipalityTotal]:
        """The reader's own, then the others, each by name."""
        return sorted(totals, key=lambda row: (row.municipality not in self.own, alphabetical(row.name)))

    def statement_files(self, period: Period, key: str) -> dict[str, str]:
        """The addresses of a statement as files; on paper once its month is closed."""
        month = period.month
        return {
            "csv_url": self.url("statement-file", month, key, "csv"),
            "xlsx_url": self.url("statement-file", month, key, "xlsx"),
            "pdf_url": self.url("statement-paper", month, key) if period.is_closed else "",
        }


class MonthPage(StatementsPage):
    """A page about one month that has been computed; any other month does not exist."""

    @property
    def month(self) -> Month:
        month: Month = self.kwargs["month"]
        return month

    @cached_property
    def calendar(self) -> Calendar:
        return calendar_beside(self.period, self.cooperation)

    @cached_property
    def period(self) -> Period:
        found = self.found_period()
        if found is None:
            raise Http404
        found.cooperation = self.cooperation
        return found

    @cached_property
    def told_lines(self) -> list[RunLine]:
        return told_lines(self.period)

    def found_period(self) -> Period | None:
        return period_of(self.viewer, self.cooperation, self.month)

    def stamp(self) -> dict[str, Any]:
        label, variant = STAMPS[Period.State(self.period.state)]
        return {"status_label": label, "status_variant": variant}

    def neighbours(self, name: str, *args: object) -> dict[str, Any]:
        """Links to the same page of the month before and after, where there is one."""
        before, after = self.calendar.before(self.month), self.calendar.after(self.month)
        return {
            key: {"url": self.url(name, month, *args), "label": month_name(month)}
            for key, month in (("previous", before), ("next", after))
            if month
        }

    def progress(self, result_url: str, place: str = "") -> dict[str, Any] | None:
        """What ``components/job_progress.html`` shows while the month is recomputed; None if it is not.

        The figures of a closed month never change.
        """
        if self.period.is_closed:
            return None
        job, failed = jobs_about(self.period)
        if job is None:
            return self.failure(failed) if failed else None
        poll_url = self.url("period-progress", self.month)
        return {
            "label": _("A change has been made: the shares of this month are being recomputed."),
            "is_ended": False,
            "poll_url": f"{poll_url}?for={place}" if place else poll_url,
            "percent": job.percent,
            "result_url": result_url,
        }

    def failure(self, job: Job) -> dict[str, Any]:
        return {
            "label": _("The shares of this month could not be recomputed"),
            "is_ended": True,
            "failed": True,
            "message": _("what you see is from before the change"),
            "result_url": self.url("job", job.pk),
            "result_label": _("See what went wrong"),
        }
