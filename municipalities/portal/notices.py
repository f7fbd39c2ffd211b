"""What this app tells people of: jobs that failed, and who has joined."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import INVITED, JOINED, Link, NoticeKind, holders, notify
from municipalities.models import Cooperation, Notice, Role
from sharedict.jobs.models import Job


def slug_of(notice: Notice) -> str:
    """The address of the cooperation that ``notice`` is of."""
    return notice.cooperation.slug if notice.cooperation else ""


def _of_job(notice: Notice) -> str:
    return _("A job has failed, and what it was for is not done")


def _job_page(notice: Notice) -> str:
    return reverse("job", args=[slug_of(notice), notice.about])


def _of_joining(notice: Notice) -> str:
    return _("%(person)s has accepted an invitation") % {"person": notice.by}


def _people_page(notice: Notice) -> str:
    return reverse("roles", args=[slug_of(notice)])


def _of_invitation(notice: Notice) -> str:
    cooperation = Cooperation.objects.filter(pk=Link.parse(notice.about).cooperation_id).first()
    return _("%(person)s invites you to %(cooperation)s") % {"person": notice.by, "cooperation": cooperation}


def _accept_page(notice: Notice) -> str:
    return reverse("invitation-accept", kwargs={"secret": Link.parse(notice.about).secret})


JOB_FAILED = NoticeKind("job-failed", gettext_lazy("A job has failed"), _of_job, _job_page)
INVITING = NoticeKind(
    INVITED, gettext_lazy("I am invited"), _of_invitation, _accept_page, has_own_letter=True
)
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
