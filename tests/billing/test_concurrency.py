"""Two changes at once, a killed worker, a Redis that is gone: one consistent run at the end."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import transaction
from django.test import Client

from agreements.models import CostType
from billing.actions import compute_period, drop_superseded_shares, recompute, save_cost
from billing.engine.facts import fingerprint
from billing.models import Cost, Period, Run, RunLine, Share
from billing.snapshots import gather
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.engines import Redis
from sharedict.jobs import wake
from sharedict.jobs.actions import announce_change, run_all
from sharedict.jobs.models import Job
from tests.factories.billing import CostFactory, compute, pass_time
from tests.factories.municipalities import CooperationFactory
from tests.workers import (
    PATIENCE_SECONDS,
    Beside,
    celery_worker,
    own_redis,
    wait_until,
    waiting_for_locks,
)

pytestmark = pytest.mark.django_db(transaction=True)
MONTHS = [dt.date(2026, number, 1) for number in (1, 2, 3)]


@pytest.fixture
def quarter(north: Cooperation, erp: Application, licence: CostType) -> Cooperation:
    """``north`` with one cost over three computed months."""
    CostFactory(
        cooperation=north,
        application=erp,
        cost_type=licence,
        amount=Decimal("300.01"),
        starts_on=MONTHS[0],
        ends_on=dt.date(2026, 4, 1),
    )
    assert len(compute(north)) == 3
    return north


def new_cost(cooperation: Cooperation, number: int) -> Cost:
    return Cost(
        cooperation=cooperation,
        cost_type=CostType.objects.get(cooperation=cooperation, code="licence"),
        description=f"Change {number}",
        amount=Decimal(number),
        currency="SEK",
        starts_on=MONTHS[0],
        ends_on=dt.date(2026, 4, 1),
    )


def assert_consistent(cooperation: Cooperation) -> None:
    """Every month's current run is of the facts as they are, whole, and soon the only one with shares."""
    assert {*Job.objects.of(cooperation).values_list("state", "error")} <= {("done", "")}
    for period in Period.objects.of(cooperation):
        run = period.current_run
        assert run.fingerprint == fingerprint(gather(period).to_json())
        assert sum(run.lines.values_list("amount", flat=True)) == run.total
        assert sum(run.totals.values_list("amount", flat=True)) == run.total - run.unallocated
        assert sum(run.shares.values_list("amount", flat=True)) == run.total - run.unallocated
        numbers = list(period.runs.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert run.number == numbers[-1]
    pass_time()
    drop_superseded_shares(cooperation_id=cooperation.pk)
    current = set(Period.objects.of(cooperation).values_list("current_run", flat=True))
    for model in (Share, RunLine):
        assert set(model.objects.filter(cooperation=cooperation).values_list("run", flat=True)) == current


def test_two_changes_at_once_end_in_one_consistent_run(quarter: Cooperation, administrator: User) -> None:
    start = threading.Barrier(2, timeout=30)

    def change(number: int) -> None:
        start.wait()
        save_cost(cost=new_cost(quarter, number), by=administrator)
        run_all()

    changes = [Beside(lambda number=number: change(number)) for number in (1, 2)]
    for one in changes:
        one.value()
    run_all()
    assert_consistent(quarter)
    assert Cost.objects.of(quarter).count() == 3
    assert len(set(Cost.objects.of(quarter).values_list("reference", flat=True))) == 3
    totals = Period.objects.of(quarter).values_list("current_run__total", flat=True)
    assert sum(totals) == Decimal("303.01")


def test_the_same_month_computed_by_two_workers_gets_one_run(quarter: Cooperation) -> None:
    CostFactory(cooperation=quarter, cost_type=CostType.objects.get(cooperation=quarter, code="licence"))
    january = Period.objects.get(first_day=MONTHS[0])
    start = threading.Barrier(3, timeout=30)

    def work() -> Run | None:
        start.wait()
        return compute_period(period_id=january.pk)

    found = [worker.value() for worker in [Beside(work) for _ in range(3)]]
    assert len([run for run in found if run]) == 1
    assert january.runs.count() == 2


@contextmanager
def held(first_day: dt.date) -> Iterator[None]:
    """Somebody else holds the lock on a month, of all cooperations, so that computing it must wait."""
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            assert [*Period.objects.select_for_update().filter(first_day=first_day)]
            is_held.set()
            assert may_go.wait(PATIENCE_SECONDS)

    holder = Beside(hold)
    assert is_held.wait(PATIENCE_SECONDS)
    try:
        yield
    finally:
        may_go.set()
        holder.value()


def test_a_change_during_a_recompute_is_not_lost(quarter: Cooperation, administrator: User) -> None:
    """A second cost comes in when January is computed for the first one, and February is about to be."""
    save_cost(cost=new_cost(quarter, 1), by=administrator)
    with held(MONTHS[1]):
        worker = Beside(run_all)
        wait_until(lambda: waiting_for_locks() == 1, "the worker to wait for February")
        save_cost(cost=new_cost(quarter, 2), by=administrator)
        assert Job.objects.filter(state=Job.State.QUEUED).count() == 1
    worker.value()
    run_all()
    assert_consistent(quarter)
    found = RunLine.objects.filter(description__startswith="Change").values_list("description", flat=True)
    assert sorted(found) == ["Change 1"] * 3 + ["Change 2"] * 3


def test_costs_added_at_once_get_references_of_their_own(quarter: Cooperation, administrator: User) -> None:
    start = threading.Barrier(4, timeout=30)

    def add(number: int) -> str:
        start.wait()
        return save_cost(cost=new_cost(quarter, number), by=administrator).reference

    found = [one.value() for one in [Beside(lambda number=number: add(number)) for number in range(1, 5)]]
    assert len(set(found)) == 4
    assert Job.objects.filter(cooperation=quarter).unfinished().count() >= 1
    run_all()
    assert_consistent(quarter)


def test_a_month_comes_to_be_once_though_two_ask_for_it(north: Cooperation) -> None:
    CostFactory(cooperation=north, cost_type=CostType.objects.get(cooperation=north, code="licence"))
    start = threading.Barrier(2, timeout=30)

    def work() -> int:
        start.wait()
        return len(recompute(cooperation_id=north.pk, touches=(MONTHS[0], None)))

    found = [worker.value() for worker in [Beside(work) for _ in range(2)]]
    assert sum(found) == 1
    assert Period.objects.of(north).count() == Run.objects.count() == 1


@pytest.fixture
def redis(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """A Redis of this test's own, which the portal wakes workers through."""
    with own_redis(tmp_path) as started:
        settings.REDIS_URL = started.urls()["REDIS_URL"]
        app = Celery("test", set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.broker_url = started.urls()["REDIS_URL"].replace("unix://", "redis+socket://", 1)
        monkeypatch.setattr("sharedict.jobs.wake.current_app", app)
        yield started


def sweep_until_done() -> None:
    """What beat does every few seconds, until no job is left."""

    def is_done() -> bool:
        wake.current_app.send_task("sharedict.jobs.tasks.sweep", ignore_result=True)
        time.sleep(0.5)
        return not Job.objects.unfinished().exists()

    wait_until(is_done, "the sweeper to bring the job to its end")


def test_a_killed_worker_leaves_one_consistent_run(
    quarter: Cooperation, administrator: User, redis: Redis, tmp_path: Path
) -> None:
    """It is killed while it waits for February, when January's new run is there already."""
    with celery_worker(redis.urls()["REDIS_URL"], tmp_path) as worker:
        with held(MONTHS[1]):
            save_cost(cost=new_cost(quarter, 1), by=administrator)
            wait_until(lambda: waiting_for_locks() == 1, "the worker to wait for February")
            job = Job.objects.get()
            assert (job.state, job.attempts, job.progress_done) == ("running", 1, 1)
            assert job.place["done"] == [["compute", Period.objects.get(first_day=MONTHS[0]).pk]]
            assert Run.objects.filter(number=2).values_list("period__first_day", flat=True).get() == MONTHS[0]
            killed = worker.kill_child()
            wait_until(lambda: set(worker.children()) - {killed}, "a new child")
        sweep_until_done()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    assert_consistent(quarter)
    assert [period.runs.count() for period in Period.objects.of(quarter)] == [2, 2, 2]


def test_with_redis_stopped_a_cost_is_saved_at_once_and_shared_later(
    quarter: Cooperation,
    administrator: User,
    redis: Redis,
    tmp_path: Path,
    sign_in: Callable[[User], Client],
) -> None:
    client = sign_in(administrator)
    licence = CostType.objects.get(cooperation=quarter, code="licence")
    typed = {
        "cost_type": licence.pk,
        "description": "Saved without Redis",
        "amount": "1,50",
        "currency": "SEK",
        "starts_on": "2026-01-01",
        "ends_on": "2026-01-31",
    }
    client.get("/north/costs/register/new/")  # templates and routes are loaded once, by whoever comes first
    with celery_worker(redis.urls()["REDIS_URL"], tmp_path):
        redis.stop()
        start = time.monotonic()
        answer = client.post("/north/costs/register/new/", typed)
        took = time.monotonic() - start
        assert answer.status_code == 302, answer.content
        assert took < 1
        assert Job.objects.get().state == "queued"
        redis.start()
        sweep_until_done()
    assert_consistent(quarter)
    assert [period.runs.count() for period in Period.objects.order_by("first_day")] == [2, 1, 1]
    assert Cost.objects.filter(description="Saved without Redis").count() == 1
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("done", 1)


def test_messages_that_come_twice_do_nothing_twice(
    quarter: Cooperation, administrator: User, redis: Redis, tmp_path: Path
) -> None:
    save_cost(cost=new_cost(quarter, 1), by=administrator)
    for _ in range(5):
        assert wake.wake()
    with celery_worker(redis.urls()["REDIS_URL"], tmp_path):
        wait_until(lambda: not Job.objects.unfinished().exists(), "the worker to do the job")
    assert_consistent(quarter)
    assert [period.runs.count() for period in Period.objects.of(quarter)] == [2, 2, 2]
    assert Job.objects.get().attempts == 1


def test_one_message_wakes_every_idle_worker_that_there_is_work_for(redis: Redis, tmp_path: Path) -> None:
    """Three cooperations change in one transaction, and nobody sweeps: three workers are at it at once."""
    cooperations = [CooperationFactory(slug=f"c{number}") for number in range(3)]
    for cooperation in cooperations:
        Period.objects.create(cooperation=cooperation, first_day=MONTHS[0])
    with celery_worker(redis.urls()["REDIS_URL"], tmp_path, processes=4):
        with held(MONTHS[0]):
            with transaction.atomic():
                for cooperation in cooperations:
                    announce_change(cooperation_id=cooperation.pk, touches=(MONTHS[0], MONTHS[1]))
            wait_until(lambda: waiting_for_locks() == 3, "all three to be computed at once")
            assert Job.objects.filter(state=Job.State.RUNNING).count() == 3
        wait_until(lambda: not Job.objects.unfinished().exists(), "the workers to do the jobs")
    assert {*Job.objects.values_list("state", "attempts", "error")} == {("done", 1, "")}
