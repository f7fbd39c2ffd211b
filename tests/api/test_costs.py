"""Costs: read, pushed, changed and withdrawn."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.models import Cost
from municipalities.models import Cooperation, Token
from services.models import Application
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.api.conftest import Caller
from tests.factories.billing import CostFactory
from tests.factories.municipalities import TokenFactory

pytestmark = pytest.mark.django_db

LICENCE: dict[str, Any] = {
    "external_id": "ledger-1",
    "application": "erp",
    "cost_type": "licence",
    "supplier": "Example AB",
    "description": "Licences 2026",
    "amount": "1200.50",
    "starts_on": "2026-01-01",
    "ends_on": "2027-01-01",
}


def test_a_pushed_cost_comes_back_with_its_reference(caller: Caller, licence: object) -> None:
    status, cost = caller.post("costs/", LICENCE)
    assert status == 201
    assert cost == LICENCE | {
        "id": cost["id"],
        "cooperation": "north",
        "reference": "C00000001",
        "invoice_number": "",
        "currency": "SEK",
        "credits": None,
        "withdrawn_on": None,
        "corrections": [],
        "corrections_of_others": [],
        "not_shared": "0.00",
        "warnings": [],
    }
    only_answered = {"corrections", "corrections_of_others", "not_shared", "warnings"}
    read = {name: value for name, value in cost.items() if name not in only_answered}
    assert caller.get(f"costs/{cost['id']}/") == (200, read)
    assert caller.get("costs/", cooperation="north", month="2026-12") == (
        200,
        {"next": None, "results": [read]},
    )
    assert caller.get("costs/", month="2027-01") == (200, {"next": None, "results": []})


def test_a_pushed_cost_is_logged_under_the_token_and_announced(caller: Caller, token: Token) -> None:
    caller.post("costs/", LICENCE)
    assert Entry.objects.get(subject_type="billing.cost").actor == str(token)
    assert Job.objects.unfinished().count() == 1


def test_the_same_call_twice_gives_one_row(caller: Caller) -> None:
    assert caller.post("costs/", LICENCE)[0] == 201
    status, cost = caller.post("costs/", LICENCE | {"currency": "SEK", "invoice_number": ""})
    assert status == 200
    assert cost["reference"] == "C00000001"
    assert Cost.objects.count() == 1


def test_the_same_id_with_other_content_is_refused(caller: Caller) -> None:
    caller.post("costs/", LICENCE)
    status, said = caller.post("costs/", LICENCE | {"amount": "1200.51"})
    assert status == 409
    assert said["fields"]["external_id"][0]["code"] == "external_id_taken"
    assert Cost.objects.get().amount == Decimal("1200.50")


def test_two_cooperations_may_use_the_same_external_id(caller: Caller, foreigner: Caller) -> None:
    assert caller.post("costs/", LICENCE)[0] == 201
    assert foreigner.post("costs/", LICENCE)[0] == 201


def test_a_change_touches_what_it_names(caller: Caller) -> None:
    _, cost = caller.post("costs/", LICENCE)
    assert caller.patch(f"costs/{cost['id']}/", {"amount": "1300.00", "application": None}) == (
        200,
        cost | {"amount": "1300.00", "application": None},
    )


def test_the_external_id_never_changes(caller: Caller) -> None:
    _, cost = caller.post("costs/", LICENCE)
    status, said = caller.patch(f"costs/{cost['id']}/", {"external_id": "ledger-2"})
    assert (status, said["fields"]["external_id"][0]["code"]) == (400, "unknown")


def test_a_credit_note_names_the_cost_it_undoes(caller: Caller) -> None:
    _, cost = caller.post("costs/", LICENCE)
    credit = LICENCE | {"external_id": "ledger-2", "amount": "-1200.50", "credits": cost["reference"]}
    assert caller.post("costs/", credit)[0] == 201
    status, said = caller.post("costs/", credit | {"external_id": "ledger-3", "amount": "-1.00"})
    assert (status, list(said["fields"])) == (400, ["amount"])


def test_withdrawing_is_safe_to_repeat(caller: Caller) -> None:
    _, cost = caller.post("costs/", LICENCE)
    first = caller.post(f"costs/{cost['id']}/withdraw/")
    assert first[0] == 200
    assert first[1]["withdrawn_on"]
    assert caller.post(f"costs/{cost['id']}/withdraw/") == first
    assert caller.patch(f"costs/{cost['id']}/", {"amount": "1.00"})[0] == 400
    assert caller.get("costs/", is_withdrawn="false")[1]["results"] == []


def test_a_token_writes_only_with_the_scope(north: Cooperation) -> None:
    reader = Caller(TokenFactory(cooperation=north, scopes=["read", "readings:write"]))
    status, said = reader.post("costs/", LICENCE)
    assert (status, said["code"]) == (403, "scope_missing")
    writer = Caller(TokenFactory(cooperation=north, scopes=["costs:write"]))
    assert writer.post("costs/", LICENCE)[0] == 201
    assert writer.get("costs/")[0] == 403


def test_an_administrator_writes_and_names_the_cooperation(
    person: Callable[[User], Caller], administrator: User
) -> None:
    caller = person(administrator)
    status, said = caller.post("costs/", LICENCE)
    assert (status, said["fields"]["cooperation"][0]["code"]) == (400, "required")
    status, cost = caller.post("costs/", LICENCE | {"cooperation": "north"})
    assert status == 201
    assert caller.patch(f"costs/{cost['id']}/", {"supplier": ""})[0] == 200


def test_others_of_the_cooperation_read_only(
    person: Callable[[User], Caller], coordinator: User, north: Cooperation
) -> None:
    cost = CostFactory(cooperation=north)
    caller = person(coordinator)
    assert caller.get(f"costs/{cost.pk}/")[0] == 200
    assert caller.post("costs/", LICENCE | {"cooperation": "north"})[0] == 403
    assert caller.patch(f"costs/{cost.pk}/", {"amount": "1.00"})[0] == 403
    assert caller.post(f"costs/{cost.pk}/withdraw/")[0] == 403


def test_a_person_writes_from_our_own_pages_only(administrator: User) -> None:
    """A session is open to other sites' forms, so it needs the token of a page of ours; a bearer is not."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    status, said = Caller(client=client).post("costs/", LICENCE | {"cooperation": "north"})
    assert (status, said["code"]) == (403, "permission_denied")


def test_another_cooperations_cost_is_not_there(foreigner: Caller, north: Cooperation) -> None:
    cost = CostFactory(cooperation=north, external_id="ledger-1")
    for answer in [
        foreigner.get(f"costs/{cost.pk}/"),
        foreigner.patch(f"costs/{cost.pk}/", {"amount": "1.00"}),
        foreigner.post(f"costs/{cost.pk}/withdraw/"),
        foreigner.get("costs/", cooperation="north"),
    ]:
        assert answer[0] == 404
    assert foreigner.get("costs/")[1]["results"] == []
    assert foreigner.get("costs/", external_id="ledger-1")[1]["results"] == []


@pytest.mark.parametrize("name", ["application", "cost_type", "credits", "cooperation"])
def test_a_body_cannot_tell_another_cooperations_rows_from_none(
    caller: Caller, outside: Cooperation, name: str
) -> None:
    theirs = CostFactory(cooperation=outside, reference="C00000077", application=_hidden(outside))
    named = {
        "application": "hidden",
        "cost_type": theirs.cost_type.code,
        "credits": "C00000077",
        "cooperation": "outside",
    }
    foreign = caller.post("costs/", LICENCE | {name: named[name]})
    nothing = caller.post("costs/", LICENCE | {name: "C00000078"})
    assert foreign == nothing
    assert foreign[0] == 400
    assert foreign[1]["fields"][name][0]["code"] == "no_such_choice"


def _hidden(cooperation: Cooperation) -> Application:
    return Application.objects.create(cooperation=cooperation, code="hidden", name="Hidden", purpose="-")


def test_a_code_that_is_not_there_is_answered_with_those_there_are(caller: Caller) -> None:
    for name, listed in (("application", "“erp”"), ("cost_type", "“licence”")):
        status, refused = caller.post("costs/", LICENCE | {name: "nowhere"})
        [said] = refused["fields"][name]
        assert (status, said["code"]) == (400, "no_such_choice")
        assert said["message"].startswith("There is no such choice: choose another. Possible: ")
        assert listed in said["message"]
