"""Whatever is sent, the answer is a clear refusal in one shape, never a failure of ours."""

import json
from typing import Any

import pytest
from django.test import Client

from billing.models import Cost, Period
from municipalities.models import Driver
from tests.api.conftest import Caller
from tests.api.test_costs import LICENCE
from tests.factories.municipalities import DriverFactory

pytestmark = pytest.mark.django_db

READING = {
    "external_id": "ad-1",
    "driver": "users",
    "municipality": "SE1737",
    "reference_on": "2026-01-01",
    "value": "412",
    "source": "Directory",
}
CLUSTER = "x" * 10_000


@pytest.fixture
def users(north: Any) -> Driver:
    return DriverFactory(cooperation=north, code="users", name="Users", unit="users")


BAD_COSTS: list[tuple[str, Any, str]] = [
    ("amount", "10.005", "max_decimal_places"),
    ("amount", "100000000000000000", "max_whole_digits"),
    ("amount", 10**17, "max_whole_digits"),
    ("amount", "NaN", "invalid"),
    ("amount", "Infinity", "invalid"),
    ("amount", "1e5", "invalid"),
    ("amount", 1e5, "amount_is_written"),
    ("amount", "1 000,50", "invalid"),
    ("amount", "12,50", "invalid"),
    ("amount", "250,000", "invalid"),
    ("amount", "1_000", "invalid"),
    ("amount", "١٢٣", "invalid"),
    ("amount", "", "invalid"),
    ("amount", True, "invalid"),
    ("amount", ["1.00"], "invalid"),
    ("amount", {"minor": 100}, "invalid"),
    ("amount", None, "null"),
    ("amount", "0.00", "invalid"),
    ("amount", "9" * 5000, "invalid"),
    ("description", CLUSTER, "max_length"),
    ("description", "a\0b", "null_characters_not_allowed"),
    ("description", "\ud800", "parse_error"),
    ("description", "", "blank"),
    ("description", "\u200b", "blank"),
    ("supplier", "\u200b\u2060", "blank"),
    ("external_id", "\u200b", "blank"),
    ("description", {"a": 1}, "invalid"),
    ("description", None, "null"),
    ("supplier", CLUSTER, "max_length"),
    ("external_id", "", "blank"),
    ("external_id", CLUSTER, "max_length"),
    ("external_id", ["a"], "invalid"),
    ("application", CLUSTER, "no_such_choice"),
    ("application", "a\0b", "no_such_choice"),
    ("application", "none", "no_such_choice"),
    ("application", 7, "no_such_choice"),
    ("application", ["erp"], "no_such_choice"),
    ("cost_type", None, "null"),
    ("cost_type", "", "no_such_choice"),
    ("currency", "NOK", "invalid"),
    ("currency", "kronor", "max_length"),
    ("starts_on", "2026-02-30", "invalid"),
    ("starts_on", "01/02/2026", "invalid"),
    ("starts_on", 20260101, "invalid"),
    ("starts_on", "2025-W01-1", "invalid"),
    ("starts_on", "20250101", "invalid"),
    ("ends_on", "2027-1-1", "invalid"),
    ("ends_on", "2026-12-31T00:00:00", "invalid"),
    ("ends_on", "\uff12027-01-01", "invalid"),
    ("starts_on", "0001-01-01", "out_of_range"),
    ("ends_on", "9999-12-31", "out_of_range"),
    ("starts_on", "1899-12-31", "out_of_range"),
    ("ends_on", "2200-01-01", "out_of_range"),
    ("ends_on", "1989-12-31", "invalid"),
    ("ends_on", "2026-01-01", "invalid"),
    ("ends_on", "2025-12-31", "invalid"),
    ("ends_on", "2099-12-31", "invalid"),
    ("reference", "C00000001", "unknown"),
    ("ammount", "1.00", "unknown"),
    ("cooperation", "a\0b", "no_such_choice"),
    ("cooperation", ["north"], "no_such_choice"),
]


@pytest.mark.parametrize(("name", "value", "code"), BAD_COSTS)
def test_a_bad_cost_is_refused_at_its_field(caller: Caller, name: str, value: Any, code: str) -> None:
    status, said = caller.post("costs/", LICENCE | {name: value})
    assert status == (201 if code == "amount_is_written" else 400)
    assert Cost.objects.count() == (status == 201)
    if status == 400:
        assert code in (said["code"], *(one["code"] for one in said["fields"].get(name, []))), said
        assert list(said["fields"]) == ([] if code == "parse_error" else [name])
        assert said["message"]


BAD_READINGS: list[tuple[str, Any, str]] = [
    ("value", "-1", "min_value"),
    ("value", "1.23456", "max_decimal_places"),
    ("value", "many", "invalid"),
    ("driver", "none", "no_such_choice"),
    ("municipality", "SE2281", "no_such_choice"),
    ("municipality", "Torsby", "no_such_choice"),
    ("municipality", "SE1737\n", "no_such_choice"),
    ("municipality", None, "null"),
    ("reference_on", "soon", "invalid"),
    ("reference_on", "2025-W01-1", "invalid"),
    ("value", "412,5", "invalid"),
    ("source", "", "blank"),
    ("source", "\u200b", "blank"),
    ("source", CLUSTER, "max_length"),
]


@pytest.mark.parametrize(("name", "value", "code"), BAD_READINGS)
def test_a_bad_reading_is_refused_at_its_field(
    caller: Caller, users: Driver, outside: Any, name: str, value: Any, code: str
) -> None:
    status, said = caller.post("readings/", READING | {name: value})
    assert status == 400
    assert code in {one["code"] for one in said["fields"][name]}, said
    assert not users.readings.exists()


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ("", "application/json", 400, "invalid"),
        ("{", "application/json", 400, "parse_error"),
        ("[]", "application/json", 400, "invalid"),
        ("null", "application/json", 400, "null"),
        ("42", "application/json", 400, "invalid"),
        ('"text"', "application/json", 400, "invalid"),
        ('{"amount": NaN}', "application/json", 400, "parse_error"),
        ('{"amount": -Infinity}', "application/json", 400, "parse_error"),
        ('{"amount": ' + "9" * 5000 + "}", "application/json", 400, "parse_error"),
        ("[" * 100_000, "application/json", 400, "parse_error"),
        (b"\xff\xfe", "application/json", 400, "parse_error"),
        ('{"\\ud800": 1}', "application/json", 400, "parse_error"),
        (json.dumps({"description": "x" * 1_000_000}), "application/json", 413, "too_large"),
        ("amount=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ("<cost/>", "application/xml", 415, "unsupported_media_type"),
        ("{}", "", 415, "unsupported_media_type"),
    ],
)
def test_a_bad_body_is_refused_as_a_whole(
    caller: Caller, body: str | bytes, kind: str, status: int, code: str
) -> None:
    response = Client(raise_request_exception=False).generic(
        "POST", "/api/v1/costs/", body, content_type=kind, headers=caller.headers
    )
    assert response.status_code == status, response.content
    assert set(response.json()) == {"code", "message", "fields"}
    assert response.json()["code"] == code


@pytest.mark.parametrize(
    ("path", "parameters", "name"),
    [
        ("costs/", {"page_size": "0"}, "page_size"),
        ("costs/", {"page_size": "1001"}, "page_size"),
        ("costs/", {"page_size": "-1"}, "page_size"),
        ("costs/", {"page_size": "ten"}, "page_size"),
        ("costs/", {"page_size": "9" * 5000}, "page_size"),
        ("costs/", {"cursor": ""}, "cursor"),
        ("costs/", {"cursor": "1.2"}, "cursor"),
        ("costs/", {"cursor": "x"}, "cursor"),
        ("shares/", {"cursor": "1.2.3"}, "runs"),
        ("costs/", {"cooperaton": "north"}, "cooperaton"),
        ("costs/", {"cooperation": ""}, "cooperation"),
        ("costs/", {"month": "2026-13"}, "month"),
        ("costs/", {"month": "2026"}, "month"),
        ("costs/", {"external_id": "a\0b"}, "external_id"),
        ("members/", {"municipality": "Torsby"}, "municipality"),
        ("members/", {"as_of": "today"}, "as_of"),
        ("members/", {"as_of": "2025-W01-1"}, "as_of"),
        ("members/", {"as_of": "1/2/2026"}, "as_of"),
        ("readings/", {"reference_from": "20250101"}, "reference_from"),
        ("applications/", {"lifecycle": "dead"}, "lifecycle"),
        ("periods/", {"state": "ajar"}, "state"),
    ],
)
def test_a_bad_parameter_is_refused_by_name(
    caller: Caller, path: str, parameters: dict[str, str], name: str
) -> None:
    status, said = caller.get(path, **parameters)
    assert status == 400
    assert list(said["fields"]) == [name]


def test_a_number_beyond_every_key_finds_nothing(caller: Caller, january: Period) -> None:
    assert caller.get(f"costs/{10**30}/")[0] == 404
    assert caller.get("costs/", cursor="9" * 18)[1]["results"] == []
    cursor = ".".join(["9" * 18] * 3)
    assert caller.get("shares/", cursor=cursor, runs=january.current_run_id)[1]["results"] == []
    assert caller.get("statements/", statement_number=10**30)[0] in (200, 400)


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/costs", "/api/nothing", "/api/v1/costs/x/"])
def test_an_address_that_is_none_answers_in_the_same_shape(caller: Caller, path: str) -> None:
    for answer in [caller.get(path), caller.post(path, {})]:
        assert answer[0] == 404
        assert answer[1]["code"] == "not_found"


def test_a_method_that_is_none_answers_in_the_same_shape(caller: Caller) -> None:
    response = caller.client.delete("/api/v1/costs/", headers=caller.headers)
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"
    assert caller.post("sites/", {})[0] == 405


def test_our_own_failure_answers_in_the_same_shape(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr("billing.api.views.CostViewSet.get_queryset", fail)
    status, said = caller.get("costs/")
    assert (status, said["code"]) == (500, "server_error")
    assert "secret" not in said["message"]
