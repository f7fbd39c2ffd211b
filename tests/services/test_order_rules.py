"""Who approves orders of each kind is the cooperation's own choice; nobody approves their own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from municipalities.models import Cooperation, Municipality, Notice, Role
from services.actions import move_order
from services.models import Application, OrderRule, OrderStep
from services.tasks import tell_who_decides
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests import cast
from tests.api.conftest import Caller
from tests.factories.billing import CostFactory, compute
from tests.factories.municipalities import TokenFactory
from tests.factories.services import ApplicationFactory, OrderRuleFactory
from tests.services.test_orders import NOW, draft, line, sent

pytestmark = pytest.mark.django_db
PAGE = "/north/orders/rules/"
SignIn = Callable[[User], Client]
SHIPPED = {"standard": "coordinator", "new_service": "administrator", "replacement": "administrator"}


@pytest.fixture
def care(north: Cooperation) -> Application:
    made: Application = ApplicationFactory(cooperation=north, code="care", name="Care")
    return made


def told(**more: str) -> dict[str, Any]:
    return {f"by_{kind}": role for kind, role in SHIPPED.items()} | more


def test_rules_are_shipped_and_chosen_on_their_page(
    north: Cooperation, administrator: User, coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    assert PAGE in client.get("/north/orders/").content.decode()
    form = client.get(PAGE).context["form"]
    assert {name: form[name].initial for name in told()} == told()
    assert client.post(PAGE, told()).status_code == 302
    assert not OrderRule.objects.exists(), "what stays as it is shipped is no choice"
    changed = told(by_standard="administrator", refers_new_service="on")
    assert client.post(PAGE, changed).status_code == 302
    names = ("kind", "decided_by", "refers_to_decision")
    rows = {*OrderRule.objects.of(north).values_list(*names)}
    assert rows == {("standard", "administrator", False), ("new_service", "administrator", True)}
    assert client.post(PAGE, told(by_standard="anybody")).status_code == 422
    assert client.post(PAGE, told(refers_new_service="on")).status_code == 302
    assert OrderRule.objects.get(kind="standard").decided_by == "coordinator"
    entries = Entry.objects.filter(subject_type="services.orderrule").order_by("pk")
    assert [*entries.values_list("verb", flat=True)] == ["add", "add", "change"]
    help_text = client.get("/north/orders/new/").context["form"]["kind"].help_text
    assert "Standard item: a coordinator of the municipality" in help_text
    mine = sign_in(coordinator)
    assert mine.get(PAGE).status_code == 403
    assert PAGE not in mine.get("/north/orders/").content.decode()


def test_whoever_was_chosen_decides_and_is_told(
    care: Application,
    north: Cooperation,
    torsby: Municipality,
    coordinator: User,
    finance: User,
    administrator: User,
) -> None:
    OrderRuleFactory(cooperation=north, kind="new_service", decided_by="coordinator")
    order = sent(draft(care, torsby), line(care), by=finance)
    assert {note.user for note in Notice.objects.filter(kind="order-waits")} == {coordinator}
    with pytest.raises(PermissionDenied):
        move_order(order=order, to="approved", by=administrator, now=NOW)
    with pytest.raises(PermissionDenied):
        move_order(order=order, to="approved", by=finance, now=NOW)
    assert move_order(order=order, to="approved", by=coordinator, now=NOW).state == "approved"


def waits_for() -> set[User]:
    return {note.user for note in Notice.objects.unread().filter(kind="order-waits").select_related("user")}


def test_whoever_decides_on_an_order_that_waits_is_told_when_the_rule_or_a_role_changes(
    care: Application,
    north: Cooperation,
    torsby: Municipality,
    coordinator: User,
    finance: User,
    administrator: User,
    sign_in: SignIn,
) -> None:
    sent(draft(care, torsby), line(care), by=finance)
    assert waits_for() == {administrator}
    client = sign_in(administrator)
    for role, people in (("coordinator", {coordinator}), ("administrator", {administrator})) * 2:
        assert client.post(PAGE, told(by_new_service=role)).status_code == 302
        assert waits_for() == people
    other = cast.person("second coordinator", north, Role.Kind.COORDINATOR, torsby)
    client.post(PAGE, told(by_new_service="coordinator"))
    assert waits_for() == {coordinator, other}
    Role.objects.filter(user__in=[coordinator, other]).delete()
    tell_who_decides()
    assert waits_for() == {administrator}
    Notice.objects.update(read_at=NOW)
    tell_who_decides()
    assert not waits_for(), "nobody is told twice"


def test_a_rule_by_which_nobody_could_decide_on_an_order_that_waits_is_refused(
    care: Application, north: Cooperation, torsby: Municipality, coordinator: User, administrator: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    OrderRuleFactory(cooperation=north, kind="new_service", decided_by="coordinator")
    order = sent(draft(care, torsby), line(care), by=administrator)
    answer = sign_in(administrator).post(PAGE, told())
    assert answer.status_code == 422
    assert f"{order}: Nobody else here can decide on it" in answer.content.decode()
    assert OrderRule.objects.get().decided_by == "coordinator"
    assert move_order(order=order, to="approved", by=coordinator, now=NOW).state == "approved"


def test_nobody_approves_their_own_whatever_was_chosen(
    care: Application, north: Cooperation, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    OrderRuleFactory(cooperation=north, kind="new_service", decided_by="coordinator")
    order = sent(draft(care, torsby), line(care), by=coordinator)
    with pytest.raises(PermissionDenied, match="Somebody else"):
        move_order(order=order, to="approved", by=coordinator, now=NOW)
    assert move_order(order=order, to="approved", by=administrator, now=NOW).state == "approved"


def test_an_approval_names_the_decision_it_refers_to(
    care: Application,
    north: Cooperation,
    torsby: Municipality,
    coordinator: User,
    administrator: User,
    sign_in: SignIn,
) -> None:
    OrderRuleFactory(
        cooperation=north, kind="new_service", decided_by="administrator", refers_to_decision=True
    )
    order = sent(draft(care, torsby), line(care), by=coordinator)
    with pytest.raises(ValidationError) as error, transaction.atomic():
        move_order(order=order, to="approved", by=administrator, now=NOW, reason=" ")
    assert [*error.value.message_dict] == ["reason"]
    client, page = sign_in(administrator), f"/north/orders/{order.pk}/approve/"
    refused = client.post(page, {"reason": ""})
    assert (refused.status_code, [*refused.context["form"].errors]) == (422, ["reason"])
    assert client.post(page, {"reason": "Board, 3 November, § 12"}).status_code == 302
    assert OrderStep.objects.get(to_state="approved").reason == "Board, 3 November, § 12"


def test_the_overview_counts_what_falls_to_the_reader(
    care: Application,
    erp: Application,
    north: Cooperation,
    torsby: Municipality,
    coordinator: User,
    finance: User,
    administrator: User,
    sign_in: SignIn,
) -> None:
    CostFactory(cooperation=north, application=erp)
    compute(north)
    sent(draft(care, torsby), line(care), by=finance)
    waits = "1 order waits for your decision"
    assert waits in sign_in(administrator).get("/north/overview/").content.decode()
    OrderRuleFactory(cooperation=north, kind="new_service", decided_by="coordinator")
    assert waits not in sign_in(administrator).get("/north/overview/").content.decode()
    assert waits in sign_in(coordinator).get("/north/overview/").content.decode()


def test_rules_are_read_by_programs_and_are_nobody_elses(
    north: Cooperation, outside: Cooperation, torsby: Municipality, care: Application, coordinator: User,
    administrator: User,
) -> None:  # fmt: skip
    OrderRuleFactory(cooperation=outside, kind="new_service", decided_by="coordinator")
    order = sent(draft(care, torsby), line(care), by=coordinator)
    assert move_order(order=order, to="approved", by=administrator, now=NOW).state == "approved"
    caller = Caller(TokenFactory(cooperation=north, scopes=["read"]))
    assert caller.get("order-rules/")[1]["results"] == []
    OrderRuleFactory(cooperation=north, kind="standard", decided_by="administrator")
    [row] = caller.get("order-rules/")[1]["results"]
    assert (row["kind"], row["decided_by"], row["refers_to_decision"]) == ("standard", "administrator", False)


def test_the_database_takes_one_rule_of_a_kind_and_no_other_role(north: Cooperation) -> None:
    OrderRuleFactory(cooperation=north)
    for fields, name in (({}, "orderrule_once"), ({"kind": "standard", "decided_by": "x"}, "known_role")):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            OrderRuleFactory(cooperation=north, **fields)
