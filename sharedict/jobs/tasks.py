"""What Celery calls: do what is ready; look after what was left."""

from celery import shared_task

from sharedict.jobs import actions
from sharedict.jobs.wake import wake

JOBS_AT_ONCE = 50
"""So many turns of jobs: a task must end well before Celery's time limit; the next one goes on."""


@shared_task(name="sharedict.jobs.tasks.work")
def work() -> None:
    if all(actions.run_next() for _ in range(JOBS_AT_ONCE)):
        wake()


@shared_task(name="sharedict.jobs.tasks.sweep")
def sweep() -> None:
    actions.reclaim()
    actions.do_chores()
    work()
