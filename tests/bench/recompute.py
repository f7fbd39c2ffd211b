"""Recomputing, measured: a whole year from rows to committed shares, the bare COPY beside it, one change."""

import io
import resource
import time
from typing import Any

from django.db import connection, transaction

from billing.actions import compute_period, recompute, save_cost
from billing.models import Cost, Period, Run, RunLine, RunTotal, Share
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.kernel.money import to_major

KILOBYTES_A_MEGABYTE = 1024


def year(slug: str) -> dict[str, Any]:
    """Compute every month of the year; what was there of them is taken away first."""
    cooperation = Cooperation.objects.get(slug=slug)
    _forget(cooperation)
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
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        cooperation = Cooperation.objects.get(slug=slug)
        raw.copy_expert(
            f"COPY (SELECT * FROM billing_share WHERE cooperation_id = {cooperation.pk:d}"  # noqa: S608
            " ORDER BY run_id, municipality_id, line_id) TO STDOUT",
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
    """Change the amount of one cost in the middle of the year; what the worker then does and writes."""
    cooperation = Cooperation.objects.get(slug=slug)
    cost = Cost.objects.of(cooperation).filter(starts_on__month=6).order_by("reference")[7]
    before = Run.objects.order_by("-pk").values_list("pk", flat=True)[0]
    cost.amount += to_major(1)
    save_cost(cost=cost, by=User.objects.get(username="bench"))
    started = time.perf_counter()
    recompute(cooperation_id=cooperation.pk, touches=(cost.starts_on, cost.ends_on))
    seconds = time.perf_counter() - started
    runs = Run.objects.filter(pk__gt=before)
    rows = sum(model.objects.filter(run__in=runs).count() for model in (Share, RunLine, RunTotal))
    months = runs.count()
    run_all()
    cost.amount += to_major(1)
    save_cost(cost=cost, by=User.objects.get(username="bench"))
    started = time.perf_counter()
    run_all()
    return {"seconds": seconds, "months": months, "rows": rows, "job": time.perf_counter() - started}


def megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES_A_MEGABYTE


def _forget(cooperation: Cooperation) -> None:
    """Leave an empty table of shares, and no other trace of the cooperation ever having been computed."""
    Period.objects.of(cooperation).update(current_run=None)
    RunTotal.objects.of(cooperation).delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE billing_share")
        cursor.execute("DELETE FROM billing_runline WHERE cooperation_id = %s", [cooperation.pk])
        cursor.execute("DELETE FROM billing_run WHERE cooperation_id = %s", [cooperation.pk])
        cursor.execute("CHECKPOINT")
