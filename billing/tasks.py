"""What jobs of this app do: ids in, one action called."""

import datetime as dt
from collections.abc import Iterator
from time import monotonic

from django.utils import timezone

from billing.actions import drop_superseded_runs, drop_superseded_shares, recompute_by_month
from sharedict.jobs.models import Job
from sharedict.jobs.registry import Place, Progress

SET_BEFOREHAND = dt.timedelta(days=92)
"""Statements of months that began so long ago are set beforehand; older ones when somebody asks."""
SETTING_SECONDS = 1.0


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


def set_papers() -> None:
    """Whenever the sweeper comes by and nothing waits: set statements that were issued lately, for a moment.

    Who asks for one at the end of the month is not to wait for it to be set.
    """
    from billing.views.printing import set_missing  # views need all apps to be ready

    until = monotonic() + SETTING_SECONDS
    for _paper in set_missing(since=timezone.localdate() - SET_BEFOREHAND):
        if monotonic() > until or Job.objects.filter(state=Job.State.QUEUED).exists():
            return


def drop_old_runs() -> None:
    """Every night: forget the runs that ceased to be current months ago, with their facts."""
    drop_superseded_runs()
