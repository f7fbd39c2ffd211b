"""Invitations: by a link that works once, to somebody new or known, and to nobody twice."""

import datetime as dt
import smtplib
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.forms import BaseUserCreationForm
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from municipalities.actions import Link, delete_role, link_of, save_person, save_role, send_letter
from municipalities.models import Cooperation, Invitation, Municipality, Role
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.common.mail import UndeliveredError
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from sharedict.jobs.tasks import tidy
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import InvitationFactory, RoleFactory

SignIn = Callable[[User], Client]
PASSWORD = "tangent mussel orbit quilt"
NEW = {"username": "maria", "first_name": "Maria", "last_name": "Nyström"}
NEW |= {"password1": PASSWORD, "password2": PASSWORD}


def invited(client: Client, email: str = "Maria@example.se", **fields: Any) -> Any:
    return client.post("/north/people/invite/", {"email": email, "kind": "auditor", **fields})


def path(invitation: Invitation) -> str:
    return "/accounts/" + link_of(invitation).partition("/accounts/")[2]


@pytest.fixture
def invitation(north: Cooperation, administrator: User) -> Invitation:
    row: Invitation = InvitationFactory(cooperation=north, email="maria@example.se", invited_by=administrator)
    return row


def test_somebody_new_follows_the_letter_and_makes_a_sign_in(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    assert invited(sign_in(administrator)).status_code == 302
    assert mail.outbox == []
    run_all()
    [letter] = mail.outbox
    assert letter.to == ["maria@example.se"]
    assert "North" in letter.subject
    client, address = Client(), "/accounts/" + letter.body.split("/accounts/")[1].split()[0]
    assert b"maria@example.se" in client.get(address).content
    assert client.post(address, NEW).headers["Location"] == "/north/overview/"
    user = User.objects.get(username="maria")
    assert (user.email, user.has_first_password) == ("maria@example.se", False)
    assert user.has_confirmed_address
    assert Role.objects.get(user=user).kind == "auditor"
    assert client.get("/north/people/").status_code == 200
    assert Client().post(address, NEW | {"username": "other"}).status_code == 410
    assert Client().post(address, NEW | {"password1": "another mussel orbit"}).status_code == 410
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2), tick=False):
        assert Client().post(address, NEW).status_code == 410, "nobody signs in by a link that was used"
    assert Invitation.objects.get().email == ""
    logged = Entry.objects.filter(user=administrator, verb="add")
    assert logged.exists()


def test_neither_the_job_nor_the_row_holds_the_link(sign_in: SignIn, administrator: User) -> None:
    invited(sign_in(administrator))
    row = Invitation.objects.get()
    secret = path(row).split("/")[3]
    assert Link(row.cooperation_id, row.pk, row.mark).secret == secret
    assert secret.rpartition(":")[2] not in str(Invitation.objects.values())
    assert Job.objects.get().arguments == {"cooperation": row.cooperation_id, "invitation": row.pk}


def test_an_easy_password_is_refused_at_its_field(invitation: Invitation) -> None:
    easy = NEW | {"password1": "maria.example", "password2": "maria.example"}
    assert Client().post(path(invitation), easy).status_code == 422
    assert not User.objects.filter(username="maria").exists()


def test_somebody_known_signs_in_and_accepts_once(sign_in: SignIn, invitation: Invitation) -> None:
    maria, address = UserFactory(username="m", email="MARIA@example.se"), path(invitation)
    assert b"/sign-in/?next=/accounts/" in Client().get(address).content
    assert Client().post(address, NEW).status_code == 200
    assert not User.objects.filter(username="maria").exists()
    client = sign_in(maria)
    assert [client.post(address).headers["Location"] for _ in range(2)] == ["/north/overview/"] * 2
    assert sign_in(UserFactory()).post(address).status_code == 410
    again = client.get(address).content.decode()
    assert "To the overview" in again
    assert 'href="/sign-in/"' not in again, "who is signed in needs no sign-in"
    assert Role.objects.filter(user=maria).count() == 1


def test_inviting_tells_nothing_of_other_cooperations(sign_in: SignIn, administrator: User) -> None:
    UserFactory(username="elsewhere", email="elsewhere@example.se")
    client = sign_in(administrator)
    pages = [
        client.post("/north/people/invite/", {"email": email, "kind": "auditor"}, follow=True)
        for email in ("elsewhere@example.se", "unknowable@example.se")
    ]
    texts = [page.content.decode() for page in pages]
    assert "Elsewhere" not in texts[0]
    assert all("A letter goes to" in text for text in texts)


def test_two_people_means_two(sign_in: SignIn, north: Cooperation, administrator: User) -> None:
    User.objects.filter(pk=administrator.pk).update(email="karin@example.se")
    client = sign_in(administrator)
    response = invited(client, "KARIN@Example.se", kind="administrator")
    assert response.status_code == 422
    assert b"Somebody with this address has this role already." in response.content
    row = InvitationFactory(
        cooperation=north, email="karin@example.se", kind="administrator", invited_by=administrator
    )
    assert Client().post(path(row), NEW).status_code == 200
    assert client.post(path(row)).status_code == 302
    assert Role.objects.filter(cooperation=north, kind="administrator").count() == 1


def test_it_is_for_nobody_else(sign_in: SignIn, finance: User, invitation: Invitation) -> None:
    client = sign_in(finance)
    assert b"Sign out, and follow the link once more." in client.get(path(invitation)).content
    assert client.post(path(invitation)).status_code == 410
    assert not Role.objects.filter(user=finance, kind="auditor").exists()


def test_sending_it_again_ends_the_link_before(
    sign_in: SignIn, administrator: User, invitation: Invitation
) -> None:
    old = path(invitation)
    sign_in(administrator).post(f"/north/people/invitations/{invitation.pk}/", {"do": "again"})
    invitation.refresh_from_db()
    assert Client().get(old).status_code == 410
    assert Client().get(path(invitation)).status_code == 200
    assert run_all() == 1
    assert len(mail.outbox) == 1


def test_withdrawn_between_opening_and_accepting_is_said(
    sign_in: SignIn, administrator: User, invitation: Invitation
) -> None:
    address, client = path(invitation), sign_in(administrator)
    assert Client().get(address).status_code == 200
    page = f"/north/people/invitations/{invitation.pk}/"
    assert client.post(page, {"do": "withdraw"}).status_code == 302
    assert b"It was withdrawn meanwhile." in Client().post(address, NEW).content
    assert client.get(page).status_code == 302
    assert not User.objects.filter(username="maria").exists()


def test_one_that_is_over_gives_nothing(invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert b"It had an end" in Client().post(path(invitation), NEW).content


def test_whoever_is_administrator_no_more_has_invited_nobody(
    north: Cooperation, administrator: User, invitation: Invitation
) -> None:
    RoleFactory(cooperation=north)
    Role.objects.filter(user=administrator).update(kind="auditor")
    response = Client().post(path(invitation), NEW)
    assert response.status_code == 410
    assert b"is not administrator any more" in response.content


@pytest.mark.parametrize("secret", ["1.2.3", "x", "1.2.m:forged", "%00"])
def test_what_was_never_given_out_is_refused(db: None, secret: str) -> None:
    assert Client().get(f"/accounts/invitations/{secret}/").status_code == 410


def test_a_role_for_one_municipality_names_it(
    sign_in: SignIn, administrator: User, torsby: Municipality
) -> None:
    client = sign_in(administrator)
    assert invited(client, kind="finance").status_code == 422
    assert invited(client, kind="finance", municipality=torsby.pk).status_code == 302
    assert invited(client, kind="finance", municipality=torsby.pk).status_code == 422


def test_a_mail_server_that_is_away_loses_nothing(
    sign_in: SignIn, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise smtplib.SMTPServerDisconnected("gone")

    client = sign_in(administrator)
    invited(client)
    with monkeypatch.context() as away:
        away.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        for _ in range(6):
            Job.objects.update(run_after=timezone.now())
            run_all()
    assert "Not sent yet: SMTPServerDisconnected" in client.get("/north/people/").content.decode()
    Job.objects.update(run_after=timezone.now())
    run_all()
    assert len(mail.outbox) == 1
    assert "Open until" in client.get("/north/people/").content.decode()


def test_where_nothing_is_sent_the_link_is_handed_over(
    sign_in: SignIn, administrator: User, settings: Settings
) -> None:
    settings.SENDS_MAIL = False
    client = sign_in(administrator)
    page = client.get(invited(client).headers["Location"]).content.decode()
    assert path(Invitation.objects.get()) in page
    assert not Job.objects.exists()


def test_an_address_of_somebody_else_is_no_user_name(
    sign_in: SignIn, north: Cooperation, administrator: User, invitation: Invitation
) -> None:
    """Else it would keep its owner from making a sign-in of their own."""
    refused = Client().post(path(invitation), NEW | {"username": "Victim@example.se"})
    assert refused.status_code == 422
    assert "username" in refused.context["form"].errors
    assert Client().post(path(invitation), NEW | {"username": "Maria@example.se"}).status_code == 302
    mallory = UserFactory(username="ingrid@example.se", email="mallory@example.se")
    other = InvitationFactory(cooperation=north, email="ingrid@example.se", invited_by=administrator)
    assert sign_in(mallory).post(path(other)).status_code == 410


def test_nobody_is_invited_to_what_is_deactivated(north: Cooperation, invitation: Invitation) -> None:
    Cooperation.objects.filter(pk=north.pk).update(deactivated_at=timezone.now())
    answers = [Client().get(path(invitation)), Client().post(path(invitation), NEW)]
    assert [answer.status_code for answer in answers] == [410, 410]
    assert b"is deactivated" in answers[0].content
    assert not User.objects.filter(username="maria").exists()
    Invitation.objects.update(sent_at=None)
    with pytest.raises(UndeliveredError):
        send_letter(cooperation_id=north.pk, pk=invitation.pk)
    assert mail.outbox == []
    Cooperation.objects.filter(pk=north.pk).update(deactivated_at=None)
    Invitation.objects.update(sent_at=timezone.now())
    assert Client().post(path(invitation), NEW).status_code == 302


def test_a_user_name_taken_at_the_same_moment_is_said_at_its_field(
    invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile = BaseUserCreationForm.save

    def taken_meanwhile(form: Any, commit: bool = True) -> Any:
        UserFactory(username="maria", email="another@example.se")
        return meanwhile(form, commit)

    monkeypatch.setattr(BaseUserCreationForm, "save", taken_meanwhile)
    answer = Client().post(path(invitation), NEW)
    assert answer.status_code == 422
    assert "already exists" in " ".join(answer.context["form"].errors["username"])
    assert Invitation.objects.get().accepted_at is None


def handed_over(client: Client, settings: Settings, email: str) -> str:
    """The link that an administrator is shown where nothing is sent."""
    settings.SENDS_MAIL = False
    page = client.get(invited(client, email).headers["Location"]).content.decode()
    return "/accounts/invitations/" + page.split("/accounts/invitations/")[1].split("<")[0]


def test_who_holds_a_link_that_was_handed_over_does_not_learn_who_is_there(
    sign_in: SignIn, administrator: User, settings: Settings
) -> None:
    """Neither by opening it, nor by trying to make a sign-in with the address."""
    UserFactory(username="elsewhere@example.se", email="elsewhere@example.se")
    client, seen = sign_in(administrator), []
    for email in ("elsewhere@example.se", "unknowable@example.se"):
        address = handed_over(client, settings, email)
        opened = Client().get(address).content.decode()
        tried = Client().post(address, NEW | {"username": email})
        errors = tried.context["form"].errors["username"]
        seen.append((email in opened, "username" in opened, "/sign-in/?next=" in opened, errors))
    said = ["This is an address, and not yours: write a name, or your own."]
    assert seen[0] == seen[1] == (False, True, True, said)


def test_a_link_that_was_handed_over_shows_no_address_to_be_anybodys(
    sign_in: SignIn, administrator: User, settings: Settings
) -> None:
    """So no administrator makes a sign-in with somebody else's address."""
    address = handed_over(sign_in(administrator), settings, "victim@example.se")
    assert Client().post(address, NEW).status_code == 302
    assert (User.objects.get(username="maria").email, Invitation.objects.get().email) == ("", "")


def test_whoever_has_a_sign_in_without_address_takes_a_link_that_was_handed_over(
    sign_in: SignIn, administrator: User, settings: Settings
) -> None:
    address = handed_over(sign_in(administrator), settings, "maria@example.se")
    other = UserFactory(username="other", email="other@example.se")
    assert sign_in(other).post(address).status_code == 410
    maria = UserFactory(username="maria")
    assert sign_in(maria).post(address).status_code == 302
    assert Role.objects.filter(user=maria, kind="auditor").exists()


def test_what_a_letter_brought_is_not_shown_to_others_later(
    sign_in: SignIn, administrator: User, settings: Settings, invitation: Invitation
) -> None:
    settings.SENDS_MAIL = False
    page = f"/north/people/invitations/{invitation.pk}/"
    client = sign_in(administrator)
    assert "/accounts/invitations/" not in client.get(page).content.decode()
    client.post(page, {"do": "again"})
    assert "/accounts/invitations/" in client.get(page).content.decode()


@pytest.mark.parametrize("how", ["removed", "changed", "deactivated"])
def test_a_link_that_became_void_stays_so(
    how: str,
    sign_in: SignIn,
    north: Cooperation,
    administrator: User,
    second_administrator: User,
    invitation: Invitation,
) -> None:
    role = Role.objects.get(user=administrator)
    if how == "removed":
        delete_role(role=role, by=second_administrator)
    elif how == "changed":
        role.kind = "auditor"
        save_role(role=role, by=second_administrator)
    else:
        administrator.is_active = False
        save_person(user=administrator, by=second_administrator)
    assert b"is not administrator any more" in Client().get(path(invitation)).content
    User.objects.update(is_active=True)
    Role.objects.filter(user=administrator).delete()
    RoleFactory(cooperation=north, user=administrator)
    answers = [Client().get(path(invitation)), Client().post(path(invitation), NEW)]
    assert [answer.status_code for answer in answers] == [410, 410]
    client = sign_in(second_administrator)
    assert "Expired on" in client.get("/north/people/").content.decode()
    client.post(f"/north/people/invitations/{invitation.pk}/", {"do": "again"})
    invitation.refresh_from_db()
    assert Client().get(path(invitation)).status_code == 200


def test_a_month_after_its_end_the_address_is_forgotten(north: Cooperation, administrator: User) -> None:
    now, days = timezone.now(), dt.timedelta(days=1)
    ages = {"old": 31, "young": 29, "open": -1}
    for name, age in ages.items():
        fields = {"email": f"{name}@example.se", "expires_at": now - age * days}
        InvitationFactory(cooperation=north, invited_by=administrator, invited_at=now - 99 * days, **fields)
    tidy()
    kept = Invitation.objects.values_list("email", "withdrawn_at")
    assert {(email, at is None) for email, at in kept} == {
        ("", False),
        ("young@example.se", True),
        ("open@example.se", True),
    }
