"""Recomputing, measured: a whole year from rows to committed shares, the bare COPY beside it, one change."""

import io
import resource
import time
from statistics import median
from typing import Any

from django.db import connection, transaction

from billing.actions import compute_period, recompute, save_cost
from billing.models import Cost, Period, Run, RunLine, RunTotal, Share
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.common.roles import as_owner
from sharedict.jobs.actions import run_all
from sharedict.kernel.money import to_major

KILOBYTES_A_MEGABYTE = 1024
TIMES = 5


def year(slug: str) -> dict[str, Any]:
    """Compute every month of the year; what was there of them is taken away first."""
    cooperation = Cooperation.objects.get(slug=slug)
    forget(cooperation)
    periods = list(Period.objects.of(cooperation).order_by("first_day").values_list("pk", flat=True))
    started = time.perf_counter()
    for period in periods:
        compute_period(period_id=period)
    seconds = time.perf_counter() - started
    shares = Share.objects.filter(cooperation=cooperation)
    return {"seconds": seconds, "rows": shares.count(), "megabytes": megabytes()}


def copy(slug: str) -> dict[str, Any]:
    """COPY the same share rows into a bare table, without index or foreign key."""
    text = io.StringIO()
    with as_owner(), connection.cursor() as cursor:
        raw: Any = cursor.cursor
        cooperation = Cooperation.objects.get(slug=slug)
        raw.copy_expert(
            f"COPY (SELECT * FROM billing_share WHERE cooperation_id = {cooperation.pk:d}"  # noqa: S608
            " ORDER BY run_id, municipality_id, line_number) TO STDOUT",
            text,
        )
        cursor.execute("CREATE TABLE bench_bare (LIKE billing_share)")
        text.seek(0)
        started = time.perf_counter()
        with transaction.atomic():
            raw.copy_expert("COPY bench_bare FROM STDIN", text, 1 << 18)
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_bare")
    return {"seconds": seconds}


def change(slug: str) -> dict[str, Any]:
    """Change the amount of one cost of a month, a few times; what the worker then does and writes."""
    cooperation = Cooperation.objects.get(slug=slug)
    cost = Cost.objects.of(cooperation).filter(starts_on__month=6).order_by("reference")[7]
    seconds, jobs = [], []
    for _ in range(TIMES):
        before = Run.objects.order_by("-pk").values_list("pk", flat=True)[0]
        one_more(cost)
        started = time.perf_counter()
        recompute(cooperation_id=cooperation.pk, touches=(cost.starts_on, cost.ends_on))
        seconds.append(time.perf_counter() - started)
        runs = list(Run.objects.filter(pk__gt=before).values_list("pk", flat=True))
        rows = sum(model.objects.filter(run__in=runs).count() for model in (Share, RunLine, RunTotal))
        run_all()
        one_more(cost)
        started = time.perf_counter()
        run_all()
        jobs.append(time.perf_counter() - started)
    return {"seconds": median(seconds), "months": len(runs), "rows": rows, "job": median(jobs)}


def one_more(cost: Cost) -> None:
    """The cost grows by one unit."""
    cost.amount += to_major(1)
    save_cost(cost=cost, by=User.objects.get(username="bench"))


def settle() -> None:
    """What the database does by itself within a minute: clear away, and count what is there."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES_A_MEGABYTE


def forget(cooperation: Cooperation) -> None:
    """Leave no trace of the cooperation ever having been computed."""
    Period.objects.of(cooperation).update(current_run=None)
    with as_owner(), connection.cursor() as cursor:
        for table in ("billing_shareblock", "billing_runtotal", "billing_runline", "billing_run"):
            cursor.execute(f"DELETE FROM {table} WHERE cooperation_id = %s", [cooperation.pk])  # noqa: S608
            cursor.execute(f"VACUUM {table}")
        cursor.execute("CHECKPOINT")
