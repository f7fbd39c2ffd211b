"""Ordering work, doing it, and picking up what a dead worker left."""

import datetime as dt
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from sharedict.accounts.models import User
from sharedict.jobs.models import Job
from sharedict.jobs.registry import FACTS_CHANGED, chores, handler_of
from sharedict.jobs.wake import wake

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
LOCK_CLASS = 0x5D1C
"""First key of the advisory locks that tell which jobs have a living worker."""


def order(
    *,
    kind: str,
    cooperation_id: int | None,
    arguments: Mapping[str, Any] | None = None,
    idempotency_key: str = "",
    touches: tuple[dt.date, dt.date | None] | None = None,
    by: object = None,
) -> Job:
    """Write a job in the caller's transaction and wake a worker once that commits.

    A queued job with the same ``idempotency_key``, or of the same kind and for all of the days that this one
    ``touches``, is locked until the commit and given back instead, so that whoever runs it sees this
    transaction's changes.
    """
    now = timezone.now()
    if idempotency_key and connection.in_atomic_block:
        same = Job.objects.filter(kind=kind, idempotency_key=idempotency_key)
        if touches and cooperation_id:
            same |= Job.objects.filter(kind=kind, cooperation_id=cooperation_id).covering(*touches)
        unclaimed = same.filter(state=Job.State.QUEUED, attempts=0).order_by("id")
        if waiting := unclaimed.select_for_update(skip_locked=True).first():
            _wake_once_after_commit()  # a worker that came by in the meantime has left it, locked as it was
            return waiting
    job = Job.objects.create(
        kind=kind,
        cooperation_id=cooperation_id,
        arguments=dict(arguments or {}),
        idempotency_key=idempotency_key,
        touches_from=touches[0] if touches else None,
        touches_until=touches[1] if touches else None,
        created_by=by if isinstance(by, User) else None,
        created_at=now,
        run_after=now,
    )
    _wake_once_after_commit()
    return job


def announce_change(
    *, cooperation_id: int, touches: tuple[dt.date, dt.date | None], by: object = None
) -> Job:
    """Say that the shares of the days ``touches`` (half-open) may have changed."""
    first, after = touches
    return order(
        kind=FACTS_CHANGED,
        cooperation_id=cooperation_id,
        idempotency_key=f"{cooperation_id}:{first}:{after or ''}",
        touches=touches,
        by=by,
    )


def run_next() -> Job | None:
    """Claim the oldest ready job, do it, and give it back finished or queued again; None if there is none."""
    with _claimed() as job:
        if job is None:
            return None
        try:
            handler_of(job.kind)(job, _reporter(job))
        except Exception as error:
            logger.exception("Job %s failed", job)
            _give_up(job, f"{type(error).__name__}: {error}")
        else:
            job.state, job.error, job.finished_at = Job.State.DONE, "", timezone.now()
            job.save(update_fields=["state", "error", "finished_at"])
    return job


def run_all() -> int:
    """Do every ready job; gives back how many were run."""
    count = 0
    while run_next():
        count += 1
    return count


def reclaim() -> int:
    """Queue again the running jobs whose worker is gone; gives back how many there were."""
    count = 0
    for job in Job.objects.filter(state=Job.State.RUNNING):
        with transaction.atomic():
            if not _try_lock(job.pk):
                continue
            fresh = Job.objects.select_for_update().filter(pk=job.pk, state=Job.State.RUNNING).first()
            if fresh:
                _give_up(fresh, "The worker that ran this job stopped before it was done.", wait=False)
                count += 1
        _unlock(job.pk)
    return count


def do_chores() -> None:
    """Do each of the registered chores; one that fails is reported, and tried again by the next sweep."""
    for chore in chores():
        try:
            chore()
        except Exception:
            logger.exception("%s failed", chore.__name__)


def retry(*, job: Job) -> Job:
    """Queue a failed job once more."""
    if job.state == Job.State.FAILED:
        job.state, job.attempts, job.run_after, job.finished_at = Job.State.QUEUED, 0, timezone.now(), None
        job.save(update_fields=["state", "attempts", "run_after", "finished_at"])
        transaction.on_commit(wake)
    return job


def _wake_once_after_commit() -> None:
    """However many jobs a transaction orders; undoing a part of it takes that part's wish to wake along."""
    planned: list[object] = [call for _, call, *_ in connection.run_on_commit]
    if wake not in planned:
        transaction.on_commit(wake)


@contextmanager
def _claimed() -> Iterator[Job | None]:
    """Mark the next job as running, holding its advisory lock for as long as this process lives."""
    with transaction.atomic():
        job = Job.objects.ready(timezone.now()).select_for_update(skip_locked=True).order_by("id").first()
        if job and not _try_lock(job.pk):
            job = None
        if job:
            job.state, job.attempts, job.started_at = Job.State.RUNNING, job.attempts + 1, timezone.now()
            job.save(update_fields=["state", "attempts", "started_at"])
    try:
        yield job
    finally:
        if job and connection.connection is not None:
            _unlock(job.pk)


def _give_up(job: Job, error: str, *, wait: bool = True) -> None:
    now = timezone.now()
    is_last = job.attempts >= MAX_ATTEMPTS
    job.state = Job.State.FAILED if is_last else Job.State.QUEUED
    job.finished_at = now if is_last else None
    job.error, job.run_after = error, now + dt.timedelta(seconds=2**job.attempts if wait else 0)
    job.save(update_fields=["state", "error", "run_after", "finished_at"])


def _reporter(job: Job) -> Any:
    def report(done: int, total: int) -> None:
        Job.objects.filter(pk=job.pk).update(progress_done=done, progress_total=total)

    return report


def _try_lock(pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, pk])
        return bool(cursor.fetchone()[0])


def _unlock(pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, pk])
