"""What it costs that the database limits rows to who sees them: the same work with that and without it."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest import mock

from django.conf import settings
from django.db import connections

from billing.actions import recompute
from billing.models import Cost, Period, RunTotal
from municipalities.models import Cooperation
from sharedict.common import loading, sight
from tests.bench.pages import LAST, Reader
from tests.bench.recompute import one_more

ROUNDS = 41
STRAIGHT = ("SELECT 1", "COPY {table} ({columns}) FROM STDIN", "SELECT 1")


def guards(slug: str) -> dict[str, dict[str, float]]:
    """Milliseconds of each piece of work, guarded and not, and the ratio of the two.

    They are done in pairs, one right after the other and each first in turn, so that a slow moment of the
    machine meets both; the ratio is that of the pair in the middle.
    """
    cooperation = Cooperation.objects.get(slug=slug)
    bare = as_nobody_limits()
    found = {}
    for what, do in work(cooperation).items():
        pairs = [pair_of(do, bare, bare_first=bool(turn % 2)) for turn in range(2 + ROUNDS)][2:]
        guarded_ms, bare_ms = (statistics.median(each) for each in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        found[what] = {"guarded": guarded_ms, "bare": bare_ms, "ratio": ratio}
    bare.close()
    return found


def pair_of(do: Callable[[], object], bare: Any, *, bare_first: bool) -> tuple[float, float]:
    """Milliseconds with rows limited, and without."""
    taken = {}
    for is_bare in (bare_first, not bare_first):
        with unguarded(bare) if is_bare else nullcontext():
            taken[is_bare] = milliseconds(do)
    return taken[False], taken[True]


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
    """How long it takes; the garbage of what was before it is no part of it."""
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter()
        do()
        return (time.perf_counter() - started) * 1000
    finally:
        gc.enable()


def as_nobody_limits() -> Any:
    """A second connection, of the owner, for whom the database limits nothing and who tells nothing."""
    connection = connections.create_connection("default")
    ours, owner = connection.settings_dict, settings.DATABASE_OWNER or {}
    connection.settings_dict = {**ours, **owner, "NAME": ours["NAME"], "IS_OWNER": True}
    return connection


@contextmanager
def unguarded(bare: Any) -> Iterator[None]:
    """Rows are limited by nobody, nobody is told who asks, and COPY goes straight into the tables."""
    ours = connections["default"]
    connections["default"] = bare
    bare.ensure_connection()
    try:
        with mock.patch.object(bare, "execute_wrappers", []), mock.patch.object(loading, "STEPS", STRAIGHT):
            yield
    finally:
        connections["default"] = ours
