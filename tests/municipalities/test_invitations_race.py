"""One invitation accepted twice at once: by two people, by one who clicks twice, by somebody new."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from municipalities.actions import lock_cooperation, withdraw_invitation
from municipalities.models import Cooperation, Invitation, Notice, Role
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import InvitationFactory
from tests.municipalities.test_invitations import NEW, path
from tests.workers import Beside, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[User], Client]


@pytest.fixture
def invitation(north: Cooperation, administrator: User) -> Invitation:
    """One that was handed over: whoever holds it and has no address may take it."""
    row: Invitation = InvitationFactory(
        cooperation=north, email="maria@example.se", invited_by=administrator, sent_at=None
    )
    return row


def at_once(north: Cooperation, *posts: Callable[[], Any], meanwhile: Callable[[], Any] | None = None) -> Any:
    """What each of ``posts`` is answered: all have read the invitation, and wait for the same lock."""
    with transaction.atomic():
        lock_cooperation(north.pk)
        asked = [Beside(post) for post in posts]
        wait_until(lambda: Beside(waiting_for_locks).value() >= len(posts), "all who accept")
        if meanwhile:
            meanwhile()
    return [each.value() for each in asked]


def test_of_two_people_one_gets_the_role(north: Cooperation, invitation: Invitation, sign_in: SignIn) -> None:
    address = path(invitation)
    people = [UserFactory(username=name, email="") for name in ("one", "two")]
    clients = [sign_in(each) for each in people]
    answers = at_once(north, *(lambda client=client: client.post(address) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [302, 410]
    role = Role.objects.get(user__in=people)
    assert Invitation.objects.get().accepted_by == role.user
    assert [answer.status_code for answer in answers][people.index(role.user)] == 302
    assert Notice.objects.filter(kind="joined").count() == 1


def test_a_second_click_leads_where_the_first_does(
    north: Cooperation, invitation: Invitation, sign_in: SignIn
) -> None:
    person, address = UserFactory(username="one", email=""), path(invitation)
    clients = [sign_in(person), sign_in(person)]
    answers = at_once(north, *(lambda client=client: client.post(address) for client in clients))
    assert [answer.headers.get("Location") for answer in answers] == ["/north/overview/"] * 2
    assert Role.objects.filter(user=person).count() == 1


def test_somebody_new_who_clicks_twice_is_one_person_and_signed_in(
    north: Cooperation, invitation: Invitation
) -> None:
    """Whichever answer the browser shows, and whichever session it keeps."""
    address, clients = path(invitation), [Client(), Client()]
    answers = at_once(north, *(lambda client=client: client.post(address, NEW) for client in clients))
    assert [answer.headers.get("Location") for answer in answers] == ["/north/overview/"] * 2
    assert Role.objects.filter(user=User.objects.get(username="maria")).count() == 1
    assert [client.get("/north/overview/").status_code for client in clients] == [200, 200]


def test_two_new_people_who_hold_one_link_are_not_both_let_in(
    north: Cooperation, invitation: Invitation
) -> None:
    address = path(invitation)
    posted = [NEW, NEW | {"username": "other"}]
    answers = at_once(north, *(lambda typed=typed: Client().post(address, typed) for typed in posted))
    assert sorted(answer.status_code for answer in answers) == [302, 410]
    assert User.objects.filter(username__in=["maria", "other"]).count() == 1


def test_what_is_withdrawn_first_is_accepted_by_nobody(north: Cooperation, invitation: Invitation) -> None:
    address, administrator = path(invitation), invitation.invited_by
    [answer] = at_once(
        north,
        lambda: Client().post(address, NEW),
        meanwhile=lambda: withdraw_invitation(invitation=invitation, by=administrator),
    )
    assert answer.status_code == 410
    assert not User.objects.filter(username="maria").exists()
