"""People, roles and rows under ``/system/``: refused and logged as in the portal."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils.text import camel_case_to_spaces

from agreements.models import CostType
from municipalities.actions import forget_person, rows, save_person, save_role, save_row
from municipalities.models import Cooperation, Role
from services.models import Application
from sharedict.accounts.models import SignInFailure, User
from sharedict.audit.models import Entry
from sharedict.common.sight import everything, seeing
from tests import cast
from tests.audit.test_forgetting import found
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import RoleFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Form = dict[str, Any]


@pytest.fixture
def system(sign_in: SignIn) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


@pytest.fixture
def anna(north: Cooperation, administrator: User) -> User:
    """Somebody who reads everything in ``north``."""
    user: User = UserFactory(username="svanholm", email="svanholm@example.se", first_name="Kerstin")
    RoleFactory(cooperation=north, user=user, kind=Role.Kind.AUDITOR)
    return user


def page_of(row: Any) -> str:
    return f"/system/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def opened(client: Client, row: Any) -> Form:
    """What the row's page would send as it is."""
    form = client.get(page_of(row)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields if name != "password"}
    return {name: "on" if value is True else value for name, value in values.items() if value}


def test_a_page_holds_no_password(system: Client, anna: User) -> None:
    assert anna.password not in str(opened(system, anna)["was"])
    assert "$" not in opened(system, anna)["was"]


def test_who_was_forgotten_does_not_come_back_with_an_old_page(
    system: Client, anna: User, administrator: User
) -> None:
    sent = opened(system, anna)
    forget_person(user=anna, by=administrator)
    assert system.post(page_of(anna), sent).status_code == 403
    anna.refresh_from_db()
    assert anna.is_forgotten
    assert found("svanholm") == []


def test_nor_where_they_were_forgotten_after_they_were_read(anna: User, administrator: User) -> None:
    stale = User.objects.get(pk=anna.pk)
    forget_person(user=anna, by=administrator)
    stale.email = "other@example.se"
    with pytest.raises(ValidationError, match="was forgotten"):
        save_person(user=stale, by=administrator)


def test_a_stale_person_that_is_saved_whole_names_nobody(anna: User, administrator: User) -> None:
    """As Django does when somebody sets a password."""
    stale = User.objects.get(pk=anna.pk)
    forget_person(user=anna, by=administrator)
    stale.set_password("correct horse")
    stale.save()
    anna.refresh_from_db()
    assert (anna.is_forgotten, anna.email, anna.first_name) == (True, "", "")


def test_an_old_page_lets_nobody_in_again(system: Client, anna: User) -> None:
    first, second = opened(system, anna), opened(system, anna)
    del second["is_active"]
    assert system.post(page_of(anna), second).status_code == 302
    assert system.post(page_of(anna), first | {"email": "other@example.se"}).status_code == 302
    anna.refresh_from_db()
    assert (anna.is_active, anna.email) == (False, "other@example.se")


def test_what_is_changed_of_a_person_is_logged(system: Client, anna: User) -> None:
    sent = opened(system, anna) | {"email": "new@example.se", "is_superuser": "on"}
    assert system.post(page_of(anna), sent).status_code == 302
    entry = Entry.objects.filter(subject_type="accounts.user", verb="change").latest("pk")
    assert entry.changes == {"is_superuser": ["False", "True"], "email": [None, None]}


def test_a_new_person_can_be_made(system: Client) -> None:
    password = "correct horse battery"
    sent = {"username": "new", "password1": password, "password2": password, "usable_password": "true"}
    assert system.post("/system/accounts/user/add/", sent).status_code == 302
    assert User.objects.get(username="new").check_password(password)
    assert Entry.objects.filter(subject_type="accounts.user", verb="add").exists()


def test_people_are_not_removed(system: Client, anna: User) -> None:
    assert system.post(page_of(anna).replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert Role.objects.filter(user=anna).exists()


def test_who_was_forgotten_gets_no_role(north: Cooperation, anna: User, administrator: User) -> None:
    forget_person(user=anna, by=administrator)
    anna.refresh_from_db()
    with pytest.raises(ValidationError, match="was forgotten"):
        save_role(role=Role(cooperation=north, user=anna, kind=Role.Kind.AUDITOR), by=administrator)


def test_an_earlier_name_is_forgotten_too(system: Client, anna: User, administrator: User) -> None:
    for name in ("svanholm", "svanholm@example.se"):
        Client().post("/sign-in/", {"username": name, "password": "wrong"})
    assert SignInFailure.objects.count() == 2
    sent = opened(system, anna) | {"username": "as123", "email": "as123@example.se"}
    assert system.post(page_of(anna), sent).status_code == 302
    forget_person(user=User.objects.get(pk=anna.pk), by=administrator)
    assert found("svanholm") == []


def test_the_last_administrator_stays(system: Client, north: Cooperation, administrator: User) -> None:
    role = Role.objects.get(user=administrator)
    removed = system.post(page_of(role).replace("change", "delete"), {"post": "yes"}, follow=True)
    assert "Somebody must stay administrator" in removed.content.decode()
    sent = opened(system, administrator)
    del sent["is_active"]
    ended = system.post(page_of(administrator), sent, follow=True)
    assert "Nobody else is administrator" in ended.content.decode()
    sent = opened(system, role) | {"kind": Role.Kind.AUDITOR}
    changed = system.post(page_of(role), sent, follow=True)
    assert "Somebody must stay administrator" in changed.content.decode()
    kept = Role.objects.filter(cooperation=north, kind=Role.Kind.ADMINISTRATOR, user__is_active=True)
    assert [each.user for each in kept] == [administrator]


OWNED = [
    model
    for model in apps.get_models()
    if admin.site.is_registered(model) and any(field.name == "cooperation" for field in model._meta.fields)
]


@pytest.mark.parametrize("model", OWNED, ids=lambda model: str(model.__name__))
def test_a_row_cannot_be_moved_to_another_cooperation(model: Any, rf: Any, administrator: User) -> None:
    request = rf.get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    pages = admin.site.get_model_admin(model)
    may_change = pages.has_change_permission(request)
    assert not may_change or "cooperation" in pages.get_readonly_fields(request, model())


def test_every_model_of_the_system_pages_has_a_name_in_swedish() -> None:
    """What Django makes of a class's name is English in every language."""
    unnamed = [
        model.__name__
        for model in admin.site._registry
        if model._meta.verbose_name_raw == camel_case_to_spaces(model.__name__)
        and isinstance(model._meta.verbose_name, str)
    ]
    assert unnamed == []


def test_nor_by_whatever_saves_it(north: Cooperation, outside: Cooperation, administrator: User) -> None:
    row = Application.objects.get(cooperation=north, code="erp")
    row.cooperation, row.code = outside, "erp-of-north"
    with pytest.raises(ValidationError, match="stays in its cooperation"):
        save_row(row=row, by=administrator)


@pytest.mark.django_db(transaction=True)
def test_the_same_that_is_added_at_once_is_said(monkeypatch: pytest.MonkeyPatch, sign_in: SignIn) -> None:
    north = cast.north()
    client = sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))
    validate, others = rows.validate_row, []

    def add_another() -> None:
        with seeing(everything("the other one")):
            others.append(CostType.objects.create(cooperation_id=north.pk, code="phone", name="Phone"))
        connection.close()

    def validated(row: Any) -> None:
        validate(row)
        if not others:
            other = threading.Thread(target=add_another)
            other.start()
            other.join()

    monkeypatch.setattr(rows, "validate_row", validated)
    sent = {"cooperation": north.pk, "code": "phone", "name": "Phone"}
    answer = client.post("/system/agreements/costtype/add/", sent, follow=True)
    assert "Somebody has saved the same meanwhile" in answer.content.decode()
    assert CostType.objects.filter(code="phone").count() == 1


def test_nobody_is_asked_to_forget_themselves_or_somebody_twice(
    system: Client, anna: User, administrator: User
) -> None:
    address = "/system/accounts/user/"
    operator = User.objects.get(username="operator")
    forget_person(user=anna, by=administrator)
    for person in (operator, anna):
        asked = system.post(address, {"action": "forget", "_selected_action": [person.pk]}, follow=True)
        assert "Choose again, without yourself" in asked.content.decode()
        assert "confirmed" not in asked.content.decode()
