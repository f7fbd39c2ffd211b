"""What works in the background, and how far it has come."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import retry_job
from municipalities.forms import JobFilter
from municipalities.portal import EditorsOnly, ListPage, OperatorPage, RowMixin
from municipalities.tables import JobTable, instant, job_label
from sharedict.common.requests import STOP_POLLING
from sharedict.jobs.models import Job


class Jobs(ListPage):
    model = Job
    table_class = JobTable
    filterset_class = JobFilter
    title = gettext_lazy("Jobs")
    lead = gettext_lazy("What the portal computes in the background. You can leave this page meanwhile.")
    api_name = "v1:jobs-list"

    def queryset(self) -> Any:
        return Job.objects.of(self.cooperation).select_related("created_by")


class JobPage(RowMixin):
    """A job's progress: alone for a page that polls it, else with its facts."""

    model = Job

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        job = self.row()
        if request.htmx:  # type: ignore[attr-defined]
            status = STOP_POLLING if job.is_finished else 200
            return render(request, "components/job_progress.html", self.progress(job), status=status)
        facts = [
            (_("Ordered"), instant(job.created_at)),
            (_("Ordered by"), str(job.created_by or "sharedict")),
            (_("Started"), instant(job.started_at)),
            (_("Finished"), instant(job.finished_at)),
            (_("Attempts"), job.attempts),
            (_("Error"), job.error),
        ]
        can_retry = self.rights.may_edit and job.state == Job.State.FAILED
        context = {
            "progress": self.progress(job),
            "title": job_label(job),
            "facts": facts,
            "back_url": self.url("jobs"),
            "actions": [{"url": self.url("job-retry", job.pk), "label": _("Try again"), "primary": True}]
            if can_retry
            else [],
        }
        return self.page("municipalities/job.html", context)

    def label(self, job: Job) -> str:
        """How far it is; what it does stands in the heading."""
        if job.is_finished:
            return instant(job.finished_at) if job.finished_at else ""
        return _("At work") if job.started_at else _("Waits for its turn")

    def progress(self, job: Job) -> dict[str, Any]:
        return {
            "label": self.label(job),
            "is_ended": job.is_finished,
            "failed": job.state == Job.State.FAILED,
            "poll_url": self.url("job", job.pk),
            "percent": job.percent,
        }


def question(job: Job, cancel_url: str) -> dict[str, Any]:
    """What is asked before a job that failed is ordered once more."""
    label = job_label(job)
    return {
        "title": _("Try “%(what)s” again?") % {"what": label},
        "lead": _("It is done once more from the start. What is there already stays as it is."),
        "confirm_label": _("Try “%(what)s” again") % {"what": label},
        "danger": False,
        "cancel_url": cancel_url,
    }


class JobRetry(RowMixin, EditorsOnly):
    model = Job

    def row(self) -> Job:
        job: Job = super().row()
        if job.state != Job.State.FAILED:
            raise Http404
        return job

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.page("components/confirm_page.html", question(self.row(), self.url("jobs")))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        job = retry_job(job=self.row(), by=self.viewer)
        messages.success(request, _("Ordered again."))
        return redirect(self.url("job", job.pk))


class AnyJobRetry(OperatorPage):
    """The same of any cooperation, or of none, for those who run the installation."""

    model = Job

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = question(self.row(pk), reverse("installation"))
        return render(request, "components/confirm_page.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        retry_job(job=self.row(pk), by=self.viewer)
        messages.success(request, _("Ordered again."))
        return redirect("installation")

    def row(self, pk: int) -> Job:
        return get_object_or_404(Job, pk=pk, state=Job.State.FAILED)
