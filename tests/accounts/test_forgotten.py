"""A forgotten password: another one by a letter, and nothing for whoever only asks."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from municipalities.actions import UsedLinkError, reset_password
from municipalities.models import Cooperation, Role
from sharedict.accounts.models import SignInFailure, User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from tests import cast
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/accounts/password/forgotten/"
GOOD = "lykta stig valross mosse"
KARIN = {"email": "karin@example.se", "confirmed_email": "karin@example.se"}


@pytest.fixture
def karin(north: Cooperation) -> User:
    user = cast.person("karin", north, Role.Kind.AUDITOR)
    User.objects.filter(pk=user.pk).update(**KARIN, first_name="Karin", last_name="Lindqvist")
    user.refresh_from_db()
    return user


def ask(email: str = "Karin@example.se", **extra: Any) -> Any:
    return Client().post(PAGE, {"email": email}, **extra)


def link() -> str:
    """That of the latest letter, after all jobs are done."""
    run_all()
    return str("/accounts/" + mail.outbox[-1].body.split("/accounts/")[1].split()[0])


def followed(client: Client, address: str) -> str:
    """Where the form stands that the link leads to."""
    return str(client.get(address).headers["Location"])


def choose(client: Client, address: str, password: str = GOOD) -> int:
    return int(client.post(address, {"new_password1": password, "new_password2": password}).status_code)


def test_by_the_letter_one_chooses_another_once(karin: User, sign_in: Callable[[User], Client]) -> None:
    elsewhere = sign_in(karin)
    assert ask().headers["Location"] == "/sign-in/"
    address, client = link(), Client()
    assert mail.outbox[0].to == ["karin@example.se"]
    assert "karin" in mail.outbox[0].body
    form = followed(client, address)
    assert choose(client, form) == 302
    karin.refresh_from_db()
    assert karin.check_password(GOOD)
    assert elsewhere.get("/north/people/").headers["Location"].startswith("/sign-in/")
    assert choose(client, form) == 410
    assert Client().get(address).status_code == 410
    entry = Entry.objects.get(verb="reset")
    assert (entry.user, entry.subject_id, entry.cooperation_id) == (
        karin,
        str(karin.pk),
        Role.objects.get(user=karin).cooperation_id,
    )


def test_two_who_followed_the_same_link_do_not_both_choose(karin: User) -> None:
    ask()
    address, both = link(), [Client(), Client()]
    forms = [followed(client, address) for client in both]
    assert [choose(client, form) for client, form in zip(both, forms, strict=True)] == [302, 410]


def test_it_works_for_two_hours(karin: User) -> None:
    with time_machine.travel(dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC), tick=False):
        ask()
        address = link()
    with time_machine.travel(dt.datetime(2026, 10, 1, 14, 1, tzinfo=dt.UTC), tick=False):
        assert Client().get(address).status_code == 410
    with time_machine.travel(dt.datetime(2026, 10, 1, 13, 59, tzinfo=dt.UTC), tick=False):
        assert Client().get(address).status_code == 302


def test_a_password_that_is_guessed_is_refused(karin: User) -> None:
    ask()
    client = Client()
    form = followed(client, link())
    assert [choose(client, form, bad) for bad in ("karinlindqvist1", "Kommun2026!!", "short")] == [422] * 3
    karin.refresh_from_db()
    assert karin.check_password(PASSWORD)
    assert choose(client, form) == 302


def test_the_answer_is_the_same_whoever_has_the_address(karin: User) -> None:
    answers, queries = [], []
    for email in ("karin@example.se", "nobody@example.se"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = ask(email)
        queries.append(len(asked))
        answers.append(
            (
                answer.status_code,
                answer.headers["Location"],
                answer.cookies["messages"].value.partition(":")[0],
            )
        )
    assert answers[0] == answers[1]
    assert queries[0] == queries[1]
    assert Job.objects.count() == 2
    assert "karin" not in str([*Job.objects.values("arguments", "idempotency_key")])
    run_all()
    assert len(mail.outbox) == 1


def test_somebody_deactivated_or_without_an_address_gets_none(karin: User) -> None:
    ask()
    address = link()
    User.objects.filter(pk=karin.pk).update(is_active=False)
    client = Client()
    assert choose(client, followed(client, address)) == 410
    UserFactory(username="bare")
    for email in ("karin@example.se", "bare@example.se"):
        ask(email)
    assert run_all() == 2
    assert len(mail.outbox) == 1


def test_an_address_that_nobody_confirmed_opens_nothing(karin: User) -> None:
    User.objects.filter(pk=karin.pk).update(confirmed_email="")
    ask()
    run_all()
    [letter] = mail.outbox
    assert "/accounts/" not in letter.body
    assert "nobody has confirmed it" in letter.body
    karin.refresh_from_db()
    with pytest.raises(UsedLinkError):
        reset_password(user=karin, token="x", password=GOOD)


def test_a_letter_that_only_looks_like_ours_finds_nobody(karin: User) -> None:
    User.objects.filter(pk=karin.pk).update(email="kar\N{LATIN SMALL LETTER DOTLESS I}n@example.se")
    ask("karin@example.se")
    assert run_all() == 1
    assert mail.outbox == []


def test_the_link_leads_to_the_portal_whatever_host_was_asked(karin: User, settings: Settings) -> None:
    settings.ORIGIN, settings.ALLOWED_HOSTS = "https://portal.example.se", ["*"]
    ask(headers={"Host": "evil.example"})
    run_all()
    assert "https://portal.example.se/accounts/password/new/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


def test_whoever_asks_for_many_letters_is_slowed_down_and_fills_no_box(karin: User) -> None:
    answers = [ask(REMOTE_ADDR=f"10.0.0.{number % 2}") for number in range(20)]
    assert {answer.status_code for answer in answers} == {302}
    refused = ask(REMOTE_ADDR="10.0.0.1")
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    assert run_all() == 20
    assert len(mail.outbox) == 3
    signed_in = Client().post(
        "/sign-in/", {"username": "karin", "password": PASSWORD}, REMOTE_ADDR="10.0.0.1"
    )
    assert signed_in.status_code == 302


def test_who_tried_in_vain_before_signs_in_with_the_new_one(karin: User) -> None:
    client = Client()
    for _ in range(10):
        client.post("/sign-in/", {"username": "karin", "password": "wrong"})
    ask()
    assert choose(client, followed(client, link())) == 302
    assert not SignInFailure.objects.filter(username="karin").exists()
    assert client.post("/sign-in/", {"username": "karin", "password": GOOD}).status_code == 302


def test_where_nothing_is_sent_the_page_says_whom_to_ask(karin: User, settings: Settings) -> None:
    settings.SENDS_MAIL = False
    assert b"Ask whoever runs it for another password." in Client().get(PAGE).content
    assert ask().status_code == 422
    assert not Job.objects.exists()


def test_another_address_is_not_confirmed_by_the_one_before(karin: User) -> None:
    assert karin.has_confirmed_address
    karin.email = "other@example.se"
    assert not karin.has_confirmed_address
