"""Notices: whoever is concerned is told once, and sees what they may see now."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipalities.actions import Link, accept_invitation, forget_person, notify
from municipalities.models import Cooperation, Invitation, Notice, Role
from sharedict.accounts.models import User
from sharedict.jobs import registry
from sharedict.jobs.actions import order, run_all
from sharedict.jobs.models import Job
from sharedict.jobs.tasks import tidy
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import InvitationFactory, RoleFactory

SignIn = Callable[[User], Client]
PAGE = "/accounts/notices/"


def tell(cooperation: Cooperation, *people: User, event: str = "one", **more: Any) -> None:
    told = {"kind": "joined", "about": "1", "event": event, "people": [each.pk for each in people]}
    notify(cooperation_id=cooperation.pk, **told, **more)


def unread(client: Client) -> int:
    return int(client.get("/accounts/password/").context["nav"]["unread"])


def test_administrators_are_told_who_has_joined(
    sign_in: SignIn, north: Cooperation, administrator: User, second_administrator: User, auditor: User
) -> None:
    row = InvitationFactory(cooperation=north, kind="administrator", invited_by=administrator)
    new = User(username="maria", first_name="Maria", last_name="Nyström")
    accept_invitation(link=Link(north.pk, row.pk, row.mark), user=new)
    assert {*Notice.objects.values_list("user", flat=True)} == {administrator.pk, second_administrator.pk}
    page = sign_in(administrator).get(PAGE).content.decode()
    assert "Maria Nyström has accepted an invitation" in page
    assert 'href="/north/people/"' in page
    assert "1 new notice" in page


def test_administrators_are_told_of_a_job_that_is_given_up(
    sign_in: SignIn, north: Cooperation, administrator: User, finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setitem(registry._handlers, "odd", fail)
    job = order(kind="odd", cooperation_id=north.pk)
    for left in range(registry.ATTEMPTS, 0, -1):
        assert not Notice.objects.exists(), f"{left} attempts are left"
        Job.objects.update(run_after=timezone.now())
        run_all()
    assert [(each.user, each.kind) for each in Notice.objects.all()] == [(administrator, "job-failed")]
    client = sign_in(administrator)
    assert f'href="/north/jobs/{job.pk}/"' in client.get(PAGE).content.decode()
    assert client.get(f"/north/jobs/{job.pk}/").status_code == 200


def test_nobody_is_told_twice_of_one_event_nor_of_what_they_did(
    north: Cooperation, administrator: User, auditor: User
) -> None:
    for _ in range(2):
        tell(north, administrator, auditor, by=administrator)
    assert Notice.objects.get().user == auditor
    tell(north, administrator, auditor, event="two")
    assert Notice.objects.count() == 3


def test_what_is_undone_tells_nobody(north: Cooperation, administrator: User) -> None:
    with transaction.atomic():
        tell(north, administrator)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_reading_one_and_all(sign_in: SignIn, north: Cooperation, administrator: User, auditor: User) -> None:
    for event in "abc":
        tell(north, administrator, auditor, event=event)
    client = sign_in(administrator)
    assert unread(client) == 3
    first = Notice.objects.filter(user=administrator).earliest("pk")
    assert client.post(PAGE, {"notice": first.pk}).status_code == 302
    assert unread(client) == 2
    for nonsense in ("", "x", "²", "9" * 30, str(10**17)):
        assert client.post(PAGE, {"notice": nonsense}).status_code == 302
    assert unread(client) == 2
    client.post(PAGE, {"notice": "all"})
    assert unread(client) == 0
    assert unread(sign_in(auditor)) == 3


def test_nobody_marks_what_is_anothers(
    sign_in: SignIn, north: Cooperation, administrator: User, auditor: User
) -> None:
    tell(north, auditor)
    sign_in(administrator).post(PAGE, {"notice": Notice.objects.get().pk})
    assert Notice.objects.get().read_at is None


def test_who_has_no_role_any_more_sees_none(
    sign_in: SignIn, north: Cooperation, outside: Cooperation, auditor: User
) -> None:
    tell(north, auditor)
    client = sign_in(auditor)
    assert b"has accepted" in client.get(PAGE).content
    Role.objects.filter(user=auditor).delete()
    RoleFactory(cooperation=outside, user=auditor, kind=Role.Kind.AUDITOR)
    tell(outside, auditor)
    page = client.get(PAGE).content.decode()
    assert page.count("<time") == 1
    assert "North" not in page
    assert unread(client) == 1
    Cooperation.objects.filter(pk=outside.pk).update(deactivated_at=timezone.now())
    assert "has accepted" not in client.get(PAGE).content.decode()
    assert unread(client) == 0


def test_the_bell_costs_no_query(sign_in: SignIn, north: Cooperation, auditor: User) -> None:
    client, asked = sign_in(auditor), []
    for page in ("/north/people/", "/accounts/password/"):
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        asked.append([each["sql"] for each in queries if "municipalities_notice" in each["sql"]])
    assert [len(each) for each in asked] == [1, 1]
    assert all("municipalities_cooperation" in each[0] for each in asked), (
        "it is counted where these are found"
    )


@pytest.mark.parametrize("notices", [1, 5])
def test_the_list_costs_the_same_for_one_and_five(
    notices: int, sign_in: SignIn, north: Cooperation, auditor: User
) -> None:
    for number in range(notices):
        tell(north, auditor, event=str(number), by=UserFactory(username=f"person{number}"))
    client = sign_in(auditor)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    assert len(queries) == 9


def test_the_list_is_paged(sign_in: SignIn, north: Cooperation, auditor: User) -> None:
    for number in range(51):
        tell(north, auditor, event=str(number))
    client = sign_in(auditor)
    assert client.get(PAGE).content.count(b"<time") == 50
    assert client.get(f"{PAGE}?page=2").content.count(b"<time") == 1
    assert client.get(f"{PAGE}?page=x").status_code == client.get(f"{PAGE}?page=-9").status_code == 200


def test_old_ones_are_forgotten_by_night(north: Cooperation, auditor: User) -> None:
    now, day = timezone.now(), dt.timedelta(days=1)
    for name, age, read in (
        ("kept", 364, None),
        ("old", 366, None),
        ("just read", 300, 89),
        ("read", 300, 91),
    ):
        tell(north, auditor, event=name)
        read_at = now - read * day if read else None
        Notice.objects.filter(event=name).update(at=now - age * day, read_at=read_at)
    tidy()
    assert {*Notice.objects.values_list("event", flat=True)} == {"kept", "just read"}


def test_who_is_forgotten_has_been_told_nothing(
    north: Cooperation, auditor: User, administrator: User
) -> None:
    tell(north, auditor, administrator)
    forget_person(user=auditor, by=administrator)
    assert Notice.objects.get().user == administrator


def test_whoever_is_invited_elsewhere_is_told_and_nobody_else(
    sign_in: SignIn, outside: Cooperation, stranger: User, auditor: User, administrator: User
) -> None:
    """They have no role there yet; whoever invites them learns nothing of it."""
    User.objects.filter(pk=auditor.pk).update(email="a@example.se", confirmed_email="a@example.se")
    User.objects.filter(pk=administrator.pk).update(email="b@example.se")
    inviting, client = sign_in(stranger), sign_in(auditor)
    for email in ("a@example.se", "b@example.se", "nobody@example.se"):
        inviting.post("/outside/people/invite/", {"email": email, "kind": "auditor"})
    assert not Notice.objects.exists(), "the time that inviting takes tells nothing either"
    run_all()
    [notice] = Notice.objects.all()
    assert (notice.user, notice.kind, unread(client)) == (auditor, "invited", 1)
    assert unread(sign_in(administrator)) == unread(inviting) == 0
    page = client.get(PAGE).content.decode()
    assert "stranger invites you to Outside" in page
    address = "/accounts/invitations/" + page.split("/accounts/invitations/")[1].split('"')[0]
    assert b"You are invited" in client.get(address).content
    assert client.post(address).status_code == 302
    assert Role.objects.filter(user=auditor, cooperation=outside).exists()
    assert unread(client) == 0


def test_an_invitation_that_is_withdrawn_or_sent_again_is_no_news(
    sign_in: SignIn, outside: Cooperation, stranger: User, auditor: User
) -> None:
    User.objects.filter(pk=auditor.pk).update(email="a@example.se", confirmed_email="a@example.se")
    inviting, client = sign_in(stranger), sign_in(auditor)
    inviting.post("/outside/people/invite/", {"email": "a@example.se", "kind": "auditor"})
    run_all()
    page = f"/outside/people/invitations/{Invitation.objects.get().pk}/"
    inviting.post(page, {"do": "again"})
    assert unread(client) == 0
    run_all()
    assert unread(client) == 1
    client.post(PAGE, {"notice": "all"})
    assert unread(client) == 0
    inviting.post(page, {"do": "again"})
    run_all()
    inviting.post(page, {"do": "withdraw"})
    assert unread(client) == 0
