"""Statements are set as PDF before anybody asks; comes in last, for pages know every kind of import."""

import datetime as dt
from time import monotonic

from django.utils import timezone

from billing.views.printing import set_missing
from sharedict.jobs.models import Job

SET_BEFOREHAND = dt.timedelta(days=92)
"""Statements of months that began so long ago are set beforehand; older ones when somebody asks."""
SETTING_SECONDS = 1.0


def set_papers() -> None:
    """Whenever the sweeper comes by and nothing waits: set statements that were issued lately, for a moment.

    Who asks for one at the end of the month is not to wait for it to be set.
    """
    until = monotonic() + SETTING_SECONDS
    for _paper in set_missing(since=timezone.localdate() - SET_BEFOREHAND):
        if monotonic() > until or Job.objects.filter(state=Job.State.QUEUED).exists():
            return
