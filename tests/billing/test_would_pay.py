"""Beside each step of the set-up stands who would pay what, by the engine over what is saved and typed."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from agreements.models import Agreement, Key, KeyVersion, Term
from billing.models import Cost, Period, Share
from municipalities.models import Cooperation, Driver, Member, Municipality
from municipalities.portal import WouldPay
from services.models import Application, Subscription
from sharedict.accounts.models import User
from tests.factories.agreements import AgreementFactory, CostTypeFactory, TermFactory, driver_key, even_key
from tests.factories.billing import CostFactory, compute
from tests.factories.municipalities import CooperationFactory, MemberFactory, RoleFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory
from tests.forms import typed

pytestmark = pytest.mark.django_db
SHOW = {"show": "1"}
STEPS = ("cooperation", "members", "people", "application", "key", "term", "cost")


@pytest.fixture
def new(torsby: Municipality, hagfors: Municipality) -> Cooperation:
    """A cooperation from July 2026 of two members, and nothing else yet."""
    made: Cooperation = CooperationFactory(slug="new", first_month=dt.date(2026, 7, 1))
    for place in (torsby, hagfors):
        MemberFactory(cooperation=made, municipality=place)
    return made


@pytest.fixture
def client(new: Cooperation, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(RoleFactory(cooperation=new).user)


def use(new: Cooperation, users: dict[str, int] | None = None) -> Application:
    care: Application = ApplicationFactory(cooperation=new, code="care", name="Care")
    for row in Member.objects.of(new):
        told = (users or {}).get(row.municipality.name)
        SubscriptionFactory(application=care, municipality=row.municipality, users=told)
    return care


def divide(new: Cooperation, key: Key) -> Term:
    term: Term = TermFactory(agreement=AgreementFactory(cooperation=new), key=key)
    return term


def charge(new: Cooperation, **fields: Any) -> Cost:
    days = {"starts_on": dt.date(2026, 7, 1), "ends_on": dt.date(2026, 8, 1)}
    kind = CostTypeFactory(cooperation=new)
    cost: Cost = CostFactory(cooperation=new, cost_type=kind, **{"amount": Decimal(30000), **days, **fields})
    return cost


def sent_to(client: Client, step: str, **values: Any) -> dict[str, Any]:
    sent = typed(client.get(f"/new/set-up/{step}/"), **values)
    return {name: getattr(value, "pk", value) for name, value in sent.items()}


def shown(client: Client, step: str, sent: dict[str, Any] | None = None) -> WouldPay:
    address = f"/new/set-up/{step}/"
    page = client.post(address, sent | SHOW) if sent else client.get(address)
    assert page.status_code == 200
    found: WouldPay = page.context["would_pay"]
    return found


def amounts(found: WouldPay) -> dict[str, str]:
    return {payer.name: payer.amount for payer in found.payers} | {"": found.total}


def test_what_is_missing_is_said_until_nothing_is(client: Client, new: Cooperation) -> None:
    said = "It is computed here as soon as there is %s."
    application, key = "an application that somebody uses", "a key"
    term, cost = "a term that says what the key divides", "a first cost"
    assert shown(client, "members").lead == said % f"{application}, {key}, {term} and {cost}"
    use(new)
    assert shown(client, "key").lead == said % f"{key}, {term} and {cost}"
    even = even_key(cooperation=new, code="even", name="Evenly")
    assert shown(client, "term").lead == said % f"{term} and {cost}"
    divide(new, even)
    assert shown(client, "cost").lead == said % cost
    assert shown(client, "cost").payers == ()


def test_nothing_is_said_before_there_are_members(client: Client, new: Cooperation) -> None:
    Member.objects.all().delete()
    assert client.get("/new/set-up/members/").context["would_pay"] is None
    assert "Who would pay what" not in client.get("/new/set-up/cost/").content.decode()


@pytest.mark.parametrize("step", STEPS)
def test_every_step_shows_what_the_month_will_say(
    client: Client, new: Cooperation, population: Driver, step: str
) -> None:
    care = use(new)
    divide(new, driver_key(population, cooperation=new, code="population", name="By population"))
    charge(new, application=care)
    found = shown(client, step)
    assert amounts(found) == {"Torsby": "18,000.00", "Hagfors": "12,000.00", "": "30,000.00"}
    assert [payer.evenly for payer in found.payers] == ["15,000.00", "15,000.00"]
    assert found.finding == "Hagfors pays 3,000.00\u00a0SEK less than divided evenly."
    assert found.lead == "Of 30,000.00\u00a0SEK in July 2026, divided by “By population”."
    [period] = [each for each in compute(new) if each.current_run]
    charged = Share.objects.filter(run=period.current_run_id).values_list("municipality__name", "amount")
    assert {name: f"{amount:,}" for name, amount in charged} | {"": "30,000.00"} == amounts(found)


def test_an_even_split_is_not_compared_with_itself(client: Client, new: Cooperation) -> None:
    use(new)
    divide(new, even_key(cooperation=new, code="even", name="Evenly"))
    charge(new)
    found = shown(client, "people")
    assert found.is_even
    assert found.finding == ""
    assert amounts(found) == {"Torsby": "15,000.00", "Hagfors": "15,000.00", "": "30,000.00"}


def test_a_cost_that_is_typed_counts_and_is_not_saved(client: Client, new: Cooperation) -> None:
    use(new)
    divide(new, even_key(cooperation=new, code="even", name="Evenly"))
    sent = sent_to(client, "cost", amount="9 000,01")
    assert amounts(shown(client, "cost", sent)) == {
        "Torsby": "4,500.01",
        "Hagfors": "4,500.00",
        "": "9,000.01",
    }
    assert not Cost.objects.of(new).exists()
    page = client.post("/new/set-up/cost/", sent | SHOW, headers={"accept-language": "sv"}).content.decode()
    assert "Vem som skulle betala vad" in page
    assert "9 000,01" in page


def test_a_term_that_is_typed_counts_and_is_not_saved(client: Client, new: Cooperation) -> None:
    use(new)
    even_key(cooperation=new, code="even", name="Evenly")
    charge(new)
    compute(new)
    found = shown(client, "term", sent_to(client, "term"))
    assert amounts(found)["Torsby"] == "15,000.00"
    assert not Agreement.objects.of(new).exists()


@pytest.mark.parametrize(
    ("way", "torsby_pays"), [("even", "15,000.00"), ("population", "18,000.00"), ("users", "20,000.00")]
)
def test_a_key_that_is_typed_counts_and_is_not_saved(
    client: Client, new: Cooperation, population: Driver, way: str, torsby_pays: str
) -> None:
    use(new, {"Torsby": 200, "Hagfors": 100})
    charge(new)
    term = divide(new, even_key(cooperation=new, code="even", name="Evenly"))
    compute(new)
    KeyVersion.objects.all().delete()
    Key.objects.filter(pk=term.key_id).update(code=way)
    sent = {"way": way, "decision": "Board, § 45", "decided_on": "2026-05-02"}
    assert amounts(shown(client, "key", sent))["Torsby"] == torsby_pays
    assert not KeyVersion.objects.of(new).exists()
    assert not Driver.objects.of(new).exists()
    assert client.post("/new/set-up/key/", sent).status_code == 302
    assert amounts(shown(client, "key"))["Torsby"] == torsby_pays


def test_a_second_key_is_adopted_while_a_month_is_open(
    client: Client, new: Cooperation, population: Driver
) -> None:
    use(new, {"Torsby": 200, "Hagfors": 100})
    divide(new, even_key(cooperation=new, code="even", name="Evenly"))
    charge(new)
    compute(new)
    for way in ("population", "users"):
        sent = {"way": way, "decision": "Board, § 45", "decided_on": "2026-05-02"}
        answer = client.post("/new/set-up/key/", sent)
        assert answer.status_code == 302, answer.context["form"].errors


def test_members_and_users_that_are_typed_count(
    client: Client, new: Cooperation, sundsvall: Municipality
) -> None:
    use(new)
    divide(new, even_key(cooperation=new, code="even", name="Evenly"))
    charge(new)
    sent = sent_to(client, "members", municipalities=[sundsvall.pk])
    assert amounts(shown(client, "members", sent))["Sundsvall"] == "10,000.00"
    assert Member.objects.of(new).count() == 2


def test_who_does_not_use_it_stands_with_nothing(
    client: Client, new: Cooperation, hagfors: Municipality
) -> None:
    care = use(new)
    Subscription.objects.filter(municipality=hagfors).delete()
    divide(new, even_key(cooperation=new, code="even", name="Evenly"))
    charge(new, application=care)
    assert amounts(shown(client, "people")) == {
        "Hagfors": "0.00",
        "Torsby": "30,000.00",
        "": "30,000.00",
    }


def test_what_nothing_divides_is_said_beside_what_is_divided(client: Client, new: Cooperation) -> None:
    used = use(new)
    nobodys = ApplicationFactory(cooperation=new, code="idle", name="Idle")
    divide(new, even_key(cooperation=new, code="even", name="Evenly"))
    charge(new, application=used)
    charge(new, application=nobodys, description="Idle licence", amount=Decimal(100))
    found = shown(client, "people")
    assert found.total == "30,000.00"
    [said] = found.uncounted
    assert said.startswith("“Idle licence” would be charged to nobody in July 2026, 100.00\u00a0SEK: ")
    assert said.endswith("Nobody uses the application in this month.")


def test_costs_before_the_first_month_pay_nothing(client: Client, new: Cooperation) -> None:
    use(new)
    divide(new, even_key(cooperation=new, code="even", name="Evenly"))
    charge(new, starts_on=dt.date(2026, 6, 1), ends_on=dt.date(2026, 7, 1))
    found = shown(client, "people")
    assert (found.lead, found.payers) == ("No cost lies in a month that is shared and not closed.", ())
    assert not Period.objects.of(new).exists()
