"""What a call does to months that are closed: answered beside the row, or without saving it."""

from collections.abc import Callable
from typing import Any

import pytest

from billing.actions import close_period, decide_late, propose_period
from billing.models import Cost, LateDecision, Period
from billing.snapshots import late_states
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.api.conftest import Caller
from tests.factories.closed import APRIL, close_quarter
from tests.factories.municipalities import DriverFactory

pytestmark = pytest.mark.django_db

LATE: dict[str, Any] = {
    "external_id": "LATE",
    "application": "erp",
    "cost_type": "licence",
    "description": "half a year, invoice came in April",
    "amount": "6000.00",
    "starts_on": "2025-01-01",
    "ends_on": "2025-07-01",
}
CORRECTIONS = [
    {"month": "2025-01", "amount": "1027.62", "charged_in": "2025-04"},
    {"month": "2025-02", "amount": "928.18", "charged_in": "2025-04"},
    {"month": "2025-03", "amount": "1027.62", "charged_in": "2025-04"},
]


@pytest.fixture(autouse=True)
def quarter(north: Cooperation, administrator: User, second_administrator: User) -> Cooperation:
    return close_quarter(north, proposer=administrator, closer=second_administrator)


@pytest.fixture
def january() -> Cost:
    return Cost.objects.get(external_id="erp-01")


def test_a_late_cost_answers_what_becomes_corrections(caller: Caller) -> None:
    status, cost = caller.post("costs/", LATE)
    assert (status, cost["corrections"], cost["not_shared"]) == (201, CORRECTIONS, "0.00")
    status, again = caller.post("costs/", LATE)
    assert (status, again["id"], again["corrections"]) == (200, cost["id"], [])
    status, less = caller.patch(f"costs/{cost['id']}/", {"amount": "3000.00"})
    assert [each["amount"] for each in less["corrections"]] == ["513.81", "464.09", "513.81"]
    status, words = caller.patch(f"costs/{cost['id']}/", {"description": "-"})
    assert (status, words["corrections"]) == (200, [])
    caller.patch(f"costs/{cost['id']}/", {"amount": "6000.00"})
    status, gone = caller.post(f"costs/{cost['id']}/withdraw/")
    assert (status, gone["corrections"]) == (200, [])  # none of it is charged yet: nothing is given back
    assert caller.post(f"costs/{cost['id']}/withdraw/")[1]["corrections"] == []


def test_a_cost_of_open_months_corrects_nothing(caller: Caller) -> None:
    assert caller.post("costs/", LATE | {"starts_on": "2025-04-01"})[1]["corrections"] == []


def test_who_carries_it_may_change_without_its_amount(caller: Caller, january: Cost) -> None:
    _, cost = caller.patch(f"costs/{january.pk}/", {"application": None})
    assert cost["corrections"] == [{"month": "2025-01", "amount": "0.00", "charged_in": "2025-04"}]


def test_what_lies_before_the_first_month_is_answered(caller: Caller) -> None:
    body = LATE | {"starts_on": "2024-12-31", "ends_on": "2025-01-02", "amount": "2.00"}
    _, cost = caller.post("costs/", body)
    assert cost["not_shared"] == "1.00"
    assert [each["amount"] for each in cost["corrections"]] == ["1.00"]


def saved() -> tuple[int, int, int, list[Any]]:
    rows = list(Cost.objects.order_by("pk").values_list())
    return Cost.objects.count(), Job.objects.count(), Entry.objects.count(), rows


def test_a_dry_run_answers_the_same_and_saves_nothing(caller: Caller, january: Cost) -> None:
    before = saved()
    status, cost = caller.post("costs/?dry_run=true", LATE)
    assert (status, cost["id"], cost["reference"], cost["amount"]) == (200, None, "", "6000.00")
    assert cost["corrections"] == CORRECTIONS
    status, less = caller.patch(f"costs/{january.pk}/?dry_run=true", {"amount": "90.00"})
    assert (status, less["id"], less["amount"]) == (200, january.pk, "90.00")
    assert less["corrections"] == [{"month": "2025-01", "amount": "-10.00", "charged_in": "2025-04"}]
    status, gone = caller.post(f"costs/{january.pk}/withdraw/?dry_run=true")
    assert (status, [each["amount"] for each in gone["corrections"]]) == (200, ["-100.00"])
    assert gone["withdrawn_on"] is not None
    assert saved() == before
    assert caller.post("costs/?dry_run=false", LATE)[0] == 201


def test_a_dry_run_refuses_what_saving_would(caller: Caller, january: Cost) -> None:
    for dry, real in [
        (caller.post("costs/?dry_run=true", body), caller.post("costs/", body))
        for body in (
            LATE | {"amount": "0.00"},
            LATE | {"ends_on": "2025-01-01"},
            LATE | {"ends_on": "2024-12-01", "starts_on": "2024-11-01"},
            LATE | {"external_id": "erp-01"},
            LATE | {"credits": january.reference},
        )
    ]:
        assert dry == real
        assert dry[0] in (400, 409)
    known = {
        **LATE,
        "external_id": "erp-01",
        "description": january.description,
        "amount": "100.00",
        "ends_on": "2025-02-01",
    }
    status, same = caller.post("costs/?dry_run=true", known)
    assert (status, same["id"], same["corrections"]) == (200, january.pk, [])
    note = {**known, "external_id": "N-1", "amount": "-1.00", "credits": january.reference}
    assert caller.post("costs/", note)[0] == 201
    assert caller.post(f"costs/{january.pk}/withdraw/?dry_run=true")[0] == 400
    assert caller.patch(f"costs/{january.pk}/?dry_run=true", {"amount": "1.00"})[0] == 400


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("dry_run=yes", "dry_run"),
        ("dry_run=", "dry_run"),
        ("dry-run=true", "dry-run"),
        ("page_size=1", "page_size"),
    ],
)
def test_a_misspelt_dry_run_saves_nothing(caller: Caller, january: Cost, query: str, name: str) -> None:
    before = saved()
    for status, said in (
        caller.post(f"costs/?{query}", LATE),
        caller.patch(f"costs/{january.pk}/?{query}", {"amount": "1.00"}),
        caller.post(f"costs/{january.pk}/withdraw/?{query}"),
    ):
        assert (status, list(said["fields"])) == (400, [name])
    assert saved() == before
    assert caller.post(f"readings/?{query}", {})[0] == 400


def test_a_reading_answers_what_waits_for_a_decision(caller: Caller, north: Cooperation) -> None:
    DriverFactory(cooperation=north, code="users")
    body = {
        "external_id": "ad-1",
        "driver": "users",
        "municipality": "SE1737",
        "reference_on": "2025-02-01",
        "value": "412",
        "source": "Directory",
    }
    status, reading = caller.post("readings/", body)
    waits = (["2025-02", "2025-03"], "2025-04")
    assert (status, reading["closed_months"], reading["decide_before"]) == (201, *waits)
    status, again = caller.post("readings/", body)
    assert (status, again["closed_months"], again["decide_before"]) == (200, [], None)
    address = f"readings/{reading['id']}/"
    assert caller.patch(address, {"source": "Count"})[1]["closed_months"] == []
    assert caller.patch(address, {"value": "412.0"})[1]["closed_months"] == []
    _, moved = caller.patch(address, {"reference_on": "2025-03-01"})
    assert (moved["closed_months"], moved["decide_before"]) == waits
    _, later = caller.post("readings/", body | {"external_id": "ad-2", "reference_on": "2025-04-01"})
    assert (later["closed_months"], later["decide_before"]) == ([], None)


def test_late_changes_are_listed_with_what_happens_to_them(
    caller: Caller, do_jobs: Callable[[], int], north: Cooperation, administrator: User
) -> None:
    assert caller.get("late-changes/") == (200, {"next": None, "results": []})
    _, cost = caller.post("costs/", LATE)
    do_jobs()
    status, page = caller.get("late-changes/", cooperation="north")
    assert status == 200
    assert page["results"][0] == {
        "cooperation": "north",
        "month": "2025-01",
        "reference": cost["reference"],
        "external_id": "LATE",
        "description": "half a year, invoice came in April",
        "cause": "cost",
        "verdict": "counts",
        "reason": "",
        "amount": "1027.62",
        "charged_in": "2025-04",
        "currency": "SEK",
        "shares": [
            {"municipality": "SE1737", "charged": "0.00", "should": "513.81", "amount": "513.81"},
            {"municipality": "SE1783", "charged": "0.00", "should": "513.81", "amount": "513.81"},
        ],
    }
    assert [(row["month"], row["amount"]) for row in page["results"]] == [
        (each["month"], each["amount"]) for each in CORRECTIONS
    ]
    decide_late(
        cooperation=north,
        states=late_states(north)[:1],
        verdict=LateDecision.Verdict.LEAVE,
        reason="Too old",
        by=administrator,
    )
    left = caller.get("late-changes/")[1]["results"][0]
    assert (left["verdict"], left["reason"], left["charged_in"]) == ("left", "Too old", None)


def test_a_refund_that_was_left_is_named_when_its_cost_has_it_asked_anew(
    caller: Caller,
    north: Cooperation,
    january: Cost,
    administrator: User,
    second_administrator: User,
    do_jobs: Callable[[], int],
) -> None:
    """Half of it was refunded late; that the refund was withdrawn since was left."""
    note = {
        "external_id": "NOTE",
        "application": january.application.code if january.application else None,
        "cost_type": january.cost_type.code,
        "description": "Half of it back",
        "amount": "-50.00",
        "starts_on": "2025-01-01",
        "ends_on": "2025-02-01",
        "credits": january.reference,
    }
    refund = caller.post("costs/", note)[1]
    do_jobs()
    april = Period.objects.get(cooperation=north, first_day=APRIL)
    close_period(period=propose_period(period=april, by=administrator), by=second_administrator)
    caller.post(f"costs/{refund['id']}/withdraw/")
    do_jobs()
    decide_late(
        cooperation=north,
        states=late_states(north),
        verdict=LateDecision.Verdict.LEAVE,
        reason="Board",
        by=administrator,
    )
    do_jobs()
    corrected = {"month": "2025-01", "charged_in": "2025-05"}
    for dry_run in ("?dry_run=true", ""):
        status, gone = caller.post(f"costs/{january.pk}/withdraw/{dry_run}")
        assert (status, gone["corrections"]) == (200, [corrected | {"amount": "-100.00"}])
        [other] = gone["corrections_of_others"]
        assert other == corrected | {"reference": refund["reference"], "amount": "50.00"}
    do_jobs()
    assert sorted((state.verdict.value, state.amount_minor) for state in late_states(north)) == [
        ("counts", -100_00),
        ("counts", 50_00),
    ]


def test_late_changes_come_in_pages(caller: Caller, do_jobs: Callable[[], int]) -> None:
    for number in range(3):
        caller.post("costs/", LATE | {"external_id": f"LATE-{number}"})
    do_jobs()
    whole = caller.get("late-changes/", page_size=1000)[1]["results"]
    url, seen = "late-changes/?page_size=4", []
    while url:
        _, page = caller.get(url)
        assert len(page["results"]) <= 4
        seen += page["results"]
        url = (page["next"] or "").removeprefix("http://testserver")
    assert len(whole) == 9
    assert seen == whole
    assert caller.get("late-changes/", cursor="1.2")[0] == 400
    assert caller.get("late-changes/", month="2025-01")[0] == 400


def test_where_shares_are_closed_late_changes_show_the_readers_own(
    person: Callable[[User], Caller],
    caller: Caller,
    do_jobs: Callable[[], int],
    north: Cooperation,
    coordinator: User,
    auditor: User,
    torsby: Municipality,
) -> None:
    caller.post("costs/", LATE)
    do_jobs()
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    own, whole = person(coordinator), person(auditor)
    assert [share["municipality"] for share in own.get("late-changes/")[1]["results"][0]["shares"]] == [
        torsby.key
    ]
    for somebody in (whole, caller):
        assert len(somebody.get("late-changes/")[1]["results"][0]["shares"]) == 2


def test_another_cooperations_late_changes_are_not_there(
    caller: Caller, foreigner: Caller, do_jobs: Callable[[], int]
) -> None:
    caller.post("costs/", LATE)
    do_jobs()
    assert foreigner.get("late-changes/") == (200, {"next": None, "results": []})
    assert foreigner.get("late-changes/", cooperation="north")[0] == 404
