"""Jobs are rows: ordered with the change, claimed once, tried again, never lost."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs import registry
from sharedict.jobs.actions import (
    MAX_ATTEMPTS,
    announce_change,
    order,
    reclaim,
    retry,
    run_all,
    run_next,
)
from sharedict.jobs.models import JOB_LOCKS, Job
from sharedict.jobs.tasks import JOBS_AT_ONCE, sweep, tidy, work
from tests.workers import Beside

JANUARY, FEBRUARY, MARCH = (dt.date(2026, number, 1) for number in (1, 2, 3))
NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the handler of kind "note" was given, job by job."""
    notes: list[Any] = []
    monkeypatch.setitem(registry._handlers, "note", lambda job, progress: notes.append(job.arguments))
    return notes


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind "fail" whose handler never succeeds."""

    def fail(job: Job, progress: object) -> None:
        raise ValueError("no such luck")

    monkeypatch.setitem(registry._handlers, "fail", fail)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def running(**values: Any) -> Job:
    """A job that some worker has claimed."""
    return Job.objects.create(
        kind="note", state=Job.State.RUNNING, attempts=1, created_at=NOW, run_after=NOW, **values
    )


def test_a_job_is_done_with_its_arguments(done: list[Any]) -> None:
    job = order(kind="note", cooperation_id=None, arguments={"name": "Räksmörgås 🦐"})
    assert (job.state, job.attempts) == ("queued", 0)
    assert run_all() == 1
    job.refresh_from_db()
    assert done == [{"name": "Räksmörgås 🦐"}]
    assert (job.state, job.attempts, job.error) == ("done", 1, "")
    assert job.started_at is not None
    assert job.finished_at is not None
    assert job.is_finished


def test_the_oldest_job_comes_first(done: list[Any]) -> None:
    for number in range(3):
        order(kind="note", cooperation_id=None, arguments={"number": number})
    assert run_all() == 3
    assert [note["number"] for note in done] == [0, 1, 2]
    assert run_next() is None


def test_a_change_that_is_undone_orders_nothing(done: list[Any]) -> None:
    def change_and_fail() -> None:
        with transaction.atomic():
            order(kind="note", cooperation_id=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert not Job.objects.exists()


def test_workers_are_woken_once_for_a_transaction_and_only_after_it(
    django_capture_on_commit_callbacks: Any, north: Cooperation
) -> None:
    with django_capture_on_commit_callbacks() as calls:
        for number in range(3):
            order(kind="note", cooperation_id=None, arguments={"number": number})
        announce_change(cooperation_id=north.pk, touches=(JANUARY, FEBRUARY))
    assert len(calls) == 1


def test_joining_a_waiting_job_wakes_workers_too(
    django_capture_on_commit_callbacks: Any, north: Cooperation
) -> None:
    """A worker that comes by while the joining transaction goes on leaves the job, locked as it is."""
    first = announce_change(cooperation_id=north.pk, touches=(JANUARY, FEBRUARY))
    connection.run_on_commit.clear()  # as if the transaction that ordered it were over
    with django_capture_on_commit_callbacks() as calls:
        assert announce_change(cooperation_id=north.pk, touches=(JANUARY, FEBRUARY)) == first
    assert len(calls) == 1


def test_a_job_knows_who_ordered_it(administrator: User, north: Cooperation) -> None:
    job = announce_change(cooperation_id=north.pk, touches=(JANUARY, None), by=administrator)
    assert (job.created_by, job.cooperation_id) == (administrator, north.pk)
    assert announce_change(cooperation_id=north.pk, touches=(MARCH, None), by="a token") == job


def test_a_waiting_job_with_the_same_key_is_joined(done: list[Any]) -> None:
    first = order(kind="note", cooperation_id=None, idempotency_key="once")
    assert order(kind="note", cooperation_id=None, idempotency_key="once") == first
    assert order(kind="note", cooperation_id=None, idempotency_key="twice") != first
    assert order(kind="other", cooperation_id=None, idempotency_key="once") != first
    assert order(kind="note", cooperation_id=None) != order(kind="note", cooperation_id=None)


@pytest.mark.parametrize("state", [Job.State.RUNNING, Job.State.DONE, Job.State.FAILED])
def test_a_job_that_has_begun_is_not_joined(state: Job.State) -> None:
    """Its worker may have read what the change alters before the change was there."""
    first = order(kind="note", cooperation_id=None, idempotency_key="once")
    Job.objects.filter(pk=first.pk).update(state=state, attempts=1)
    assert order(kind="note", cooperation_id=None, idempotency_key="once") != first


def test_a_change_joins_a_job_for_all_of_its_days(north: Cooperation, outside: Cooperation) -> None:
    wide = announce_change(cooperation_id=north.pk, touches=(JANUARY, MARCH))
    assert announce_change(cooperation_id=north.pk, touches=(FEBRUARY, MARCH)) == wide
    assert announce_change(cooperation_id=outside.pk, touches=(FEBRUARY, MARCH)) != wide
    longer = announce_change(cooperation_id=north.pk, touches=(FEBRUARY, None))
    assert longer != wide
    assert announce_change(cooperation_id=north.pk, touches=(MARCH, None)) == longer
    assert announce_change(cooperation_id=north.pk, touches=(dt.date.min, FEBRUARY)) not in (wide, longer)


@pytest.mark.parametrize(
    ("first", "after", "expected"),
    [
        (JANUARY, FEBRUARY, False),
        (dt.date(2026, 1, 31), FEBRUARY, False),
        (FEBRUARY, MARCH, True),
        (JANUARY, dt.date(2026, 2, 2), True),
        (MARCH, dt.date(2026, 4, 1), False),
    ],
)
def test_a_job_touches_the_days_it_names(
    north: Cooperation, first: dt.date, after: dt.date, expected: bool
) -> None:
    announce_change(cooperation_id=north.pk, touches=(FEBRUARY, MARCH))
    assert Job.objects.unfinished().touching(first, after).exists() is expected


def test_a_job_that_fails_is_tried_again_later_and_later(failing: None, clock: Any) -> None:
    job = order(kind="fail", cooperation_id=None)
    waits = []
    for attempt in range(1, MAX_ATTEMPTS):
        assert run_next() == job
        job.refresh_from_db()
        assert (job.state, job.attempts, job.finished_at) == ("queued", attempt, None)
        assert job.error == "ValueError: no such luck"
        assert run_next() is None
        waits.append(job.run_after - dt.datetime.now(dt.UTC))
        clock.move_to(job.run_after)
    assert [wait.total_seconds() for wait in waits] == [2, 4, 8, 16]


def test_a_job_that_failed_too_often_stays_failed_until_somebody_retries_it(
    failing: None, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = order(kind="fail", cooperation_id=None)
    Job.objects.update(attempts=MAX_ATTEMPTS - 1)
    run_all()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.is_finished) == ("failed", MAX_ATTEMPTS, True)
    clock.shift(dt.timedelta(days=1))
    assert run_all() == 0
    monkeypatch.setitem(registry._handlers, "fail", lambda job, progress: None)
    retry(job=job)
    assert run_all() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("done", 1, "")


def test_retrying_what_has_not_failed_changes_nothing(done: list[Any]) -> None:
    job = order(kind="note", cooperation_id=None)
    run_all()
    job.refresh_from_db()
    retry(job=job)
    assert run_all() == 0


def test_a_kind_that_nobody_handles_fails_and_says_what_exists(done: list[Any]) -> None:
    job = order(kind="unheard-of", cooperation_id=None)
    run_all()
    job.refresh_from_db()
    assert "No handler for jobs of kind 'unheard-of'" in job.error
    assert "facts-changed" in job.error


def test_one_failing_job_does_not_hold_up_the_others(failing: None, done: list[Any]) -> None:
    order(kind="fail", cooperation_id=None)
    order(kind="note", cooperation_id=None)
    run_all()
    assert len(done) == 1


def test_progress_is_written_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def handle(job: Job, progress: Callable[[int, int], None]) -> None:
        progress(3, 12)
        seen.append(Job.objects.values_list("progress_done", "progress_total").get())

    monkeypatch.setitem(registry._handlers, "note", handle)
    order(kind="note", cooperation_id=None)
    run_all()
    assert seen == [(3, 12)]


def test_a_task_stops_in_time_and_hands_on(done: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """It has woken another worker at its first job, as others waited, and wakes one when it stops."""
    woken: list[int] = []
    monkeypatch.setattr("sharedict.jobs.tasks.wake", lambda: woken.append(len(done)))
    for _ in range(JOBS_AT_ONCE + 1):
        order(kind="note", cooperation_id=None)
    work()
    assert (len(done), woken) == (JOBS_AT_ONCE, [0, JOBS_AT_ONCE])
    work()
    assert (len(done), woken) == (JOBS_AT_ONCE + 1, [0, JOBS_AT_ONCE])


def test_a_job_whose_worker_is_gone_is_queued_again(done: list[Any]) -> None:
    job = running()
    assert reclaim() == 1
    job.refresh_from_db()
    assert job.state == "queued"
    assert "stopped before it was done" in job.error
    assert run_all() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("done", 2, "")
    assert reclaim() == 0


def test_a_job_that_kills_its_workers_is_given_up() -> None:
    job = running()
    Job.objects.update(attempts=MAX_ATTEMPTS)
    assert reclaim() == 1
    job.refresh_from_db()
    assert job.state == "failed"


def test_a_sweep_takes_up_what_was_left_and_what_nobody_was_woken_for(done: list[Any]) -> None:
    running(arguments={"was": "left"})
    order(kind="note", cooperation_id=None, arguments={"was": "waiting"})
    sweep()
    assert done == [{"was": "left"}, {"was": "waiting"}]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """A kind "slow" whose handler says that it began, and goes on when it may."""
    began, may_go = threading.Event(), threading.Event()

    def handle(job: Job, progress: object) -> None:
        began.set()
        assert may_go.wait(30)

    monkeypatch.setitem(registry._handlers, "slow", handle)
    return began, may_go


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_job(
    gate: tuple[threading.Event, threading.Event], done: list[Any]
) -> None:
    began, may_go = gate
    slow = order(kind="slow", cooperation_id=None)
    quick = order(kind="note", cooperation_id=None)
    worker = Beside(run_next)
    assert began.wait(30)
    assert run_next() == quick
    assert run_next() is None
    assert reclaim() == 0
    slow.refresh_from_db()
    assert slow.state == "running"
    may_go.set()
    assert worker.value() == slow
    slow.refresh_from_db()
    assert (slow.state, slow.attempts) == ("done", 1)


@pytest.mark.django_db(transaction=True)
def test_many_workers_do_every_job_once(done: list[Any]) -> None:
    for number in range(40):
        order(kind="note", cooperation_id=None, arguments={"number": number})
    workers = [Beside(run_all) for _ in range(4)]
    counts = [worker.value() for worker in workers]
    # a job met just as another worker lets go of it is left for the next round
    counts.append(run_all())
    assert sum(counts) == 40
    assert sorted(note["number"] for note in done) == list(range(40))
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_being_joined_waits_for_the_change(transactional_db: None, done: list[Any]) -> None:
    job = order(kind="note", cooperation_id=None, idempotency_key="once")
    with transaction.atomic():
        assert order(kind="note", cooperation_id=None, idempotency_key="once") == job
        assert Beside(run_next).value() is None
        joined_too_late = Beside(
            lambda: transaction.atomic(order)(kind="note", cooperation_id=None, idempotency_key="once")
        ).value()
        assert joined_too_late != job
    assert run_all() == 2


@pytest.mark.django_db(transaction=True)
def test_a_job_with_a_living_worker_elsewhere_is_left_to_it(done: list[Any]) -> None:
    job = running()
    held, may_go = threading.Event(), threading.Event()

    def live() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [JOB_LOCKS, job.pk])
        held.set()
        assert may_go.wait(30)

    worker = Beside(live)
    assert held.wait(30)
    assert reclaim() == 0
    may_go.set()
    worker.value()
    assert reclaim() == 1


def test_a_chore_that_fails_stops_neither_the_others_nor_the_work(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(registry, "_chores", [fail, lambda: done.append("chore")])
    monkeypatch.setattr("sharedict.jobs.tasks.work", lambda: done.append("work"))
    sweep()
    assert done == ["chore", "work"]
    assert "fail failed" in caplog.text


def test_jobs_done_long_ago_are_forgotten_but_beside_a_failed_one(
    north: Cooperation, outside: Cooperation
) -> None:
    long_ago = NOW - dt.timedelta(days=91)
    with time_machine.travel(long_ago, tick=False):
        jobs = [order(kind="none", cooperation_id=each) for each in (north.pk, north.pk, outside.pk, None)]
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(state=Job.State.DONE, finished_at=long_ago)
    Job.objects.filter(pk=jobs[2].pk).update(finished_at=NOW - dt.timedelta(days=89))
    with time_machine.travel(NOW, tick=False):
        tidy()
        assert {*Job.objects.values_list("pk", flat=True)} == {jobs[2].pk}
        Job.objects.update(finished_at=long_ago)
        failed = order(kind="none", cooperation_id=outside.pk)
        Job.objects.filter(pk=failed.pk).update(state=Job.State.FAILED, finished_at=long_ago)
        tidy()
    assert Job.objects.count() == 2
