"""What it costs that the database limits rows to who sees them: the same work with that and without it."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from django.db import connection
from psycopg2 import sql

from billing.actions import recompute
from billing.models import Cost, Period, RunTotal
from municipalities.models import Cooperation
from sharedict.common import loading, sight
from sharedict.common.roles import as_owner
from sharedict.common.row_security import limited
from tests.bench.pages import LAST, Reader
from tests.bench.recompute import one_more

ROUNDS = 9
EACH = 5
"""A page is read so many times in a row, and the fastest counts: the switch before it leaves caches cold."""


def guards(slug: str) -> dict[str, dict[str, float]]:
    """Milliseconds of each piece of work, guarded and not; the two take turns."""
    cooperation = Cooperation.objects.get(slug=slug)
    taken: dict[str, dict[str, list[float]]] = {}
    for _ in range(ROUNDS):
        for name, is_guarded in (("guarded", True), ("bare", False)):
            with guarded() if is_guarded else unguarded():
                for what, do in work(cooperation).items():
                    found = taken.setdefault(what, {"guarded": [], "bare": []})
                    found[name].append(min(milliseconds(do) for _ in range(EACH)))
    return {
        what: {name: statistics.median(each) for name, each in found.items()} for what, found in taken.items()
    }


def work(cooperation: Cooperation) -> dict[str, Callable[[], object]]:
    """Pages of all kinds, a list of the API's kind, and a month recomputed after a change."""
    slug, period = cooperation.slug, Period.objects.of(cooperation).get(first_day=LAST.first)
    head = RunTotal.objects.filter(run=period.current_run).select_related("municipality")[0]
    cost = Cost.objects.of(cooperation).filter(starts_on__month=6).order_by("reference")[7]
    reader = Reader()
    pages = {
        "overview": f"/{slug}/overview/",
        "register of costs": f"/{slug}/costs/register/",
        "month": f"/{slug}/costs/{LAST}/",
        "statement": f"/{slug}/costs/{LAST}/{head.municipality.key}/",
    }

    def changed() -> None:
        one_more(cost)
        with sight.seeing(sight.of_cooperation(cooperation.pk)):
            recompute(cooperation_id=cooperation.pk, touches=(cost.starts_on, cost.ends_on))

    found: dict[str, Callable[[], object]] = {
        name: (lambda address=address: reader.get(address)) for name, address in pages.items()
    }
    return found | {"one changed cost": changed}


def milliseconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return (time.perf_counter() - started) * 1000


@contextmanager
def guarded() -> Iterator[None]:
    switch("ENABLE")
    yield


@contextmanager
def unguarded() -> Iterator[None]:
    """Rows are limited by nobody, nobody is told who asks, and COPY goes straight into the tables."""
    switch("DISABLE")
    straight = ("SELECT 1", "COPY {table} ({columns}) FROM STDIN", "SELECT 1")
    with mock.patch.object(connection, "execute_wrappers", []), mock.patch.object(loading, "STEPS", straight):
        yield


def switch(how: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        for table in limited():
            words = sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY")
            cursor.execute(words.format(sql.Identifier(table), sql.SQL(how)))
    connection.ensure_connection()
