"""The step of the set-up that says what is shared first, and by whom it is used."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from municipalities.models import Cooperation, Municipality
from services.models import Application, Subscription
from sharedict.accounts.models import User
from tests.factories.municipalities import CooperationFactory, MemberFactory, RoleFactory
from tests.factories.services import ApplicationFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/new/set-up/application/"
SENT = {"name": "Social care system", "purpose": "Cases and records", "valid_from": "2026-01-01"}


@pytest.fixture
def new(torsby: Municipality, hagfors: Municipality) -> Cooperation:
    """A cooperation with two members, and nothing else."""
    made: Cooperation = CooperationFactory(slug="new")
    for place in (torsby, hagfors):
        MemberFactory(cooperation=made, municipality=place)
    return made


@pytest.fixture
def client(new: Cooperation, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(RoleFactory(cooperation=new).user)


def test_an_application_comes_with_those_who_use_it(client: Client, new: Cooperation) -> None:
    form = client.get(ADDRESS).context["form"]
    assert form["valid_from"].value() == new.first_month
    assert [uses.value() for uses, _users in form.lines()] == [True, True]
    sent = {**SENT, "uses_SE1737": "on", "users_SE1737": "1 020"}
    assert client.post(ADDRESS, sent).headers["Location"] == "/new/set-up/key/"
    made = Application.objects.get(cooperation=new)
    assert (made.code, made.lifecycle) == ("social-care-system", "in_use")
    [used] = Subscription.objects.filter(application=made)
    assert (used.municipality.name, used.users, used.valid_from) == ("Torsby", 1020, dt.date(2026, 1, 1))


def test_what_is_in_the_catalogue_and_unused_is_taken_up(client: Client, new: Cooperation) -> None:
    known = ApplicationFactory(cooperation=new, code="care", name="Care", purpose="Care")
    assert client.get(ADDRESS).context["form"]["name"].value() == "Care"
    sent = {**SENT, "uses_SE1783": "on"}
    assert client.post(ADDRESS, sent).status_code == 302
    assert Application.objects.get(cooperation=new).pk == known.pk
    assert Subscription.objects.get(application=known).users is None
    assert client.get(ADDRESS).context["form"]["name"].value() in (None, "")


def test_a_name_that_reads_alike_gets_a_code_of_its_own(client: Client, new: Cooperation) -> None:
    for name in ("New", "New!"):
        assert client.post(ADDRESS, {**SENT, "name": name, "uses_SE1737": "on"}).status_code == 302
    assert {*Application.objects.of(new).values_list("code", flat=True)} == {"new-2", "new-3"}


def test_a_step_that_is_sent_from_two_tabs_makes_one_application(client: Client, new: Cooperation) -> None:
    sent = {**SENT, "uses_SE1737": "on"}
    assert client.post(ADDRESS, sent).status_code == 302
    again = client.post(ADDRESS, {**sent, "name": "SOCIAL care system"})
    assert again.status_code == 422
    assert "There is an application of this name already." in again.content.decode()
    assert Application.objects.of(new).count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "Choose at least one municipality that uses it."),
        ({"uses_SE1737": "on", "users_SE1737": "many"}, "This is no number"),
        ({"uses_SE1737": "on", "users_SE1737": "-1"}, "greater than or equal to 0"),
        ({"uses_SE1737": "on", "users_SE1737": "99999999999"}, "2147483647"),
        ({"uses_SE1737": "on", "purpose": ""}, "This field is required"),
        ({"uses_SE1737": "on", "valid_from": "soon"}, "Enter a valid date"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    client: Client, new: Cooperation, wrong: dict[str, str], said: str
) -> None:
    response = client.post(ADDRESS, {**SENT, **wrong})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Application.objects.of(new).exists()


def test_without_members_it_says_where_they_are_added(
    sign_in: Callable[[User], Client], torsby: Municipality
) -> None:
    bare = CooperationFactory(slug="bare")
    page = sign_in(RoleFactory(cooperation=bare).user).get("/bare/set-up/application/").content.decode()
    assert '<a href="/bare/set-up/members/">add them first</a>' in page
