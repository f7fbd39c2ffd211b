"""The last steps of the set-up: the first cost, and the checklist until the first month is closed."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from agreements.models import CostType
from billing.models import Cost, Period
from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from tests.factories.billing import CostFactory, close, compute
from tests.forms import typed

pytestmark = pytest.mark.django_db
ADDRESS = "/north/set-up/cost/"


@pytest.fixture
def client(administrator: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(administrator)


def filled(client: Client, **more: Any) -> dict[str, Any]:
    sent = typed(client.get(ADDRESS), amount="30000", **more)
    return {name: getattr(value, "pk", value) for name, value in sent.items()}


def test_a_cost_of_the_first_month_is_filled_in(
    client: Client, north: Cooperation, erp: Application, licence: CostType
) -> None:
    assert client.post(ADDRESS, filled(client)).headers["Location"] == "/north/set-up/people/"
    cost = Cost.objects.get(cooperation=north)
    assert (cost.amount, cost.application, cost.cost_type) == (Decimal(30000), erp, licence)
    assert (cost.starts_on, cost.ends_on) == (dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    assert (cost.description, cost.reference) == ("ERP", "C00000001")


def test_the_first_cost_type_comes_with_it(client: Client, north: Cooperation) -> None:
    CostType.objects.of(north).delete()
    sent = filled(client, new_cost_type="Drift och support")
    assert "cost_type" not in sent
    assert client.post(ADDRESS, {**sent, "more": "1"}).headers["Location"] == ADDRESS
    kind = Cost.objects.get(cooperation=north).cost_type
    assert (kind.name, kind.code) == ("Drift och support", "drift-och-support")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount": ""}, "This field is required"),
        ({"new_cost_type": ""}, "This field is required"),
        ({"ends_on": "2025-11-30", "starts_on": "2025-11-01"}, "before"),
        ({"starts_on": "2056-01-01", "ends_on": "2056-01-31"}, "Is it meant?"),
    ],
)
def test_nothing_is_kept_of_a_cost_that_is_not_saved(
    client: Client, north: Cooperation, wrong: dict[str, str], said: str
) -> None:
    CostType.objects.of(north).delete()
    response = client.post(ADDRESS, {**filled(client), **wrong})
    assert response.status_code in (200, 422)
    assert said in response.content.decode()
    assert not Cost.objects.of(north).exists()
    assert not CostType.objects.of(north).exists()


def test_what_is_asked_is_saved_by_saving_once_more(client: Client, north: Cooperation) -> None:
    CostType.objects.of(north).delete()
    sent = {**filled(client), "starts_on": "2056-01-01", "ends_on": "2056-01-31"}
    told = client.post(ADDRESS, sent).context["effect"].mark
    assert client.post(ADDRESS, {**sent, "told": told}).status_code == 302
    assert Cost.objects.of(north).count() == CostType.objects.of(north).count() == 1


def test_the_checklist_stays_until_the_first_month_is_closed(
    client: Client,
    north: Cooperation,
    licence: CostType,
    administrator: User,
    second_administrator: User,
    coordinator: User,
    sign_in: Callable[[User], Client],
) -> None:
    overview, heading = "/north/overview/", "On the way to the first closed month"
    CostFactory(cooperation=north, cost_type=licence)
    [period] = compute(north)
    page = client.get(overview)
    assert heading in page.content.decode()
    states = page.context["steps"]
    assert [state.is_done for state in states] == [True] * 7 + [False]
    assert states[-1].url == f"/north/costs/{period.month}/"
    assert heading not in sign_in(coordinator).get(overview).content.decode()
    close(period, proposer=administrator, closer=second_administrator)
    assert Period.objects.filter(state=Period.State.CLOSED).exists()
    assert heading not in client.get(overview).content.decode()
