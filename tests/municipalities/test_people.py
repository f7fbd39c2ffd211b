"""Roles: somebody known, somebody new, and never without an administrator."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from municipalities.models import Cooperation, Invitation, Municipality, Role
from sharedict.accounts.models import User

SignIn = Callable[[User], Client]


def invite(client: Client, **fields: Any) -> Any:
    return client.post("/north/people/invite/", {"email": "maria@example.se", "kind": "auditor", **fields})


def test_there_is_one_way_to_add_somebody(sign_in: SignIn, administrator: User) -> None:
    client = sign_in(administrator)
    assert client.get("/north/people/new/").status_code == 404
    page = client.get("/north/people/").content.decode()
    assert "/north/people/invite/" in page


@pytest.mark.parametrize(
    ("kind", "with_municipality"),
    [("finance", False), ("coordinator", False), ("administrator", True), ("auditor", True)],
)
def test_a_role_is_for_a_municipality_or_for_all_as_its_kind_demands(
    sign_in: SignIn, administrator: User, torsby: Municipality, kind: str, with_municipality: bool
) -> None:
    place = {"municipality": torsby.pk} if with_municipality else {}
    response = invite(sign_in(administrator), kind=kind, **place)
    assert response.status_code == 422
    assert b"belong to one municipality" in response.content


def test_a_municipality_that_is_no_member_is_no_choice(
    sign_in: SignIn, administrator: User, sundsvall: Municipality
) -> None:
    response = invite(sign_in(administrator), kind="finance", municipality=sundsvall.pk)
    assert response.status_code == 422
    assert b"Select a valid choice" in response.content


def test_the_last_administrator_stays(sign_in: SignIn, administrator: User, north: Cooperation) -> None:
    client, role = sign_in(administrator), Role.objects.get(user=administrator)
    response = client.post(f"/north/people/{role.pk}/", {"kind": "auditor"})
    assert response.status_code == 422
    assert b"Somebody must stay administrator" in response.content
    asked = client.get(f"/north/people/{role.pk}/delete/").content
    assert b"Somebody must stay administrator" in asked
    assert b"btn-danger" not in asked
    response = client.post(f"/north/people/{role.pk}/delete/")
    assert response.status_code == 409
    assert b"Somebody must stay administrator" in response.content
    role.refresh_from_db()
    assert role.kind == "administrator"


def test_an_administrator_who_cannot_sign_in_does_not_count(
    sign_in: SignIn, administrator: User, second_administrator: User
) -> None:
    second_administrator.is_active = False
    second_administrator.save()
    role = Role.objects.get(user=administrator)
    assert sign_in(administrator).post(f"/north/people/{role.pk}/delete/").status_code == 409


def test_one_of_two_administrators_may_leave(
    sign_in: SignIn, administrator: User, second_administrator: User
) -> None:
    role = Role.objects.get(user=second_administrator)
    client = sign_in(administrator)
    assert b"Remove" in client.get(f"/north/people/{role.pk}/delete/").content
    assert client.post(f"/north/people/{role.pk}/delete/").status_code == 302
    assert not Role.objects.filter(pk=role.pk).exists()
    assert sign_in(second_administrator).get("/north/members/").status_code == 404


@pytest.mark.parametrize("name", ["x" * 10_000, "😀", "a'b\"c <b>", "", "not an@ e-mail"])
def test_no_name_breaks_the_form(sign_in: SignIn, administrator: User, name: str) -> None:
    assert invite(sign_in(administrator), email=name).status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("page", ["people/invite/", "set-up/people/"])
def test_what_each_role_may_do_is_said_where_it_is_given(
    page: str, sign_in: SignIn, administrator: User
) -> None:
    form = sign_in(administrator).get(f"/north/{page}").context["form"]
    said = dict(form.fields["kind"].choices)
    assert set(said) == set(Role.Kind.values)
    assert said["auditor"].startswith("Auditor: sees everything, the change log and the tokens too")
