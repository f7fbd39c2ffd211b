"""Ordering work, doing it, and picking up what a dead worker left."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from sharedict.accounts.models import User
from sharedict.common.sight import Sight, everything, of_cooperation, seeing
from sharedict.jobs.models import JOB_LOCKS, TURN_LOCKS, Job
from sharedict.jobs.registry import (
    ATTEMPTS,
    FACTS_CHANGED,
    Chore,
    Place,
    attempts_of,
    failed_for_good,
    handler_of,
)
from sharedict.jobs.wake import wake
from sharedict.kernel.errors import SharedictError

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = ATTEMPTS
LONGEST_WAIT = 3600
"""Seconds between two attempts, however many there were."""
KEPT_FOR = dt.timedelta(days=90)


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


def run_next(*, if_more_wait: Callable[[], object] = lambda: None) -> Job | None:
    """Give one job its turn, and give it back finished or queued again; None if there is nothing to do.

    Cooperations take turns, the longest waiting first, and none has two jobs at work. A turn ends with
    the job, or at the first place that the job reaches while another cooperation waits. ``if_more_wait`` is
    called before the work begins if there is some for another worker, too.
    """
    with seeing(None), _claimed() as job:
        if job is None:
            return None
        if Job.objects.ready(timezone.now()).free().exists():
            if_more_wait()
        began = started = monotonic()
        try:
            with seeing(_sight_of(job)):
                for place in handler_of(job.kind)(job, _reporter(job)) or ():
                    began = _lap(job, began)
                    if _ends_turn(job, place):
                        return job
                _lap(job, began)
        except Exception as error:
            is_refusal = isinstance(error, SharedictError)
            logger.log(
                logging.WARNING if is_refusal else logging.ERROR,
                "Job %s failed: %s",
                job,
                error,
                exc_info=not is_refusal,
            )
            _give_up(job, f"{type(error).__name__}: {error}")
        else:
            job.state, job.place, job.error, job.finished_at = Job.State.DONE, {}, "", timezone.now()
            job.save(update_fields=["state", "place", "error", "finished_at", "piece_took", "served_at"])
        logger.info(
            "job=%s kind=%s state=%s attempts=%s duration_ms=%d cooperation=%s",
            job.pk,
            job.kind,
            job.state,
            job.attempts,
            (monotonic() - started) * 1000,
            job.cooperation_id or "-",
        )
    return job


def run_all() -> int:
    """Do every ready job; gives back how many turns that took, one for each if none has yielded."""
    count = 0
    while run_next():
        count += 1
    return count


def reclaim() -> int:
    """Queue again the running jobs whose worker is gone; gives back how many there were.

    They go on at the place that was reached.
    """
    count = 0
    for job in Job.objects.filter(state=Job.State.RUNNING):
        with transaction.atomic():
            # Its row comes first: who tries the lock of a job that waits would keep a worker from taking it.
            same = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
            fresh = same.select_for_update(skip_locked=True).first()
            if fresh is None or not _try_lock(job.pk):
                continue
            error = "The worker that ran this job stopped before it was done."
            _give_up(fresh, error, wait=False, place=fresh.place)
            count += 1
        _unlock(job.pk)
    return count


def do_chores(due: Sequence[Chore]) -> None:
    """Do each of the chores that are ``due``; one that fails is reported, and tried again the next time."""
    for chore in due:
        try:
            with seeing(everything(chore.__name__, is_routine=True)):
                chore()
        except Exception:
            logger.exception("%s failed", chore.__name__)


def forget_done() -> None:
    """Delete the jobs that were done long ago.

    One that failed is kept, and what its cooperation had done since, for that tells whether the days of the
    failed one were done after all.
    """
    failed = Job.objects.filter(state=Job.State.FAILED).exclude(cooperation=None).values("cooperation")
    done = Job.objects.filter(state=Job.State.DONE, finished_at__lt=timezone.now() - KEPT_FOR)
    done.exclude(cooperation__in=failed).delete()


def retry(*, job: Job) -> Job:
    """Queue a failed job once more, to be done from the start."""
    if job.state == Job.State.FAILED:
        job.state, job.attempts, job.run_after, job.finished_at = Job.State.QUEUED, 0, timezone.now(), None
        job.place = {}
        job.save(update_fields=["state", "attempts", "run_after", "finished_at", "place"])
        transaction.on_commit(wake)
    return job


def _wake_once_after_commit() -> None:
    """However many jobs a transaction orders; undoing a part of it takes that part's wish to wake along."""
    planned: list[object] = [call for _, call, *_ in connection.run_on_commit]
    if wake not in planned:
        transaction.on_commit(wake)


@contextmanager
def _claimed() -> Iterator[Job | None]:
    """Mark the next job as running, holding its advisory locks for as long as this process lives."""
    with transaction.atomic():
        job, now = _next_locked(), timezone.now()
        if job and not job.has_yielded:
            job.attempts += 1
            # One that goes on where a dead worker left it has done its first months since it started then.
            job.started_at = job.started_at if job.place else now
        if job:
            job.state, job.served_at, job.has_yielded = Job.State.RUNNING, now, False
            job.save(update_fields=["state", "attempts", "started_at", "served_at", "has_yielded"])
    try:
        yield job
    finally:
        if job and connection.connection is not None:
            _unlock_turn(job)


def _next_locked() -> Job | None:
    """The job whose turn it is, with its row and its advisory locks."""
    ready, taken = Job.objects.ready(timezone.now()), set()
    for pk, cooperation_id in ready.free().in_turn().values_list("pk", "cooperation_id"):
        if cooperation_id in taken:
            continue
        job = ready.select_for_update(skip_locked=True).filter(pk=pk).first()
        if job and _try_lock_turn(job):
            return job
        if (
            cooperation_id is not None
        ):  # somebody joins it, or another worker is quicker: its next one is not due
            taken.add(cooperation_id)
    return None


def _lap(job: Job, began: float) -> float:
    """Note how long the piece took that has just been done; gives back when the next one begins."""
    now = monotonic()
    job.piece_took, job.served_at = dt.timedelta(seconds=now - began), timezone.now()
    return now


def _ends_turn(job: Job, place: Place) -> bool:
    """Remember the place that the job has reached, and queue it there if another cooperation waits."""
    job.place = place
    waiting = Job.objects.ready(timezone.now()).free().exclude(cooperation=job.cooperation_id)
    job.has_yielded = waiting.exists()
    if job.has_yielded:
        job.state = Job.State.QUEUED
    job.save(update_fields=["place", "has_yielded", "state", "piece_took", "served_at"])
    return job.has_yielded


def _give_up(job: Job, error: str, *, wait: bool = True, place: Place | None = None) -> None:
    """Note a failed attempt; the next one begins at ``place``, or from the start."""
    now = timezone.now()
    is_last = job.attempts >= attempts_of(job.kind)
    job.state = Job.State.FAILED if is_last else Job.State.QUEUED
    job.finished_at = now if is_last else None
    job.error = error
    if wait:
        job.run_after = now + dt.timedelta(seconds=min(2**job.attempts, LONGEST_WAIT))
    job.place, job.has_yielded = place or {}, False
    with transaction.atomic(), seeing(_sight_of(job)):
        job.save(update_fields=["state", "error", "run_after", "finished_at", "place", "has_yielded"])
        if is_last:
            failed_for_good(job)


def _sight_of(job: Job) -> Sight:
    """A job sees its cooperation and nothing else; one of none sees them all."""
    if job.cooperation_id is None:
        return everything(f"{job.kind}, for all cooperations")
    return of_cooperation(job.cooperation_id)


def _reporter(job: Job) -> Any:
    def report(done: int, total: int) -> None:
        Job.objects.filter(pk=job.pk).update(progress_done=done, progress_total=total)

    return report


def _try_lock_turn(job: Job) -> bool:
    """Lock the job and its cooperation, or neither."""
    if job.cooperation_id is not None and not _try_lock(job.cooperation_id, TURN_LOCKS):
        return False
    if _try_lock(job.pk):
        return True
    if job.cooperation_id is not None:
        _unlock(job.cooperation_id, TURN_LOCKS)
    return False


def _unlock_turn(job: Job) -> None:
    _unlock(job.pk)
    if job.cooperation_id is not None:
        _unlock(job.cooperation_id, TURN_LOCKS)


def _try_lock(pk: int, locks: int = JOB_LOCKS) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [locks, pk])
        return bool(cursor.fetchone()[0])


def _unlock(pk: int, locks: int = JOB_LOCKS) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [locks, pk])
