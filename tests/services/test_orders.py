"""Orders are written, sent, decided on by somebody else, and become subscriptions."""

import datetime as dt
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from municipalities.actions import save_row
from municipalities.models import Cooperation, Member, Municipality, Notice, Role
from services.actions import move_order, save_order
from services.engine.orders import MOVES
from services.models import Application, Order, OrderLine, OrderStep, Subscription, Variant
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests import cast
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import TokenFactory
from tests.factories.services import (
    ApplicationFactory,
    OrderFactory,
    SubscriptionFactory,
    VariantFactory,
)
from tests.forms import typed

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
JANUARY = dt.date(2027, 1, 1)


@pytest.fixture
def care(north: Cooperation) -> Application:
    """What nobody uses yet."""
    made: Application = ApplicationFactory(cooperation=north, code="care", name="Care")
    return made


def draft(application: Application, place: Municipality, **fields: Any) -> Order:
    days = {"wanted_on": JANUARY, "title": "Care for Torsby"}
    return Order(cooperation=application.cooperation, municipality=place, **{**days, **fields})


def line(application: Application, what: str = "start", quantity: int | None = 40, **more: Any) -> OrderLine:
    return OrderLine(application=application, what=what, quantity=quantity, **more)


def saved(order: Order, *lines: OrderLine, by: object) -> Order:
    return save_order(order=order, lines=lines, today=TODAY, by=by)


def sent(order: Order, *lines: OrderLine, by: object) -> Order:
    return move_order(order=saved(order, *lines, by=by), to="sent", by=by, now=NOW)


def refused(error: Any) -> str:
    return " ".join(error.value.messages)


def test_an_approved_order_is_a_subscription_from_its_day(
    care: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    order = sent(draft(care, torsby, accounting_code="4711"), line(care), by=coordinator)
    assert not Subscription.objects.filter(application=care).exists()
    Job.objects.all().delete()
    move_order(order=order, to="approved", by=administrator, now=NOW, reason="Board, § 12")
    row = Subscription.objects.get(application=care)
    assert (row.municipality, row.valid_from, row.valid_until) == (torsby, JANUARY, None)
    assert (row.users, row.accounting_code) == (40, "4711")
    assert Job.objects.filter(kind="facts-changed", touches_from=JANUARY).exists()
    steps = OrderStep.objects.order_by("pk").values_list("from_state", "to_state", "moved_by", "reason")
    assert [*steps] == [
        ("draft", "sent", coordinator.pk, ""),
        ("sent", "approved", administrator.pk, "Board, § 12"),
    ]
    assert Entry.objects.filter(subject_type="services.order", verb="change").count() >= 2


def test_a_number_changes_from_the_day_and_the_days_before_stay(
    erp: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    variant = VariantFactory(application=erp)
    Subscription.objects.filter(application=erp, municipality=torsby).update(variant=variant)
    was = Subscription.objects.get(application=erp, municipality=torsby)
    order = sent(draft(erp, torsby), line(erp, "change", 75), by=coordinator)
    move_order(order=order, to="approved", by=administrator, now=NOW)
    rows = Subscription.objects.filter(application=erp, municipality=torsby).order_by("valid_from")
    told = [(row.valid_from, row.valid_until, row.users, row.variant) for row in rows]
    assert told == [(was.valid_from, JANUARY, was.users, variant), (JANUARY, None, 75, variant)]


def test_an_end_is_the_first_day_without_it(
    erp: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    order = sent(draft(erp, torsby), line(erp, "end"), by=coordinator)
    move_order(order=order, to="approved", by=administrator, now=NOW)
    assert Subscription.objects.get(application=erp, municipality=torsby).valid_until == JANUARY


def test_several_people_and_services_in_one_order(
    care: Application, erp: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    lines = [
        line(care, quantity=1, for_whom="Anna"),
        line(care, quantity=2, for_whom="Bo and Cia"),
        line(erp, "change", 9),
    ]
    order = sent(draft(care, torsby), *lines, by=coordinator)
    move_order(order=order, to="approved", by=administrator, now=NOW)
    assert Subscription.objects.get(application=care).users == 3
    assert Subscription.objects.filter(application=erp, municipality=torsby, users=9).exists()


def test_what_one_has_already_is_refused_with_its_name(
    erp: Application, torsby: Municipality, coordinator: User
) -> None:
    with pytest.raises(ValidationError) as error:
        saved(draft(erp, torsby), line(erp), by=coordinator)
    said = error.value.message_dict["lines"]
    assert said == ["ERP: Torsby has ERP already on 1 January 2027: change the number instead."]
    assert not Order.objects.exists()


def test_what_was_taken_meanwhile_is_refused_when_it_is_approved(
    care: Application, torsby: Municipality, coordinator: User, administrator: User, north: Cooperation
) -> None:
    first = sent(draft(care, torsby), line(care), by=coordinator)
    second = sent(draft(care, torsby), line(care), by=coordinator)
    move_order(order=first, to="approved", by=administrator, now=NOW)
    with pytest.raises(ValidationError) as error, transaction.atomic():
        move_order(order=second, to="approved", by=administrator, now=NOW)
    assert "Torsby has Care already" in refused(error)
    second.refresh_from_db()
    assert second.state == "sent"


@pytest.mark.parametrize("day", [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2026, 9, 1)])
def test_far_days_are_refused_at_the_field(
    care: Application, torsby: Municipality, coordinator: User, day: dt.date
) -> None:
    with pytest.raises(ValidationError) as error:
        saved(draft(care, torsby, wanted_on=day), line(care), by=coordinator)
    assert [*error.value.message_dict] == ["wanted_on"]


@pytest.mark.parametrize("quantity", [0, 100_001, 2**31 - 1])
def test_absurd_quantities_are_refused(
    care: Application, torsby: Municipality, coordinator: User, quantity: int
) -> None:
    with pytest.raises(ValidationError) as error:
        saved(draft(care, torsby), line(care, quantity=quantity), by=coordinator)
    assert error.value.message_dict["lines"] == ["Care: A quantity is between 1 and 100,000."]


def test_what_is_retired_no_member_of_the_day_and_no_line_are_refused(
    care: Application, erp: Application, torsby: Municipality, coordinator: User
) -> None:
    Application.objects.filter(pk=care.pk).update(lifecycle="retired")
    care.refresh_from_db()
    with pytest.raises(ValidationError, match="cannot be ordered: it is “retired”"):
        saved(draft(care, torsby), line(care), by=coordinator)
    with pytest.raises(ValidationError, match="at least one line"):
        saved(draft(erp, torsby), by=coordinator)
    with pytest.raises(ValidationError, match="more than once"):
        saved(draft(erp, torsby), line(erp, "change", 1), line(erp, "end"), by=coordinator)
    Member.objects.filter(municipality=torsby).update(valid_until=JANUARY)
    with pytest.raises(ValidationError) as error:
        saved(draft(erp, torsby), line(erp, "change", 1), by=coordinator)
    assert error.value.message_dict["wanted_on"] == ["Torsby is no member on 1 January 2027."]


def test_a_service_of_others_does_not_exist(
    care: Application, outside: Cooperation, torsby: Municipality, coordinator: User
) -> None:
    theirs = Application.objects.get(cooperation=outside)
    with pytest.raises(ValidationError):
        saved(draft(care, torsby), line(theirs), by=coordinator)


def test_the_accounting_code_is_written_by_the_municipalitys_pattern(
    care: Application, torsby: Municipality, coordinator: User
) -> None:
    Member.objects.filter(municipality=torsby).update(
        accounting_pattern="9999-AA", demands_accounting_code=True
    )
    for code, said in (("", "wants an accounting code"), ("12-XY", "9 is a digit")):
        with pytest.raises(ValidationError) as error:
            saved(draft(care, torsby, accounting_code=code), line(care), by=coordinator)
        assert said in error.value.message_dict["accounting_code"][0]
    assert saved(draft(care, torsby, accounting_code="4711-XY"), line(care), by=coordinator).pk


def test_nobody_decides_on_their_own_order_even_with_two_roles(
    care: Application, north: Cooperation, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    cast.person("coordinator", north, Role.Kind.ADMINISTRATOR)
    order = sent(draft(care, torsby), line(care), by=coordinator)
    with pytest.raises(PermissionDenied, match="Somebody else"):
        move_order(order=order, to="approved", by=coordinator, now=NOW)
    with pytest.raises(IntegrityError, match="services_order_decided_by_another"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state="approved", decided_by=coordinator, decided_at=NOW)
    move_order(order=order, to="approved", by=administrator, now=NOW)


def test_what_a_person_changed_of_a_systems_draft_is_decided_on_by_somebody_else(
    care: Application, torsby: Municipality, administrator: User, second_administrator: User
) -> None:
    """The system sends it: else whoever wrote it could approve it, and nobody else had seen it."""
    system = TokenFactory(cooperation=care.cooperation, scopes=["read", "orders:write"])
    order = saved(draft(care, torsby), line(care), by=system)
    saved(order, line(care, quantity=400), by=administrator)
    move_order(order=order, to="sent", by=system, now=NOW)
    with pytest.raises(PermissionDenied, match="Somebody else"):
        move_order(order=order, to="approved", by=administrator, now=NOW)
    assert move_order(order=order, to="approved", by=second_administrator, now=NOW).state == "approved"


def test_a_standard_item_is_decided_by_another_coordinator_of_the_municipality(
    care: Application,
    north: Cooperation,
    torsby: Municipality,
    hagfors: Municipality,
    coordinator: User,
    finance: User,
    administrator: User,
) -> None:
    order = sent(draft(care, torsby, kind="standard"), line(care), by=finance)
    stranger = cast.person("hagfors", north, Role.Kind.COORDINATOR, hagfors)
    for person in (administrator, stranger, finance):
        with pytest.raises(PermissionDenied):
            move_order(order=order, to="approved", by=person, now=NOW)
    move_order(order=order, to="approved", by=coordinator, now=NOW)
    assert Subscription.objects.filter(application=care, municipality=torsby).exists()


def test_an_administrator_decides_where_no_other_coordinator_is(
    care: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    order = sent(draft(care, torsby, kind="standard"), line(care), by=coordinator)
    assert move_order(order=order, to="approved", by=administrator, now=NOW).state == "approved"


def test_an_order_that_nobody_could_decide_on_is_not_sent(
    care: Application, torsby: Municipality, coordinator: User
) -> None:
    order = saved(draft(care, torsby), line(care), by=coordinator)
    with pytest.raises(ValidationError, match="Nobody else here can decide"), transaction.atomic():
        move_order(order=order, to="sent", by=coordinator, now=NOW)
    order.refresh_from_db()
    assert (order.state, order.steps.count()) == ("draft", 0)


def test_of_two_who_decide_the_second_is_told(
    care: Application,
    torsby: Municipality,
    coordinator: User,
    administrator: User,
    second_administrator: User,
) -> None:
    order = sent(draft(care, torsby), line(care), by=coordinator)
    stale = Order.objects.get(pk=order.pk)
    move_order(order=order, to="approved", by=administrator, now=NOW)
    with pytest.raises(ValidationError) as error:
        move_order(order=stale, to="rejected", by=second_administrator, now=NOW, reason="No money")
    assert refused(error) == "The order is “approved” by now: it can only become done."
    assert Subscription.objects.filter(application=care).count() == 1


def test_a_rejection_needs_a_reason_and_the_orderer_is_told(
    care: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    order = sent(draft(care, torsby), line(care), by=coordinator)
    assert [note.kind for note in Notice.objects.filter(user=administrator)] == ["order-waits"]
    with pytest.raises(ValidationError, match="Say why"), transaction.atomic():
        move_order(order=order, to="rejected", by=administrator, now=NOW, reason=" ")
    move_order(order=order, to="rejected", by=administrator, now=NOW, reason="No money this year")
    order.refresh_from_db()
    assert (order.state, order.reason) == ("rejected", "No money this year")
    assert [note.kind for note in Notice.objects.filter(user=coordinator)] == ["order-answered"]
    assert not Notice.objects.filter(user=administrator).unread().exists()
    assert not Subscription.objects.filter(application=care).exists()


def test_a_replacement_says_what_comes_back_and_is_done_when_it_has(
    care: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    with pytest.raises(ValidationError) as error:
        saved(draft(care, torsby, kind="replacement"), line(care), by=coordinator)
    assert "returns" in error.value.message_dict
    told = {"kind": "replacement", "returns": "Laptop T-0815"}
    order = sent(draft(care, torsby, **told), line(care), by=coordinator)
    move_order(order=order, to="approved", by=administrator, now=NOW)
    for day in (None, dt.date(9999, 1, 1), dt.date(1, 1, 1)):
        with pytest.raises(ValidationError) as error, transaction.atomic():
            move_order(order=order, to="done", by=administrator, now=NOW, returned_on=day)
        assert "returned_on" in error.value.message_dict
    move_order(order=order, to="done", by=administrator, now=NOW, returned_on=TODAY)
    order.refresh_from_db()
    assert (order.state, order.returned_on) == ("done", TODAY)


def test_what_is_sent_is_a_draft_no_more_and_can_be_withdrawn(
    care: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    order = sent(draft(care, torsby), line(care), by=coordinator)
    with pytest.raises(ValidationError, match="by now"):
        saved(Order.objects.get(pk=order.pk), line(care), by=coordinator)
    move_order(order=order, to="withdrawn", by=coordinator, now=NOW)
    with pytest.raises(ValidationError, match="stays so"):
        move_order(order=order, to="approved", by=administrator, now=NOW)


def test_orders_are_seen_as_shares_are(
    north: Cooperation, torsby: Municipality, hagfors: Municipality, coordinator: User, stranger: User
) -> None:
    rows = [OrderFactory(cooperation=north, municipality=place) for place in (torsby, hagfors)]
    assert set(Order.objects.visible_to(coordinator)) == {*rows}
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    assert set(Order.objects.visible_to(coordinator)) == {rows[0]}
    assert not Order.objects.visible_to(stranger).exists()


def test_the_database_moves_orders_by_the_table_too(
    care: Application, torsby: Municipality, outside: Cooperation, coordinator: User, administrator: User
) -> None:
    order = sent(draft(care, torsby), line(care), by=coordinator)
    rows = Order.objects.filter(pk=order.pk)
    for change in ({"state": "done", "decided_by": administrator, "decided_at": NOW}, {"sent_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="of one cooperation"), transaction.atomic():
        order.lines.update(application=Application.objects.get(cooperation=outside))
    pairs = {(state, to) for state, following in MOVES.items() for to in following}
    sql = import_module("services.migrations.0015_orders_move_by_their_table").MOVES
    assert {*re.findall(r"\('(\w+)', '(\w+)'\)", sql)} == pairs


def test_a_subscription_takes_no_odd_code_and_keeps_the_one_it_had(
    erp: Application, torsby: Municipality, administrator: User
) -> None:
    row = Subscription.objects.get(application=erp, municipality=torsby)
    Subscription.objects.filter(pk=row.pk).update(accounting_code="old")
    Member.objects.filter(municipality=torsby).update(accounting_pattern="99")
    row.refresh_from_db()
    row.users = 7
    save_row(row=row, by=administrator)
    row.accounting_code = "x"
    with pytest.raises(ValidationError) as error:
        save_row(row=row, by=administrator)
    assert "accounting_code" in error.value.message_dict


@pytest.fixture
def plus(care: Application) -> Variant:
    made: Variant = VariantFactory(cooperation=care.cooperation, application=care, name="plus")
    return made


def test_what_is_ordered_in_a_variant_is_used_in_it(
    care: Application, plus: Variant, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    order = sent(draft(care, torsby), line(care, variant=plus), by=coordinator)
    move_order(order=order, to="approved", by=administrator, now=NOW)
    row = Subscription.objects.get(application=care, municipality=torsby)
    assert (row.variant, row.users) == (plus, 40)


@pytest.mark.parametrize(("quantity", "users"), [(None, 40), (50, 50)])
def test_a_change_may_be_of_the_variant_alone(
    care: Application,
    plus: Variant,
    torsby: Municipality,
    coordinator: User,
    administrator: User,
    quantity: int | None,
    users: int,
) -> None:
    now = SubscriptionFactory(application=care, municipality=torsby, users=40, valid_from=dt.date(2026, 1, 1))
    change = line(care, "change", quantity, variant=plus)
    order = sent(draft(care, torsby), change, by=coordinator)
    move_order(order=order, to="approved", by=administrator, now=NOW)
    now.refresh_from_db()
    row = Subscription.objects.get(application=care, valid_from=JANUARY)
    assert (now.variant, now.valid_until, row.variant, row.users) == (None, JANUARY, plus, users)


def test_a_variant_is_of_its_service_and_one_for_all_lines_of_it(
    care: Application, erp: Application, plus: Variant, torsby: Municipality, coordinator: User
) -> None:
    with pytest.raises(ValidationError) as error:
        saved(draft(care, torsby), line(erp, "change", 3, variant=plus), by=coordinator)
    assert "ERP: This is a variant of another application." in refused(error)
    with pytest.raises(ValidationError) as error:
        saved(draft(care, torsby), line(care, variant=plus), line(care), by=coordinator)
    assert "choose the same in each of its lines" in refused(error)
    with pytest.raises(ValidationError) as error:
        saved(draft(care, torsby), line(erp, "change", None), by=coordinator)
    assert "or choose a variant" in refused(error)
    SubscriptionFactory(application=care, municipality=torsby, valid_from=dt.date(2026, 1, 1))
    with pytest.raises(ValidationError) as error:
        saved(draft(care, torsby), line(care, "end", None, variant=plus), by=coordinator)
    assert "What ends has no variant" in refused(error)


def test_the_database_too_keeps_variants_to_their_services(
    care: Application, erp: Application, plus: Variant, torsby: Municipality, coordinator: User
) -> None:
    order = saved(draft(care, torsby), line(care, variant=plus), by=coordinator)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS services_orderline_own_variant IMMEDIATE")
        with pytest.raises(IntegrityError, match="own_variant"), transaction.atomic():
            cursor.execute("UPDATE services_orderline SET application_id = %s", [erp.pk])
    assert order.lines.get().application == care


def test_who_uses_it_no_more_does_not_begin_again_by_an_earlier_order(
    erp: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    """A change from June was approved; then it is ended from January on."""
    june = sent(draft(erp, torsby, wanted_on=dt.date(2027, 6, 1)), line(erp, "change", 75), by=coordinator)
    move_order(order=june, to="approved", by=administrator, now=NOW)
    ended = sent(draft(erp, torsby), line(erp, "end"), by=coordinator)
    move_order(order=ended, to="approved", by=administrator, now=NOW)
    assert Subscription.objects.get(application=erp, municipality=torsby).valid_until == JANUARY


def test_today_is_the_day_on_the_wall(
    care: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    """Half past midnight here is still the day before by universal time."""
    told = {"kind": "replacement", "returns": "Laptop T-0815"}
    order = sent(draft(care, torsby, **told), line(care), by=coordinator)
    move_order(order=order, to="approved", by=administrator, now=NOW)
    night = dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.UTC)
    move_order(order=order, to="done", by=administrator, now=night, returned_on=dt.date(2026, 12, 1))
    order.refresh_from_db()
    assert order.returned_on == dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE services_order SET kind = 'standard'",
        "UPDATE services_order SET title = 'Other', accounting_code = '1'",
        "UPDATE services_order SET note = 'x'",
        "UPDATE services_order SET returns = 'x'",
        "UPDATE services_order SET external_id = 'x'",
        "UPDATE services_order SET effect = '{}'",
        "UPDATE services_order SET sent_at = now()",
        "UPDATE services_order SET decided_at = now()",
        "UPDATE services_order SET reason = 'x'",
        "UPDATE services_orderline SET quantity = 400",
        "DELETE FROM services_orderline",
        """INSERT INTO services_orderline (order_id, application_id, cooperation_id, what, quantity, for_whom)
        SELECT order_id, application_id, cooperation_id, what, 400, '' FROM services_orderline""",
        "UPDATE services_orderstep SET reason = 'x'",
        "DELETE FROM services_orderstep",
        "DELETE FROM services_order",
    ],
)
def test_the_database_keeps_what_is_sent_its_lines_its_decision_and_its_steps(
    sql: str, care: Application, torsby: Municipality, coordinator: User, administrator: User
) -> None:
    order = sent(draft(care, torsby), line(care), by=coordinator)
    move_order(order=order, to="approved", by=administrator, now=NOW)
    with (
        pytest.raises(IntegrityError, match="stay"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_nobody_rewrites_what_is_sent_in_system_either(
    care: Application,
    torsby: Municipality,
    coordinator: User,
    administrator: User,
    sign_in: Callable[[User], Client],
) -> None:
    order = sent(draft(care, torsby), line(care), by=coordinator)
    operator = sign_in(UserFactory(is_superuser=True, is_staff=True))
    for row, change in (
        (order, {"kind": "standard"}),
        (order.lines.get(), {"quantity": "400"}),
        (order.steps.get(), {"reason": "Other", "moved_at_0": "2026-11-01", "moved_at_1": "13:00"}),
    ):
        page = f"/system/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/"
        shown = operator.get(f"{page}change/")
        answer = operator.post(f"{page}change/", typed(shown, **change))
        assert (answer.status_code, b"write another order" in answer.content) == (200, True)
        answer = operator.post(f"{page}delete/", {"post": "yes"}, follow=True)
        assert b"write another order" in answer.content
        assert type(row).objects.filter(pk=row.pk).exists()
    assert OrderLine.objects.get().quantity == 40
