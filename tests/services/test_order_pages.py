"""The pages of orders: written with lines, sent, decided on, listed and found."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from municipalities.models import Cooperation, Municipality, Role
from services.actions import save_order
from services.models import Application, Order, OrderLine, Subscription
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests import cast
from tests.factories.services import ApplicationFactory, OrderFactory, OrderLineFactory, VariantFactory
from tests.forms import typed
from tests.services.test_catalogue import queries, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
ORDERS = "/north/orders/"


@pytest.fixture
def care(north: Cooperation) -> Application:
    made: Application = ApplicationFactory(cooperation=north, code="care", name="Care")
    return made


def soon() -> str:
    return (timezone.localdate() + dt.timedelta(days=40)).isoformat()


def body(place: Municipality, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    sent: dict[str, Any] = {
        **{"title": "Care for us", "municipality": place.pk, "kind": "new_service", "wanted_on": soon()},
        **{"lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": 0, "lines_seen": ""},
        **fields,
    }
    for place_, line in enumerate(lines):
        sent |= {f"lines-{place_}-{name}": value for name, value in line.items()}
    return sent


def ordered(client: Client, place: Municipality) -> Order:
    line = {"application": "care", "what": "start", "quantity": "12", "for_whom": "Home care"}
    answer = client.post(f"{ORDERS}new/", body(place, line))
    assert answer.status_code == 302, answer.content.decode()[-4000:]
    return Order.objects.get(pk=answer.headers["Location"].strip("/").rpartition("/")[2])


def test_from_wish_to_subscription(
    care: Application, torsby: Municipality, coordinator: User, administrator: User, sign_in: SignIn
) -> None:
    mine, theirs = sign_in(coordinator), sign_in(administrator)
    order = ordered(mine, torsby)
    page = f"{ORDERS}{order.pk}/"
    assert "Home care" in words(mine, page)
    assert mine.get(f"{page}send/").status_code == 200
    assert mine.post(f"{page}send/").headers["Location"] == page
    assert "waits for a decision by administrator" in words(mine, page)
    assert "Approve" not in words(mine, page)
    assert mine.get(f"{page}approve/").status_code == 403
    assert mine.post(f"{page}approve/", {}).status_code == 403
    assert "Approve" in words(theirs, page)
    assert theirs.get(f"{page}approve/").status_code == 200
    answer = theirs.post(f"{page}approve/", {"reason": "Board § 4"})
    assert answer.headers["Location"] == page
    assert Subscription.objects.get(application=care).users == 12
    assert "Board § 4" in words(mine, page)
    assert theirs.post(f"{page}done/", {}).status_code == 302
    assert "Done" in words(mine, page)
    assert mine.get(f"{page}withdraw/").status_code == 302


def test_numbers_stand_in_groups(
    north: Cooperation, erp: Application, torsby: Municipality, coordinator: User, sign_in: SignIn
) -> None:
    """As they do in the lists that the order leads to."""
    order = OrderFactory(cooperation=north, municipality=torsby)
    OrderLineFactory(order=order, application=erp, quantity=12345)
    assert "12,345" in words(sign_in(coordinator), f"/north/orders/{order.pk}/")


def test_whoever_approves_reads_what_and_how_many(
    torsby: Municipality, care: Application, coordinator: User, administrator: User, sign_in: SignIn
) -> None:
    writer = sign_in(coordinator)
    order = ordered(writer, torsby)
    writer.post(f"{ORDERS}{order.pk}/send/")
    assert f"{order.lines.get()}, 12" in words(sign_in(administrator), f"{ORDERS}{order.pk}/approve/")


def test_a_variant_is_chosen_with_its_service(
    care: Application, torsby: Municipality, coordinator: User, sign_in: SignIn
) -> None:
    mine, plus = sign_in(coordinator), VariantFactory(application=care, name="plus")
    assert "Care: plus" in mine.get(f"{ORDERS}new/").content.decode()
    elsewhere = VariantFactory(application=ApplicationFactory(), name="gold")
    line = {"application": "care", "what": "start", "quantity": "12", "variant": elsewhere.pk}
    answer = mine.post(f"{ORDERS}new/", body(torsby, line))
    assert (answer.status_code, "gold" in answer.content.decode()) == (422, False)
    answer = mine.post(f"{ORDERS}new/", body(torsby, {**line, "application": "erp", "variant": plus.pk}))
    [row] = [form.errors for form in answer.context["formset"]]
    assert (answer.status_code, row["variant"]) == (422, ["This is a variant of another application."])
    answer = mine.post(f"{ORDERS}new/", body(torsby, {**line, "variant": plus.pk}))
    page = answer.headers["Location"]
    assert "plus" in words(mine, page)
    assert f'value="{plus.pk}" selected' in mine.get(f"{page}change/").content.decode()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    care: Application, erp: Application, torsby: Municipality, coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    lines = (
        {"application": "erp", "what": "start", "quantity": "3", "for_whom": "<b>Anna</b>"},
        {"application": "care", "what": "start", "quantity": "1000000"},
    )
    answer = client.post(f"{ORDERS}new/", body(torsby, *lines, title="<script>alert(1)</script>"))
    assert answer.status_code == 422
    first, second = answer.context["formset"].forms
    assert "Torsby has ERP already" in first.errors["application"][0]
    assert second.errors["quantity"] == ["A quantity is between 1 and 100,000."]
    text = answer.content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;b&gt;Anna&lt;/b&gt;" in text
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"wanted_on": "9999-12-31"}, "wanted_on"),
        ({"wanted_on": "0001-01-01"}, "wanted_on"),
        ({"wanted_on": "x"}, "wanted_on"),
        ({"title": ""}, "title"),
        ({"kind": "gift"}, "kind"),
        ({"kind": "replacement"}, "returns"),
        ({"municipality": "999999999"}, "municipality"),
        ({"title": "x" * 151}, "title"),
    ],
)
def test_bad_input_is_said_at_the_field(
    care: Application,
    torsby: Municipality,
    coordinator: User,
    sign_in: SignIn,
    fields: dict[str, str],
    field: str,
) -> None:
    line = {"application": "care", "what": "start", "quantity": "1"}
    answer = sign_in(coordinator).post(f"{ORDERS}new/", body(torsby, line, **fields))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_lines_that_are_odd_are_refused(
    care: Application, torsby: Municipality, outside: Cooperation, coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    assert Application.objects.filter(cooperation=outside).exists()
    ApplicationFactory(cooperation=outside, code="only-theirs")
    for line in (
        {"application": "only-theirs", "quantity": "1"},
        {"application": "", "quantity": "1"},
        {"application": "care", "what": "steal"},
        {"application": "care", "quantity": "-1"},
        {"application": "care", "quantity": "many"},
    ):
        assert client.post(f"{ORDERS}new/", body(torsby, line)).status_code == 422
    assert client.post(f"{ORDERS}new/", body(torsby)).status_code == 422
    assert client.post(f"{ORDERS}new/", {}).status_code == 422
    assert not Order.objects.exists()


def test_a_coordinator_orders_for_their_own_alone(
    care: Application,
    torsby: Municipality,
    hagfors: Municipality,
    north: Cooperation,
    coordinator: User,
    auditor: User,
    sign_in: SignIn,
) -> None:
    client = sign_in(coordinator)
    line = {"application": "care", "what": "start", "quantity": "1"}
    assert "municipality" in client.post(f"{ORDERS}new/", body(hagfors, line)).context["form"].errors
    theirs = OrderFactory(cooperation=north, municipality=hagfors)
    assert client.get(f"{ORDERS}{theirs.pk}/").status_code == 200
    assert client.get(f"{ORDERS}{theirs.pk}/change/").status_code == 403
    assert client.post(f"{ORDERS}{theirs.pk}/withdraw/", {}).status_code == 403
    assert sign_in(auditor).get(f"{ORDERS}new/").status_code == 403
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    assert client.get(f"{ORDERS}{theirs.pk}/").status_code == 404


def test_two_tabs_lose_nothing_unseen(
    care: Application, erp: Application, torsby: Municipality, coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    order = ordered(client, torsby)
    page = f"{ORDERS}{order.pk}/change/"
    seen = client.get(page).context["lines_seen"]
    change = {"application": "erp", "what": "change", "quantity": "7"}
    assert client.post(page, body(torsby, change, lines_seen=seen)).status_code == 302
    answer = client.post(page, body(torsby, change, lines_seen=seen))
    assert answer.status_code == 422
    assert "ERP: change the number" in answer.content.decode()
    assert [line.application.code for line in order.lines.all()] == ["erp"]


def test_what_somebody_changed_since_it_was_shown_is_not_sent(
    care: Application, torsby: Municipality, coordinator: User, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    order = ordered(client, torsby)
    page = f"{ORDERS}{order.pk}/send/"
    shown = client.get(page)
    many = OrderLine(application=care, what="start", quantity=400)
    save_order(order=order, lines=[many], today=timezone.localdate(), by=administrator)
    answer = client.post(page, typed(shown))
    assert (answer.status_code, "It was changed meanwhile" in answer.content.decode()) == (422, True)
    assert "Care: begin to use, 400" in answer.content.decode()
    assert Order.objects.get(pk=order.pk).state == "draft"
    entry = Entry.objects.filter(changes__has_key="lines").latest("pk")
    assert entry.changes["lines"] == ["Care: begin to use, 12", "Care: begin to use, 400"]
    assert client.post(page, typed(answer)).status_code == 302
    assert Order.objects.get(pk=order.pk).state == "sent"


def test_whoever_comes_second_is_told(
    care: Application,
    torsby: Municipality,
    coordinator: User,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    client = sign_in(coordinator)
    order = ordered(client, torsby)
    page = f"{ORDERS}{order.pk}/"
    client.post(f"{page}send/")
    sign_in(administrator).post(f"{page}approve/", {})
    answer = sign_in(second_administrator).post(f"{page}reject/", {"reason": "No"})
    assert answer.status_code == 422
    assert "The order is “approved” by now" in answer.content.decode()


def test_the_service_page_leads_to_a_form_that_is_filled_in(
    care: Application, erp: Application, coordinator: User, auditor: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    assert "/north/orders/new/?application=care" in client.get("/north/services/care/").content.decode()
    form = client.get(f"{ORDERS}new/?application=care").context["formset"].forms[0]
    assert (form.initial["application"], form.initial["what"]) == (care, "start")
    form = client.get(f"{ORDERS}new/?application=erp").context["formset"].forms[0]
    assert form.initial["what"] == "change"
    for odd in ("no-such", "%00", "<b>"):
        assert client.get(f"{ORDERS}new/?application={odd}").status_code == 200
    assert "orders/new" not in sign_in(auditor).get("/north/services/care/").content.decode()


def test_the_list_is_narrowed_found_and_given_as_files(
    care: Application, torsby: Municipality, north: Cooperation, coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    order = ordered(client, torsby)
    other = OrderFactory(cooperation=north, municipality=torsby, title="Old wish", state="withdrawn")
    text = words(client, f"{ORDERS}?state=open")
    assert order.title in text
    assert other.title not in text
    assert other.title not in words(client, f"{ORDERS}?application=care&kind=new_service&since=2020-01-01")
    csv = b"".join(client.get(f"{ORDERS}?format=csv&application=care").streaming_content)  # type: ignore[attr-defined]
    assert b"Care for us" in csv
    assert client.get(f"{ORDERS}?format=xlsx").status_code == 200
    assert client.get(f"{ORDERS}?sort=-state").status_code == 200
    assert order.title in words(client, "/north/search/?q=care+for")


def test_the_list_asks_no_more_for_more_orders(
    north: Cooperation, torsby: Municipality, coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    OrderLineFactory(order=OrderFactory(cooperation=north, municipality=torsby))
    client.get(ORDERS)
    few = queries(client, ORDERS)
    for _each in range(4):
        OrderLineFactory(order=OrderFactory(cooperation=north, municipality=torsby))
    assert queries(client, ORDERS) == few


def test_two_roles_do_not_help(
    care: Application, north: Cooperation, torsby: Municipality, coordinator: User, sign_in: SignIn
) -> None:
    both = cast.person(coordinator.username, north, Role.Kind.ADMINISTRATOR)
    cast.person("other", north, Role.Kind.ADMINISTRATOR)
    client = sign_in(both)
    order = ordered(client, torsby)
    client.post(f"{ORDERS}{order.pk}/send/")
    assert client.post(f"{ORDERS}{order.pk}/approve/", {}).status_code == 403
    order.refresh_from_db()
    assert order.state == "sent"
