"""What jobs of this app do: ids in, one action called."""

from billing.actions import drop_superseded_shares, recompute
from sharedict.jobs.models import Job
from sharedict.jobs.registry import Progress


def recompute_touched(job: Job, progress: Progress) -> None:
    """Bring every open period that the job's change touches up to date."""
    if job.cooperation_id is None or job.touches_from is None:
        return
    recompute(
        cooperation_id=job.cooperation_id,
        touches=(job.touches_from, job.touches_until),
        progress=progress,
    )


def drop_superseded() -> None:
    """Whenever the sweeper comes by: forget the shares that nobody can be reading any more."""
    drop_superseded_shares()
