"""The steps of the set-up that say how costs are divided, and who decided it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from agreements.models import Agreement, Key, KeyVersion, Term
from municipalities.models import Cooperation, Driver, Municipality, Reading
from services.models import Subscription
from sharedict.accounts.models import User
from tests.factories.agreements import KeyFactory, even_key
from tests.factories.municipalities import CooperationFactory, MemberFactory, RoleFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory
from tests.forms import typed

pytestmark = pytest.mark.django_db
KEY, TERM = "/new/set-up/key/", "/new/set-up/term/"


@pytest.fixture
def new(torsby: Municipality, hagfors: Municipality) -> Cooperation:
    """A cooperation from July 2026 whose two members use one application."""
    made: Cooperation = CooperationFactory(slug="new", first_month=dt.date(2026, 7, 1))
    care = ApplicationFactory(cooperation=made, code="care", name="Care")
    for place, users in ((torsby, 940), (hagfors, 890)):
        MemberFactory(cooperation=made, municipality=place)
        SubscriptionFactory(application=care, municipality=place, users=users)
    return made


@pytest.fixture
def client(new: Cooperation, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(RoleFactory(cooperation=new).user)


def decided(client: Client, way: str) -> Any:
    sent = {"way": way, "decision": "Board, § 45", "decided_on": "2026-05-02"}
    return client.post(KEY, sent)


def in_force(new: Cooperation) -> KeyVersion:
    [version] = KeyVersion.objects.of(new).for_listing()
    return version


def test_an_even_key_is_adopted_from_the_first_month_on(client: Client, new: Cooperation) -> None:
    assert decided(client, "even").headers["Location"] == TERM
    version = in_force(new)
    assert (version.key.code, version.key.name, version.decision) == ("even", "Evenly", "Board, § 45")
    assert (version.valid_from, version.decided_on) == (new.first_month, dt.date(2026, 5, 2))
    assert [(part.kind, part.percent) for part in version.components.all()] == [("even", 100)]


def test_a_key_by_population_reads_the_public_register(
    client: Client, new: Cooperation, population: Driver
) -> None:
    assert decided(client, "population").status_code == 302
    [part] = in_force(new).components.all()
    assert (part.driver, part.rule) == (population, "year_start")


def test_without_a_population_another_way_is_to_be_chosen(
    client: Client, new: Cooperation, hagfors: Municipality
) -> None:
    Driver.objects.filter(code="population").delete()
    assert "No population is known here" in decided(client, "population").content.decode()


def test_whose_population_is_unknown_is_named(
    client: Client, new: Cooperation, population: Driver, hagfors: Municipality
) -> None:
    Reading.objects.filter(municipality=hagfors).delete()
    refused = decided(client, "population")
    assert refused.status_code == 422
    assert "No population of Hagfors is known for that day" in refused.content.decode()
    assert not Key.objects.of(new).exists()


def test_an_unknown_population_is_entered_where_the_refusal_leads(
    client: Client, new: Cooperation, population: Driver, hagfors: Municipality
) -> None:
    Reading.objects.filter(municipality=hagfors).delete()
    address = f"/new/drivers/{population.pk}/new/?for={hagfors.pk}&on=2025-12-31&step=set-up-key"
    refused = decided(client, "population").content.decode()
    assert f'<a href="{escape(address)}">Enter the population of Hagfors</a>' in refused
    sent = typed(client.get(address), value="11400", source="Municipal yearbook")
    assert (sent["municipality"], sent["reference_on"]) == (str(hagfors.pk), dt.date(2025, 12, 31))
    page = client.get(address).content.decode()
    assert f'href="{KEY}"' in page, "whoever does not know the figure comes back, too"
    assert client.post(address, sent).headers["Location"] == KEY
    assert decided(client, "population").status_code == 302


@pytest.mark.parametrize("step", ["", "overview", "//example.se/", "set-up-nothing"])
def test_no_address_but_that_of_a_step_is_come_back_to(
    client: Client, new: Cooperation, population: Driver, hagfors: Municipality, step: str
) -> None:
    Reading.objects.filter(municipality=hagfors).delete()
    address = f"/new/drivers/{population.pk}/new/?for={hagfors.pk}&on=2025-12-31&step={step}"
    sent = typed(client.get(address), value="11400", source="Municipal yearbook")
    assert client.post(address, sent).headers["Location"] == f"/new/drivers/{population.pk}/"


def test_another_application_of_that_name_hides_no_users(client: Client, new: Cooperation) -> None:
    twin = ApplicationFactory(cooperation=new, code="care-2", name="Care")
    SubscriptionFactory(application=twin, municipality=Municipality.objects.get(name="Torsby"), users=None)
    assert "By users of Care: Hagfors 890 and Torsby 940" in client.get(KEY).content.decode()


def test_a_key_by_users_reads_those_that_were_told(client: Client, new: Cooperation) -> None:
    assert "By users of Care: Hagfors 890 and Torsby 940" in client.get(KEY).content.decode()
    assert decided(client, "users").status_code == 302
    [part] = in_force(new).components.all()
    assert (part.driver.code, part.driver.cooperation, part.rule) == ("users", new, "latest_before")
    rows = Reading.objects.filter(driver=part.driver).order_by("value")
    assert [(str(row.municipality), row.value) for row in rows] == [("Hagfors", 890), ("Torsby", 940)]
    assert {row.reference_on for row in rows} == {dt.date(2026, 6, 30)}


def test_users_that_nobody_told_divide_nothing(client: Client, new: Cooperation) -> None:
    Subscription.objects.filter(municipality__code="1737").update(users=None)
    refused = decided(client, "users")
    assert refused.status_code == 422
    assert "Say first how many users" in refused.content.decode()
    assert not Driver.objects.of(new).exists()


def test_a_second_key_of_the_same_way_is_refused_and_an_empty_one_filled(
    client: Client, new: Cooperation
) -> None:
    empty = KeyFactory(cooperation=new, code="even", name="Equal parts")
    assert decided(client, "even").status_code == 302
    assert in_force(new).key == empty
    assert "There is a key already that divides so" in decided(client, "even").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"way": ""}, {"way": "dice"}, {"decision": ""}, {"decided_on": "once"}, {"decision": "\x00"}]
)
def test_what_is_wrong_is_said(client: Client, new: Cooperation, wrong: dict[str, str]) -> None:
    sent = {"way": "even", "decision": "Board, § 45", "decided_on": "2026-05-02", **wrong}
    assert client.post(KEY, sent).status_code == 422
    assert not Key.objects.of(new).exists()


def test_a_default_term_needs_a_key_first(client: Client, new: Cooperation) -> None:
    page = client.get(TERM).content.decode()
    assert f'href="{KEY}">Decide on a key first</a>' in page
    assert client.post(TERM, {"payers": "members", "name": "Frame"}).status_code == 422


def test_a_default_term_stands_in_an_agreement_that_comes_with_it(client: Client, new: Cooperation) -> None:
    key = even_key(cooperation=new, code="even", name="Evenly")
    page = client.get(TERM)
    assert "agreement" not in page.context["form"].fields
    sent = typed(page)
    assert sent["name"] == "Cooperation agreement"
    assert client.post(TERM, sent).headers["Location"] == "/new/set-up/cost/"
    term = Term.objects.get(cooperation=new)
    assert (term.key, term.application, term.cost_type, term.payers) == (key, None, None, "subscribers")
    assert (term.valid_from, term.agreement.name) == (new.first_month, "Cooperation agreement")
    again = client.get(TERM)
    assert '<form method="post">' not in again.content.decode().partition("<main")[2]
    assert client.post(TERM, {**sent, "agreement": term.agreement.pk}).status_code == 422
    assert Agreement.objects.of(new).count() == Term.objects.of(new).count() == 1
