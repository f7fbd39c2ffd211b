"""A month is closed while somebody adds a cost to it: that is in the closed run, or corrected, never lost.

As many rounds as fit in a few seconds; ``SHAREDICT_TEST_CLOSINGS=500`` asks for that many, and
``--log-cli-level INFO`` tells how they ended.
"""

import datetime as dt
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from tests import cast
from tests.billing.books import month, post
from tests.workers import Beside

logger = logging.getLogger(__name__)
pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 20
MONTHS = 20
"""As many months are closed in each cooperation."""
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
    assert {state.verdict.value for state in late_states(north)} <= {"counts"}
    lines = RunLine.objects.of(north).current().values("cost").annotate(sum=Sum("amount"))
    held = dict(lines.values_list("cost", "sum").order_by())
    assert held == dict(Cost.objects.of(north).values_list("pk", "amount"))
    closed = Period.objects.of(north).filter(state=Period.State.CLOSED)
    run_totals = closed.aggregate(sum=Sum("current_run__total", default=0))["sum"]
    issued = Statement.objects.of(north).order_by("number")
    assert issued.aggregate(sum=Sum("total", default=0))["sum"] == run_totals
    numbers = list(issued.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


@dataclass
class Race:
    """Closes one month after the other while costs come into each of them."""

    cooperation: Cooperation
    proposer: User
    closer: User
    here: Month

    def round(self, chance: Random) -> str:
        """One month: how it ended, and that the cost stands where that says."""
        proposed = propose_period(period=self.period(), by=self.proposer)
        draft = late_cost(self.cooperation, self.here)
        start = threading.Barrier(3, timeout=30)
        closing, adding = chance.sample([0, chance.random() / 10], 2)

        def close() -> str:
            start.wait()
            time.sleep(closing)
            try:
                close_period(period=proposed, by=self.closer)
            except ValidationError:
                return "the cost came first"
            return "the month closed first"

        def add() -> Cost:
            start.wait()
            time.sleep(adding)
            return save_cost(cost=draft, by=self.proposer)

        def work() -> int:
            start.wait()
            return run_all()

        threads = Beside(close), Beside(add), Beside(work)
        outcome, cost, _jobs = (thread.value() for thread in threads)
        run_all()
        if not self.period().is_closed:
            close_period(period=propose_period(period=self.period(), by=self.proposer), by=self.closer)
            run_all()
        own, corrections = self.of(cost, concerns=None), self.of(cost, concerns=self.here.first)
        assert (len(own), len(corrections)) == ((1, 0) if outcome == "the cost came first" else (0, 1))
        assert [line.run.period.first_day for line in corrections] in ([], [self.here.after])
        self.here = self.here.plus(1)
        return str(outcome)

    def period(self) -> Period:
        return month(self.cooperation, self.here.first)

    def of(self, cost: Cost, concerns: dt.date | None) -> list[RunLine]:
        """The lines of the cost in what everybody sees: of the closed month itself, or that correct it."""
        lines = RunLine.objects.current().filter(cost=cost, concerns=concerns)
        return list(lines if concerns else lines.filter(run__period__first_day=self.here.first))


def test_a_cost_that_races_a_closing_is_charged_once_and_in_full(
    north: Cooperation, administrator: User, second_administrator: User
) -> None:
    outcomes = Counter[str]()
    race = Race(north, administrator, second_administrator, Month.of(north.first_month))
    for number in rounds():
        if number % MONTHS == 0:
            place = cast.cooperation(f"race-{number}", [cast.torsby(), cast.hagfors()])
            race = replace(race, cooperation=place, here=Month.of(place.first_month))
            post(place, "1.00", race.here.first, race.here.after)
        outcomes[race.round(Random(number))] += 1  # noqa: S311 - of delays
        if number % 10 == 9:
            assert_whole(race.cooperation)
    for place in Cooperation.objects.filter(slug__startswith="race-"):
        assert_whole(place)
    logger.info("%d rounds: %s", outcomes.total(), dict(outcomes))
    if outcomes.total() >= 30:
        assert len(outcomes) == 2, outcomes
