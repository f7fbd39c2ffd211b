"""Passwords that nobody guesses, and that nobody else has seen."""

from collections.abc import Callable

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import SignInFailure, User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
GOOD = "lykta stig valross mosse"
PAGE = "/accounts/password/"


@pytest.fixture
def karin(db: None) -> User:
    user: User = UserFactory(username="karin", first_name="Karin", last_name="Lindqvist")
    return user


def create_user(username: str) -> User:
    """Somebody to whom an operator gave their first password."""
    user = User(username=username, has_first_password=True)
    user.set_password(PASSWORD)
    user.full_clean()
    user.save()
    return user


def change(client: Client, old: str, new: str) -> int:
    sent = {"old_password": old, "new_password1": new, "new_password2": new}
    return int(client.post(PAGE, sent).status_code)


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "Kommun2026!!",
        "torsby-torsby-1",
        "Torsbykommun1",
        "t0rsby-t0rsby",
        "Värmlands län 1",
        "Sommar2026!!!!",
        "Oslo kommune 1",
        "Torsby kommun 1",
        "Kommun 2026 Torsby",
        "P@ssw0rd12345",
        "qwertyuiop123",
        "karinlindqvist1",
        "Lösenord123!",
        "abcdefghijklmn",
    ],
)
def test_what_a_guesser_tries_first_is_refused(karin: User, torsby: Municipality, password: str) -> None:
    Municipality.objects.filter(pk=torsby.pk).update(county="Värmlands län")
    names = (f"{chr(97 + number % 26)}berg{number}" for number in range(300))
    Municipality.objects.bulk_create(
        Municipality(country="NO", code=f"{number + 1000}", name=name) for number, name in enumerate(names)
    )
    with pytest.raises(ValidationError):
        validate_password(password, karin)


@pytest.mark.parametrize("password", [GOOD, "kX9-vbQ2-Lm4e", "correct horse battery", GOOD * 50])
def test_what_nobody_guesses_is_taken(karin: User, torsby: Municipality, password: str) -> None:
    validate_password(password, karin)


def test_a_password_that_somebody_gave_is_changed_before_anything_else(
    north: Cooperation, client: Client
) -> None:
    user, password = create_user(username="newcomer"), PASSWORD
    client.post("/sign-in/", {"username": "newcomer", "password": password})
    for address in ("/", "/north/overview/", "/system/"):
        assert client.get(address).headers["Location"] == PAGE
    answer = client.get("/api/v1/costs/")
    assert (answer.status_code, answer.json()["code"]) == (403, "first_password")
    page = client.get(PAGE).content.decode()
    assert "Somebody else has seen" in page
    assert change(client, password, password) == 422
    assert change(client, password, GOOD) == 302
    assert client.get("/").status_code == 200
    user.refresh_from_db()
    assert not user.has_first_password


def test_an_operator_gives_passwords_and_does_not_keep_them(sign_in: Callable[[User], Client]) -> None:
    operator = sign_in(UserFactory(is_staff=True, is_superuser=True))
    sent = {"username": "erik", "usable_password": "true", "password1": GOOD, "password2": GOOD}
    assert operator.post("/system/accounts/user/add/", sent).status_code == 302
    erik = User.objects.get(username="erik")
    assert erik.has_first_password
    User.objects.update(has_first_password=False)
    again = {"usable_password": "true", "password1": GOOD, "password2": GOOD}
    assert operator.post(f"/system/accounts/user/{erik.pk}/password/", again).status_code == 302
    erik.refresh_from_db()
    assert erik.has_first_password


def test_the_old_password_is_not_guessed_on_a_screen_left_unlocked(
    karin: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(karin)
    for _ in range(10):
        assert change(client, "wrong", GOOD) == 422
    page = client.post(PAGE, {"old_password": PASSWORD, "new_password1": GOOD, "new_password2": GOOD})
    assert "Too many failed attempts" in page.content.decode()
    SignInFailure.objects.all().delete()
    assert change(client, PASSWORD, GOOD) == 302
    assert not SignInFailure.objects.exists()


@pytest.mark.parametrize("name", ["Karin", "kar1n", "k.arin", "kàrin", "karln", "karin_"])
def test_a_name_that_reads_like_anothers_is_refused(karin: User, name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        create_user(username=name)
    assert "reads like this one" in str(refused.value)


def test_letters_that_only_look_like_ours_are_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        create_user(username="k\N{CYRILLIC SMALL LETTER A}rin")
    assert "Latin letters" in str(refused.value)
    create_user(username="kåre.øverås-2@example.no")


def test_the_same_name_is_said_to_be_taken(karin: User) -> None:
    with pytest.raises(ValidationError) as refused:
        create_user(username="karin")
    assert "already exists" in str(refused.value)


def test_a_person_known_already_may_be_changed(karin: User) -> None:
    UserFactory(username="kar1n")
    karin.first_name = "Kajsa"
    karin.full_clean()
