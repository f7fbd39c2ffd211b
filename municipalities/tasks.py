"""What workers do for the lowest app."""

from municipalities.actions import send_letter, send_notice, send_password_letter
from sharedict.common.sight import of_cooperation, seeing
from sharedict.jobs.models import Job
from sharedict.jobs.registry import Progress


def invitation_letter(job: Job, progress: Progress) -> None:
    """Of no cooperation, so that a mail server that is away holds up none; it sees this one alone."""
    cooperation_id = job.arguments["cooperation"]
    with seeing(of_cooperation(cooperation_id)):
        send_letter(cooperation_id=cooperation_id, pk=job.arguments["invitation"])


def password_letter(job: Job, progress: Progress) -> None:
    """One for an address that nobody has is a job like any other, and does nothing."""
    send_password_letter(people=job.arguments["people"], language=job.arguments["language"])


def notice_letter(job: Job, progress: Progress) -> None:
    """Of no cooperation, like the letters of invitations; it sees the one that the notice is of."""
    with seeing(of_cooperation(job.arguments["cooperation"])):
        send_notice(pk=job.arguments["notice"])
