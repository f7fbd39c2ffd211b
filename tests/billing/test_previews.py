"""What a change would do to each municipality is shown before it is saved, and is what saving does."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from agreements.models import Agreement, CostType, Key, Term
from billing.models import Cost, Period, Share
from municipalities.models import Cooperation, Member, Municipality
from services.models import Application, Subscription
from sharedict.accounts.models import User
from tests.factories.closed import APRIL, close_quarter
from tests.factories.municipalities import MemberFactory, MunicipalityFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

REGISTER = "/north/costs/register/"
SHOW = {"show": "1"}
NOWHERE = "Nothing divides it in %s, so that cannot be closed yet:"


@pytest.fixture
def quarter(north: Cooperation, administrator: User, second_administrator: User) -> Cooperation:
    """April 2025 is open, with 100.00 of the application that Torsby and Hagfors share."""
    return close_quarter(north, proposer=administrator, closer=second_administrator)


@pytest.fixture
def client(sign_in: Callable[[User], Client], administrator: User, quarter: Cooperation) -> Client:
    return sign_in(administrator)


@pytest.fixture
def april_cost(erp: Application, licence: CostType) -> dict[str, Any]:
    """A cost of April 2025, as somebody types it."""
    return {
        "description": "Support in April",
        "application": erp.pk,
        "cost_type": licence.pk,
        "supplier": "Svea AB",
        "invoice_number": "7",
        "amount": "2 400,00",
        "starts_on": "2025-04-01",
        "ends_on": "2025-04-30",
        "credits": "",
        "external_id": "",
    }


def rows(answer: Any) -> dict[str, tuple[str, str, str]]:
    preview = answer.context["preview"]
    return {row.name: (row.now, row.then, row.change) for row in (*preview.rows, preview.total)}


def charged(first_day: dt.date) -> dict[str, Decimal]:
    """What each is charged in the month, as its run says."""
    found: dict[str, Decimal] = {}
    run = Period.objects.get(first_day=first_day).current_run
    lines = Share.objects.filter(run=run.pk) if run else Share.objects.none()
    for name, amount in lines.values_list("municipality__name", "amount"):
        found[name] = found.get(name, Decimal(0)) + amount
    return found


def test_a_cost_shows_what_each_would_pay_and_saves_nothing(
    client: Client, april_cost: dict[str, Any], do_jobs: Callable[[], int]
) -> None:
    shown = client.post(f"{REGISTER}new/", april_cost | SHOW)
    assert shown.status_code == 200
    assert not Cost.objects.filter(description="Support in April").exists()
    assert shown.context["preview"].title == "What it changes in April 2025"
    assert rows(shown) == {
        "Hagfors": ("50.00", "1,250.00", "+1,200.00"),
        "Torsby": ("50.00", "1,250.00", "+1,200.00"),
        "All municipalities": ("100.00", "2,500.00", "+2,400.00"),
    }
    assert shown.context["form"]["amount"].value() == "2 400,00"
    assert "+1,200.00" in shown.content.decode()
    assert client.post(f"{REGISTER}new/", april_cost).status_code == 302
    do_jobs()
    assert charged(APRIL) == {"Hagfors": Decimal("1250.00"), "Torsby": Decimal("1250.00")}


def test_it_is_shown_in_swedish(client: Client, april_cost: dict[str, Any]) -> None:
    shown = client.post(f"{REGISTER}new/", april_cost | SHOW, headers={"accept-language": "sv"})
    assert shown.context["preview"].title == "Vad det ändrar i april 2025"
    assert "Visa vad det ändrar" in shown.content.decode()


def test_a_cost_that_counts_nowhere_or_in_part_says_so_before_it_is_saved(
    client: Client, april_cost: dict[str, Any], quarter: Cooperation, default_term: Term
) -> None:
    nobodys = ApplicationFactory(cooperation=quarter)
    asked = client.post(f"{REGISTER}new/", april_cost | {"application": nobodys.pk})
    assert asked.context["effect"].warnings == (
        f"{NOWHERE % 'April 2025'} Nobody uses the application in this month.",
    )
    assert not Cost.objects.filter(description="Support in April").exists()
    shown = client.post(f"{REGISTER}new/", april_cost | {"application": nobodys.pk} | SHOW)
    assert shown.context["preview"].rows == ()
    assert shown.context["effect"].warnings == asked.context["effect"].warnings
    Term.objects.filter(pk=default_term.pk).update(valid_until=dt.date(2025, 5, 1))
    in_part = april_cost | {"ends_on": "2025-05-31"}
    asked = client.post(f"{REGISTER}new/", in_part)
    assert asked.context["effect"].warnings == (
        f"{NOWHERE % 'May 2025'} No term says how such a cost is divided.",
    )
    told = {"told": asked.context["effect"].mark}
    assert client.post(f"{REGISTER}new/", in_part | told).status_code == 302


def test_a_changed_and_a_withdrawn_cost_show_it(client: Client, april_cost: dict[str, Any]) -> None:
    cost = Cost.objects.get(external_id="erp-04")
    sent = april_cost | {"amount": "300", "external_id": "erp-04"} | SHOW
    assert rows(client.post(f"{REGISTER}{cost.pk}/", sent))["Torsby"] == ("50.00", "150.00", "+100.00")
    question = client.get(f"{REGISTER}{cost.pk}/withdraw/")
    assert rows(question)["Torsby"] == ("50.00", "0.00", "\u221250.00")


@pytest.mark.parametrize("model", [Member, Subscription])
def test_the_question_whether_to_end_it_says_what_it_does(
    client: Client, hagfors: Municipality, model: type[Any], do_jobs: Callable[[], int]
) -> None:
    """An end that lies ahead is tried on the costs of the newest month, by the rules of the first."""
    subscription = Subscription.objects.get(municipality=hagfors)
    member = Member.objects.get(municipality=hagfors)
    row = {Member: member, Subscription: subscription}[model]
    address = {Member: f"/north/members/{row.pk}/end/", Subscription: f"/north/subscriptions/{row.pk}/end/"}
    preview = client.get(address[model]).context["preview"]
    assert "with costs like those of April 2025" in preview.lead
    assert {row.name: row.change for row in preview.rows} == {"Hagfors": "\u221250.00", "Torsby": "+50.00"}
    shown = client.post(address[model], {"valid_until": "2025-03-31"} | SHOW)
    assert model.objects.get(pk=row.pk).valid_until is None
    assert rows(shown) == {
        "Hagfors": ("50.00", "0.00", "\u221250.00"),
        "Torsby": ("50.00", "100.00", "+50.00"),
        "All municipalities": ("100.00", "100.00", "0.00"),
    }
    assert client.post(address[model], {"valid_until": "2025-03-31"}).status_code == 302
    do_jobs()
    assert charged(APRIL) == {"Torsby": Decimal("100.00")}


def test_a_term_for_named_municipalities_shows_who_would_pay(
    client: Client,
    quarter: Cooperation,
    torsby: Municipality,
    even_key: Key,
    licence: CostType,
    do_jobs: Callable[[], int],
) -> None:
    typed = {
        "agreement": Agreement.objects.get(cooperation=quarter).pk,
        "application": "",
        "cost_type": licence.pk,
        "key": even_key.pk,
        "payers": "named",
        "named": [torsby.pk],
        "valid_from": "2025-04-01",
        "valid_until": "",
    }
    shown = client.post("/north/terms/new/", typed | SHOW)
    assert rows(shown)["Torsby"] == ("50.00", "100.00", "+50.00")
    assert Term.objects.filter(cost_type=licence).count() == 0
    assert client.post("/north/terms/new/", typed).status_code == 302
    do_jobs()
    assert charged(APRIL) == {"Torsby": Decimal("100.00")}


def test_a_key_version_shows_what_its_components_would_do(
    client: Client, torsby: Municipality, hagfors: Municipality, even_key: Key, do_jobs: Callable[[], int]
) -> None:
    typed = {
        "valid_from": "2025-04-01",
        "decided_on": "2025-03-20",
        "decision": "The board",
        "when_zero": "error",
        "base_amount": "",
        "floor_percent": "",
        "cap_percent": "",
        "components-TOTAL_FORMS": "1",
        "components-INITIAL_FORMS": "0",
        "components-MIN_NUM_FORMS": "0",
        "components-MAX_NUM_FORMS": "20",
        "components-0-percent": "100",
        "components-0-kind": "fixed",
        "components-0-driver": "",
        "components-0-rule": "",
        f"part_{torsby.key}": "75",
        f"part_{hagfors.key}": "25",
    }
    address = "/north/keys/even/new-version/"
    shown = client.post(address, typed | SHOW)
    assert rows(shown)["Torsby"] == ("50.00", "75.00", "+25.00")
    assert even_key.versions.count() == 1
    ahead = client.post(address, typed | SHOW | {"valid_from": "2025-09-01"})
    assert rows(ahead)["Torsby"] == ("50.00", "75.00", "+25.00")
    assert ahead.context["preview"].lead == (
        "By the rules of September 2025, with costs like those of April 2025: nothing is saved yet."
    )
    assert client.post(address, typed).status_code == 302
    do_jobs()
    assert charged(APRIL) == {"Torsby": Decimal("75.00"), "Hagfors": Decimal("25.00")}
    version = even_key.versions.get(number=2)
    question = client.get(f"/north/keys/versions/{version.pk}/delete/")
    assert rows(question)["Torsby"] == ("75.00", "50.00", "\u221225.00")


@pytest.mark.parametrize("members", [2, 12])
def test_showing_costs_the_same_number_of_queries(
    client: Client,
    april_cost: dict[str, Any],
    django_assert_max_num_queries: Any,
    members: int,
    quarter: Cooperation,
    erp: Application,
) -> None:
    for _number in range(members - 2):
        place = MunicipalityFactory()
        MemberFactory(cooperation=quarter, municipality=place)
        SubscriptionFactory(application=erp, municipality=place)
    with django_assert_max_num_queries(76):
        client.post(f"{REGISTER}new/", april_cost | SHOW)
