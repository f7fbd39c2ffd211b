"""Who came in, failed to, and left stands in the log that auditors read; what a stranger typed does not."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone, translation

from municipalities.actions import FAILED_SIGN_IN, forget_person, note_sign_in
from municipalities.models import Cooperation, Role
from sharedict.accounts.models import User
from sharedict.audit.actions import record
from sharedict.audit.models import SECURITY, Entry, PersonalValue, kind_in_words, verb_in_words
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from sharedict.jobs.tasks import tidy
from tests import cast
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.municipalities import SiteFactory

SignIn = Callable[[User], Client]
LOG = "/north/change-log/"
CHOSEN = "lykta stig valross mosse"


def attempt(username: str, password: str = PASSWORD, client: Client | None = None) -> Any:
    return (client or Client()).post("/sign-in/", {"username": username, "password": password})


def told(verb: str) -> list[tuple[int | None, str, str]]:
    """Where entries with this verb stand, who did it, and of whom."""
    rows = Entry.objects.for_listing().filter(verb=verb).order_by("id")
    return [*rows.values_list("cooperation", "who", "what")]


def logged(client: Client, query: str = "") -> str:
    file = client.get(f"{LOG}?format=csv{query}")
    return b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_coming_and_going_is_noted_once_wherever_one_has_a_role(
    north: Cooperation, outside: Cooperation, finance: User
) -> None:
    Role.objects.create(cooperation=outside, user=finance, kind=Role.Kind.AUDITOR)
    Role.objects.create(cooperation=north, user=finance, kind=Role.Kind.AUDITOR)
    client = Client()
    assert attempt("finance", client=client).status_code == 302
    client.post("/sign-out/")
    client.post("/sign-out/")
    for verb in ("sign-in", "sign-out"):
        assert told(verb) == [(pk, "finance", "finance") for pk in sorted((north.pk, outside.pk))]


def test_whoever_has_no_role_is_noted_for_operators_alone(
    north: Cooperation, auditor: User, sign_in: SignIn
) -> None:
    UserFactory(username="operator", is_staff=True, is_superuser=True)
    client = Client()
    client.post("/system/login/", {"username": "operator", "password": PASSWORD})
    assert told("sign-in") == [(None, "operator", "operator")]
    assert "operator" not in logged(sign_in(auditor))
    assert "signed in" in client.get("/system/audit/entry/").content.decode()


def test_a_failure_is_noted_without_anybody_having_done_it(north: Cooperation, finance: User) -> None:
    assert attempt("finance", "wrong").status_code == 422
    run_all()
    assert told("failure") == [(north.pk, "sharedict", "finance")]
    assert Entry.objects.get().user is None


def test_what_was_typed_for_a_name_that_nobody_has_is_kept_nowhere(north: Cooperation, finance: User) -> None:
    assert attempt("my-secret-password", "finance").status_code == 422
    assert Job.objects.get(kind=FAILED_SIGN_IN).arguments["people"] == []
    assert "secret" not in str(Job.objects.values())
    run_all()
    assert not Entry.objects.exists()
    assert not PersonalValue.objects.exists()


def test_a_failure_takes_as_many_queries_whether_the_name_is_known(
    finance: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(20, exact=False) as known:
        attempt("finance", "wrong")
    with django_assert_num_queries(len(known)):
        attempt("nobody", "wrong")


def test_however_often_somebody_tries_one_failure_a_minute_is_noted(finance: User, auditor: User) -> None:
    began = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)
    for seconds in (0, 20, 40, 61, 70):
        with time_machine.travel(began + dt.timedelta(seconds=seconds), tick=False):
            attempt("finance", "wrong")
            attempt("auditor", "wrong")
            run_all()
    for person in (finance, auditor):
        found = Entry.objects.filter(verb="failure", subject_id=str(person.pk)).order_by("at")
        assert [(entry.at - began).seconds for entry in found] == [0, 61]


def test_failures_that_wait_are_one_job_for_each_person(finance: User, auditor: User) -> None:
    for name in ("finance", "auditor", "nobody", "none") * 3:
        attempt(name, "wrong")
    assert Job.objects.filter(kind=FAILED_SIGN_IN).count() == 3
    run_all()
    tidy()
    assert not Job.objects.filter(kind=FAILED_SIGN_IN).exists()
    assert len(told("failure")) == 2


def test_whoever_is_kept_waiting_is_noted_once_however_often_it_is_tried(
    north: Cooperation, finance: User, auditor: User
) -> None:
    began = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(began, tick=False):
        for _ in range(10):
            attempt("finance", "wrong")
    for minute in range(1, 15):
        with time_machine.travel(began + dt.timedelta(minutes=minute), tick=False):
            for name in ("finance", "Finance"):
                assert attempt(name).status_code == 429
            run_all()
            tidy()
    assert told("throttled") == [(north.pk, "sharedict", "finance")]
    assert Job.objects.filter(kind=FAILED_SIGN_IN).count() == 1
    again = began + dt.timedelta(minutes=30)
    with time_machine.travel(again, tick=False):
        for _ in range(11):
            attempt("finance", "wrong")
        run_all()
    assert len(told("throttled")) == 2


def test_of_a_name_that_nobody_has_no_waiting_is_noted_and_it_takes_as_long(
    finance: User, django_assert_num_queries: Any
) -> None:
    for name in ("finance", "nobody"):
        for _ in range(10):
            attempt(name, "wrong")
    for _turn in ("the first refusal", "the next"):
        with django_assert_num_queries(13, exact=False) as known:
            assert attempt("finance").status_code == 429
        with django_assert_num_queries(len(known)):
            assert attempt("nobody").status_code == 429
    run_all()
    assert [subject for _, _, subject in told("throttled")] == ["finance"]


def test_a_wrong_old_password_is_noted_wherever_it_is_asked_for(
    north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    client = sign_in(finance)
    for page, fields in (
        ("/accounts/password/", {"new_password1": CHOSEN, "new_password2": CHOSEN}),
        ("/accounts/letters/", {"email": "finance@example.se"}),
    ):
        answer = client.post(page, {"old_password": "wrong", **fields})
        assert answer.status_code == 422
        assert Job.objects.filter(kind=FAILED_SIGN_IN, arguments__verb="wrong-password").count() == 1
        run_all()
        Job.objects.all().delete()
    assert told("wrong-password") == [(north.pk, "sharedict", "finance")]
    for _ in range(10):
        client.post("/accounts/password/", {"old_password": "wrong"})
    assert client.post("/accounts/password/", {"old_password": PASSWORD}).status_code == 422
    run_all()
    assert told("throttled") == [(north.pk, "sharedict", "finance")]


def test_who_may_not_come_in_by_a_door_with_the_right_password_is_noted(
    north: Cooperation, finance: User, auditor: User, settings: Any
) -> None:
    """A sign-in of the demonstration where it is refused, and whoever is no operator."""
    settings.LOADS_DEMONSTRATION = False
    User.objects.filter(pk=finance.pk).update(is_demonstration=True)
    assert attempt("finance").status_code == 422
    assert Client().post("/system/login/", {"username": "auditor", "password": PASSWORD}).status_code == 200
    run_all()
    assert told("refused") == [(north.pk, "sharedict", name) for name in ("finance", "auditor")]
    assert not told("failure")


def test_a_changed_password_is_noted_with_who_changed_it(north: Cooperation, finance: User) -> None:
    client = Client()
    attempt("finance", client=client)
    chosen = {"new_password1": CHOSEN, "new_password2": CHOSEN}
    client.post("/accounts/password/", {"old_password": "wrong", **chosen})
    assert told("password") == []
    assert client.post("/accounts/password/", {"old_password": PASSWORD, **chosen}).status_code == 302
    assert told("password") == [(north.pk, "finance", "finance")]


def test_a_password_that_an_operator_gives_is_noted(
    north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    client = sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))
    page = f"/system/accounts/user/{finance.pk}/password/"
    client.post(page, {"password1": CHOSEN, "password2": "another one", "usable_password": "true"})
    assert told("password") == []
    given = {"password1": CHOSEN, "password2": CHOSEN, "usable_password": "true"}
    assert client.post(page, given).status_code == 302
    assert told("password") == [(north.pk, "operator", "finance")]


def test_auditors_read_and_export_just_these(
    north: Cooperation, finance: User, auditor: User, sign_in: SignIn
) -> None:
    attempt("finance")
    attempt("finance", "wrong")
    run_all()
    client = sign_in(auditor)
    record(
        verb="add",
        subject=SiteFactory(cooperation=north, name="Server room"),
        by=None,
        at=timezone.now(),
        cooperation_id=north.pk,
    )
    assert "Server room" in logged(client)
    security = logged(client, "&kind=security")
    assert "Server room" not in security
    for verb in ("signed in", "noted a failed sign-in of"):
        assert f",{verb},user,finance," in security.replace(";", ",")
    page = client.get(f"{LOG}?kind=security").content.decode()
    assert "signed in" in page
    assert "Server room" not in page
    assert sign_in(finance).get(f"{LOG}?kind=security").status_code == 403


def test_another_cooperation_sees_none_of_it(
    north: Cooperation, outside: Cooperation, finance: User, stranger: User, sign_in: SignIn
) -> None:
    attempt("finance")
    attempt("finance", "wrong")
    run_all()
    file = sign_in(stranger).get("/outside/change-log/?format=csv&kind=security")
    assert b"finance" not in b"".join(file.streaming_content)  # type: ignore[attr-defined]


def test_who_is_forgotten_is_named_by_none_of_it(north: Cooperation, finance: User) -> None:
    attempt("finance")
    attempt("finance", "wrong")
    run_all()
    operator = UserFactory(username="operator", is_staff=True, is_superuser=True)
    stale = User.objects.get(pk=finance.pk)
    forget_person(user=finance, by=operator)
    attempt("finance", "wrong")
    run_all()
    assert told("sign-in") == [(north.pk, *["a person who was forgotten"] * 2)]
    assert told("failure") == [(north.pk, "sharedict", "a person who was forgotten")]
    assert stale.username == "finance"
    assert not PersonalValue.objects.filter(after__icontains="finance").exists()


def test_somebody_who_is_forgotten_while_they_come_in_is_not_named(north: Cooperation) -> None:
    leaving = cast.person("leaving", north, Role.Kind.AUDITOR)
    stale = User.objects.get(pk=leaving.pk)
    forget_person(user=leaving, by=UserFactory(is_superuser=True))
    note_sign_in(user=stale)
    assert told("sign-in") == [(None, *["a person who was forgotten"] * 2)]


def test_it_is_all_said_in_swedish() -> None:
    assert {kind_in_words(kind) for kind in SECURITY}.isdisjoint(SECURITY)
    verbs = ("failure", "password", "refused", "sign-in", "sign-out", "throttled", "wrong-password")
    english = [verb_in_words(verb) for verb in verbs]
    with translation.override("sv"):
        assert not {*english} & {verb_in_words(verb) for verb in verbs}
