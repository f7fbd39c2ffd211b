"""Whom a month concerns is told; two who close one are two, and it is said where they know each other."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from agreements.models import Term
from billing.actions import close_period, compute_period, propose_period, reopen_period, save_cost
from billing.models import Cost, Period
from municipalities.actions import Link, accept_invitation, save_person
from municipalities.models import Cooperation, Notice, Role
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import run_all
from tests.factories.agreements import TermFactory
from tests.factories.billing import CostFactory, close, compute
from tests.factories.municipalities import InvitationFactory

SignIn = Callable[[User], Client]
PAGE = "/accounts/notices/"
NOW = dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def in_october() -> Any:
    with time_machine.travel(NOW, tick=True) as now:
        yield now


@pytest.fixture
def january(north: Cooperation) -> Period:
    CostFactory(cooperation=north)
    return compute(north)[0]


def told(kind: str) -> set[str]:
    return {each.user.username for each in Notice.objects.filter(kind=kind).select_related("user")}


def unread(kind: str) -> set[str]:
    rows = Notice.objects.unread().filter(kind=kind)
    return {*rows.values_list("user__username", flat=True)}


def texts(client: Client) -> list[str]:
    return [each.text for each in client.get(PAGE).context["told"]]


def test_a_proposal_and_a_closing_are_told_to_whom_they_concern(
    january: Period,
    administrator: User,
    second_administrator: User,
    finance: User,
    coordinator: User,
    auditor: User,
    stranger: User,
    sign_in: SignIn,
) -> None:
    propose_period(period=january, by=administrator)
    assert told("month-proposed") == {"second"}
    close_period(period=january, by=second_administrator)
    assert told("month-closed") == {"administrator", "finance", "coordinator", "auditor"}
    assert not Notice.objects.filter(user=stranger).exists()
    client = sign_in(finance)
    assert texts(client) == ["second has closed January 2026: its statements are issued"]
    page = client.get(PAGE).content.decode()
    assert 'href="/north/costs/2026-01/"' in page
    assert client.get("/north/costs/2026-01/").status_code == 200
    close_period(period=january, by=second_administrator)
    assert Notice.objects.count() == 5, "what is closed already tells nobody"
    assert not unread("month-proposed"), "nobody has to close it any more"
    assert unread("month-closed") == {"administrator", "finance", "coordinator", "auditor"}


def test_whoever_proposed_is_told_that_it_fell_or_was_taken_back(
    january: Period, administrator: User, second_administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    propose_period(period=january, by=administrator)
    cost = Cost.objects.get()
    cost.amount = Decimal("140.00")
    save_cost(cost=cost, by=second_administrator)
    run_all()
    assert texts(client) == ["Your proposal to close January 2026 fell, since something has changed"]
    january.refresh_from_db()
    propose_period(period=january, by=administrator)
    reopen_period(period=january, by=second_administrator)
    assert texts(client)[0] == "second has taken back your proposal to close January 2026"
    propose_period(period=january, by=administrator)
    reopen_period(period=january, by=administrator)
    assert Notice.objects.filter(user=administrator).count() == 2, "one's own doing is no news"
    assert Notice.objects.filter(kind="month-proposed", user=second_administrator).count() == 3
    assert not unread("month-proposed")
    assert unread("proposal-dropped") == {"administrator"}


def test_administrators_are_told_once_of_costs_that_nothing_divides(
    north: Cooperation, administrator: User, finance: User, default_term: Term, sign_in: SignIn
) -> None:
    agreement, key = default_term.agreement, default_term.key
    default_term.delete()
    CostFactory(cooperation=north)
    [january] = compute(north)
    assert told("unallocated") == {"administrator"}
    CostFactory(cooperation=north)
    compute_period(period_id=january.pk)
    assert Notice.objects.count() == 1
    client = sign_in(administrator)
    assert texts(client) == ["January 2026 has costs that nothing divides: it cannot be closed so"]
    assert 'href="/north/costs/2026-01/#unallocated"' in client.get(PAGE).content.decode()
    TermFactory(agreement=agreement, key=key)
    compute_period(period_id=january.pk)
    assert not unread("unallocated"), "it is done with"


def test_what_is_refused_tells_nobody(january: Period, administrator: User) -> None:
    propose_period(period=january, by=administrator)
    before = Notice.objects.count()
    with pytest.raises(ValidationError):
        close_period(period=january, by=administrator)
    assert Notice.objects.count() == before


def joined(cooperation: Cooperation, inviter: User, username: str = "maria") -> User:
    row = InvitationFactory(cooperation=cooperation, kind="administrator", invited_by=inviter)
    role = accept_invitation(
        link=Link(cooperation.pk, row.pk, row.mark), user=User(username=username, password="x")
    )
    return role.user


@pytest.mark.parametrize("proposes", ["inviter", "invited"])
def test_a_closing_between_inviter_and_invited_is_marked_logged_and_told(
    proposes: str,
    january: Period,
    north: Cooperation,
    administrator: User,
    second_administrator: User,
    auditor: User,
    finance: User,
    sign_in: SignIn,
) -> None:
    User.objects.filter(pk=auditor.pk).update(email="a@example.se", confirmed_email="a@example.se")
    invited = joined(north, administrator)
    pair = [administrator, invited] if proposes == "inviter" else [invited, administrator]
    period = close(january, proposer=pair[0], closer=pair[1])
    assert period.is_closed_by_invited
    assert told("closed-by-invited") == {"second", "auditor", pair[0].username}
    page = sign_in(finance).get("/north/costs/2026-01/").content.decode()
    assert "One of the two had invited the other less than 30 days before" in page
    entry = Entry.objects.get(subject_type="billing.period", changes__has_key="closed_by")
    assert entry.changes["is_closed_by_invited"] == ["False", "True"]
    log = sign_in(auditor).get("/north/change-log/").content.decode()
    assert "closed by two people of whom one had invited the other within 30 days" in log
    run_all()
    reached = {"a@example.se", invited.email} if proposes == "invited" else {"a@example.se"}
    letters = [each.to[0] for each in mail.outbox if "invited the other" in each.subject]
    assert sorted(letters) == sorted(reached), "whatever they chose"


def test_after_thirty_days_and_between_others_nothing_is_marked(
    january: Period, north: Cooperation, administrator: User, second_administrator: User
) -> None:
    with time_machine.travel(NOW - dt.timedelta(days=31)):
        old = joined(north, administrator, "old")
    joined(north, administrator, "new")
    assert not close(january, proposer=old, closer=administrator).is_closed_by_invited
    CostFactory(cooperation=north, starts_on=dt.date(2026, 2, 1), ends_on=dt.date(2026, 3, 1))
    february = compute(north)[1]
    run_all()
    assert not close(february, proposer=second_administrator, closer=administrator).is_closed_by_invited
    assert not Notice.objects.filter(kind="closed-by-invited").exists()


def test_whoever_was_let_in_by_way_of_others_is_let_in(
    january: Period, north: Cooperation, administrator: User
) -> None:
    between = joined(north, administrator, "between")
    assert close(january, proposer=joined(north, between, "last"), closer=administrator).is_closed_by_invited


@pytest.mark.parametrize("how", ["role", "made", "password", "address"])
@pytest.mark.parametrize("proposes", ["operator", "other"])
def test_an_operator_who_lets_in_a_second_sign_in_is_taken_for_an_inviter(
    how: str,
    proposes: str,
    january: Period,
    north: Cooperation,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    User.objects.filter(pk=administrator.pk).update(is_staff=True, is_superuser=True)
    client, other = sign_in(User.objects.get(pk=administrator.pk)), second_administrator
    password = {"password1": "lykta stig valross mosse", "password2": "lykta stig valross mosse"}
    password |= {"usable_password": "true"}
    if how == "made":
        client.post("/system/accounts/user/add/", {"username": "puppet", **password})
        other = User.objects.get(username="puppet")
        Role.objects.create(cooperation=north, user=other, kind=Role.Kind.ADMINISTRATOR)
    elif how == "password":
        assert client.post(f"/system/accounts/user/{other.pk}/password/", password).status_code == 302
    elif how == "address":
        other.email = "mine@example.se"
        save_person(user=other, by=administrator)
    else:
        Role.objects.filter(user=other).delete()
        fields = {"cooperation": north.pk, "user": other.pk, "kind": "administrator"}
        assert client.post("/system/municipalities/role/add/", fields).status_code == 302
    administrator = User.objects.get(pk=administrator.pk)
    pair = [administrator, other] if proposes == "operator" else [other, administrator]
    assert close(january, proposer=pair[0], closer=pair[1]).is_closed_by_invited


SAME = [
    "one@example.se",
    "ONE@Example.SE",
    "one+second@example.se",
    "\uff4fne@example.se",
    "one@\uff45xample.se",
    " one@example.se",
]


@pytest.mark.parametrize("address", SAME)
def test_two_sign_ins_with_one_address_close_no_month(
    address: str, january: Period, administrator: User, second_administrator: User
) -> None:
    administrator.email, second_administrator.email = "one@example.se", address
    administrator.save()
    second_administrator.save()
    propose_period(period=january, by=administrator)
    with pytest.raises(ValidationError, match="e-mail address of whoever proposed"):
        close_period(period=january, by=second_administrator)
    second_administrator.email = "two@example.se"
    second_administrator.save()
    assert close_period(period=january, by=second_administrator).is_closed


def test_who_has_no_role_there_is_told_nothing_any_more(
    january: Period, administrator: User, second_administrator: User, finance: User
) -> None:
    Role.objects.filter(user=finance).delete()
    User.objects.filter(pk=second_administrator.pk).update(is_active=False)
    propose_period(period=january, by=administrator)
    assert not Notice.objects.exists()
