"""Jobs to do again."""

from django.db import transaction

from municipalities.actions.rows import changed
from sharedict.accounts.models import User
from sharedict.jobs.actions import retry
from sharedict.jobs.models import Job


@transaction.atomic
def retry_job(*, job: Job, by: User) -> Job:
    """Queue a failed job once more; safe to repeat."""
    held = Job.objects.select_for_update().get(pk=job.pk)
    if held.state == Job.State.FAILED:
        changed(done=[("retry", held, {"error": [held.error[:300], ""]})], by=by)
        retry(job=held)
    return held
