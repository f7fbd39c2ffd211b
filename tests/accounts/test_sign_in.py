"""Signing in and out; guessing passwords is stopped before one is hashed."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from sharedict.accounts.models import SignInFailure, User
from sharedict.accounts.throttle import begin_attempt
from sharedict.jobs.models import JOB_LOCKS, TURN_LOCKS
from sharedict.jobs.tasks import tidy
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def attempt(client: Client, username: str = "karin", password: str = "", **extra: Any) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password or "wrong"}, **extra)


@pytest.fixture
def karin(db: None) -> User:
    user: User = UserFactory(username="karin")
    return user


def test_the_right_password_leads_to_the_page_one_came_for(client: Client, karin: User) -> None:
    response = client.post("/sign-in/?next=/north/members/", {"username": "karin", "password": PASSWORD})
    assert response.status_code == 302
    assert response.headers["Location"] == "/north/members/"
    assert not SignInFailure.objects.exists()


def test_another_host_is_never_the_next_page(client: Client, karin: User) -> None:
    response = client.post(
        "/sign-in/", {"username": "karin", "password": PASSWORD, "next": "https://example.org/"}
    )
    assert response.headers["Location"] == "/"


def test_a_wrong_password_is_refused_in_words_and_counted(client: Client, karin: User) -> None:
    response = attempt(client)
    assert response.status_code == 422
    assert b"This user name and this password do not belong together." in response.content
    assert SignInFailure.objects.filter(username="karin", address="127.0.0.1").count() == 1


def test_the_eleventh_attempt_in_a_quarter_is_refused_without_hashing(
    client: Client, karin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        assert attempt(client).status_code == 422
    monkeypatch.delattr(MD5PasswordHasher, "verify")
    response = attempt(client, "KARIN", PASSWORD)
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 900
    assert b"Too many failed attempts. Try again at" in response.content
    assert SignInFailure.objects.count() == 10


def test_after_a_quarter_one_may_try_again_and_old_failures_are_gone(client: Client, karin: User) -> None:
    with time_machine.travel(dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC), tick=False):
        for _ in range(10):
            attempt(client)
    with time_machine.travel(dt.datetime(2026, 10, 1, 12, 14, tzinfo=dt.UTC), tick=False):
        assert attempt(client, password=PASSWORD).status_code == 429
    with time_machine.travel(dt.datetime(2026, 10, 1, 12, 15, tzinfo=dt.UTC), tick=False):
        assert attempt(client, password=PASSWORD).status_code == 302
    assert not SignInFailure.objects.exists()


def test_one_address_may_fail_fifty_times_whatever_the_names(client: Client, karin: User) -> None:
    now = timezone.now()
    for number in range(50):
        begin_attempt(username=f"guess{number}", address="10.0.0.9", now=now)
    assert attempt(client, password=PASSWORD, REMOTE_ADDR="10.0.0.9").status_code == 429
    assert attempt(client, password=PASSWORD, REMOTE_ADDR="10.0.0.8").status_code == 302


def test_who_guesses_elsewhere_keeps_nobody_out(karin: User) -> None:
    known, stranger = Client(), Client()
    assert attempt(known, password=PASSWORD).status_code == 302
    known.post("/sign-out/")
    for _ in range(10):
        attempt(stranger)
    assert attempt(stranger, password=PASSWORD).status_code == 429
    assert attempt(known, password=PASSWORD).status_code == 302, (
        "the same address, and a browser she has used"
    )
    elsewhere = Client(REMOTE_ADDR="10.0.0.7")
    assert attempt(elsewhere, password=PASSWORD).status_code == 302, "a new browser, and another address"


def test_a_browser_that_is_known_is_counted_too_and_for_its_own_person_alone(karin: User) -> None:
    known = Client()
    attempt(known, password=PASSWORD)
    known.post("/sign-out/")
    UserFactory(username="erik")
    attempt(known, "erik")
    assert SignInFailure.objects.get(username="erik").device == ""
    for _ in range(10):
        assert attempt(known).status_code == 422
    assert attempt(known, password=PASSWORD).status_code == 429
    known.cookies["device"] = "mine:1:forged"
    attempt(known)
    assert SignInFailure.objects.latest("pk").device == ""


def test_many_addresses_guess_no_name_for_ever(client: Client, karin: User) -> None:
    now = timezone.now()
    for number in range(100):
        begin_attempt(username="karin", address=f"10.0.1.{number}", now=now)
    assert attempt(client, password=PASSWORD).status_code == 429


def test_signing_in_forgives_only_ones_own_failures(client: Client, karin: User) -> None:
    attempt(client)
    attempt(client, "erik")
    attempt(client, password=PASSWORD)
    assert list(SignInFailure.objects.values_list("username", flat=True)) == ["erik"]


def test_behind_a_trusted_proxy_the_address_is_the_one_it_saw(client: Client, settings: Any) -> None:
    for proxies, forwarded, counted in (
        (0, "1.1.1.1", "127.0.0.1"),
        (1, "1.1.1.1, 10.9.9.9", "10.9.9.9"),
        (1, "10.9.9.9, nonsense", "127.0.0.1"),
        (2, "1.1.1.1, 10.9.9.9, 10.8.8.8", "10.9.9.9"),
        (2, "10.8.8.8", "127.0.0.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:10.7.7.7", "10.7.7.7"),
    ):
        settings.PROXIES = proxies
        attempt(client, headers={"X-Forwarded-For": forwarded})
        assert SignInFailure.objects.latest("pk").address == counted, forwarded


@pytest.mark.parametrize(
    "username", ["", "x" * 10_000, "😀", "a'b\"c", "nobody", "\N{LATIN SMALL LETTER SHARP S}" * 150]
)
def test_no_user_name_breaks_the_page(client: Client, username: str) -> None:
    assert attempt(client, username).status_code == 422


def test_the_operators_sign_in_is_throttled_too(client: Client, karin: User) -> None:
    for _ in range(10):
        attempt(client)
    response = client.post("/system/login/", {"username": "karin", "password": PASSWORD})
    assert b"Too many failed attempts" in response.content


def test_demonstration_sign_ins_are_shown_only_beside_demonstration_data(
    client: Client, settings: Any
) -> None:
    UserFactory(username="auditor")
    assert b"shared-by-auditor" not in client.get("/sign-in/").content
    UserFactory(username="finance.torsby", is_demonstration=True)
    page = client.get("/sign-in/").content
    assert b"shared-by-finance" in page
    assert b"shared-by-auditor" not in page
    settings.LOADS_DEMONSTRATION = False
    assert b"shared-by-finance" not in client.get("/sign-in/").content


def test_counting_an_attempt_takes_no_lock_that_workers_go_by(karin: User) -> None:
    """A stranger chooses the user name, and with it the second key."""
    asked = "SELECT DISTINCT classid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(asked)
        before = {*cursor.fetchall()}
        begin_attempt(username="karin", address="10.0.0.9", now=timezone.now())
        cursor.execute(asked)
        taken = {key for (key,) in {*cursor.fetchall()} - before}
    assert len(taken) == 2
    assert not taken & {TURN_LOCKS, JOB_LOCKS}


def test_demonstration_people_cannot_sign_in_where_demonstration_is_refused(
    client: Client, settings: Any
) -> None:
    UserFactory(username="finance.torsby", is_demonstration=True)
    settings.LOADS_DEMONSTRATION = False
    response = attempt(client, "finance.torsby", PASSWORD)
    assert response.status_code == 422
    assert b"not allowed here" in response.content


def test_signing_out_takes_a_post(client: Client, karin: User) -> None:
    client.force_login(karin)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert b"You are signed out." in client.get("/sign-in/").content
    assert "_auth_user_id" not in client.session


def test_a_changed_password_works_and_a_weak_one_is_refused(client: Client, karin: User) -> None:
    client.force_login(karin)
    fields = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert client.post("/accounts/password/", fields).status_code == 422
    better = "a much longer sentence"
    fields |= {"new_password1": better, "new_password2": better}
    assert client.post("/accounts/password/", fields).status_code == 302
    karin.refresh_from_db()
    assert karin.check_password(better)


def test_the_night_forgets_sessions_and_failures_that_are_over(client: Client, karin: User) -> None:
    attempt(client)
    client.force_login(karin)
    tidy()
    assert (Session.objects.count(), SignInFailure.objects.count()) == (1, 1)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=13), tick=False):
        tidy()
    assert (Session.objects.count(), SignInFailure.objects.count()) == (0, 0)
