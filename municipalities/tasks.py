"""What workers do for the lowest app."""

import datetime as dt
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from municipalities.actions import note_failure, send_letter, send_notice, send_password_letter
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


@contextmanager
def without_collecting() -> Iterator[None]:
    """Garbage is not looked for inside: among millions of objects that live on there is none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def upload_step(job: Job, progress: Progress) -> None:
    """One step of an import in one transaction, with progress that others see before that commits."""
    by: Any = job.created_by
    with told_apart(job) as tell, without_collecting():
        take_step(
            pk=job.arguments["upload"],
            step=job.arguments["step"],
            shown=job.arguments["shown"],
            by=by,
            tell=tell,
        )


def password_letter(job: Job, progress: Progress) -> None:
    """One for an address that nobody has is a job like any other, and does nothing."""
    send_password_letter(people=job.arguments["people"], language=job.arguments["language"])


def notice_letter(job: Job, progress: Progress) -> None:
    """Of no cooperation, like the letters of invitations; it sees the one that the notice is of."""
    with seeing(of_cooperation(job.arguments["cooperation"])):
        send_notice(pk=job.arguments["notice"])


def failed_sign_in(job: Job, progress: Progress) -> None:
    """One of a name that nobody has is a job like any other, and does nothing."""
    told = job.arguments
    at, verb = dt.datetime.fromisoformat(told["at"]), told.get("verb", "failure")
    note_failure(people=told["people"], at=at, verb=verb)
