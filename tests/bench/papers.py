"""A statement's PDF, measured: set beforehand and asked for, and made for who asks before that."""

import datetime as dt
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from billing.actions import close_period, propose_period
from billing.models import Period, Statement, StatementLine
from billing.views.printing import set_missing
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.bench.pages import Reader
from tests.bench.workload import YEAR

TIMES = 5


def papers(slug: str) -> dict[str, Any]:
    """Close two months; then the second's PDF of a few municipalities: the seconds of one, and its lines.

    Some are set beforehand, as the worker does; others made for who asks. The first starts the typesetter.
    """
    cooperation = Cooperation.objects.get(slug=slug)
    proposer = User.objects.get(username="bench")
    closer, _made = User.objects.get_or_create(username="bench-2")
    for number in (1, 2):
        run_all()
        period = Period.objects.of(cooperation).get(first_day=dt.date(YEAR, number, 1))
        close_period(period=propose_period(period=period, by=proposer), by=closer)
    missing = set_missing(since=period.first_day)  # of all cooperations
    setting = (paper for paper in missing if paper.statement.cooperation_id == cooperation.pk)
    lines = StatementLine.objects.filter(statement=next(setting).statement).count()
    beforehand = [_timed(lambda: next(setting)) for _ in range(TIMES)]
    payers = list(Statement.objects.filter(period=period).order_by("number").values_list("payer", flat=True))
    reader = Reader()

    def asked(few: list[str]) -> float:
        addresses = [f"/{slug}/costs/{YEAR}-02/{payer}/statement.pdf" for payer in few]
        return statistics.median(_timed(lambda at=at: _content(reader, at)) for at in addresses)

    return {
        "beforehand": statistics.median(beforehand),
        "asked": asked(payers[1 : TIMES + 1]),
        "made": asked(payers[-TIMES:]),
        "lines": lines,
    }


def _timed(what: Callable[[], object]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def _content(reader: Reader, address: str) -> bytes:
    response = reader.get(address)
    if not isinstance(response, HttpResponse) or not response.content.startswith(b"%PDF-"):
        raise TypeError(f"{address} is no PDF.")
    return response.content
