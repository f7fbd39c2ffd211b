"""Cooperations take turns: a long job lets the others in at each place it reaches, and goes on from there."""

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from municipalities.models import Cooperation
from sharedict.jobs import registry
from sharedict.jobs.actions import MAX_ATTEMPTS, announce_change, order, reclaim, retry, run_all, run_next
from sharedict.jobs.models import HANDICAP, UNKNOWN, Job
from sharedict.jobs.registry import FACTS_CHANGED, Place
from sharedict.jobs.tasks import work
from tests.factories.municipalities import CooperationFactory
from tests.workers import PATIENCE_SECONDS, Beside

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)


class Months:
    """A handler that does as many months as the job's arguments say, and what was done, in order.

    ``before`` has something happen before a month, by its name. Months take equally long, except for the
    seconds that ``takes`` says for its job's name.
    """

    def __init__(self) -> None:
        self.done: list[str] = []
        self.takes: dict[str, float] = {}
        self.now = 0.0
        self.before: dict[str, Any] = {}

    def __call__(self, job: Job, progress: registry.Progress) -> Iterator[Place]:
        total = job.arguments["months"]
        for number in range(job.place.get("months", 0), total):
            name = f"{job.arguments['name']} {number + 1}"
            self.before.get(name, lambda: None)()
            self.now += self.takes.get(job.arguments["name"], UNKNOWN.total_seconds())
            self.done.append(name)
            progress(number + 1, total)
            if number + 1 < total:
                yield {"months": number + 1}


@pytest.fixture
def months(monkeypatch: pytest.MonkeyPatch) -> Months:
    handler = Months()
    monkeypatch.setitem(registry._handlers, "months", handler)
    monkeypatch.setattr("sharedict.jobs.actions.monotonic", lambda: handler.now)
    return handler


def named(slug: str) -> Cooperation:
    return CooperationFactory(slug=slug)


def job_of(cooperation: Cooperation | None, months: int = 1, name: str = "") -> Job:
    name = name or (cooperation.slug if cooperation else "none")
    return order(
        kind="months",
        cooperation_id=cooperation.pk if cooperation else None,
        arguments={"months": months, "name": name},
    )


@pytest.fixture
def nation(db: None) -> Cooperation:
    return named("nation")


@pytest.fixture
def county(db: None) -> Cooperation:
    return named("county")


@pytest.fixture
def small(db: None) -> Cooperation:
    return named("small")


def test_cooperations_take_turns_month_by_month(
    months: Months, nation: Cooperation, county: Cooperation, small: Cooperation
) -> None:
    job_of(nation, 4)
    job_of(county, 2)
    job_of(small)
    assert run_all() == 6
    assert months.done == ["nation 1", "county 1", "small 1", "nation 2", "county 2", "nation 3", "nation 4"]
    assert {*Job.objects.values_list("state", "attempts", "has_yielded")} == {("done", 1, False)}


def test_a_small_change_waits_for_one_month_of_a_nation(
    months: Months, nation: Cooperation, small: Cooperation
) -> None:
    """However many counties were ordered before it, and whenever each of them was last served."""
    counties = [named(f"county-{number:02}") for number in range(16)]
    months.takes = {"nation": 10, "small": 0.1, **{county.slug: 1 for county in counties}}
    for cooperation in (nation, *counties, small):
        job_of(cooperation)
    run_all()
    job_of(nation, 3)
    for county in counties:
        job_of(county, 2)
    run_next()
    assert months.done[-1] == "county-00 1"
    months.done.clear()
    for _ in range(3):
        job_of(small)
        run_next()
        run_next()
    assert months.done == ["small 1", "county-01 1", "small 1", "county-02 1", "small 1", "county-03 1"]
    run_all()
    assert months.done.count("nation 3") == 1


def test_who_takes_long_is_not_put_off_for_ever(
    months: Months, nation: Cooperation, small: Cooperation
) -> None:
    """One second of work lets in what others order within a minute, and nothing that is ordered later."""
    months.takes = {"nation": 1, "small": 0}
    job_of(nation)
    job_of(small)
    run_all()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False) as clock:
        job_of(nation)
        clock.shift(dt.timedelta(seconds=HANDICAP - 1))
        job_of(small)
        run_next()
        clock.shift(dt.timedelta(seconds=2))
        job_of(small)
        run_all()
    assert months.done == ["nation 1", "small 1", "small 1", "nation 1", "small 1"]


def test_who_was_never_served_comes_after_those_known_to_be_quick(
    months: Months, county: Cooperation, small: Cooperation
) -> None:
    """Counties that are computed for the first time do not hold up who changes a little now and then."""
    months.takes = {"small": 0.1}
    job_of(small)
    run_all()
    job_of(county)
    job_of(small)
    run_all()
    assert months.done == ["small 1", "small 1", "county 1"]


def test_only_the_last_piece_counts_however_long_a_job_was_alone(
    months: Months, nation: Cooperation, small: Cooperation
) -> None:
    months.takes = {"nation": 2}
    job = job_of(nation, 12)
    run_next()
    job.refresh_from_db()
    assert job.piece_took == dt.timedelta(seconds=2)


def test_of_those_who_wait_the_least_recently_served_comes_first(
    months: Months, nation: Cooperation, county: Cooperation, small: Cooperation
) -> None:
    jobs = [job_of(cooperation, 2) for cooperation in (nation, county, small)]
    for minutes, job in zip((1, 3, 2), jobs, strict=True):
        served = timezone.now() - dt.timedelta(minutes=minutes)
        Job.objects.filter(pk=job.pk).update(served_at=served, run_after=served - dt.timedelta(hours=1))
    run_all()
    assert months.done == ["county 1", "small 1", "nation 1", "county 2", "small 2", "nation 2"]


def test_a_turn_counts_when_it_failed_too(
    months: Months, county: Cooperation, small: Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a job that fails again and again would come before everybody else's."""

    def fail() -> None:
        raise ArithmeticError("no such luck")

    months.before["county 1"] = fail
    job_of(county)
    job_of(small)
    run_all()
    Job.objects.update(run_after=timezone.now())
    job_of(small, name="again")
    run_all()
    assert months.done == ["small 1", "again 1"]
    order_of_turns = Job.objects.order_by("served_at").values_list("arguments__name", flat=True)
    assert [*order_of_turns] == ["small", "county", "again"]


def test_work_of_no_cooperation_takes_its_turn_as_one_of_them(months: Months, small: Cooperation) -> None:
    job_of(None, 2)
    job_of(None, name="another")
    job_of(small, 2)
    run_all()
    assert months.done == ["none 1", "small 1", "none 2", "small 2", "another 1"]


def test_within_a_cooperation_the_oldest_job_comes_first_and_is_ended(
    months: Months, nation: Cooperation, small: Cooperation
) -> None:
    job_of(nation, 3, name="year")
    job_of(nation, name="month")
    job_of(small, 2)
    run_all()
    assert months.done == ["year 1", "small 1", "year 2", "small 2", "year 3", "month 1"]


def test_a_job_that_nobody_waits_for_goes_on(months: Months, nation: Cooperation, small: Cooperation) -> None:
    """Neither a job of its own cooperation nor one whose time has not come waits for it."""
    job = job_of(nation, 12)
    job_of(nation, name="another")
    later = job_of(small)
    Job.objects.filter(pk=later.pk).update(run_after=timezone.now() + dt.timedelta(minutes=1))
    assert run_next() == job
    assert months.done == [f"nation {number}" for number in range(1, 13)]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.place) == ("done", 1, {})


def test_who_comes_in_between_two_months_has_the_next_turn(
    months: Months, nation: Cooperation, small: Cooperation
) -> None:
    job_of(nation, 4)
    months.before["nation 2"] = lambda: job_of(small)
    assert run_all() == 3
    assert months.done == ["nation 1", "nation 2", "small 1", "nation 3", "nation 4"]


def test_a_job_that_has_yielded_waits_in_its_first_attempt_with_its_progress(
    months: Months, nation: Cooperation, small: Cooperation
) -> None:
    job = job_of(nation, 3)
    job_of(small)
    run_next()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.has_yielded, job.is_finished) == ("queued", 1, True, False)
    assert (job.progress_done, job.progress_total, job.place) == (1, 3, {"months": 1})
    assert (job.error, job.finished_at) == ("", None)
    began = job.started_at
    run_all()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.started_at) == ("done", 1, began)


def test_a_job_that_has_yielded_is_not_joined(
    months: Months, nation: Cooperation, small: Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The month that the change is in may be done."""
    monkeypatch.setitem(registry._handlers, FACTS_CHANGED, months)
    job = announce_change(cooperation_id=nation.pk, touches=(JANUARY, None))
    Job.objects.filter(pk=job.pk).update(arguments={"months": 2, "name": "nation"})
    job_of(small)
    run_next()
    assert announce_change(cooperation_id=nation.pk, touches=(JANUARY, FEBRUARY)) != job


def test_only_a_job_that_waits_has_yielded(nation: Cooperation) -> None:
    job = job_of(nation)
    for values in ({"state": "running", "attempts": 1}, {"state": "done", "attempts": 1}, {"attempts": 0}):
        with pytest.raises(IntegrityError, match="jobs_job_yielded_waits"), transaction.atomic():
            Job.objects.filter(pk=job.pk).update(has_yielded=True, **values)


def die() -> None:
    """What the end of the process looks like from inside."""
    raise SystemExit


def test_a_job_whose_worker_died_goes_on_at_its_place(
    months: Months, nation: Cooperation, small: Cooperation
) -> None:
    """Whether it had yielded there or not."""
    months.before["nation 3"] = die
    job = job_of(nation, 4)
    job_of(small)
    run_next()
    run_next()
    with pytest.raises(SystemExit):
        run_next()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.place) == ("running", 1, {"months": 2})
    began = job.started_at
    assert reclaim() == 1
    job.refresh_from_db()
    assert (job.state, job.has_yielded, job.place) == ("queued", False, {"months": 2})
    months.before.clear()
    run_all()
    assert months.done == ["nation 1", "small 1", "nation 2", "nation 3", "nation 4"]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("done", 2, "")
    assert job.started_at == began, "the first months are no younger than that"


def test_each_worker_that_dies_counts_as_an_attempt(months: Months, nation: Cooperation) -> None:
    months.before["nation 2"] = die
    job = job_of(nation, 2)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            run_next()
        assert reclaim() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", MAX_ATTEMPTS)
    months.before.clear()
    retry(job=job)
    run_all()
    assert months.done == ["nation 1", "nation 1", "nation 2"], "done once more from the start"


def test_a_job_that_fails_after_it_yielded_is_tried_again_later_from_the_start(
    months: Months, nation: Cooperation, small: Cooperation
) -> None:
    def fail() -> None:
        raise ArithmeticError("no such luck")

    months.before["nation 2"] = fail
    job = job_of(nation, 2)
    job_of(small)
    run_all()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.has_yielded, job.place) == ("queued", 1, False, {})
    assert job.run_after > timezone.now()
    assert job.error == "ArithmeticError: no such luck"
    months.before.clear()
    Job.objects.update(run_after=timezone.now())
    run_all()
    assert months.done == ["nation 1", "small 1", "nation 1", "nation 2"]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("done", 2, "")


class Gate:
    """Stops a worker before a month, until it may go on."""

    def __init__(self) -> None:
        self.began, self.may_go = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.began.set()
        assert self.may_go.wait(PATIENCE_SECONDS)

    def wait(self) -> None:
        assert self.began.wait(PATIENCE_SECONDS)


@pytest.mark.django_db(transaction=True)
def test_a_cooperation_never_has_two_jobs_at_work(transactional_db: None, months: Months) -> None:
    nation, small = named("nation"), named("small")
    months.before["nation 1"] = gate = Gate()
    job_of(nation)
    another = job_of(nation, name="another")
    worker = Beside(run_next)
    gate.wait()
    assert run_next() is None
    of_small = job_of(small)
    assert run_next() == of_small
    gate.may_go.set()
    worker.value()
    assert run_next() == another
    assert months.done == ["small 1", "nation 1", "another 1"]


@pytest.mark.django_db(transaction=True)
def test_no_turn_ends_for_a_cooperation_that_is_being_served(transactional_db: None, months: Months) -> None:
    """Its other job waits for that one's worker, and not for us."""
    nation, county = named("nation"), named("county")
    months.before["county 1"] = gate = Gate()
    job_of(county)
    worker = Beside(run_next)
    gate.wait()
    job_of(county, name="another")
    job = job_of(nation, 3)
    assert run_next() == job
    assert months.done == ["nation 1", "nation 2", "nation 3"]
    gate.may_go.set()
    worker.value()
    assert run_all() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_share_turns_do_every_month_once(transactional_db: None, months: Months) -> None:
    cooperations = [named(f"c{number}") for number in range(5)]
    for cooperation in cooperations:
        for number in range(2):
            job_of(cooperation, 4, name=f"{cooperation.slug}-{number}")
    workers = [Beside(run_all) for _ in range(3)]
    for worker in workers:
        worker.value()
    run_all()
    assert len(months.done) == len({*months.done}) == 5 * 2 * 4
    for cooperation in cooperations:
        own = [name for name in months.done if name.startswith(cooperation.slug)]
        assert own == sorted(own), "job after job, and month after month"
    assert {*Job.objects.values_list("state", "attempts")} == {("done", 1)}


@pytest.mark.django_db(transaction=True)
def test_what_a_dead_worker_left_keeps_nobody_from_its_cooperation(
    transactional_db: None, months: Months
) -> None:
    nation = named("nation")
    left = job_of(nation, name="left")
    Job.objects.filter(pk=left.pk).update(state=Job.State.RUNNING, attempts=1)
    job = job_of(nation)
    assert run_next() == job
    assert reclaim() == 1
    assert run_next() == left


@pytest.mark.django_db(transaction=True)
def test_looking_for_dead_workers_keeps_no_job_from_a_living_one(
    transactional_db: None, months: Months
) -> None:
    """The row of a job that is just being queued again is passed over: nobody waits for the other."""
    job = job_of(named("nation"))
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=1)
    gate = Gate()

    def queue_again() -> None:
        with transaction.atomic():
            held = Job.objects.select_for_update().get(pk=job.pk)
            gate()
            held.state = Job.State.QUEUED
            held.save(update_fields=["state"])

    worker = Beside(queue_again)
    gate.wait()
    assert reclaim() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)
    gate.may_go.set()
    worker.value()
    assert run_next() == job


@pytest.fixture
def woken(months: Months, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many months were done whenever a worker was woken."""
    calls: list[int] = []
    monkeypatch.setattr("sharedict.jobs.tasks.wake", lambda: calls.append(len(months.done)))
    return calls


def test_who_takes_a_job_wakes_another_worker_first_while_others_wait(
    months: Months, nation: Cooperation, small: Cooperation, woken: list[int]
) -> None:
    job_of(nation, 3)
    job_of(small)
    work()
    assert len(months.done) == 4
    assert woken == [0], "before the work, and once: whoever is woken does the same"


def test_nobody_is_woken_for_work_that_nobody_else_can_do(
    months: Months, nation: Cooperation, small: Cooperation, woken: list[int]
) -> None:
    job_of(nation, 2)
    job_of(nation, name="another")
    later = job_of(small)
    Job.objects.filter(pk=later.pk).update(run_after=timezone.now() + dt.timedelta(minutes=1))
    work()
    work()
    assert (months.done, woken) == (["nation 1", "nation 2", "another 1"], [])


@pytest.mark.django_db(transaction=True)
def test_a_message_about_jobs_that_are_being_joined_is_not_passed_on(
    transactional_db: None, months: Months, woken: list[int]
) -> None:
    """Else workers would wake each other for as long as that transaction lasts."""
    for slug in ("nation", "county"):
        order(kind="months", cooperation_id=named(slug).pk, arguments={"months": 1, "name": slug})
    with transaction.atomic():
        assert len(Job.objects.select_for_update()) == 2
        Beside(work).value()
        assert (months.done, woken) == ([], [])
    work()
    assert sorted(months.done) == ["county 1", "nation 1"]
