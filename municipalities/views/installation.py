"""What the installation has beside its cooperations: public registers, jobs, and whether all is well."""

from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from municipalities.forms.registers import DAYS
from municipalities.models import Driver, Municipality, Reading
from municipalities.models.driver import POPULATION
from municipalities.portal import OperatorPage
from municipalities.tables import JOB_LOOK, instant, job_label
from sharedict import health
from sharedict.jobs.models import Job

SHOWN_JOBS = 20


class Installation(OperatorPage):
    """Public registers and drivers, jobs that failed or wait, and health's answers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "municipalities/installation.html", kept_by_all())


def kept_by_all() -> dict[str, Any]:
    public = Q(readings__cooperation=None)
    drivers = Driver.objects.filter(cooperation=None).annotate(
        latest_on=Max("readings__reference_on", filter=public),
        reading_count=Count("readings", filter=public),
        place_count=Count("readings__municipality", filter=public, distinct=True),
    )
    countries = Municipality.objects.order_by("country").values("country").annotate(count=Count("pk"))
    undone = Job.objects.undone().select_related("cooperation").order_by("-state", "-id")
    failed = Job.objects.filter(state=Job.State.FAILED).count()
    return {
        "drivers": drivers.order_by("code"),
        "countries": countries,
        "population_files": _population_files(),
        "register_csv_url": reverse("register-file"),
        "register_xlsx_url": f"{reverse('register-file')}?format=xlsx",
        "failed": failed,
        "unfinished": Job.objects.unfinished().count(),
        "jobs": [_job(job) for job in undone[:SHOWN_JOBS]],
        "health": [_finding(name, said) for name, said in health.findings().items()],
    }


def _population_files() -> list[dict[str, Any]]:
    """Each country that population is known of, and the day of the year; what the page that loads it asks."""
    public = Reading.objects.filter(driver__code=POPULATION, driver__cooperation=None, cooperation=None)
    kept = public.values_list("municipality__country", "reference_on__month", "reference_on__day")
    found = [(country, f"{month:02}-{day:02}") for country, month, day in kept.order_by().distinct()]
    days = dict(DAYS)
    address = reverse("population-file")
    return [
        {
            "country": country,
            "label": days[day],
            "csv_url": f"{address}?country={country}&day={day}",
            "xlsx_url": f"{address}?country={country}&day={day}&format=xlsx",
        }
        for country, day in sorted(found)
        if day in days
    ]


def _job(job: Job) -> dict[str, Any]:
    return {
        "label": job_label(job),
        "cooperation": str(job.cooperation or ""),
        "state": job.get_state_display(),
        "look": JOB_LOOK.get(Job.State(job.state), "neutral"),
        "ordered": instant(job.created_at),
        "error": job.error if job.state == Job.State.FAILED else "",
        "retry_url": reverse("any-job-retry", args=[job.pk]) if job.state == Job.State.FAILED else "",
    }


def _finding(name: str, said: str) -> dict[str, str]:
    names = {
        "database": _("Database"),
        "redis": _("Queue (Redis)"),
        "worker": _("Worker"),
        "jobs": _("Jobs that could be done"),
    }
    answers = {
        health.OK: _("well"),
        "does not answer": _("does not answer"),
        "has not been seen": _("has not been seen"),
        "wait for too long": _("wait for too long"),
    }
    look = "ok" if said == health.OK else "danger"
    return {"name": names.get(name, name), "said": answers.get(said, said), "look": look}
