"""An import of very many costs, measured: from the file to committed rows, and the COPY of the same rows."""

import io
import time
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from agreements.models import CostType
from billing.models import Cost
from municipalities.actions import APPLY, LOOK, UPLOAD, order_step, store_upload
from municipalities.models import Cooperation, Upload
from services.models import Application
from sharedict.accounts.models import User
from sharedict.audit.models import Entry, PersonalValue
from sharedict.common.roles import as_owner
from sharedict.jobs.actions import run_next
from sharedict.jobs.models import Job
from tests.bench.workload import YEAR

ROWS = 100_000
HEADER = "external_id;application;cost_type;supplier;invoice_number;description;amount;starts_on;ends_on"


def imported(slug: str) -> dict[str, float]:
    """Seconds of the dry run and of applying it, each by its job, and of the COPY of what it wrote.

    The COPY is the owner's, straight into the same tables with their indexes, once the rows are gone again.
    """
    cooperation, by = Cooperation.objects.get(slug=slug), User.objects.get(username="bench")
    Job.objects.all().delete()
    first = {model: model.objects.order_by("-pk").values_list("pk", flat=True)[0] for model in (Cost, Entry)}
    started = time.perf_counter()
    upload = store_upload(
        cooperation=cooperation,
        kind="costs",
        file_name="costs.csv",
        content="\n".join(lines(cooperation)).encode(),
        headers=[],
        told={},
        by=by,
    )
    look = step(upload, LOOK, by)
    apply = step(upload, APPLY, by)
    whole = time.perf_counter() - started
    texts = taken(first[Cost], first[Entry])
    found = {"look": look, "apply": apply, "seconds": whole, "bare": copied(texts)}
    with as_owner(), connection.cursor() as cursor:
        remove(cursor, first[Cost], first[Entry])
    return found


def lines(cooperation: Cooperation) -> Iterator[str]:
    """A file of costs of every application and type, none of them like another."""
    applications = Application.objects.of(cooperation).order_by("code").values_list("code", flat=True)
    codes, kinds = list(applications), list(CostType.objects.of(cooperation).values_list("code", flat=True))
    yield HEADER
    for number in range(ROWS):
        code, kind = codes[number % len(codes)], kinds[number % len(kinds)]
        month = number % 12 + 1
        after = f"{YEAR}-{month + 1:02}-01" if month < 12 else f"{YEAR + 1}-01-01"
        yield (
            f"B-{number};{code};{kind};Supplier {number % 97};{number};Invoice {number};"
            f"{number % 9973 + 1},{number % 100:02};{YEAR}-{month:02}-01;{after}"
        )


def step(upload: Upload, name: str, by: User) -> float:
    """Seconds of the job of one step; raises RuntimeError where it did not bring about what it is for."""
    upload.refresh_from_db()
    order_step(upload=upload, step=name, by=by, shown=upload.shown)
    started = time.perf_counter()
    job = run_next()
    seconds = time.perf_counter() - started
    upload.refresh_from_db()
    wanted = {LOOK: Upload.State.SHOWN, APPLY: Upload.State.APPLIED}[name]
    if job is None or job.kind != UPLOAD or upload.state != wanted or upload.new_count != ROWS:
        raise RuntimeError(f"{name}: {upload.state}, {upload.counts}, {upload.said}, {job and job.error}")
    return seconds


def taken(cost: int, entry: int) -> dict[str, io.StringIO]:
    """The rows that came after these as text, by table and its columns; they are taken away."""
    texts = {}
    with as_owner(), connection.cursor() as cursor:
        raw: Any = cursor.cursor
        for model, which in models(cost, entry):
            table, columns = (
                model._meta.db_table,
                ", ".join(each.column for each in model._meta.concrete_fields),
            )
            text = texts[f"{table} ({columns})"] = io.StringIO()
            raw.copy_expert(f"COPY (SELECT {columns} FROM {table} WHERE {which}) TO STDOUT", text)  # noqa: S608
        remove(cursor, cost, entry)
        cursor.execute("VACUUM ANALYZE")
    return texts


def models(cost: int, entry: int) -> list[tuple[type[Model], str]]:
    """Which rows of which model came after these."""
    return [
        (Cost, f"id > {cost:d}"),
        (Entry, f"id > {entry:d} AND subject_type = 'billing.cost'"),
        (PersonalValue, f"entry_id > {entry:d}"),
    ]


def remove(cursor: Any, cost: int, entry: int) -> None:
    """Take away what came after these, whatever refers to it."""
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("TRUNCATE municipalities_upload, municipalities_uploadfinding")
    for model, which in models(cost, entry):
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {which}")  # noqa: S608
    cursor.execute("RESET session_replication_role")


def copied(texts: dict[str, io.StringIO]) -> float:
    with as_owner(), connection.cursor() as cursor:
        raw: Any = cursor.cursor
        started = time.perf_counter()
        with transaction.atomic():
            for place, text in texts.items():
                text.seek(0)
                raw.copy_expert(f"COPY {place} FROM STDIN", text, 1 << 18)
        return time.perf_counter() - started
