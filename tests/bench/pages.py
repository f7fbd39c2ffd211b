"""Pages, lists and files, measured: how many queries, and how long beside the bare query or COPY."""

import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.models import Period, RunTotal
from billing.reports import calendar_of, statement_of
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.common.moments import reading
from sharedict.common.roles import as_owner
from sharedict.kernel.periods import Month
from tests.bench.recompute import megabytes
from tests.bench.workload import YEAR

TIMES = 9
LAST = Month(YEAR, 12)

LEDGER = """
CREATE TABLE IF NOT EXISTS bench_ledger AS
SELECT share.cooperation_id, share.municipality_id, line.application_code, line.cost_type_code, share.amount
FROM billing_share AS share JOIN billing_runline AS line
    ON line.run_id = share.run_id AND line.number = share.line_number
JOIN billing_period AS period ON period.current_run_id = share.run_id
"""
COVERED = """
CREATE INDEX IF NOT EXISTS bench_ledger_covered ON bench_ledger (cooperation_id, municipality_id)
INCLUDE (application_code, cost_type_code, amount)
"""
GROUPED = """
SELECT application_code, cost_type_code, sum(amount) FROM bench_ledger
WHERE cooperation_id = %s AND municipality_id = %s GROUP BY application_code, cost_type_code
"""
JOINED = """
COPY (
    SELECT period.first_day, period.state, run.number, municipality.country || municipality.code, total.name,
           statement.number, line.reference, line.application_code, line.application_name,
           line.cost_type_code, line.cost_type_name, line.supplier, line.description, line.key_code,
           line.key_version, line.amount, share.amount, cooperation.currency
    FROM billing_share AS share
    JOIN billing_runline AS line
    ON line.run_id = share.run_id AND line.number = share.line_number
    JOIN billing_run AS run ON run.id = share.run_id
    JOIN billing_period AS period ON period.current_run_id = run.id
    JOIN billing_runtotal AS total ON total.run_id = run.id AND total.municipality_id = share.municipality_id
    LEFT JOIN billing_statement AS statement
        ON statement.run_id = total.run_id AND statement.municipality_id = total.municipality_id
    JOIN municipalities_municipality AS municipality ON municipality.id = share.municipality_id
    JOIN municipalities_cooperation AS cooperation ON cooperation.id = share.cooperation_id
    WHERE share.cooperation_id = {cooperation:d}
    ORDER BY share.run_id, share.municipality_id, share.line_number
) TO STDOUT WITH (FORMAT csv)
"""


class Reader:
    """Somebody who asks for pages and counts queries."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(SERVER_NAME="localhost")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        if not token:
            self.client.force_login(User.objects.get(username="bench"))

    def get(self, url: str) -> HttpResponseBase:
        response = self.client.get(url, headers=self.headers)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}")
        return response

    def measure(self, url: str) -> dict[str, Any]:
        """Queries, milliseconds, and those of the query that reads the rows, asked for by itself."""
        self.get(url)
        with CaptureQueriesContext(connection) as captured:
            self.get(url)
        whole = [query for query in captured.captured_queries if not query["sql"].startswith("DECLARE")]
        rows = max(whole, key=lambda query: float(query["time"]))
        return {
            "queries": len(captured),
            "ms": milliseconds(lambda: self.get(url)),
            "bare_ms": milliseconds(lambda: fetched(rows["sql"])),
        }


def statement(slug: str) -> dict[str, Any]:
    """The year's last statement of the municipality in the middle: the page, its figures, their queries."""
    cooperation = Cooperation.objects.get(slug=slug)
    period = Period.objects.of(cooperation).for_listing().get(first_day=LAST.first)
    heads = RunTotal.objects.filter(run=period.current_run).select_related("municipality")
    head = heads[heads.count() // 2]
    page = Reader().measure(f"/{slug}/costs/{LAST}/{head.municipality.key}/")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(LEDGER)
        cursor.execute(COVERED)
        cursor.execute("GRANT SELECT ON bench_ledger TO PUBLIC")
        cursor.execute("VACUUM ANALYZE bench_ledger")
    place = [cooperation.pk, head.municipality_id]

    def figures() -> object:
        return statement_of(head, period, calendar_of(cooperation))

    def data() -> object:
        with transaction.atomic():  # as a page reads it: at one moment, telling once who asks
            return [fetched(query) for query in queries]

    figures()
    with CaptureQueriesContext(connection) as captured:
        figures()
    queries = [query["sql"] for query in captured.captured_queries]
    return {
        "queries": page["queries"],
        "page_ms": page["ms"],
        "ms": milliseconds(figures),
    } | in_turn(
        data_ms=data,
        bare_ms=lambda: fetched(GROUPED, place),
    )


def main_pages(slug: str, key: str) -> dict[str, str]:
    """What people of a municipality with this ``key`` open every day."""
    pages = {
        "overview": "overview/",
        "months": "costs/",
        "month": f"costs/{LAST}/",
        "statement": f"costs/{LAST}/{key}/",
        "register of costs": "costs/register/",
        "catalogue": "services/",
        "subscriptions": "subscriptions/",
        "members": "members/",
    }
    return {name: f"/{slug}/{page}" for name, page in pages.items()}


def main(slug: str) -> dict[str, Any]:
    """Each main page: its queries and milliseconds, and those of its queries asked for by themselves."""
    cooperation, reader = Cooperation.objects.get(slug=slug), Reader()
    places = RunTotal.objects.filter(run__period__cooperation=cooperation).select_related("municipality")
    pages = main_pages(slug, places.latest("municipality__code").municipality.key)
    return {name: beside_its_queries(reader, address) for name, address in pages.items()}


def beside_its_queries(reader: Reader, address: str) -> dict[str, Any]:
    reader.get(address)
    with CaptureQueriesContext(connection) as captured:
        reader.get(address)
    asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]

    def bare() -> None:
        with transaction.atomic():
            for query in asked:
                fetched(query)

    return {"queries": len(asked)} | in_turn(ms=lambda: reader.get(address), bare_ms=bare)


def api(_slug: str, token: str) -> dict[str, Any]:
    """The API's shares, a short page and a long one."""
    reader = Reader(token)
    return {
        "short": reader.measure("/api/v1/shares/?page_size=50"),
        "long": reader.measure("/api/v1/shares/?page_size=1000"),
    }


def html(slug: str) -> dict[str, Any]:
    """The register of costs, 50 rows of it."""
    return Reader().measure(f"/{slug}/costs/register/")


def file(slug: str, small: str) -> dict[str, Any]:
    """Every share of the year as CSV: time, size, and by how much more memory than the file of ``small``.

    That one is written first, so that the memory of the code itself is no part of it.
    """
    reader = Reader()
    sum(map(len, chunks_of(reader.get(f"/{small}/costs/{YEAR}/shares.csv"))))
    before = megabytes()
    started = time.perf_counter()
    size = sum(map(len, chunks_of(reader.get(f"/{slug}/costs/{YEAR}/shares.csv"))))
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "bytes": size, "megabytes": megabytes() - before}


def joined(slug: str) -> dict[str, Any]:
    """COPY TO STDOUT of the same joined rows."""
    cooperation = Cooperation.objects.get(slug=slug)
    counter = Counter()
    started = time.perf_counter()
    with reading(), connection.cursor() as cursor:
        raw: Any = cursor.cursor
        raw.copy_expert(JOINED.format(cooperation=cooperation.pk), counter)
    return {"seconds": time.perf_counter() - started, "bytes": counter.size}


class Counter:
    """A file that forgets what is written to it."""

    size = 0

    def write(self, chunk: bytes) -> int:
        self.size += len(chunk)
        return len(chunk)


def chunks_of(response: HttpResponseBase) -> Iterable[bytes]:
    content: Iterable[bytes] = response.streaming_content if response.streaming else [response.content]  # type: ignore[attr-defined]
    return content


def fetched(query: str, parameters: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return len(cursor.fetchall())


def milliseconds(do: Callable[[], object]) -> float:
    """The median of a few times, after one that warms up."""
    return in_turn(it=do)["it"]


def in_turn(**things: Callable[[], object]) -> dict[str, float]:
    """The same of several things that take turns, so that a slow moment of the machine meets all of them."""
    taken: dict[str, list[float]] = {name: [] for name in things}
    for _ in range(1 + TIMES):
        for name, do in things.items():
            started = time.perf_counter()
            do()
            taken[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(each[1:]) for name, each in taken.items()}
