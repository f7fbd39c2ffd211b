"""Orders over the API: written once however often they are sent, moved on, decided on by people alone."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from municipalities.models import Cooperation, Municipality
from services.models import Application, Order, Subscription
from sharedict.accounts.models import User
from tests.api.conftest import Caller
from tests.factories.municipalities import TokenFactory
from tests.factories.services import ApplicationFactory, OrderFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(north: Cooperation) -> Caller:
    ApplicationFactory(cooperation=north, code="care", name="Care")
    return Caller(TokenFactory(cooperation=north, scopes=["read", "orders:write"]))


@pytest.fixture
def person(sign_in: Callable[..., Client]) -> Callable[..., Caller]:
    return lambda user: Caller(client=sign_in(user))


def told(**more: Any) -> dict[str, Any]:
    return {
        "external_id": "REQ-1",
        "title": "Care",
        "municipality": "SE1737",
        "wanted_on": (timezone.localdate() + dt.timedelta(days=40)).isoformat(),
        "lines": [{"application": "care", "quantity": 4}],
        **more,
    }


def test_the_same_order_twice_is_one(caller: Caller) -> None:
    status, row = caller.post("orders/", told())
    assert (status, row["state"], row["municipality"]) == (201, "draft", "SE1737")
    assert caller.post("orders/", told())[0] == 200
    status, said = caller.post("orders/", told(title="Another"))
    assert (status, [*said["fields"]]) == (409, ["external_id"])
    assert Order.objects.count() == 1
    _status, lines = caller.get("order-lines/", order=row["id"])
    [line] = lines["results"]
    assert (line["application"], line["what"], line["quantity"]) == ("care", "start", 4)
    assert caller.get("orders/", application="care")[1]["results"][0]["id"] == row["id"]
    assert caller.get("orders/", application="erp")[1]["results"] == []


def test_a_line_names_a_variant_of_its_service_by_its_id(caller: Caller, erp: Application) -> None:
    care = Application.objects.get(code="care")
    plus, other = VariantFactory(application=care, name="plus"), VariantFactory(application=erp, name="plus")
    line = {"application": "care", "quantity": 4}
    for wrong in (other.pk, 0, -1, 10**30, "plus"):
        status, said = caller.post("orders/", told(lines=[{**line, "variant": wrong}]))
        assert (status, "variant" in str(said["fields"])) == (400, True), wrong
    _status, row = caller.post("orders/", told(lines=[{**line, "variant": plus.pk}]))
    [found] = caller.get("order-lines/", order=row["id"])[1]["results"]
    assert found["variant"] == plus.pk
    assert caller.post("orders/", told(lines=[line]))[0] == 409


@pytest.mark.parametrize(
    "more",
    [
        {"lines": [{"application": "care", "quantity": 400}]},
        {"lines": [{"application": "care", "quantity": 4}, {"application": "care", "quantity": 1}]},
        {"kind": "standard"},
        {"note": "Another"},
    ],
)
def test_the_same_id_with_something_else_is_told_and_changes_nothing(
    caller: Caller, more: dict[str, Any]
) -> None:
    assert caller.post("orders/", told())[0] == 201
    status, said = caller.post("orders/", told(**more))
    assert (status, [*said["fields"]]) == (409, ["external_id"])
    assert [line.quantity for line in Order.objects.get().lines.all()] == [4]
    Order.objects.update(note="Written in the portal")
    without = {name: value for name, value in told().items() if name != "lines"}
    assert caller.post("orders/", without)[0] == 200


def test_a_system_sends_and_a_person_decides(
    caller: Caller, administrator: User, coordinator: User, person: Callable[..., Caller]
) -> None:
    _status, row = caller.post("orders/", told())
    path = f"orders/{row['id']}/move/"
    status, sent = caller.post(path, {"state": "sent"})
    assert (status, sent["state"]) == (200, "sent")
    status, said = caller.post(path, {"state": "approved"})
    assert (status, "A person decides" in str(said)) == (403, True)
    assert person(coordinator).post(path, {"state": "approved"})[0] == 403
    status, approved = person(administrator).post(path, {"state": "approved"})
    assert (status, approved["state"]) == (200, "approved")
    assert Subscription.objects.get(application__code="care").users == 4
    status, said = caller.post(path, {"state": "withdrawn"})
    assert (status, "by now" in str(said)) == (400, True)
    _status, steps = caller.get("order-steps/", order=row["id"])
    assert {step["to_state"] for step in steps["results"]} == {"sent", "approved"}
    assert caller.post(path, {"state": "done"})[0] == 200


def test_a_draft_is_changed_and_what_is_sent_is_not(caller: Caller, erp: Application) -> None:
    _status, row = caller.post("orders/", told())
    path = f"orders/{row['id']}/"
    lines = [{"application": "erp", "what": "change", "quantity": 9}]
    status, changed = caller.patch(path, {"title": "ERP", "lines": lines})
    assert (status, changed["title"]) == (200, "ERP")
    assert [line.application for line in Order.objects.get().lines.all()] == [erp]
    status, said = caller.patch(path, {"lines": [{"quantity": 3}]})
    assert (status, "application" in str(said["fields"])) == (400, True)
    status, _said = caller.post(f"{path}move/", {"state": "sent"})
    assert status == 400  # nobody is there who decides
    Order.objects.update(state="sent", sent_at=timezone.now())
    assert caller.patch(path, {"title": "Other"})[0] == 400


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"wanted_on": "9999-12-31"}, "wanted_on"),
        ({"wanted_on": "0001-01-01"}, "wanted_on"),
        ({"wanted_on": "soon"}, "wanted_on"),
        ({"municipality": "SE2281"}, "municipality"),
        ({"kind": "gift"}, "kind"),
        ({"kind": "replacement"}, "returns"),
        ({"lines": []}, "lines"),
        ({"lines": [{"application": "no-such"}]}, "lines"),
        ({"lines": [{"application": "care", "quantity": 0}]}, "lines"),
        ({"lines": [{"application": "care", "quantity": 10**30}]}, "lines"),
        ({"lines": [{"application": "erp"}]}, "lines"),
        ({"lines": "all"}, "lines"),
        ({"title": "x" * 151}, "title"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_is_said_at_the_field(
    caller: Caller, sundsvall: Municipality, more: dict[str, Any], field: str
) -> None:
    status, said = caller.post("orders/", told(**more))
    assert status == 400
    assert any(name.startswith(field) for name in said["fields"]), said
    assert not Order.objects.exists()


def test_others_orders_are_not_there_and_readers_write_none(
    caller: Caller,
    north: Cooperation,
    hagfors: Municipality,
    coordinator: User,
    auditor: User,
    stranger: User,
    person: Callable[..., Caller],
) -> None:
    theirs = OrderFactory(cooperation=north, municipality=hagfors)
    path = f"orders/{theirs.pk}/"
    assert person(coordinator).patch(path, {"title": "Mine"})[0] == 403
    assert person(coordinator).post(f"{path}move/", {"state": "withdrawn"})[0] == 403
    assert person(auditor).post("orders/", told(cooperation="north"))[0] == 403
    assert person(stranger).get(path)[0] == 404
    assert person(stranger).post(f"{path}move/", {"state": "withdrawn"})[0] == 404
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    assert person(coordinator).get(path)[0] == 404
    reader = Caller(TokenFactory(cooperation=north, scopes=["read"]))
    assert reader.post("orders/", told())[0] == 403
