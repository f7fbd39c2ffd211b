"""What workers do for the lowest app."""

from typing import Any

from municipalities.actions import send_letter
from municipalities.portal import take_step
from sharedict.common.sight import of_cooperation, seeing
from sharedict.jobs.models import Job
from sharedict.jobs.progress import told_apart
from sharedict.jobs.registry import Progress


def invitation_letter(job: Job, progress: Progress) -> None:
    """Of no cooperation, so that a mail server that is away holds up none; it sees this one alone."""
    cooperation_id = job.arguments["cooperation"]
    with seeing(of_cooperation(cooperation_id)):
        send_letter(cooperation_id=cooperation_id, pk=job.arguments["invitation"])


def upload_step(job: Job, progress: Progress) -> None:
    """One step of an import in one transaction, with progress that others see before that commits."""
    by: Any = job.created_by
    with told_apart(job) as tell:
        take_step(
            pk=job.arguments["upload"],
            step=job.arguments["step"],
            shown=job.arguments["shown"],
            by=by,
            tell=tell,
        )
