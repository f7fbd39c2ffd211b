"""How long a small cooperation waits for its change while a nation and its counties are recomputed."""

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from billing.actions import compute_period, save_cost
from billing.models import Cost, Period
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change, run_all
from sharedict.jobs.models import Job
from sharedict.kernel.money import to_major
from tests.bench.recompute import forget
from tests.bench.workload import COUNTIES, NATION, NEW_YEAR, SMALL

TIMES = 4
MONTHS = 3
PATIENCE_SECONDS = 120


def turns() -> dict[str, Any]:
    """Several changes of the small one, each made just as one worker begins with a month of the nation's.

    The small one has been computed before; the counties have not, and wait for their first turn at first.
    """
    nation = Cooperation.objects.get(slug=NATION.name)
    forget(nation)
    months = Period.objects.of(nation).order_by("first_day").values_list("pk", flat=True)
    month = median(_seconds(lambda pk=pk: compute_period(period_id=pk)) for pk in months[:MONTHS])
    forget(nation)
    cost = Cost.objects.filter(cooperation__slug=SMALL.name).order_by("reference")[0]
    _one_more(cost)
    run_all()
    for each in (nation, *Cooperation.objects.filter(slug__in=[county.name for county in COUNTIES])):
        announce_change(cooperation_id=each.pk, touches=(NEW_YEAR, None))
    of_nation = Job.objects.of(nation)
    waits, last = [], None
    with subprocess.Popen([sys.executable, "-m", "tests.bench.measure", "work"]) as worker:
        try:
            for _ in range(TIMES):
                running = of_nation.filter(state=Job.State.RUNNING).exclude(served_at=last)
                last = _found(lambda rows=running: rows.values_list("served_at", flat=True).first())
                _one_more(cost)
                of_small = Job.objects.of(cost.cooperation)
                waits.append(_seconds(lambda rows=of_small: _found(lambda: not rows.unfinished().exists())))
        finally:
            worker.kill()
    if of_nation.filter(state=Job.State.DONE).exists():
        raise RuntimeError("The nation's year was over before the last change was made.")
    return {"waits": waits, "month": month}


def work() -> int:
    """One worker, who does what there is to do."""
    return run_all()


def _one_more(cost: Cost) -> None:
    cost.amount += to_major(1)
    save_cost(cost=cost, by=User.objects.get(username="bench"))


def _seconds(thing: Callable[[], object]) -> float:
    started = time.perf_counter()
    thing()
    return time.perf_counter() - started


def _found(thing: Callable[[], Any]) -> Any:
    """What ``thing`` gives back as soon as that is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := thing()):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.005)
    return found
