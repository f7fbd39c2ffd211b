"""Tokens: shown once, never for ever, gone when revoked."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from municipalities.actions import delete_role, forget_person, hash_secret, save_person, save_role
from municipalities.models import Cooperation, Municipality, Role, Token
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.factories.municipalities import RoleFactory, TokenFactory, bearer

SignIn = Callable[[User], Client]
NOW = dt.datetime(2026, 10, 15, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _fixed_clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def add(client: Client, **fields: Any) -> Any:
    known = {"name": "Ledger", "scopes": ["read", "costs:write"], "expires_on": "2027-10-15"}
    return client.post("/north/tokens/new/", known | fields)


def test_the_secret_is_shown_once_and_kept_hashed(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    client = sign_in(administrator)
    response = add(client)
    secret = response.content.decode().split('class="sd-secret">')[1].split("<")[0]
    token = Token.objects.get(cooperation=north)
    prefix, _, rest = secret.partition(".")
    assert token.prefix == prefix
    assert token.secret_hash == hash_secret(rest)
    assert len(rest) == 64
    assert "no-store" in response.headers["Cache-Control"]
    assert rest not in client.get("/north/tokens/").content.decode()
    assert token.scopes == ["costs:write", "read"]
    assert timezone.localtime(token.expires_at) == dt.datetime(
        2027, 10, 16, tzinfo=timezone.get_current_timezone()
    )


def test_the_list_says_the_last_day_that_was_typed(sign_in: SignIn, administrator: User) -> None:
    client = sign_in(administrator)
    assert "Last day" in client.get("/north/tokens/new/").content.decode()
    add(client)
    page = client.get("/north/tokens/").content.decode()
    assert "Last day" in page
    assert "15 October 2027" in page
    assert "16 October 2027" not in page


def test_a_scope_that_is_sent_twice_is_held_once(sign_in: SignIn, administrator: User) -> None:
    add(sign_in(administrator), scopes=["read", "read"])
    assert Token.objects.get().scopes == ["read"]


def test_the_change_log_holds_no_secret_and_no_hash(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    add(sign_in(administrator))
    entry = Entry.objects.get(subject_type="municipalities.token")
    assert "secret_hash" not in entry.changes
    assert Token.objects.get().secret_hash not in str(entry.changes)


@pytest.mark.parametrize("expires_on", ["", "2026-10-14", "2028-10-15", "9999-12-31", "soon", "2027-02-30"])
def test_a_token_ends_within_two_years(sign_in: SignIn, administrator: User, expires_on: str) -> None:
    response = add(sign_in(administrator), expires_on=expires_on)
    assert response.status_code == 422
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"scopes": []}, {"scopes": ["everything"]}, {"name": ""}, {"name": "x" * 10_000}, {"name": "a\0b"}],
)
def test_a_token_has_a_name_and_known_scopes(
    sign_in: SignIn, administrator: User, fields: dict[str, Any]
) -> None:
    assert add(sign_in(administrator), **fields).status_code == 422
    assert not Token.objects.exists()


def test_revoking_asks_once_and_cannot_be_undone(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    token = TokenFactory(cooperation=north, created_by=administrator)
    client = sign_in(administrator)
    assert b"cannot be undone" in client.get(f"/north/tokens/{token.pk}/revoke/").content
    assert client.post(f"/north/tokens/{token.pk}/revoke/").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at == NOW
    assert not Token.objects.usable(NOW).exists()
    page = client.get("/north/tokens/").content
    assert b"revoked" in page
    assert f"/north/tokens/{token.pk}/revoke/".encode() not in page


def test_tokens_are_for_administrators_and_auditors(
    sign_in: SignIn, finance: User, coordinator: User, auditor: User, north: Cooperation
) -> None:
    token = TokenFactory(cooperation=north)
    for person, status in ((finance, 403), (coordinator, 403), (auditor, 200)):
        client = sign_in(person)
        assert client.get("/north/tokens/").status_code == status
        assert client.get("/north/tokens/new/").status_code == 403
        assert client.post(f"/north/tokens/{token.pk}/revoke/").status_code == 403


def test_the_token_of_another_cooperation_does_not_exist(
    sign_in: SignIn, stranger: User, north: Cooperation
) -> None:
    token = TokenFactory(cooperation=north)
    assert sign_in(stranger).post(f"/outside/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("how", ["removed", "changed", "deactivated", "forgotten"])
def test_a_token_ends_with_the_role_of_whoever_made_it(
    how: str, north: Cooperation, outside: Cooperation, administrator: User, second_administrator: User
) -> None:
    """For good: it does not come alive when the role is given back."""
    by, role = second_administrator, Role.objects.get(user=administrator)
    others = TokenFactory(cooperation=north, created_by=by)
    elsewhere = TokenFactory(cooperation=outside, created_by=administrator)
    token = TokenFactory(cooperation=north, created_by=administrator)
    headers = {"Authorization": f"Bearer {bearer(token)}"}
    assert Client().get("/api/v1/costs/", headers=headers).status_code == 200
    if how == "removed":
        delete_role(role=role, by=by)
    elif how == "changed":
        role.kind = Role.Kind.AUDITOR
        save_role(role=role, by=by)
    elif how == "deactivated":
        administrator.is_active = False
        save_person(user=administrator, by=by)
    else:
        forget_person(user=administrator, by=by)
    Role.objects.filter(user=administrator, cooperation=north).delete()
    RoleFactory(cooperation=north, user=administrator)
    answer = Client().get("/api/v1/costs/", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")
    for each in (others, elsewhere):
        each.refresh_from_db()
    assert others.revoked_at is None
    assert (elsewhere.revoked_at is None) == (how in ("removed", "changed")), "a role ends in its cooperation"
    assert Entry.objects.filter(subject_type="municipalities.token", verb="change", user=by).exists()


def test_whoever_takes_the_role_away_is_told_what_ends_with_it(
    sign_in: SignIn, north: Cooperation, administrator: User, second_administrator: User, auditor: User
) -> None:
    TokenFactory(cooperation=north, created_by=second_administrator, name="Ledger")
    pages = [
        sign_in(administrator).get(f"/north/people/{Role.objects.get(user=each).pk}/delete/").content.decode()
        for each in (second_administrator, auditor)
    ]
    assert ["Their tokens are revoked: Ledger." in page for page in pages] == [True, False]


def test_a_token_outlives_other_roles_of_whoever_made_it(
    north: Cooperation, torsby: Municipality, administrator: User
) -> None:
    token = TokenFactory(cooperation=north, created_by=administrator)
    other = RoleFactory(cooperation=north, user=administrator, kind="finance", municipality=torsby)
    delete_role(role=other, by=administrator)
    token.refresh_from_db()
    assert token.revoked_at is None
