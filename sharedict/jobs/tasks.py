"""What Celery calls: do what is ready; look after what was left."""

from celery import shared_task

from sharedict.jobs import actions
from sharedict.jobs.registry import chores, nightly
from sharedict.jobs.wake import note_sweep, wake

JOBS_AT_ONCE = 50
"""So many turns of jobs: a task must end well before Celery's time limit; the next one goes on."""


@shared_task(name="sharedict.jobs.tasks.work")
def work() -> None:
    """Do what is ready, turn by turn.

    One message may stand for many jobs: who takes it wakes one more worker if more wait, and that one does
    the same, until there is no more work or nobody idle. A message for work that nobody can take, such as the
    second job of a cooperation, is not passed on.
    """
    if actions.run_next(if_more_wait=wake) and all(actions.run_next() for _ in range(JOBS_AT_ONCE - 1)):
        wake()


@shared_task(name="sharedict.jobs.tasks.sweep")
def sweep() -> None:
    note_sweep()
    actions.reclaim()
    actions.do_chores(chores())
    work()


@shared_task(name="sharedict.jobs.tasks.tidy")
def tidy() -> None:
    actions.do_chores(nightly())
