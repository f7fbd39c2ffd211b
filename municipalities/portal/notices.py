"""What this app tells people of: jobs that failed, and who has joined."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import JOINED, NoticeKind, holders, notify
from municipalities.models import Notice, Role
from sharedict.jobs.models import Job


def _of_job(notice: Notice) -> str:
    return _("A job has failed, and what it was for is not done")


def _job_page(notice: Notice) -> str:
    return reverse("job", args=[notice.cooperation.slug, notice.about])


def _of_joining(notice: Notice) -> str:
    return _("%(person)s has accepted an invitation") % {"person": notice.by}


def _people_page(notice: Notice) -> str:
    return reverse("roles", args=[notice.cooperation.slug])


JOB_FAILED = NoticeKind("job-failed", gettext_lazy("A job has failed"), _of_job, _job_page)
JOINING = NoticeKind(JOINED, gettext_lazy("Somebody has accepted an invitation"), _of_joining, _people_page)


def tell_of_failed_job(job: Job) -> None:
    """Tell the administrators of the job's cooperation; one of none is the operators' to see."""
    if job.cooperation_id is None:
        return
    notify(
        cooperation_id=job.cooperation_id,
        kind=JOB_FAILED.name,
        about=str(job.pk),
        event=f"job-failed {job.pk} {job.finished_at}",
        people=holders(job.cooperation_id, [Role.Kind.ADMINISTRATOR]),
    )
