"""Periods, runs, shares and statements: the figures of the current run, the same everywhere."""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Period, Share
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.jobs.actions import announce_change
from tests.api.conftest import Caller
from tests.factories.billing import CostFactory, close, compute

pytestmark = pytest.mark.django_db


def test_every_share_stands_with_what_it_is_of(caller: Caller, january: Period) -> None:
    status, page = caller.get("shares/", cooperation="north", month="2026-01")
    assert status == 200
    assert [row["municipality"] for row in page["results"]] == ["SE1737", "SE1783"]
    run = january.current_run
    assert run
    assert page["results"][0] == {
        "cooperation": "north",
        "month": "2026-01",
        "state": "open",
        "run": run.pk,
        "line": 1,
        "municipality": "SE1737",
        "municipality_name": "Torsby",
        "reference": run.lines.get().reference,
        "application": "erp",
        "application_name": "ERP",
        "cost_type": "licence",
        "cost_type_name": "Licence",
        "supplier": "",
        "description": "Licences",
        "key": "even",
        "key_version": 1,
        "cost_amount": "100.00",
        "amount": "50.00",
        "corrects_month": None,
        "currency": "SEK",
    }


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"municipality": "SE1783"}, 1),
        ({"municipality": "SE2281"}, 0),
        ({"application": "erp"}, 2),
        ({"application": "other"}, 0),
        ({"cost_type": "licence"}, 2),
        ({"cost_type": "other"}, 0),
        ({"month": "2026-02"}, 0),
        ({"month_from": "2026-01", "month_until": "2026-02"}, 2),
        ({"month_from": "2026-02"}, 0),
        ({"state": "open"}, 2),
        ({"state": "closed"}, 0),
        ({"reference": "C99999999"}, 0),
    ],
)
def test_shares_are_narrowed(caller: Caller, january: Period, parameters: dict[str, str], count: int) -> None:
    assert len(caller.get("shares/", **parameters)[1]["results"]) == count


def test_a_superseded_run_gives_its_shares_to_the_new_one(
    caller: Caller, january: Period, north: Cooperation, erp: Any, licence: Any
) -> None:
    old = january.current_run
    assert old
    CostFactory(cooperation=north, application=erp, cost_type=licence, amount=Decimal("3.00"))
    compute(north)
    january.refresh_from_db()
    new = january.current_run
    assert new
    assert {row["run"] for row in caller.get("shares/")[1]["results"]} == {new.pk}
    assert [row["id"] for row in caller.get("runs/")[1]["results"]] == [new.pk]
    assert caller.get(f"runs/{old.pk}/")[1]["is_current"] is False
    assert caller.get(f"runs/{new.pk}/")[1]["total"] == "103.00"


def test_the_pages_of_shares_hold_each_once(caller: Caller, north: Cooperation, erp: Any) -> None:
    for _ in range(7):
        CostFactory(cooperation=north, application=erp)
    compute(north)
    url, seen = "shares/?page_size=4", []
    while url:
        _, page = caller.get(url)
        assert len(page["results"]) <= 4
        seen += [(row["run"], row["municipality"], row["line"]) for row in page["results"]]
        url = (page["next"] or "").removeprefix("http://testserver")
    assert len(seen) == len(set(seen)) == Share.objects.count() == 14


def test_the_facts_of_a_run_are_frozen_to_the_byte(caller: Caller, january: Period) -> None:
    run = january.current_run
    assert run
    response = caller.client.get(f"/api/v1/runs/{run.pk}/facts/", headers=caller.headers)
    assert response.content.decode() == run.facts
    _, told = caller.get(f"runs/{run.pk}/")
    assert hashlib.sha256(response.content).hexdigest() == told["fingerprint"]


def test_a_statement_adds_up_to_its_shares(caller: Caller, january: Period) -> None:
    _, page = caller.get("statements/", municipality="SE1737", month="2026-01")
    [head] = page["results"]
    assert (head["amount"], head["currency"], head["statement_number"]) == ("50.00", "SEK", None)
    status, whole = caller.get(f"statements/{head['id']}/")
    assert status == 200
    assert whole["amount"] == head["amount"]
    assert [line["amount"] for line in whole["lines"]] == ["50.00"]
    shares = caller.get("shares/", municipality="SE1737")[1]["results"]
    assert [(row["reference"], row["amount"]) for row in whole["shares"]] == [
        (row["reference"], row["amount"]) for row in shares
    ]


def test_a_closed_month_says_so_everywhere(
    caller: Caller, january: Period, administrator: User, second_administrator: User
) -> None:
    close(january, proposer=administrator, closer=second_administrator)
    [period] = caller.get("periods/", state="closed")[1]["results"]
    assert (period["month"], period["total"], period["currency"]) == ("2026-01", "100.00", "SEK")
    assert {row["state"] for row in caller.get("shares/")[1]["results"]} == {"closed"}
    numbers = [row["statement_number"] for row in caller.get("statements/")[1]["results"]]
    assert numbers == [1, 2]


def test_a_month_is_stale_while_a_change_to_it_waits(
    caller: Caller, january: Period, north: Cooperation, do_jobs: Callable[[], int]
) -> None:
    def is_stale() -> bool:
        stale: bool = caller.get("periods/")[1]["results"][0]["is_stale"]
        return stale

    do_jobs()
    assert not is_stale()
    first, after = january.month.first, january.month.after
    announce_change(cooperation_id=north.pk, touches=(after, None))
    assert not is_stale()
    announce_change(cooperation_id=north.pk, touches=(first.replace(day=31), after))
    assert is_stale()
    do_jobs()
    assert not is_stale()


def test_where_shares_are_closed_a_municipality_reads_its_own(
    person: Callable[[User], Caller],
    caller: Caller,
    january: Period,
    north: Cooperation,
    coordinator: User,
    auditor: User,
    torsby: Municipality,
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    own, whole = person(coordinator), person(auditor)
    for path in ("shares/", "statements/"):
        assert [row["municipality"] for row in own.get(path)[1]["results"]] == [torsby.key]
        assert len(whole.get(path)[1]["results"]) == 2
        assert len(caller.get(path)[1]["results"]) == 2
    theirs = caller.get("statements/", municipality="SE1783")[1]["results"][0]["id"]
    assert own.get(f"statements/{theirs}/")[0] == 404
    assert own.get(f"runs/{january.current_run_id}/facts/")[0] == 403
    assert whole.get(f"runs/{january.current_run_id}/facts/")[0] == 200


def test_nothing_of_it_is_there_for_another_cooperation(foreigner: Caller, january: Period) -> None:
    run = january.current_run
    assert run
    for path in ("periods/", "runs/", "shares/", "statements/", "jobs/"):
        assert foreigner.get(path) == (200, {"next": None, "results": []})
    for path in (
        f"periods/{january.pk}/",
        f"runs/{run.pk}/",
        f"runs/{run.pk}/facts/",
        f"statements/{run.totals.first().pk}/",
    ):
        assert foreigner.get(path)[0] == 404
