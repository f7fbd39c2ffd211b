"""An order that is approved when its month is closed: told first, then a correction, never a change of it."""

import datetime as dt
from collections.abc import Callable

from django.test import Client

from billing.models import Period, Share
from municipalities.models import Cooperation, Municipality
from services.actions import move_order, save_order
from services.models import Application, Order, OrderLine, Subscription
from sharedict.accounts.models import User
from tests.factories.closed import FEBRUARY, close_quarter


def test_an_end_in_a_closed_month_is_told_before_it_is_approved_and_the_month_stays(
    north: Cooperation,
    erp: Application,
    torsby: Municipality,
    coordinator: User,
    administrator: User,
    second_administrator: User,
    sign_in: Callable[[User], Client],
) -> None:
    then = dt.datetime(2025, 1, 20, 12, tzinfo=dt.UTC)
    order = Order(cooperation=north, municipality=torsby, title="No more ERP", wanted_on=FEBRUARY)
    lines = [OrderLine(application=erp, what="end")]
    save_order(order=order, lines=lines, today=then.date(), by=coordinator)
    move_order(order=order, to="sent", by=coordinator, now=then)
    close_quarter(north, proposer=administrator, closer=second_administrator)
    closed = Period.objects.get(cooperation=north, first_day=FEBRUARY)
    rows = (
        Share.objects.filter(run=closed.current_run_id).order_by("pk").values_list("amount_minor", flat=True)
    )
    amounts = rows.values_list("amount_minor", flat=True)
    shares = [*amounts]
    assert shares
    client, page = sign_in(administrator), f"/north/orders/{order.pk}/approve/"
    asked = client.post(page, {})
    assert (asked.status_code, Order.objects.get().state) == (200, "sent")
    mark = asked.context["effect"].mark
    assert f'name="told" value="{mark}"' in asked.content.decode()
    assert "February 2025" in " ".join(asked.context["effect"].warnings)
    assert client.post(page, {"told": mark}).status_code == 302
    assert Subscription.objects.get(application=erp, municipality=torsby).valid_until == FEBRUARY
    run = closed.current_run_id
    closed.refresh_from_db()
    assert (closed.state, closed.current_run_id) == (Period.State.CLOSED, run)
    assert [*amounts.all()] == shares
