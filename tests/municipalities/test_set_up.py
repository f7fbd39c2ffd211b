"""From nothing to a cooperation with members and people, in the portal; and who runs the installation."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from municipalities.models import Cooperation, Invitation, Member, Municipality, Role
from municipalities.portal import set_up_of
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests import cast
from tests.budgets import MOMENT
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import CooperationFactory, MunicipalityFactory
from tests.forms import typed

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NEW = "/cooperations/new/"


@pytest.fixture
def karin() -> User:
    found: User = UserFactory(username="karin", is_staff=True, is_superuser=True)
    return found


@pytest.fixture
def operator(karin: User, sign_in: SignIn) -> Client:
    return sign_in(karin)


def test_who_runs_the_installation_is_led_to_the_first_cooperation(operator: Client) -> None:
    assert operator.get("/").headers["Location"] == NEW
    CooperationFactory(slug="somebody-elses")
    assert operator.get("/").headers["Location"] == "/cooperations/"


def test_a_name_is_enough_and_who_made_it_administers_it(operator: Client, karin: User) -> None:
    response = operator.post(NEW, typed(operator.get(NEW), name="Norra Värmland"))
    assert response.headers["Location"] == "/norra-varmland/set-up/members/"
    made = Cooperation.objects.get(name="Norra Värmland")
    assert (made.currency, made.year_starts_in, made.charging) == ("SEK", 1, "invoiced")
    assert made.first_month == timezone.localdate().replace(day=1)
    assert Role.objects.get(cooperation=made).kind == Role.Kind.ADMINISTRATOR
    assert Entry.objects.filter(cooperation=made, user=karin, verb="add").count() == 2
    assert operator.get("/norra-varmland/set-up/members/").status_code == 200


@pytest.mark.parametrize("name", ["Norra Värmland", "norra varmland", "Cooperations", "日本"])
def test_an_address_is_found_for_every_name(operator: Client, name: str) -> None:
    CooperationFactory(slug="norra-varmland", name="North")
    response = operator.post(NEW, typed(operator.get(NEW), name=name))
    made = Cooperation.objects.get(name=name)
    assert response.headers["Location"] == f"/{made.slug}/set-up/members/"
    assert made.slug not in ("norra-varmland", "cooperations")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "TAKEN"}, "There is a cooperation of this name already"),
        ({"name": "East", "slug": "cooperations"}, "This address is used by the portal itself"),
        ({"name": "East", "slug": "taken"}, "already exists"),
        ({"name": "East", "currency": "JPY"}, "not divided into hundredths"),
        ({"name": "East", "first_month": "2026-03-02"}, "Select a valid choice"),
        ({"name": "East", "payment_days": "400"}, "365"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    operator: Client, wrong: dict[str, str], said: str
) -> None:
    CooperationFactory(slug="taken", name="Taken")
    response = operator.post(NEW, typed(operator.get(NEW), **wrong))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert Cooperation.objects.count() == 1


def test_nobody_else_makes_one_or_sees_them_all(
    client: Client, north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    staff = UserFactory(username="staff", is_staff=True)
    for address in ("/cooperations/", NEW):
        assert client.get(address).headers["Location"].startswith("/sign-in/")
        for person in (administrator, staff):
            assert sign_in(person).get(address).status_code == 403
            assert sign_in(person).post(NEW, {"name": "East"}).status_code == 403
    assert "/cooperations/" not in sign_in(administrator).get("/north/overview/").content.decode()


def test_all_cooperations_and_who_waits_for_a_role_stand_on_one_page(
    operator: Client, north: Cooperation, administrator: User
) -> None:
    CooperationFactory(slug="empty", name="Empty one")
    waiting = UserFactory(username="newcomer", first_name="Nils", last_name="Ny")
    page = operator.get("/cooperations/").content.decode()
    for said in ("Empty one", "Nobody administers it", "5 of 8 steps", "Nils Ny"):
        assert said in page
    assert f"/system/accounts/user/{waiting.pk}/change/" in page
    assert f">{administrator.username}<" not in page
    assert 'href="/north/overview/"' not in page, "who has no role there sees nothing of it"


def test_the_list_costs_the_same_for_one_and_for_five(
    operator: Client, north: Cooperation, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        CooperationFactory(slug=f"other-{number}")
    with django_assert_max_num_queries(10 + MOMENT):
        operator.get("/cooperations/")


def test_several_members_join_at_once_or_none(
    sign_in: SignIn, administrator: User, north: Cooperation, torsby: Municipality
) -> None:
    sunne, arvika = MunicipalityFactory(code="1766", name="Sunne"), MunicipalityFactory(code="1784")
    client, address = sign_in(administrator), "/north/set-up/members/"
    page = client.get(address)
    assert page.context["form"]["valid_from"].value() == north.first_month
    assert "Sunne" in page.content.decode()
    sent = {"municipalities": [sunne.pk, torsby.pk], "valid_from": "2026-01-01"}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "Already members in part of that time: Torsby." in refused.content.decode()
    assert not Member.objects.filter(municipality=sunne).exists()
    sent["municipalities"] = [sunne.pk, arvika.pk]
    assert client.post(address, {**sent, "more": "1"}).headers["Location"] == address
    assert Member.objects.of(north).count() == 4
    assert client.post(address, {"valid_from": "2026-01-01"}).status_code == 422


def test_a_step_leads_to_the_next_that_is_not_done(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    client = sign_in(administrator)
    sunne = MunicipalityFactory(code="1766", name="Sunne")
    sent = {"municipalities": [sunne.pk], "valid_from": "2026-01-01"}
    there = client.post("/north/set-up/members/", sent).headers["Location"]
    assert there == "/north/set-up/people/"
    person = {"email": "johan@example.se", "kind": "administrator"}
    onward = client.post(there, person).headers["Location"]
    assert onward == "/north/set-up/cost/", "what was done otherwise is passed over"
    assert Invitation.objects.filter(email="johan@example.se").exists()
    assert client.post(there, person | {"kind": "auditor", "more": "1"}).headers["Location"] == there
    assert "invited, as auditor" in client.get(there).content.decode()


def test_a_step_that_waits_for_somebody_is_not_led_to(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    client, there = sign_in(administrator), "/north/set-up/people/"
    client.post(there, {"email": "johan@example.se", "kind": "administrator"})
    sunne = MunicipalityFactory(code="1766", name="Sunne")
    sent = {"municipalities": [sunne.pk], "valid_from": "2026-01-01"}
    assert client.post("/north/set-up/members/", sent).headers["Location"] == "/north/set-up/cost/"
    assert "Waits for johan@example.se" in client.get("/north/overview/").content.decode()
    Invitation.objects.update(withdrawn_at=timezone.now())
    assert client.get("/north/set-up/members/").context["onward_url"] == there


def test_skipping_a_step_passes_over_what_is_done(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    client = sign_in(administrator)
    assert client.get("/north/set-up/people/").context["onward_url"] == "/north/set-up/cost/"
    assert client.get("/north/set-up/cost/").context["onward_url"] == "/north/overview/"


def test_where_nothing_is_sent_the_step_shows_the_link(
    sign_in: SignIn, administrator: User, settings: Settings
) -> None:
    settings.SENDS_MAIL = False
    client, there = sign_in(administrator), "/north/set-up/people/"
    answer = client.post(there, {"email": "johan@example.se", "kind": "administrator"})
    assert answer.headers["Location"] == there
    assert "/accounts/invitations/" in client.get(there).content.decode()


def test_a_step_is_done_when_the_rows_are_there(north: Cooperation, administrator: User) -> None:
    def is_done(page: str) -> bool:
        return next(state.is_done for state in set_up_of(north) if state.step.page == page)

    assert is_done("set-up-members")
    assert not is_done("set-up-people"), "one administrator closes no month"
    second = cast.person("second", north, Role.Kind.ADMINISTRATOR)
    assert is_done("set-up-people")
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert not is_done("set-up-people")
    Member.objects.of(north).delete()
    assert not is_done("set-up-members")


def test_an_administrator_changes_what_the_cooperation_is(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    client, address = sign_in(administrator), "/north/set-up/cooperation/"
    page = client.get(address)
    assert "slug" not in page.context["form"].fields
    sent = typed(page, name="North of Värmland", first_month="2026-02-01", address="Torget 1")
    assert client.post(address, sent).status_code == 302
    north.refresh_from_db()
    assert (north.name, str(north.first_month), north.address) == (
        "North of Värmland",
        "2026-02-01",
        "Torget 1",
    )
    assert north.slug == "north"
    refused = client.post(address, typed(client.get(address), currency="ABC"))
    assert refused.status_code == 422
    assert "is no currency" in refused.content.decode()


def test_steps_are_for_administrators(sign_in: SignIn, coordinator: User, stranger: User) -> None:
    for step in ("cooperation", "members", "people"):
        assert sign_in(coordinator).get(f"/north/set-up/{step}/").status_code == 403
        assert sign_in(stranger).get(f"/north/set-up/{step}/").status_code == 404
