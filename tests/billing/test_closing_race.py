"""A month is closed while somebody adds a cost to it: that is in the closed run, or corrected, never lost.

As many rounds as fit in a few seconds; ``SHAREDICT_TEST_CLOSINGS=500`` asks for that many.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum

from agreements.models import CostType
from billing.actions import close_period, propose_period, save_cost
from billing.models import Cost, Period, RunLine, Statement
from billing.snapshots import late_states
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month
from tests.billing.books import month, post
from tests.workers import Beside

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 20
AMOUNT = Decimal("61.01")


def rounds() -> Iterator[int]:
    asked = os.environ.get("SHAREDICT_TEST_CLOSINGS")
    end, number = time.monotonic() + SECONDS, 0
    while number < int(asked) if asked else time.monotonic() < end:
        yield number
        number += 1


def late_cost(north: Cooperation, first: Month) -> Cost:
    """A cost of two months, the first of which is being closed."""
    return Cost(
        cooperation=north,
        cost_type=CostType.objects.get(cooperation=north, code="licence"),
        description="Came just then",
        amount=AMOUNT,
        currency="SEK",
        starts_on=first.first,
        ends_on=first.plus(2).first,
    )


def assert_whole(north: Cooperation) -> None:
    """Every cost stands in full in what everybody sees, and all that is closed was charged."""
    assert not Job.objects.unfinished().exists()
    lines = RunLine.objects.of(north).current().values("cost").annotate(sum=Sum("amount"))
    held = dict(lines.values_list("cost", "sum").order_by())
    assert held == dict(Cost.objects.of(north).values_list("pk", "amount"))
    closed = Period.objects.of(north).filter(state=Period.State.CLOSED)
    run_totals = closed.aggregate(sum=Sum("current_run__total", default=0))["sum"]
    issued = Statement.objects.of(north).order_by("number")
    assert issued.aggregate(sum=Sum("total", default=0))["sum"] == run_totals
    numbers = list(issued.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_cost_that_races_a_closing_is_charged_once_and_in_full(
    north: Cooperation,
    administrator: User,
    second_administrator: User,
    record_property: Callable[[str, object], None],
) -> None:
    first, outcomes = Month.of(north.first_month), Counter[str]()
    post(north, "1.00", first.first, first.after)
    for number in rounds():
        here = first.plus(number)
        proposed = propose_period(period=month(north, here.first), by=administrator)
        chance, start = Random(number), threading.Barrier(3, timeout=30)  # noqa: S311 - of delays
        delays = [chance.random() * slowest for slowest in (0.01, 0.06)]  # closing takes longer to begin

        def wait(delay: float, start: threading.Barrier = start) -> None:
            start.wait()
            time.sleep(delay)

        def close(
            proposed: Period = proposed, delay: float = delays[0], wait: Callable[[float], None] = wait
        ) -> str:
            wait(delay)
            try:
                close_period(period=proposed, by=second_administrator)
            except ValidationError:
                return "the cost came first"
            return "the month closed first"

        def add(here: Month = here, delay: float = delays[1], wait: Callable[[float], None] = wait) -> Cost:
            cost = late_cost(north, here)
            wait(delay)
            return save_cost(cost=cost, by=administrator)

        def work(wait: Callable[[float], None] = wait) -> int:
            wait(0)
            return run_all()

        closing, adding, working = Beside(close), Beside(add), Beside(work)
        outcome, cost, _jobs = closing.value(), adding.value(), working.value()
        outcomes[outcome] += 1
        run_all()
        if outcome == "the cost came first":
            again = propose_period(period=month(north, here.first), by=administrator)
            close_period(period=again, by=second_administrator)
            run_all()
        corrected = RunLine.objects.current().filter(cost=cost, concerns=here.first)
        own = RunLine.objects.filter(cost=cost, concerns=None, run=month(north, here.first).current_run)
        assert [corrected.count(), own.count()] in ([0, 1], [1, 0]), f"round {number}: {outcome}"
        assert own.exists() or corrected.get().run.period.first_day == here.after
        if number % 10 == 0:
            assert_whole(north)
    assert_whole(north)
    assert {state.verdict.value for state in late_states(north)} <= {"counts"}
    record_property("rounds", dict(outcomes))
    if outcomes.total() >= 30:
        assert len(outcomes) == 2, outcomes
