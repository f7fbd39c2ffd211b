"""Repair under /system/: costs by the same rules as in the portal, what was computed to look at."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from agreements.models import CostType
from billing.models import Cost, Period, Run, RunTotal, Share
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.billing import CostFactory, compute
from tests.forms import typed as sent_of


@pytest.fixture
def operator(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


@pytest.fixture
def cost(north: Cooperation, licence: CostType) -> Cost:
    cost = CostFactory(cooperation=north, cost_type=licence)
    compute(north)
    return cost


def typed(cost: Cost, **changes: Any) -> dict[str, Any]:
    names = ("external_id", "supplier", "invoice_number", "description", "amount", "currency")
    return {
        **{name: getattr(cost, name) for name in (*names, "starts_on")},
        "ends_on": cost.last_day,
        "cooperation": cost.cooperation_id,
        "cost_type": cost.cost_type_id,
        "application": "",
        "credits": "",
        **changes,
    }


def test_a_cost_is_repaired_by_the_action_of_the_portal(operator: Client, cost: Cost) -> None:
    address = f"/system/billing/cost/{cost.pk}/change/"
    assert operator.get(address).status_code == 200
    assert operator.post(address, typed(cost, amount="99.50")).status_code == 302
    assert str(Cost.objects.get().amount) == "99.50"
    assert Entry.objects.get().changes == {"amount": ["100.00", "99.50"]}
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"currency": "NOK"}, "This cooperation counts in SEK"),
        ({"amount": "0"}, "A cost of 0 shares nothing"),
        ({"ends_on": "2024-12-31"}, "It cannot end before it begins"),
    ],
)
def test_what_the_portal_refuses_is_refused_there_too(
    operator: Client, cost: Cost, changes: dict[str, str], message: str
) -> None:
    answer = operator.post(f"/system/billing/cost/{cost.pk}/change/", typed(cost, **changes))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not Entry.objects.exists()


def test_two_operators_at_one_cost_lose_nothing(operator: Client, cost: Cost) -> None:
    address = f"/system/billing/cost/{cost.pk}/change/"
    first, second, third = (operator.get(address) for _ in range(3))
    assert operator.post(address, sent_of(first, supplier="Fjord")).status_code == 302
    assert operator.post(address, sent_of(second, description="All of them")).status_code == 302
    told = operator.post(address, sent_of(third, supplier="Svea"))
    assert told.status_code == 200
    assert "“Fjord”" in told.context["adminform"].form.errors["supplier"][0]
    cost.refresh_from_db()
    assert (cost.supplier, cost.description) == ("Fjord", "All of them")


def test_a_new_cost_gets_its_reference(operator: Client, cost: Cost) -> None:
    assert operator.post("/system/billing/cost/add/", typed(cost)).status_code == 302
    assert len(set(Cost.objects.values_list("reference", flat=True))) == 2


def test_a_cost_is_never_removed(operator: Client, cost: Cost) -> None:
    assert operator.post(f"/system/billing/cost/{cost.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", [Period, Run, RunTotal])
def test_what_was_computed_is_only_looked_at(operator: Client, cost: Cost, model: type[Period]) -> None:
    address = f"/system/billing/{model._meta.model_name}/"
    row = model.objects.get() if model is not RunTotal else model.objects.first()
    assert operator.get(address).status_code == 200
    shown = operator.get(f"{address}{row.pk}/change/")
    assert shown.status_code == 200
    assert '{"applications"' not in shown.content.decode()
    for step in ("add/", f"{row.pk}/delete/"):
        assert operator.post(address + step, {"post": "yes"}).status_code == 403
    assert operator.post(f"{address}{row.pk}/change/", {"number": 7}).status_code == 403
    assert not admin.site.is_registered(Share)


@pytest.mark.parametrize("model", ["cost", "period", "run", "runtotal"])
@pytest.mark.parametrize("rows", [1, 5])
def test_lists_take_the_same_queries_for_any_size(
    operator: Client, north: Cooperation, model: str, rows: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        CostFactory(cooperation=north)
    compute(north)
    with django_assert_max_num_queries(14):
        assert operator.get(f"/system/billing/{model}/").status_code == 200
