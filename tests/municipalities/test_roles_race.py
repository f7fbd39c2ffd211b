"""What somebody gives while their role is being taken away: it does not outlive the role."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from municipalities.actions import (
    create_token,
    delete_role,
    invite,
    invite_again,
    send_letter,
    withdraw_invitation,
)
from municipalities.actions import invitations as inviting
from municipalities.models import Cooperation, Invitation, Notice, Role, Token
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import InvitationFactory
from tests.workers import Beside, wait_until, waiting_for_locks

Give = Callable[[Cooperation, User], Any]


def token(cooperation: Cooperation, by: User) -> Any:
    later = timezone.now() + dt.timedelta(days=1)
    return create_token(cooperation=cooperation, name="Ledger", scopes=["read"], expires_at=later, by=by)


def invitation(cooperation: Cooperation, by: User) -> Any:
    return invite(cooperation=cooperation, email="new@example.se", kind="auditor", municipality=None, by=by)


def once_more(cooperation: Cooperation, by: User) -> Any:
    return invite_again(invitation=Invitation.objects.get(email="old@example.se"), by=by)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("give", [token, invitation, once_more])
def test_what_is_given_while_the_role_is_taken_away_is_refused(
    north: Cooperation, administrator: User, second_administrator: User, give: Give
) -> None:
    InvitationFactory(cooperation=north, email="old@example.se", invited_by=second_administrator)
    with transaction.atomic():
        delete_role(role=Role.objects.get(user=administrator), by=second_administrator)
        giving = Beside(lambda: give(north, administrator))
        wait_until(lambda: Beside(waiting_for_locks).value(), "the one whose role is taken away")
    with pytest.raises(ValidationError, match="not administrator here any more"):
        giving.value()
    assert not Token.objects.exists()
    assert Invitation.objects.get().invited_by == second_administrator


@pytest.mark.parametrize("give", [token, invitation, once_more])
def test_whoever_cannot_sign_in_any_more_gives_nothing(
    north: Cooperation, administrator: User, second_administrator: User, give: Give
) -> None:
    InvitationFactory(cooperation=north, email="old@example.se", invited_by=second_administrator)
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    with pytest.raises(ValidationError):
        give(north, administrator)


def test_a_clock_that_went_back_keeps_nobody_in_their_role(
    north: Cooperation, administrator: User, second_administrator: User
) -> None:
    now = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        row = invitation(north, administrator)
    with time_machine.travel(now - dt.timedelta(seconds=5), tick=False):
        delete_role(role=Role.objects.get(user=administrator), by=second_administrator)
    row.refresh_from_db()
    assert row.expires_at <= now + dt.timedelta(seconds=1)


@pytest.mark.parametrize("meanwhile", [withdraw_invitation, invite_again])
def test_a_letter_that_was_overtaken_tells_nobody_of_its_link(
    north: Cooperation, administrator: User, monkeypatch: pytest.MonkeyPatch, meanwhile: Any
) -> None:
    UserFactory(username="maria", email="maria@example.se", confirmed_email="maria@example.se")
    row = InvitationFactory(
        cooperation=north, email="maria@example.se", invited_by=administrator, sent_at=None
    )
    deliver = inviting.deliver

    def overtaken(**letter: Any) -> None:
        deliver(**letter)
        meanwhile(invitation=row, by=administrator)

    monkeypatch.setattr(inviting, "deliver", overtaken)
    send_letter(cooperation_id=north.pk, pk=row.pk)
    assert len(mail.outbox) == 1
    row.refresh_from_db()
    assert row.sent_at is None
    assert not Notice.objects.unread().exists()
