"""Months are computed one by one, and others come in between: nothing is forgotten or done twice."""

import datetime as dt
from decimal import Decimal
from itertools import count

import pytest

from billing.actions import recompute_by_month, runs
from billing.actions.runs import MonthsFailedError
from billing.engine.allocate import Allocation
from billing.engine.facts import Facts
from billing.models import Cost, Period, Run
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change, run_all, run_next
from sharedict.jobs.models import UNKNOWN, Job
from tests.billing.books import close_month, corrections, month
from tests.factories.billing import CostFactory, compute

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in (1, 2, 3, 4))

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def turn_by_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No month takes longer than another, so that turns come in the order of waiting."""
    ticks = count(step=UNKNOWN.total_seconds())
    monkeypatch.setattr("sharedict.jobs.actions.monotonic", lambda: next(ticks))


def cost_of(cooperation: Cooperation, ends_on: dt.date) -> Cost:
    """90.00 from January on, computed."""
    cost: Cost = CostFactory(
        cooperation=cooperation,
        application=Application.objects.get(cooperation=cooperation, code="erp"),
        amount=Decimal("90.00"),
        starts_on=JANUARY,
        ends_on=ends_on,
    )
    compute(cooperation)
    return cost


@pytest.fixture
def cost(north: Cooperation) -> Cost:
    return cost_of(north, APRIL)


@pytest.fixture
def other(outside: Cooperation) -> Cost:
    return cost_of(outside, MARCH)


@pytest.fixture
def both_change(cost: Cost, other: Cost) -> tuple[Job, Job]:
    """Both costs have other amounts, and jobs for that wait: three months of the one, two of the other."""
    Cost.objects.update(amount=Decimal("180.00"))
    return (
        announce_change(cooperation_id=cost.cooperation_id, touches=(JANUARY, None)),
        announce_change(cooperation_id=other.cooperation_id, touches=(JANUARY, None)),
    )


def numbers(cooperation: Cooperation) -> list[int]:
    """Of the current runs, month by month."""
    rows = Period.objects.of(cooperation).order_by("first_day")
    return list(rows.values_list("current_run__number", flat=True))


def test_two_cooperations_are_recomputed_in_turn(
    both_change: tuple[Job, Job], north: Cooperation, outside: Cooperation
) -> None:
    seen = []
    while run_next():
        seen.append((numbers(north), numbers(outside)))
    assert seen == [
        ([2, 1, 1], [1, 1]),
        ([2, 1, 1], [2, 1]),
        ([2, 2, 1], [2, 1]),
        ([2, 2, 1], [2, 2]),
        ([2, 2, 2], [2, 2]),
    ]
    jobs = Job.objects.order_by("id").values_list("state", "attempts", "progress_done")
    assert list(jobs) == [("done", 1, 3), ("done", 1, 2)]


def test_progress_tells_of_all_months_while_a_job_waits_for_its_turn(both_change: tuple[Job, Job]) -> None:
    job, _other = both_change
    seen = []
    while run_next():
        job.refresh_from_db()
        seen.append((job.state, job.progress_done, job.progress_total))
    assert seen == [
        ("queued", 1, 3),
        ("queued", 1, 3),
        ("queued", 2, 3),
        ("queued", 2, 3),
        ("done", 3, 3),
    ]


def test_months_that_are_done_are_not_looked_at_again(
    both_change: tuple[Job, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    gathered = []

    def gather(period: Period) -> Facts:
        gathered.append(f"{period.cooperation.slug} {period}")
        return whole(period)

    whole = runs.gather
    monkeypatch.setattr(runs, "gather", gather)
    run_all()
    assert gathered == [
        "north 2026-01",
        "outside 2026-01",
        "north 2026-02",
        "outside 2026-02",
        "north 2026-03",
    ]


def test_a_month_that_failed_before_others_had_their_turn_is_named_in_the_end(
    both_change: tuple[Job, Job], north: Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def allocate(facts: Facts) -> Allocation:
        if facts.month == "2026-01":
            raise ArithmeticError("out of paper")
        return whole(facts)

    whole = runs.allocate
    job, _other = both_change
    with monkeypatch.context() as patched:
        patched.setattr(runs, "allocate", allocate)
        run_next()
        job.refresh_from_db()
        assert (job.has_yielded, job.error) == (True, "")
        run_all()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.place) == ("queued", 1, {})
    assert job.error == f"{MonthsFailedError.__name__}: 2026-01: ArithmeticError: out of paper"
    assert numbers(north) == [1, 2, 2]
    Job.objects.update(run_after=job.created_at)
    run_all()
    assert numbers(north) == [2, 2, 2], "tried again from the start"
    assert month(north, JANUARY).failure == ""


def test_recomputing_goes_on_from_any_place_and_ends_the_same(
    both_change: tuple[Job, Job], north: Cooperation
) -> None:
    by_month = recompute_by_month(cooperation_id=north.pk, touches=(JANUARY, None))
    first = next(by_month)
    by_month.close()
    assert first.run == month(north, JANUARY).current_run
    left = list(recompute_by_month(cooperation_id=north.pk, touches=(JANUARY, None), place=first.place))
    assert [done.run.period.first_day for done in left if done.run] == [FEBRUARY, MARCH]
    assert [done.place is None for done in left] == [False, True]
    again = list(recompute_by_month(cooperation_id=north.pk, touches=(JANUARY, None), place=first.place))
    assert [done.run for done in again] == [None, None]
    assert Run.objects.filter(period__cooperation=north).count() == 6


def test_a_month_that_is_closed_between_two_turns_is_still_held_against_today(
    cost: Cost, north: Cooperation, administrator: User, second_administrator: User
) -> None:
    """It was computed while it was open; closed, it is another thing to be done, and before the others."""
    by_month = recompute_by_month(cooperation_id=north.pk, touches=(JANUARY, None))
    place = next(by_month).place
    by_month.close()
    close_month(north, JANUARY, administrator, second_administrator)
    Cost.objects.update(amount=Decimal("180.00"))
    for _ in recompute_by_month(cooperation_id=north.pk, touches=(JANUARY, None), place=place):
        pass
    assert corrections(month(north, FEBRUARY)) == [
        (cost.reference, JANUARY, {"SE1737": 1550, "SE1783": 1550})
    ]
