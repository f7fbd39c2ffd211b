"""A recompute between any two queries of an answer: the answer is of one run, whole, or of the other."""

import csv
import datetime as dt
import io
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.db.backends.signals import connection_created
from django.db.models import F, Sum
from django.test import Client

from billing.actions import drop_superseded_shares, recompute
from billing.models import Cost, Period, RunTotal
from municipalities.models import Cooperation, Token
from sharedict.accounts.models import User
from sharedict.common import moments
from tests.factories.billing import pass_time
from tests.factories.municipalities import TokenFactory, bearer
from tests.workers import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 200
SEPTEMBER, OCTOBER = dt.date(2026, 9, 1), dt.date(2026, 10, 1)
KEY, PAGE = "SE1737", "/north/costs/2026-10/SE1737/"
SignIn = Callable[[User], Client]
When = Callable[[int, str], bool]


class Truth(NamedTuple):
    """What is right at some moment: Torsby's October and year so far, and October of all."""

    own: Decimal
    year: Decimal
    all: Decimal


def truth() -> Truth:
    totals = RunTotal.objects.current()
    own, october = totals.filter(municipality__code=KEY[2:]), {"run__period__first_day__month": 10}
    return Truth(
        *(
            rows.aggregate(sum=Sum("amount"))["sum"]
            for rows in (own.filter(**october), own, totals.filter(**october))
        )
    )


class Interruption:
    """A change that is made, and whose shares are computed, by somebody else after one of the queries.

    It concerns the months ``since`` then. What it supersedes is dropped at once, as it would be a quarter of
    an hour later. ``when`` is told the number and the text of each query, and says after which one it is.
    """

    def __init__(
        self, beside: Executor, cooperation: Cooperation, when: When, since: dt.date = SEPTEMBER
    ) -> None:
        self.beside, self.cooperation, self.when, self.since = beside, cooperation, when, since
        self.queries = 0
        self.is_made = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        number, self.queries = self.queries, self.queries + 1
        if not self.is_made and self.when(number, sql):
            self.is_made = True
            self.beside.submit(self.change).result(PATIENCE_SECONDS)
        return found

    def change(self) -> None:
        Cost.objects.of(self.cooperation).update(amount=F("amount") + 2)
        recompute(cooperation_id=self.cooperation.pk, touches=(self.since, None))
        pass_time()
        drop_superseded_shares(cooperation_id=self.cooperation.pk)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """It comes among the queries of this thread, and of the threads that copy."""

        def join(connection: Any, **_: Any) -> None:
            if threading.current_thread().name == "copy":
                connection.execute_wrappers.append(self)

        connection_created.connect(join)
        try:
            with connection.execute_wrapper(self):
                yield
        finally:
            connection_created.disconnect(join)


class Reader:
    """Somebody who asks for the same in several ways, and gets (own, year, all) as far as each says so."""

    def __init__(self, client: Client, token: Token) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {bearer(token)}"}

    def page(self) -> dict[str, Decimal]:
        answer = self.client.get(PAGE)
        assert answer.status_code == 200, "half a statement is answered with an error page"
        statement = answer.context["statement"]
        assert statement.total_minor == sum(line.this_minor for line in statement.lines)
        assert statement.total_minor == sum(share.share_minor for share in statement.shares)
        return {
            "own": Decimal(statement.total_minor) / 100,
            "year": Decimal(sum(line.year_minor for line in statement.lines)) / 100,
        }

    def month(self) -> dict[str, Decimal]:
        shown = self.client.get("/north/costs/2026-10/").context
        rows = [total["row"] for total in shown["totals"]]
        assert sum(row.this_minor for row in rows) == shown["run"].total * 100
        assert {row.number for row in rows} == {None}
        return {
            "own": Decimal(next(row.this_minor for row in rows if row.municipality == KEY)) / 100,
            "all": shown["run"].total,
        }

    def statement_file(self) -> dict[str, Decimal]:
        return {"own": sum(self.shares_in(f"{PAGE}statement.csv"), Decimal(0))}

    def month_file(self) -> dict[str, Decimal]:
        return {"all": sum(self.shares_in("/north/costs/2026-10/month.csv"), Decimal(0))}

    def shares_in(self, url: str) -> Iterator[Decimal]:
        content = b"".join(self.client.get(url)).decode("utf-8-sig")  # type: ignore[call-overload]
        rows = list(csv.DictReader(io.StringIO(content)))
        assert rows
        assert len({row["run"] for row in rows}) == 1
        return (Decimal(row["share"]) for row in rows)

    def statement(self) -> dict[str, Decimal]:
        """By its id, which a recompute takes away; None of it then."""
        head = RunTotal.objects.current().get(run__period__first_day__month=10, municipality__code=KEY[2:])
        status, said = self.api(f"statements/{head.pk}/")
        if status == 404:
            return {}
        lines = said["lines"]
        assert Decimal(said["amount"]) == sum(Decimal(line["amount"]) for line in lines)
        assert Decimal(said["amount"]) == sum(Decimal(share["amount"]) for share in said["shares"])
        return {"own": Decimal(said["amount"]), "year": Decimal(said["amount_year"])}

    def shares(self) -> dict[str, Decimal]:
        _status, said = self.api("shares/?month=2026-10")
        assert len({row["run"] for row in said["results"]}) == 1
        return {"all": sum((Decimal(row["amount"]) for row in said["results"]), Decimal(0))}

    def api(self, path: str) -> tuple[int, Any]:
        response = self.client.get(f"/api/v1/{path}", headers=self.headers)
        return response.status_code, response.json()


@pytest.fixture
def reader(north: Cooperation, october: Period, finance: User, sign_in: SignIn) -> Reader:
    cache.clear()
    return Reader(sign_in(finance), TokenFactory(cooperation=north, scopes=["read"]))


@pytest.fixture
def beside() -> Iterator[Executor]:
    """Somebody else, with one connection."""
    with ThreadPoolExecutor(max_workers=1) as other:
        yield other
        other.submit(connections.close_all).result(PATIENCE_SECONDS)


def queries_of(way: Callable[[], object], beside: Executor, cooperation: Cooperation) -> int:
    """How many queries an answer takes, once what the first one writes is written."""
    way()
    watch = Interruption(beside, cooperation, lambda number, sql: False)
    with watch.watching():
        way()
    return watch.queries


def test_two_hundred_recomputes_meet_no_half_answer(
    north: Cooperation, reader: Reader, beside: Executor
) -> None:
    chance, before, seen = random.Random(2026), truth(), Counter[str]()  # noqa: S311 - not for secrets
    ways: list[Callable[[], dict[str, Decimal]]] = [
        reader.page,
        reader.month,
        reader.statement,
        reader.month_file,
        reader.shares,
        reader.statement_file,
    ]
    queries = {way: queries_of(way, beside, north) for way in ways}
    ways += ways[2:]  # pages take long to draw
    for place in range(ROUNDS):
        way = ways[place % len(ways)]
        point = chance.randrange(queries[way])
        since = OCTOBER if place % 4 else SEPTEMBER
        interruption = Interruption(beside, north, lambda number, sql, point=point: number == point, since)  # type: ignore[misc]
        with interruption.watching():
            found = way()
        after = truth()
        assert interruption.is_made
        assert set(before).isdisjoint(after)
        if found:
            seen[which(found, before, after)] += 1
        before = after
    assert min(seen["before"], seen["after"]) > ROUNDS // 10


def which(found: dict[str, Decimal], before: Truth, after: Truth) -> str:
    """Whether the answer is what was right before the recompute or after it; nothing else may be."""
    for name, right in (("before", before), ("after", after)):
        if found.items() <= right._asdict().items():
            return name
    raise AssertionError((found, before, after))


HALVES: dict[str, tuple[str, Callable[[Reader], dict[str, Decimal]]]] = {
    "a file with only its header": ("to_char", Reader.month_file),
    "a page with a total and no lines": ('FROM "billing_runtotal"', Reader.page),
    "a year so far without the months before": ('FROM "billing_share"', Reader.page),
}
"""Half answer -> a query that the recompute comes after, and where one would see it."""


def interrupted(reader: Reader, beside: Executor, cooperation: Cooperation, half: str) -> str:
    """Whether the answer is of the moment before or after; raises AssertionError for half of each."""
    text, way = HALVES[half]
    interruption, before = Interruption(beside, cooperation, lambda number, sql: text in sql), truth()
    with interruption.watching():
        found = way(reader)
    assert interruption.is_made
    return which(found, before, truth())


@pytest.mark.parametrize("half", HALVES)
def test_no_answer_is(half: str, north: Cooperation, reader: Reader, beside: Executor) -> None:
    assert interrupted(reader, beside, north, half) == "before"


@pytest.mark.parametrize("half", HALVES)
def test_without_the_moment_there_would_be(
    half: str, north: Cooperation, reader: Reader, beside: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "reading", transaction.atomic)
    with pytest.raises(AssertionError):
        interrupted(reader, beside, north, half)
