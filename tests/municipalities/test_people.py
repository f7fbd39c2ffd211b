"""Roles: somebody known, somebody new, and never without an administrator."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from municipalities.models import Cooperation, Municipality, Role
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory

SignIn = Callable[[User], Client]


def add(client: Client, **fields: Any) -> Any:
    return client.post("/north/people/new/", {"kind": "auditor", **fields})


def test_somebody_with_a_sign_in_is_found_by_user_name_or_e_mail(
    sign_in: SignIn, administrator: User, north: Cooperation, torsby: Municipality
) -> None:
    maria = UserFactory(username="maria", email="maria@example.se")
    client = sign_in(administrator)
    assert add(client, sign_in="maria").headers["Location"] == "/north/people/"
    assert add(client, sign_in="MARIA@example.se", kind="finance", municipality=torsby.pk).status_code == 302
    assert set(Role.objects.filter(user=maria).values_list("kind", flat=True)) == {"auditor", "finance"}


def test_somebody_new_gets_a_first_password_that_is_shown_once(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    response = add(
        sign_in(administrator),
        sign_in="ny.person@example.se",
        is_new="on",
        first_name="Ny",
        last_name="Person",
    )
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    person = User.objects.get(username="ny.person@example.se")
    password = response.content.decode().split('class="sd-secret">')[1].split("<")[0]
    assert person.check_password(password)
    assert person.email == "ny.person@example.se"
    assert Client().login(username=person.username, password=password)


def test_a_slip_of_the_pen_makes_no_new_person(sign_in: SignIn, administrator: User) -> None:
    response = add(sign_in(administrator), sign_in="mraia")
    assert response.status_code == 422
    assert b"Nobody has this user name or e-mail" in response.content
    assert not User.objects.filter(username="mraia").exists()


def test_somebody_known_is_not_made_anew(sign_in: SignIn, administrator: User, finance: User) -> None:
    response = add(sign_in(administrator), sign_in="finance", is_new="on")
    assert response.status_code == 422
    assert b"Somebody has this user name already" in response.content


def test_an_e_mail_of_two_people_names_neither(sign_in: SignIn, administrator: User) -> None:
    for username in ("one", "two"):
        UserFactory(username=username, email="office@example.se")
    assert add(sign_in(administrator), sign_in="office@example.se").status_code == 422


@pytest.mark.parametrize(
    ("kind", "with_municipality"),
    [("finance", False), ("coordinator", False), ("administrator", True), ("auditor", True)],
)
def test_a_role_is_for_a_municipality_or_for_all_as_its_kind_demands(
    sign_in: SignIn, administrator: User, torsby: Municipality, kind: str, with_municipality: bool
) -> None:
    UserFactory(username="maria")
    place = {"municipality": torsby.pk} if with_municipality else {}
    response = add(sign_in(administrator), sign_in="maria", kind=kind, **place)
    assert response.status_code == 422
    assert b"belong to one municipality" in response.content


def test_a_municipality_that_is_no_member_is_no_choice(
    sign_in: SignIn, administrator: User, finance: User, sundsvall: Municipality
) -> None:
    response = add(sign_in(administrator), sign_in="finance", kind="finance", municipality=sundsvall.pk)
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
    assert add(sign_in(administrator), sign_in=name, is_new="on").status_code == 422
    assert User.objects.count() == 1
