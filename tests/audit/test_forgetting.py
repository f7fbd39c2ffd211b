"""Somebody is forgotten: nothing in the database names them, and all that was done stays."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone
from psycopg2 import sql

from billing.models import Period, Statement
from municipalities.actions import create_token, forget_person, save_row
from municipalities.models import Cooperation, Role, Site, Token
from sharedict.accounts.models import SignInFailure, User
from sharedict.audit.models import Entry, PersonalValue
from sharedict.jobs.actions import run_all
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.billing import CostFactory, close, compute
from tests.factories.municipalities import SiteFactory

SignIn = Callable[[User], Client]
NAMES = ("kerstin.svanholm@example.se", "kerstin", "svanholm", "börjesdotter")
CHOSEN = "lykta stig valross mosse"
TABLES = """
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
"""


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(username="operator", is_staff=True, is_superuser=True)


@pytest.fixture
def system(sign_in: SignIn, operator: User) -> Client:
    return sign_in(operator)


@pytest.fixture
def kerstin(north: Cooperation, administrator: User, sign_in: SignIn) -> User:
    """An administrator whom another one has invited."""
    sign_in(administrator).post("/north/people/invite/", {"email": NAMES[0], "kind": "administrator"})
    run_all()
    address = "/accounts/" + mail.outbox[-1].body.split("/accounts/")[1].split()[0]
    fields = {"username": NAMES[0], "first_name": "Kerstin", "last_name": "Börjesdotter"}
    Client().post(address, fields | {"password1": CHOSEN, "password2": CHOSEN})
    user = User.objects.get(username=NAMES[0])
    user.set_password(PASSWORD)
    user.has_first_password = False
    user.save()
    return user


@pytest.fixture
def busy(
    north: Cooperation, administrator: User, kerstin: User, operator: User, sign_in: SignIn, system: Client
) -> User:
    """Kerstin has done what there is to do, was called otherwise before, and was changed by operators."""
    client = sign_in(kerstin)
    client.post("/north/people/invite/", {"email": "auditor@example.se", "kind": "auditor"})
    save_row(row=SiteFactory.build(cooperation=north, municipality=None, name="Room"), by=kerstin)
    create_token(cooperation=north, name="Ledger", scopes=["read"], expires_at=later(), by=kerstin)
    CostFactory(cooperation=north)
    [period] = compute(north)
    close(period, proposer=administrator, closer=kerstin)
    role = Role.objects.get(user=kerstin)
    fields = {"cooperation": north.pk, "user": kerstin.pk, "kind": "auditor"}
    assert system.post("/system/municipalities/role/add/", fields).status_code == 302
    assert system.post(f"/system/municipalities/role/{role.pk}/delete/", {"post": "yes"}).status_code == 302
    form = system.get(f"/system/accounts/user/{kerstin.pk}/change/").context["adminform"].form
    fields = {name: form[name].value() or "" for name in ("username", "email", "first_name")}
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "10:00", "last_name": "Svanholm"}
    answer = system.post(f"/system/accounts/user/{kerstin.pk}/change/", fields | joined | {"is_active": "on"})
    assert answer.status_code == 302
    kerstin.refresh_from_db()
    kerstin.groups.add(Group.objects.create(name="Editors"))
    Client().post("/sign-in/", {"username": NAMES[0].upper(), "password": "wrong"})
    assert SignInFailure.objects.exists()
    assert kerstin.last_name == "Svanholm"
    return kerstin


def later() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=30)


def found(name: str) -> list[str]:
    """The tables with a row that holds ``name`` in any of its columns, whatever their type."""
    tables = []
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            asked = sql.SQL("SELECT EXISTS (SELECT FROM {} AS t WHERE t::text ILIKE %s)")
            cursor.execute(asked.format(sql.Identifier(table)), [f"%{name}%"])
            if cursor.fetchone() == (True,):
                tables.append(table)
    return tables


def stored(model: Any) -> list[Any]:
    return list(model.objects.order_by("pk").values())


def test_nothing_names_them_afterwards(busy: User, operator: User) -> None:
    before = {name: found(name) for name in NAMES}
    assert {table for tables in before.values() for table in tables} == {
        "accounts_signinfailure",
        "accounts_user",
        "audit_personalvalue",
        "django_admin_log",
    }
    assert all(before.values())
    forget_person(user=busy, by=operator)
    assert {name: found(name) for name in NAMES} == {name: [] for name in NAMES}


def test_what_was_done_stays_as_it_is(busy: User, operator: User) -> None:
    kept = {model: stored(model) for model in (Entry, Period, Statement, Token, Site)}
    others = PersonalValue.objects.exclude(user=busy)
    ids = {*others.values_list("pk", flat=True)}
    assert kept[Statement]
    assert [row["closed_by_id"] for row in kept[Period] if row["state"] == "closed"] == [busy.pk]
    forget_person(user=busy, by=operator)
    for model, rows in kept.items():
        assert stored(model)[: len(rows)] == rows, model
    assert others.filter(pk__in=ids).count() == len(ids) > 0
    assert not PersonalValue.objects.filter(user=busy).exists()


def test_nobody_is_left_to_sign_in(busy: User, operator: User, sign_in: SignIn) -> None:
    client = sign_in(busy)
    assert client.get("/north/members/").status_code == 200
    forget_person(user=busy, by=operator)
    assert client.get("/north/members/").headers["Location"].startswith("/sign-in/")
    sessions = [row.get_decoded()["_auth_user_id"] for row in Session.objects.all()]
    assert str(busy.pk) not in sessions
    assert str(operator.pk) in sessions
    user = User.objects.get(pk=busy.pk)
    assert (user.username, user.email, user.get_full_name()) == (f"forgotten {user.pk}", "", "")
    assert (user.is_active, user.is_staff, user.is_superuser, user.has_usable_password()) == (False,) * 4
    assert not user.groups.exists()
    assert not Role.objects.filter(user=user).exists()
    assert not Client().login(username=user.username, password=PASSWORD)
    assert str(user) == "a person who was forgotten"


def test_it_is_logged_without_a_name(kerstin: User, operator: User) -> None:
    forget_person(user=kerstin, by=operator)
    entry = Entry.objects.for_listing().get(verb="forget")
    assert (entry.user, entry.subject_type, entry.subject_id) == (operator, "accounts.user", str(kerstin.pk))
    assert (entry.actor, entry.subject, entry.changes) == ("", "", {})
    assert (entry.who, entry.what) == ("operator", "a person who was forgotten")
    role = Entry.objects.for_listing().get(verb="delete", subject_type="municipalities.role")
    assert (role.who, role.what) == ("operator", "a person who was forgotten")


def test_the_pages_say_that_somebody_was_forgotten(
    busy: User, operator: User, administrator: User, sign_in: SignIn
) -> None:
    forget_person(user=busy, by=operator)
    client = sign_in(administrator)
    for page in ("/north/change-log/", "/north/costs/2026-01/", "/north/tokens/"):
        assert "a person who was forgotten" in client.get(page).content.decode(), page


def test_it_can_be_repeated(kerstin: User, operator: User) -> None:
    """Whoever was just doing something when they were forgotten has left their name in the log once more."""
    forgotten = forget_person(user=kerstin, by=operator)
    entry = Entry.objects.earliest("id")
    PersonalValue.objects.create(entry=entry, part="late", user=forgotten, after="Kerstin")
    again = forget_person(user=forgotten, by=operator)
    assert again.username == f"forgotten {kerstin.pk}"
    assert not found("kerstin")


def test_the_last_administrator_is_not_forgotten(administrator: User, operator: User) -> None:
    with pytest.raises(ValidationError, match="Nobody else is administrator of North: appoint another one"):
        forget_person(user=administrator, by=operator)
    administrator.refresh_from_db()
    assert administrator.is_active
    assert administrator.roles.exists()
    assert not Entry.objects.exists()


def test_nobody_forgets_themselves(operator: User) -> None:
    with pytest.raises(ValidationError, match="Nobody forgets themselves"):
        forget_person(user=operator, by=operator)


def ask(client: Client, *people: User, **more: str) -> Any:
    chosen = {"action": "forget", "_selected_action": [person.pk for person in people]}
    return client.post("/system/accounts/user/", chosen | more, follow=True)


def test_operators_are_told_what_happens_before_it_does(system: Client, kerstin: User) -> None:
    page = ask(system, kerstin).content.decode()
    assert "Kerstin Börjesdotter (kerstin.svanholm@example.se" in page
    assert "administrator, North" in page
    assert "This cannot be undone." in page
    kerstin.refresh_from_db()
    assert kerstin.is_active
    done = ask(system, kerstin, confirmed="yes").content.decode()
    assert "1 person is forgotten." in done
    assert "Kerstin" not in done
    kerstin.refresh_from_db()
    assert kerstin.is_forgotten


def test_all_of_them_are_forgotten_or_none(system: Client, administrator: User, kerstin: User) -> None:
    done = ask(system, administrator, kerstin, confirmed="yes").content.decode()
    assert "Nobody else is administrator of North" in done
    assert User.objects.filter(pk__in=[administrator.pk, kerstin.pk], is_active=True).count() == 2


def test_only_those_who_may_do_everything_forget_somebody(
    sign_in: SignIn, kerstin: User, administrator: User
) -> None:
    helper = UserFactory(username="helper", is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client = sign_in(helper)
    assert client.get("/system/accounts/user/").status_code == 200
    ask(client, kerstin, confirmed="yes")
    assert "/system/login/" in str(ask(sign_in(administrator), kerstin, confirmed="yes").redirect_chain)
    kerstin.refresh_from_db()
    assert kerstin.is_active
