"""What the change log says of persons stands beside it, and is read as if it stood in it."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from billing.models import LateDecision, Period
from municipalities.actions import Link, accept_invitation, delete_role, save_role, save_row
from municipalities.models import Cooperation, Invitation, Municipality, Role, Token, Upload
from municipalities.reports import changes_in_words
from services.models import LifecycleMove, Order, OrderStep, Outage, OutageUpdate
from sharedict.accounts.models import User
from sharedict.audit.actions import personal_of, record
from sharedict.audit.models import Entry, PersonalValue
from sharedict.common.access import sight_of
from sharedict.common.sight import of_cooperation, seeing
from sharedict.jobs.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.billing import CostFactory
from tests.factories.municipalities import InvitationFactory, SiteFactory, TokenFactory
from tests.tampering import refused

SignIn = Callable[[User], Client]
Beside = set[tuple[str, int | None, str, str]]
LOG = "/north/change-log/"


@pytest.fixture
def maria(administrator: User) -> User:
    administrator.first_name, administrator.last_name = "Maria", "Nyström"
    administrator.save()
    return administrator


def beside(entry: Entry) -> Beside:
    return {*entry.personal_values.values_list("part", "user", "before", "after")}


def listed(**found: Any) -> Any:
    return Entry.objects.for_listing().get(**found)


def test_a_new_person_and_their_role(north: Cooperation, maria: User) -> None:
    invitation = InvitationFactory(cooperation=north, email="erik@example.se", invited_by=maria)
    link = Link(north.pk, invitation.pk, invitation.mark)
    new = User(username="erik@example.se", first_name="Erik", last_name="Hallgren")
    role = accept_invitation(link=link, user=new)
    for kind, pk, said in (
        ("accounts.user", role.user_id, "Erik Hallgren"),
        ("municipalities.role", role.pk, "Erik Hallgren: auditor, North"),
    ):
        entry = Entry.objects.get(subject_type=kind)
        assert (entry.actor, entry.subject, entry.subject_id) == ("", "", str(pk))
        assert (entry.user, entry.cooperation) == (role.user, north)
        assert beside(entry) == {
            ("actor", role.user_id, "", "Erik Hallgren"),
            ("subject", role.user_id, "", said),
        }
    assert {*PersonalValue.objects.values_list("cooperation", flat=True)} == {north.pk}


def test_a_role_that_is_changed_and_removed(
    north: Cooperation, torsby: Municipality, maria: User, auditor: User
) -> None:
    role = Role.objects.get(user=auditor)
    role.kind, role.municipality = Role.Kind.FINANCE, torsby
    save_role(role=role, by=maria)
    pk = role.pk
    delete_role(role=role, by=maria)
    for verb in ("change", "delete"):
        entry = Entry.objects.get(verb=verb)
        assert (entry.actor, entry.subject, entry.subject_id) == ("", "", str(pk))
        assert ("subject", auditor.pk, "", "auditor: finance officer, Torsby") in beside(entry)
    assert Entry.objects.get(verb="delete").changes["user"] == [str(auditor.pk), ""]


def test_texts_of_a_person_are_marked_and_that_there_was_none_stays(maria: User, auditor: User) -> None:
    changes = {"email": ["", "a@example.se"], "last_name": ["Forsell", "Ek"], "is_active": ["True", "False"]}
    entry = record(verb="change", subject=auditor, by=None, at=timezone.now(), changes=changes)
    entry.refresh_from_db()
    assert entry.changes == {"email": ["", None], "last_name": [None, None], "is_active": ["True", "False"]}
    assert beside(entry) == {
        ("subject", auditor.pk, "", "auditor"),
        ("email", auditor.pk, "", "a@example.se"),
        ("last_name", auditor.pk, "Forsell", "Ek"),
    }
    assert said(entry) == ["a@example.se", "Forsell → Ek", "yes → no"]
    PersonalValue.objects.all().delete()
    assert said(entry) == ["(erased)", "(erased) → (erased)", "yes → no"]


def said(entry: Entry) -> list[str]:
    words = {change.label: change.in_words() for change in changes_in_words([entry])[entry.pk]}
    return [words[label] for label in ("email address", "last name", "active")]


@pytest.mark.parametrize("by", ["person", "token", "program"])
def test_a_cost_names_who_changed_it_beside_where_that_is_a_person(
    north: Cooperation, maria: User, by: str
) -> None:
    token = TokenFactory(cooperation=north, name="Ledger")
    actor, name = {
        "person": (maria, "Maria Nyström"),
        "token": (token, str(token)),
        "program": (None, "sharedict"),
    }[by]
    cost = CostFactory(cooperation=north, reference="C00000001")
    cost.description = "Other"
    save_row(row=cost, by=actor)
    entry = listed(subject_type="billing.cost")
    assert (entry.actor, entry.subject) == ("" if by == "person" else name, str(cost))
    assert beside(entry) == ({("actor", maria.pk, "", name)} if by == "person" else set())
    assert (entry.who, entry.what) == (name, str(cost))


ABOUT_NOBODY = {
    Invitation: "named by its role; its address is never logged, and goes when it is over",
    Entry: "what of it names a person stands beside it",
    Job: "named by its kind",
    LateDecision: "named by its month and cost",
    LifecycleMove: "named by its application and the stage",
    LogEntry: "of /system/, rewritten when a person is forgotten",
    Period: "named by its month",
    PersonalValue: "stands beside the log itself",
    Order: "named by what it is about",
    OrderStep: "named by its order and the state",
    Outage: "named by what is the matter",
    OutageUpdate: "named by what it says",
    Token: "named by the system that uses it",
    Upload: "named by its file",
}


def test_whatever_refers_to_a_person_says_whether_it_is_about_them() -> None:
    referring = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is User and not personal_of(model)
    }
    assert referring == {*ABOUT_NOBODY}
    for model in (User, Role):
        personal = personal_of(model)
        assert personal
        assert {*personal.columns} <= {field.name for field in model._meta.concrete_fields}


@pytest.fixture
def logged(north: Cooperation, maria: User, auditor: User) -> Entry:
    """Maria has changed what Ingrid may do, a token has added a site, and the program a cost."""
    auditor.first_name, auditor.last_name = "Ingrid", "Forsell"
    auditor.save()
    site = SiteFactory(cooperation=north, name="Room")
    now = timezone.now()
    log = {"verb": "add", "at": now, "cooperation_id": north.pk}
    record(subject=site, by=TokenFactory(cooperation=north, name="Ledger", prefix="led"), **log)
    record(subject=CostFactory(cooperation=north, reference="C1"), by=None, **log)
    role = Role.objects.get(user=auditor)
    return record(
        verb="change", subject=role, by=maria, at=now + dt.timedelta(seconds=1), cooperation_id=north.pk
    )


def rows(client: Client, query: str) -> list[list[str]]:
    """Who and what of each row of the file."""
    content = b"".join(client.get(f"{LOG}?format=csv&{query}"))
    return [[line[1], line[4]] for line in csv.reader(io.StringIO(content.decode("utf-8-sig")))][1:]


def test_the_page_and_its_files_read_as_if_it_stood_in_the_log(
    sign_in: SignIn, auditor: User, logged: Entry
) -> None:
    client = sign_in(auditor)
    role, site, cost = (
        ["Maria Nyström", "Ingrid Forsell: auditor, North"],
        ["Ledger (led)", "Room"],
        ["sharedict", "C1"],
    )
    assert rows(client, "")[0] == role
    newest_first = rows(client, "")
    assert sorted(who for who, _ in newest_first) == ["Ledger (led)", "Maria Nyström", "sharedict"]
    assert rows(client, "sort=actor") == rows(client, "sort=-subject") == newest_first
    assert sorted(rows(client, "sort=at")) == sorted(newest_first)
    assert rows(client, "who=nyström") == rows(client, "what=ingrid") == [role]
    assert rows(client, "who=ledger") == [site]
    assert [who for who, _ in rows(client, "who=shared")] == [cost[0]]
    page = client.get(LOG).content.decode()
    assert "Maria Nyström" in page
    assert "Ingrid Forsell: auditor, North" in page


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "a person who was forgotten"), ("sv", "en person vars uppgifter är raderade")],
    ids=["en", "sv"],
)
def test_what_was_erased_says_so(
    sign_in: SignIn, auditor: User, logged: Entry, language: str, name: str
) -> None:
    PersonalValue.objects.all().delete()
    client = sign_in(auditor)
    client.cookies["django_language"] = language
    assert rows(client, "")[0] == [name, name]
    assert rows(client, "who=ledger")[0][0] == "Ledger (led)"
    with override(language):
        assert listed(pk=logged.pk).who == name


def test_operators_read_it_too(sign_in: SignIn, auditor: User, logged: Entry) -> None:
    client = sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))
    found = client.get("/system/audit/entry/?q=nyström").content.decode()
    assert "Maria Nyström" in found
    assert "Room" not in found
    page = client.get(f"/system/audit/entry/{logged.pk}/change/").content.decode()
    assert "Ingrid Forsell: auditor, North" in page
    assert 'value="Save' not in page


@pytest.mark.parametrize(
    ("language", "did", "kind"),
    [("en", "erased what was personal of", "user"), ("sv", "raderade uppgifter om", "användare")],
)
def test_operators_read_in_words_what_was_done(
    sign_in: SignIn, maria: User, logged: Entry, language: str, did: str, kind: str
) -> None:
    operator = UserFactory(username="operator", is_staff=True, is_superuser=True)
    entry = record(verb="forget", subject=maria, by=operator, at=timezone.now())
    client = sign_in(operator)
    client.cookies["django_language"] = language
    found = client.get("/system/audit/entry/").content.decode()
    assert f'<td class="field-did">{did}</td>' in found
    assert f'<td class="field-kind">{kind}</td>' in found
    assert re.search(rf'<a href="\?verb=forget"[^>]*>\s*{did}\s*</a>', found)
    page = client.get(f"/system/audit/entry/{entry.pk}/change/").content.decode()
    assert f"{did} {kind} {maria.pk}" in page
    assert "accounts.user" not in page


def test_the_number_of_queries_is_the_same_whoever_acted(
    sign_in: SignIn, auditor: User, north: Cooperation, maria: User
) -> None:
    client, asked = sign_in(auditor), []
    for count in (1, 4):
        for _ in range(count):
            role = Role.objects.create(cooperation=north, user=UserFactory(), kind=Role.Kind.AUDITOR)
            log = {"at": timezone.now(), "cooperation_id": north.pk, "by": maria}
            record(verb="add", subject=role, changes={"user": ["", str(role.user_id)]}, **log)
            record(verb="add", subject=role.user, changes={"email": ["", "x@example.se"]}, **log)
        for query in ("", "?format=csv"):
            with CaptureQueriesContext(connection) as queries:
                b"".join(client.get(LOG + query))
            asked.append(len(queries))
    assert asked[:2] == asked[2:]


def test_another_cooperation_sees_no_personal_value(
    logged: Entry, north: Cooperation, outside: Cooperation, stranger: User
) -> None:
    record(verb="add", subject=stranger, by=stranger, at=timezone.now())
    with seeing(sight_of(stranger)):
        assert not PersonalValue.objects.exists()
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            PersonalValue.objects.create(entry_id=logged.pk, cooperation=north, part="x", user=stranger)
    with seeing(of_cooperation(north.pk)):
        assert {*PersonalValue.objects.values_list("after", flat=True)} == {
            "Maria Nyström",
            "Ingrid Forsell: auditor, North",
        }


def test_the_program_adds_and_erases_it_and_changes_nothing(logged: Entry) -> None:
    refused("UPDATE audit_personalvalue SET after = 'Somebody else'")
    refused("TRUNCATE audit_personalvalue")
    refused("UPDATE audit_entry SET actor = 'Somebody else'")
    assert PersonalValue.objects.all().delete()[0] == 2


def test_a_part_of_an_entry_is_said_once(logged: Entry) -> None:
    with pytest.raises(IntegrityError, match="audit_personal_value_once"), transaction.atomic():
        PersonalValue.objects.create(entry=logged, part="actor", after="Somebody else")
