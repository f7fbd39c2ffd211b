"""A colleague is forgotten: no row of the database names them, and what they could do stays."""

from collections.abc import Callable

import pytest
from django.test import Client

from municipalities.actions import forget_colleague, forget_person
from municipalities.models import Absence, Colleague, Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.audit.models import Entry, PersonalValue
from tests.audit.test_forgetting import found, stored
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NAMES = ("Torkelsdotter", "Kvarnström", "signy.t@example.se", "0560-4711", "Växeltekniker")


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(username="operator", is_staff=True, is_superuser=True)


@pytest.fixture
def signy(
    north: Cooperation, torsby: Municipality, administrator: User, operator: User, sign_in: SignIn
) -> Colleague:
    """Entered in the portal, away, renamed there, and put right by an operator."""
    client, system = sign_in(administrator), sign_in(operator)
    sent = {"name": "Signy Torkelsdotter", "municipality": torsby.pk, "valid_from": "2026-01-01"}
    sent |= {"email": "signy.t@example.se", "phone": "0560-4711", "work": "Växeltekniker"}
    assert client.post("/north/colleagues/new/", sent).status_code == 302
    row = Colleague.objects.get()
    away = {"colleague": row.pk, "valid_from": "2026-07-01"}
    assert client.post("/north/absences/new/", away).status_code == 302
    [absence] = Absence.objects.all()
    assert client.post(f"/north/absences/{absence.pk}/end/", {"valid_until": "2026-07-31"}).status_code == 302
    renamed = {**sent, "name": "Signy Kvarnström"}
    assert client.post(f"/north/colleagues/{row.pk}/", renamed).status_code == 302
    for kind, pk in (("colleague", row.pk), ("absence", absence.pk)):
        address = f"/system/municipalities/{kind}/{pk}/change/"
        form = system.get(address).context["adminform"].form
        filled = {name: form[name].value() or "" for name in form.fields}
        assert system.post(address, filled | {"valid_from": "2026-01-02"}).status_code == 302
    row.refresh_from_db()
    return row


def test_nothing_names_them_afterwards(signy: Colleague, administrator: User) -> None:
    before = {name: found(name) for name in NAMES}
    assert {table for tables in before.values() for table in tables} == {
        "audit_personalvalue",
        "django_admin_log",
        "municipalities_colleague",
    }
    assert all(before.values())
    entries, absences = stored(Entry), stored(Absence)
    assert entries
    forget_colleague(colleague=signy, by=administrator)
    assert {name: found(name) for name in NAMES} == {name: [] for name in NAMES}
    assert stored(Entry)[: len(entries)] == entries
    assert stored(Absence) == absences
    assert PersonalValue.objects.filter(part="actor").exists()


def test_who_was_removed_as_a_mistake_is_named_nowhere_either(
    north: Cooperation, signy: Colleague, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    [absence] = Absence.objects.all()
    assert client.post(f"/north/absences/{absence.pk}/delete/").status_code == 302
    assert client.post(f"/north/colleagues/{signy.pk}/delete/").status_code == 302
    assert not Colleague.objects.exists()
    assert {name: found(name) for name in NAMES} == {name: [] for name in NAMES}


def test_whose_sign_in_is_forgotten_is_forgotten_as_a_colleague_too(
    signy: Colleague, coordinator: User, operator: User
) -> None:
    Colleague.objects.filter(pk=signy.pk).update(user=coordinator)
    forget_person(user=coordinator, by=operator)
    signy.refresh_from_db()
    assert (signy.name, signy.user, str(signy)) == ("", None, "a colleague who was forgotten")
    assert {name: found(name) for name in NAMES} == {name: [] for name in NAMES}


def test_forgetting_twice_changes_nothing_more(signy: Colleague, administrator: User) -> None:
    first = forget_colleague(colleague=signy, by=administrator)
    again = forget_colleague(colleague=signy, by=administrator)
    assert (again.forgotten_at, again.valid_until) == (first.forgotten_at, first.valid_until)
    assert Entry.objects.filter(verb="forget").count() == 1
