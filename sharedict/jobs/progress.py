"""How far a job is, told from within a transaction that others do not see yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import connection

from sharedict.jobs.models import Job
from sharedict.jobs.registry import Progress

TOLD = "UPDATE jobs_job SET progress_done = %s, progress_total = %s WHERE id = %s"


@contextmanager
def told_apart(job: Job) -> Iterator[Progress]:
    """What is told inside is seen at once: it goes through a connection of its own.

    The transaction of whoever tells it must not have written the row of the job.
    """
    own: Any = cast("Any", connection).copy()

    def tell(done: int, total: int) -> None:
        with own.cursor() as cursor:
            cursor.execute(TOLD, [done, total, job.pk])

    try:
        yield tell
    finally:
        own.close()
