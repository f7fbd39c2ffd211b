"""Letters of notices: to whoever chooses so, at an address that is theirs, one for each event."""

import datetime as dt
import smtplib
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from municipalities.actions import deactivate_cooperation, notify, reactivate_cooperation, send_notice
from municipalities.models import Cooperation, Notice, Role
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from tests.factories.accounts import PASSWORD, UserFactory

SignIn = Callable[[User], Client]
PAGE = "/accounts/letters/"
KARIN = "karin@example.se"


@pytest.fixture
def karin(auditor: User) -> User:
    """An auditor who gets letters, in Swedish, of jobs that fail."""
    auditor.email = auditor.confirmed_email = KARIN
    auditor.language, auditor.letters = "sv", ["job-failed"]
    auditor.save()
    return auditor


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(username="operator", is_staff=True, is_superuser=True)


def tell(cooperation: Cooperation, *people: User, kind: str = "job-failed", event: str = "one") -> None:
    pks = [each.pk for each in people]
    notify(cooperation_id=cooperation.pk, kind=kind, about="1", event=event, people=pks)


def test_whoever_chose_so_gets_one_letter_in_their_language(
    north: Cooperation, karin: User, administrator: User, settings: Settings
) -> None:
    settings.ORIGIN = "https://portal.example.se"
    tell(north, karin, administrator)
    tell(north, karin, administrator)
    assert mail.outbox == []
    run_all()
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (
        [KARIN],
        "North: Ett jobb har misslyckats, och det som det var till för är inte gjort",
    )
    assert "https://portal.example.se/north/jobs/1/" in letter.body
    assert "https://portal.example.se/accounts/letters/" in letter.body
    send_notice(pk=Notice.objects.get(user=karin).pk)
    assert len(mail.outbox) == 1, "a job that runs twice sends once"


def test_nobody_gets_any_unless_they_choose_so(north: Cooperation, karin: User, administrator: User) -> None:
    assert User().letters == []
    tell(north, karin, kind="joined")
    tell(north, administrator)
    assert not Job.objects.exists()


def test_what_is_undone_sends_nothing(north: Cooperation, karin: User) -> None:
    with transaction.atomic():
        tell(north, karin)
        transaction.set_rollback(True)
    assert run_all() == 0


@pytest.mark.parametrize("what", ["role", "choice", "address", "active", "read", "cooperation"])
def test_it_is_asked_once_more_before_a_letter_goes(what: str, north: Cooperation, karin: User) -> None:
    tell(north, karin)
    if what == "role":
        Role.objects.filter(user=karin).delete()
    elif what == "read":
        Notice.objects.update(read_at=timezone.now())
    elif what == "cooperation":
        Cooperation.objects.filter(pk=north.pk).update(deactivated_at=timezone.now())
    else:
        changed = {
            "choice": {"letters": []},
            "address": {"email": "other@example.se"},
            "active": {"is_active": False},
        }
        User.objects.filter(pk=karin.pk).update(**changed[what])
    assert run_all() == 1
    assert mail.outbox == []


def test_what_a_deactivated_cooperation_held_back_goes_when_it_is_active_again(
    north: Cooperation, karin: User, administrator: User, operator: User, sign_in: SignIn
) -> None:
    """Once, however often it is activated; but nothing that was read meanwhile, sent before, or is old."""
    now = timezone.now()
    for event in ("read", "sent", "old", "held"):
        tell(north, karin, event=event)
    deactivate_cooperation(cooperation=north, at=now, by=operator)
    run_all()
    assert mail.outbox == []
    Notice.objects.filter(event="read").update(read_at=now)
    Notice.objects.filter(event="sent").update(sent_at=now)
    Notice.objects.filter(event="old").update(at=now - dt.timedelta(days=3))
    assert run_all() == 0
    for _ in range(2):
        sign_in(operator).post("/cooperations/north/reactivate/")
        run_all()
    assert [letter.to for letter in mail.outbox] == [[KARIN]]
    assert Notice.objects.get(event="held").sent_at


def test_a_letter_that_a_job_still_has_in_hand_is_not_ordered_twice(
    north: Cooperation, karin: User, operator: User
) -> None:
    tell(north, karin)
    deactivate_cooperation(cooperation=north, at=timezone.now(), by=operator)
    reactivate_cooperation(cooperation=north, by=operator)
    assert Job.objects.filter(kind="notice-letter").count() == 1
    run_all()
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_loses_no_letter(
    north: Cooperation, karin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise smtplib.SMTPServerDisconnected("gone")

    tell(north, karin)
    with monkeypatch.context() as away:
        away.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        run_all()
    assert Notice.objects.get().sent_at is None
    Job.objects.update(run_after=timezone.now())
    run_all()
    assert len(mail.outbox) == 1
    assert Job.objects.get().arguments == {"cooperation": north.pk, "notice": Notice.objects.get().pk}


def test_where_nothing_is_sent_notices_are_written_all_the_same(
    north: Cooperation, karin: User, settings: Settings
) -> None:
    settings.SENDS_MAIL = False
    tell(north, karin)
    assert (Notice.objects.count(), Job.objects.count()) == (1, 0)


def test_choosing_and_choosing_otherwise(sign_in: SignIn, karin: User) -> None:
    client = sign_in(karin)
    page = client.get(PAGE)
    assert page.context["form"].initial == {"language": "sv", "kinds": ["job-failed"]}
    assert "closed-by-invited" not in dict(page.context["form"].fields["kinds"].choices)
    assert client.post(PAGE, {"language": "en", "kinds": ["joined", "month-closed"]}).status_code == 302
    karin.refresh_from_db()
    assert (karin.language, karin.letters) == ("en", ["joined", "month-closed"])
    assert client.post(PAGE, {"language": "en", "kinds": ["nonsense"]}).status_code == 422
    client.post(PAGE, {"language": "en"})
    karin.refresh_from_db()
    assert karin.letters == []


@pytest.fixture
def erik(north: Cooperation, administrator: User) -> User:
    """Somebody whose address nobody has shown to be theirs."""
    administrator.email = "erik@example.se"
    administrator.save()
    return administrator


def asked(client: Client, email: str = "erik@example.se", password: str = PASSWORD) -> int:
    return int(client.post(PAGE, {"email": email, "old_password": password}).status_code)


def link() -> str:
    return str("/accounts/address/" + mail.outbox[-1].body.split("/accounts/address/")[1].split()[0])


def test_a_wrong_password_is_called_yours_not_old(sign_in: SignIn, erik: User) -> None:
    sent = {"email": "erik@example.se", "old_password": "wrong"}
    page = sign_in(erik).post(PAGE, sent).content.decode()
    assert "This is not your password." in page


def test_an_address_is_confirmed_by_following_a_letter(sign_in: SignIn, erik: User) -> None:
    client = sign_in(erik)
    assert b"You get no letters yet" in client.get(PAGE).content
    assert asked(client) == 302
    assert mail.outbox[0].to == ["erik@example.se"]
    assert Client().get(link()).headers["Location"].startswith("/sign-in/?next=/accounts/address/")
    assert client.get(link()).status_code == 200
    erik.refresh_from_db()
    assert not erik.has_confirmed_address, "opening it, as a scanner of mail does, changes nothing"
    assert client.post(link()).headers["Location"] == PAGE
    erik.refresh_from_db()
    assert erik.has_confirmed_address
    assert b"Letters go to erik@example.se" in client.get(PAGE).content


def test_another_address_holds_once_it_is_confirmed(sign_in: SignIn, karin: User) -> None:
    client = sign_in(karin)
    assert asked(client, "new@example.se") == 302
    karin.refresh_from_db()
    assert karin.email == KARIN
    assert client.post(link()).status_code == 302
    karin.refresh_from_db()
    assert (karin.email, karin.has_confirmed_address) == ("new@example.se", True)
    entry = Entry.objects.get(subject_type="accounts.user", verb="change")
    assert entry.changes == {"email": [None, None]}


def test_the_address_is_not_changed_on_a_screen_left_unlocked(sign_in: SignIn, karin: User) -> None:
    client = sign_in(karin)
    for _ in range(10):
        assert asked(client, "mallory@example.se", "wrong") == 422
    page = client.post(PAGE, {"email": "mallory@example.se", "old_password": PASSWORD}).content.decode()
    assert "Too many failed attempts" in page
    assert mail.outbox == []


def test_nobodys_box_is_filled(sign_in: SignIn, erik: User) -> None:
    client = sign_in(erik)
    assert [asked(client) for _ in range(4)] == [302, 302, 302, 422]
    assert len(mail.outbox) == 3


def test_a_link_is_for_one_person_and_one_address_for_one_person(
    sign_in: SignIn, erik: User, karin: User
) -> None:
    asked(sign_in(erik))
    refused = sign_in(karin).post(link())
    assert (refused.status_code, b"It is for another sign-in" in refused.content) == (410, True)
    second = UserFactory(username="second")
    client = sign_in(second)
    assert asked(client, "KARIN@example.se") == 302
    refused = client.post(link())
    assert (refused.status_code, b"two people have two addresses" in refused.content) == (410, True)
    second.refresh_from_db()
    assert second.email == ""


def test_a_link_ends_after_two_days_and_is_not_made_up(sign_in: SignIn, erik: User) -> None:
    with time_machine.travel(timezone.now() - dt.timedelta(days=2, minutes=1)):
        asked(sign_in(erik))
    assert [Client().get(path).status_code for path in (link(), "/accounts/address/x/")] == [410, 410]


def test_where_nothing_is_sent_no_address_is_asked_for(
    sign_in: SignIn, erik: User, settings: Settings
) -> None:
    settings.SENDS_MAIL = False
    client = sign_in(erik)
    assert b'name="email"' not in client.get(PAGE).content
    assert asked(client) == 422
    assert mail.outbox == []
