"""Every share of a year, straight from the database: complete, harmless, and leaving nothing open."""

import csv
import datetime as dt
import io
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from billing.documents.csv import COLUMNS, statement_csv
from billing.models import Cost, Period, Share
from billing.reports import calendar_of, head_of, statement_of
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.common.copying import copied
from tests.factories.billing import compute

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[User], Client]
MONTH = "/north/costs/2026-10/"


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"), newline="")))


def others_connected() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def test_it_holds_every_share_of_the_year(october: Period, finance: User, sign_in: SignIn) -> None:
    response = sign_in(finance).get("/north/costs/2026/shares.csv")
    rows = rows_of(response)
    expected = Share.objects.current().values_list(
        "run__period__first_day", "municipality__code", "line__reference", "amount"
    )
    assert {(row["month"], row["municipality"], row["reference"], Decimal(row["share"])) for row in rows} == {
        (f"{day:%Y-%m}", f"SE{code}", reference, amount) for day, code, reference, amount in expected
    }
    assert len(rows) == 10
    assert [row["month"] for row in rows] == sorted(row["month"] for row in rows)


def test_it_has_the_rows_of_the_statements(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn
) -> None:
    head = head_of(finance, october, "SE1737")
    assert head is not None
    statement = b"".join(statement_csv(statement_of(head, october, calendar_of(north))))
    year = rows_of(sign_in(finance).get("/north/costs/2026/shares.csv"))
    assert tuple(year[0]) == COLUMNS
    own = [row for row in year if row["month"] == "2026-10" and row["municipality"] == "SE1737"]
    in_order = sorted(rows_of([statement]), key=lambda row: row["reference"])
    assert sorted(own, key=lambda row: row["reference"]) == in_order


def test_text_is_made_harmless_as_in_other_files(
    north: Cooperation, october: Period, costs: list[Cost], finance: User, sign_in: SignIn
) -> None:
    rows = rows_of(sign_in(finance).get("/north/costs/2026-10/month.csv"))
    by_reference = {row["reference"]: row for row in rows}
    assert len(rows) == 6
    assert by_reference["C00000002"]["supplier"] == "'=SUM(A1:A9)"
    assert by_reference["C00000002"]["description"] == 'Licences, "large" 🏢'
    assert by_reference["C00000003"]["description"] == "'@support"


def test_a_formula_under_another_separator_is_neutralised_in_every_file(
    north: Cooperation, october: Period, costs: list[Cost], finance: User, sign_in: SignIn
) -> None:
    """Months and years are neutralised by the database, statements by the program."""
    Cost.objects.filter(pk=costs[1].pk).update(supplier="x;=1+1;y", description="x\t+1,@y\r\n=2+2")
    compute(north)
    client = sign_in(finance)
    for address in ("/north/costs/2026/shares.csv", f"{MONTH}month.csv", f"{MONTH}SE1737/statement.csv"):
        found = {
            (row["supplier"], row["description"])
            for row in rows_of(client.get(address))
            if row["reference"] == "C00000002"
        }
        assert found == {("x;'=1+1;y", "x\t'+1,'@y\r\n'=2+2")}


def test_a_year_without_costs_is_a_header(october: Period, finance: User, sign_in: SignIn) -> None:
    response = sign_in(finance).get("/north/costs/1999/shares.csv")
    assert b"".join(response).decode("utf-8-sig").splitlines() == [",".join(COLUMNS)]  # type: ignore[call-overload]


def test_where_shares_are_not_open_it_holds_ones_own(
    north: Cooperation, october: Period, finance: User, auditor: User, sign_in: SignIn
) -> None:
    north.shares_are_open = False
    north.save()
    own = rows_of(sign_in(finance).get("/north/costs/2026/shares.csv"))
    assert {row["municipality"] for row in own} == {"SE1737"}
    assert len(own) == 5
    assert len(rows_of(sign_in(auditor).get("/north/costs/2026/shares.csv"))) == 10


def test_other_cooperations_get_nothing(october: Period, stranger: User, sign_in: SignIn) -> None:
    assert sign_in(stranger).get("/north/costs/2026/shares.csv").status_code == 404
    assert rows_of(sign_in(stranger).get("/outside/costs/2026/shares.csv")) == []


def many_rows(cursor: Any) -> Iterator[str]:
    yield "COPY (SELECT n, repeat('x', 1000) FROM generate_series(1, 100000) AS n) TO STDOUT"


def test_a_reader_who_leaves_early_leaves_nothing_open(db: None) -> None:
    before = threading.active_count(), others_connected()
    pieces = copied(many_rows)
    assert next(pieces)
    assert threading.active_count() == before[0] + 1
    pieces.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before[0]
    deadline = time.monotonic() + 5
    while others_connected() > before[1] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert others_connected() == before[1]


def test_an_error_half_way_is_not_taken_for_the_end(db: None) -> None:
    def statements(cursor: Any) -> Iterator[str]:
        yield "COPY (SELECT 1) TO STDOUT"
        yield "COPY (SELECT 1 / 0) TO STDOUT"

    received = []
    with pytest.raises(Exception, match="division by zero"):
        received.extend(copied(statements))
    assert b"".join(received) == b"1\n"
    assert not [thread for thread in threading.enumerate() if thread.name == "copy"]


def test_nobody_who_never_reads_starts_anything(db: None) -> None:
    before = threading.active_count()
    copied(many_rows)
    assert threading.active_count() == before


def test_months_are_those_of_the_calendar_year(
    north: Cooperation, october: Period, finance: User, sign_in: SignIn
) -> None:
    Period.objects.filter(pk=october.pk).update(first_day=dt.date(2027, 1, 1))
    rows = rows_of(sign_in(finance).get("/north/costs/2026/shares.csv"))
    assert {row["month"] for row in rows} == {"2026-09"}
