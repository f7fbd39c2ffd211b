"""The way in."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import RoleFactory

SignIn = Callable[[User], Client]


@pytest.mark.django_db
def test_anonymous_visitors_are_led_to_the_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_the_only_cooperation_is_opened_at_once(sign_in: SignIn, administrator: User) -> None:
    assert sign_in(administrator).get("/").headers["Location"] == "/north/overview/"


def test_several_cooperations_are_a_choice(
    sign_in: SignIn, administrator: User, outside: Cooperation
) -> None:
    RoleFactory(user=administrator, cooperation=outside)
    page = sign_in(administrator).get("/").content.decode()
    assert "/north/overview/" in page
    assert "/outside/overview/" in page


def test_somebody_without_a_role_learns_what_to_do(sign_in: SignIn, north: Cooperation) -> None:
    page = sign_in(UserFactory(username="newcomer")).get("/").content.decode()
    assert "Ask the administrator" in page
    assert "newcomer" in page
    assert "north" not in page


def test_who_has_no_role_and_may_administer_the_system_is_led_there(
    db: None, sign_in: Callable[[User], Client]
) -> None:
    nobody, operator = UserFactory(), UserFactory(is_staff=True)
    shown = {user.pk: sign_in(user).get("/").content.decode() for user in (nobody, operator)}
    assert "You have no role yet" in shown[nobody.pk]
    assert 'href="/system/"' not in shown[nobody.pk]
    assert '<a class="btn btn-primary" href="/system/">' in shown[operator.pk]


def test_a_form_that_had_expired_keeps_the_bar(
    north: Cooperation, finance: User, sign_in: Callable[[User], Client]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(finance)
    for reader in (client, Client(enforce_csrf_checks=True)):
        answer = reader.post("/language/", {"language": "sv"})
        assert answer.status_code == 403
        assert "The form had expired" in answer.content.decode()
        assert 'class="sd-brand"' in answer.content.decode()


def test_whoever_may_read_who_takes_part_finds_the_way(
    client: Client, north: Cooperation, coordinator: User, auditor: User, administrator: User
) -> None:
    for person, label, tokens in (
        (coordinator, "Members", False),
        (auditor, "Members", True),
        (administrator, "Administration", True),
    ):
        client.force_login(person)
        page = client.get("/north/members/").content.decode()
        links = re.findall(r'<a[^>]*href="/north/members/"[^>]*>\s*([^<]+?)\s*</a>', page)
        assert label in links, links
        assert 'href="/north/people/"' in page
        assert ('href="/north/tokens/"' in page) == tokens
