"""What an order does to costs is the engine's answer, kept as it was told, and held against what came."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.models import Period
from municipalities.models import Cooperation, Municipality
from services.actions import move_order, save_order
from services.models import Application, Order, OrderLine, Subscription
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.factories.billing import CostFactory, close, compute
from tests.factories.closed import APRIL, close_quarter
from tests.factories.services import VariantFactory

pytestmark = pytest.mark.django_db
MARCH_20 = dt.datetime(2025, 3, 20, 8, tzinfo=dt.UTC)
SignIn = Callable[[User], Client]


@pytest.fixture
def books(
    north: Cooperation, administrator: User, second_administrator: User, hagfors: Municipality
) -> Cooperation:
    """100.00 of the ERP a month, closed until March 2025, which Torsby alone has used from April on."""
    Subscription.objects.filter(municipality=hagfors, application__code="erp").update(valid_until=APRIL)
    return close_quarter(north, proposer=administrator, closer=second_administrator)


def order_of(place: Municipality, application: Application, by: User, **line: Any) -> Order:
    order = Order(cooperation=application.cooperation, municipality=place, title="ERP again", wanted_on=APRIL)
    return save_order(
        order=order, lines=[OrderLine(application=application, **line)], today=MARCH_20.date(), by=by
    )


def panel(client: Client, order: Order) -> dict[str, Any]:
    [found] = client.get(f"/north/orders/{order.pk}/").context["panels"]
    told: dict[str, Any] = found.context
    return told


def test_a_draft_shows_a_year_of_everybody_and_what_was_sent_stays(
    books: Cooperation,
    erp: Application,
    hagfors: Municipality,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    client = sign_in(administrator)
    order = order_of(hagfors, erp, administrator, what="start", quantity=5)
    told = panel(client, order)
    assert told["finding"] == "Hagfors pays 600.00\u00a0SEK more in a year."
    rows = [(row["name"], row["change"], row["now"], row["then"]) for row in told["rows"]]
    assert rows == [
        ("Hagfors", "+600.00", "0.00", "600.00"),
        ("Torsby", "\u2212600.00", "1,200.00", "600.00"),
    ]
    order = move_order(order=order, to="sent", by=administrator, now=MARCH_20)
    assert order.effect is not None
    assert order.effect["services"] == {"now": 0, "then": 5000}
    Subscription.objects.filter(municipality=hagfors).delete()
    assert panel(client, order)["rows"] == told["rows"]
    assert "compared" not in panel(client, order)
    move_order(order=order, to="approved", by=second_administrator, now=MARCH_20)
    assert panel(client, order)["compared"] == {"told": "50.00\u00a0SEK"}


def test_what_it_became_stands_beside_what_was_told(
    books: Cooperation,
    erp: Application,
    hagfors: Municipality,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    order = order_of(hagfors, erp, administrator, what="start", quantity=5)
    move_order(order=order, to="sent", by=administrator, now=MARCH_20)
    move_order(order=order, to="approved", by=second_administrator, now=MARCH_20)
    erp.costs.filter(starts_on=APRIL).update(amount=Decimal("120.00"))
    run_all()
    compute(books)
    april = Period.objects.get(cooperation=books, first_day=APRIL)
    close(april, proposer=administrator, closer=second_administrator)
    compared = panel(sign_in(administrator), order)["compared"]
    assert (compared["told"], compared["became"]) == ("50.00\u00a0SEK", "60.00\u00a0SEK")
    assert (compared["month"], compared["difference"]) == ("April 2025", "+10.00\u00a0SEK")


def test_an_end_lays_it_on_the_others(
    books: Cooperation,
    erp: Application,
    torsby: Municipality,
    hagfors: Municipality,
    administrator: User,
    sign_in: SignIn,
) -> None:
    Subscription.objects.filter(application=erp).update(valid_until=None)
    compute(books)
    told = panel(sign_in(administrator), order_of(torsby, erp, administrator, what="end"))
    assert told["finding"] == "Torsby pays 600.00\u00a0SEK less in a year."
    assert [row["name"] for row in told["rows"]] == ["Torsby", "Hagfors"]


def test_a_priced_service_is_an_estimate(
    books: Cooperation, erp: Application, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    Application.objects.filter(pk=erp.pk).update(
        charging="priced", unit_price=Decimal("12.50"), priced_per="user and year"
    )
    Subscription.objects.filter(application=erp, municipality=torsby).update(users=10)
    erp.refresh_from_db()
    told = panel(sign_in(administrator), order_of(torsby, erp, administrator, what="change", quantity=14))
    assert told["estimates"] == [
        "ERP: +50.00\u00a0SEK, an estimate: +4 at 12.50\u00a0SEK for each user and year."
    ]
    assert told["rows"] == []
    variant = VariantFactory(application=erp, name="plus", unit_price=Decimal("20.00"))
    Subscription.objects.filter(application=erp, municipality=torsby).update(variant=variant)
    told = panel(sign_in(administrator), order_of(torsby, erp, administrator, what="change", quantity=14))
    assert told["estimates"] == [
        "ERP, plus: +80.00\u00a0SEK, an estimate: +4 at 20.00\u00a0SEK for each user and year."
    ]
    basic = VariantFactory(application=erp, name="basic", unit_price=Decimal("5.00"))
    told = panel(sign_in(administrator), order_of(torsby, erp, administrator, what="change", variant=basic))
    assert told["estimates"] == [
        "ERP, plus: \u2212200.00\u00a0SEK, an estimate: \u221210 at 20.00\u00a0SEK for each user and year.",
        "ERP, basic: +50.00\u00a0SEK, an estimate: +10 at 5.00\u00a0SEK for each user and year.",
    ]


def test_what_begins_in_a_variant_is_estimated_at_its_price(
    books: Cooperation, erp: Application, hagfors: Municipality, administrator: User, sign_in: SignIn
) -> None:
    Application.objects.filter(pk=erp.pk).update(charging="priced", unit_price=Decimal("12.50"))
    erp.refresh_from_db()
    plus = VariantFactory(application=erp, name="plus", unit_price=Decimal("20.00"))
    order = order_of(hagfors, erp, administrator, what="start", variant=plus, quantity=3)
    assert panel(sign_in(administrator), order)["estimates"] == [
        "ERP, plus: +60.00\u00a0SEK, an estimate: +3 at 20.00\u00a0SEK for each unit."
    ]


def test_whoever_does_not_see_others_shares_sees_their_own(
    books: Cooperation,
    erp: Application,
    torsby: Municipality,
    coordinator: User,
    sign_in: SignIn,
) -> None:
    Subscription.objects.filter(application=erp).update(valid_until=None)
    Cooperation.objects.filter(pk=books.pk).update(shares_are_open=False)
    compute(books)
    order = order_of(torsby, erp, coordinator, what="end")
    client = sign_in(coordinator)
    assert [row["name"] for row in panel(client, order)["rows"]] == ["Torsby"]
    assert "What others pay is not shown" in client.get(f"/north/orders/{order.pk}/").content.decode()


def test_open_orders_stand_on_the_overview_of_their_municipality(
    north: Cooperation, erp: Application, torsby: Municipality, coordinator: User, sign_in: SignIn
) -> None:
    CostFactory(cooperation=north, application=erp)
    compute(north)
    client = sign_in(coordinator)
    assert b'id="open-orders"' not in client.get("/north/overview/").content
    order_of(torsby, erp, coordinator, what="end")
    page = client.get("/north/overview/")
    assert b'<a href="/north/orders/?state=open">1 open order</a>' in page.content


def test_an_order_that_waits_stands_on_the_overview_of_who_decides_and_of_nobody_else(
    north: Cooperation,
    erp: Application,
    torsby: Municipality,
    coordinator: User,
    administrator: User,
    sign_in: SignIn,
) -> None:
    CostFactory(cooperation=north, application=erp)
    compute(north)
    move_order(order=order_of(torsby, erp, coordinator, what="end"), to="sent", by=coordinator, now=MARCH_20)
    waits = b"<span>1 order waits for your decision</span>"
    assert sign_in(administrator).get("/north/overview/").content.count(waits) == 1
    assert b"waits for your decision" not in sign_in(coordinator).get("/north/overview/").content
