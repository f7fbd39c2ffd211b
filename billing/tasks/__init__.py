"""What jobs of this app do: ids in, one action called."""

from collections.abc import Iterator

from billing.actions import drop_superseded_runs, drop_superseded_shares, recompute_by_month
from sharedict.jobs.models import Job
from sharedict.jobs.registry import Place, Progress


def recompute_touched(job: Job, progress: Progress) -> Iterator[Place]:
    """Bring every open period that the job's change touches up to date; others get turns between months."""
    if job.cooperation_id is None or job.touches_from is None:
        return
    for month in recompute_by_month(
        cooperation_id=job.cooperation_id,
        touches=(job.touches_from, job.touches_until),
        progress=progress,
        place=job.place,
    ):
        if month.place is not None:
            yield month.place


def drop_superseded() -> None:
    """Whenever the sweeper comes by: forget the shares that nobody can be reading any more."""
    drop_superseded_shares()


def drop_old_runs() -> None:
    """Every night: forget the runs that ceased to be current months ago, with their facts."""
    drop_superseded_runs()
