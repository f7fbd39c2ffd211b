"""A statement's PDF, measured: made and kept when first asked for, and given out again."""

import datetime as dt
import statistics
import time
from typing import Any

from django.http import HttpResponse

from billing.actions import close_period, propose_period
from billing.models import Period, Statement
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.bench.pages import Reader
from tests.bench.workload import YEAR

TIMES = 9


def papers(slug: str) -> dict[str, Any]:
    """Close two months; then the second's PDF for a few municipalities: the seconds of one, and its bytes.

    One that is asked for before them starts the typesetter.
    """
    cooperation = Cooperation.objects.get(slug=slug)
    proposer = User.objects.get(username="bench")
    closer, _made = User.objects.get_or_create(username="bench-2")
    for number in (1, 2):
        run_all()
        period = Period.objects.of(cooperation).get(first_day=dt.date(YEAR, number, 1))
        close_period(period=propose_period(period=period, by=proposer), by=closer)
    payers = Statement.objects.filter(period=period).order_by("number").values_list("payer", flat=True)
    middle = payers.count() // 2
    first, *others = (
        f"/{slug}/costs/{YEAR}-02/{payer}/statement.pdf" for payer in payers[middle : middle + TIMES + 1]
    )
    reader = Reader()
    size = len(_content(reader, first))
    made, again = ([_seconds(reader, address) for address in others] for _ in range(2))
    return {"made": statistics.median(made), "again": statistics.median(again), "bytes": size}


def _seconds(reader: Reader, address: str) -> float:
    started = time.perf_counter()
    _content(reader, address)
    return time.perf_counter() - started


def _content(reader: Reader, address: str) -> bytes:
    response = reader.get(address)
    if not isinstance(response, HttpResponse) or not response.content.startswith(b"%PDF-"):
        raise TypeError(f"{address} is no PDF.")
    return response.content
