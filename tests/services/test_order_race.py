"""Two who move one order, or write the same one, at the same moment: one of them does, the other is told."""

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from municipalities.actions import lock_cooperation
from municipalities.models import Role, Token
from services.actions import move_order, save_order
from services.models import Order, OrderLine, OrderStep, Subscription
from sharedict.accounts.models import User
from sharedict.common.sight import everything, seeing
from tests import cast
from tests.api.conftest import Caller
from tests.factories.municipalities import TokenFactory
from tests.factories.services import ApplicationFactory
from tests.workers import Beside, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order() -> Order:
    """Sent by the coordinator of Torsby, decided on by either of two administrators."""
    north = cast.north()
    people = [cast.person(f"administrator {n}", north, Role.Kind.ADMINISTRATOR) for n in (1, 2)]
    assert people
    orderer = cast.person("coordinator", north, Role.Kind.COORDINATOR, cast.torsby())
    care = ApplicationFactory(cooperation=north, code="care", name="Care")
    day = timezone.localdate() + dt.timedelta(days=40)
    order = Order(cooperation=north, municipality=cast.torsby(), title="Care", wanted_on=day)
    lines = [OrderLine(application=care, what="start", quantity=40)]
    save_order(order=order, lines=lines, today=timezone.localdate(), by=orderer)
    return move_order(order=order, to="sent", by=orderer, now=timezone.now())


def both(order: Order, *acts: Callable[[], Any]) -> Sequence[Any]:
    """What came of ``acts``, all begun while the cooperation was locked, one after the other."""
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with seeing(everything("a test")), transaction.atomic():
            lock_cooperation(order.cooperation_id)
            held.set()
            go.wait(60)

    holder, begun = Beside(hold), []
    assert held.wait(60)
    for place, act in enumerate(acts, start=1):
        begun.append(Beside(act))
        wait_until(lambda place=place: waiting_for_locks() >= place, "one more that waits")
    go.set()
    holder.value()
    return [each.value() for each in begun]


def mover(order: Order, to: str, username: str) -> Callable[[], str]:
    """Moves it as somebody who has read it before; gives back what was refused, empty where nothing was."""
    read, by = Order.objects.get(pk=order.pk), User.objects.get(username=username)

    def move() -> str:
        with seeing(everything("a test")):
            try:
                move_order(order=read, to=to, by=by, now=timezone.now(), reason="Said")
            except ValidationError as error:
                return " ".join(error.messages)
        return ""

    return move


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("approved", "administrator 1"), ("approved", "administrator 2")),
        (("approved", "administrator 1"), ("rejected", "administrator 2")),
        (("rejected", "administrator 1"), ("approved", "administrator 2")),
        (("withdrawn", "coordinator"), ("approved", "administrator 1")),
        (("approved", "administrator 1"), ("withdrawn", "coordinator")),
    ],
)
def test_the_first_wins_and_the_second_is_told(
    order: Order, first: tuple[str, str], second: tuple[str, str]
) -> None:
    done, refused = both(order, mover(order, *first), mover(order, *second))
    order.refresh_from_db()
    assert (done, order.state) == ("", first[0])
    assert f"The order is “{first[0]}” by now" in refused
    assert Subscription.objects.filter(application__code="care").count() == (first[0] == "approved")
    assert OrderStep.objects.filter(order=order).count() == 2


def test_the_same_order_sent_twice_at_the_same_moment_is_one(order: Order) -> None:
    token: Token = TokenFactory(cooperation=order.cooperation, scopes=["read", "orders:write"])
    body = {
        "external_id": "REQ-1",
        "title": "ERP",
        "municipality": "SE1737",
        "wanted_on": order.wanted_on.isoformat(),
        "lines": [{"application": "erp", "what": "change", "quantity": 4}],
    }
    (one, row), (two, again) = both(order, *[lambda: Caller(token).post("orders/", body)] * 2)
    assert ({one, two}, row["id"]) == ({200, 201}, again["id"])
    assert OrderLine.objects.filter(order=row["id"]).count() == 1
