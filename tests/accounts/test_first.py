"""The first administrator makes their own sign-in by an address that works once, for a day."""

import datetime as dt
from io import StringIO
from threading import Barrier, Thread

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from sharedict.accounts.first import first_address
from sharedict.accounts.models import User
from tests.factories.accounts import UserFactory

FORM = {
    "username": "karin",
    "first_name": "Karin",
    "last_name": "Lind",
    "email": "karin@example.se",
    "password1": "fjord-and-forest-7",
    "password2": "fjord-and-forest-7",
}


def told() -> str:
    out = StringIO()
    call_command("setup-link", stdout=out)
    return out.getvalue().strip()


def path() -> str:
    return "/" + told().split("/", 3)[3]


@pytest.mark.django_db
def test_the_first_person_may_do_everything_and_is_signed_in(client: Client) -> None:
    address = path()
    assert b"You are the first here" in client.get(address).content
    response = client.post(address, FORM, follow=True)
    assert response.redirect_chain == [("/", 302), ("/cooperations/new/", 302)]
    karin = User.objects.get()
    assert (karin.is_superuser, karin.is_staff, karin.is_demonstration) == (True, True, False)
    assert client.get("/system/").status_code == 200


@pytest.mark.django_db
def test_it_works_once(client: Client) -> None:
    address = path()
    client.post(address, FORM)
    again = Client().post(address, FORM | {"username": "olle"})
    assert again.status_code == 410
    assert b"Somebody has made a sign-in since" in again.content
    assert User.objects.count() == 1
    with pytest.raises(CommandError, match="there already"):
        told()


@pytest.mark.django_db
def test_what_becomes_of_the_first_person_opens_no_old_address(client: Client) -> None:
    used, other = path(), path()
    client.post(used, FORM)
    User.objects.update(is_superuser=False, is_active=False)
    for address in (used, other):
        assert Client().post(address, FORM | {"username": "olle"}).status_code == 410
    assert client.get(path()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_becomes_the_first() -> None:
    address, start = path(), Barrier(6)
    statuses = []

    def come(number: int) -> None:
        client = Client()
        start.wait()
        statuses.append(client.post(address, FORM | {"username": f"person{number}"}).status_code)
        connection.close()

    threads = [Thread(target=come, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 410, 410, 410, 410, 410]
    assert User.objects.filter(is_superuser=True).count() == 1


@pytest.mark.django_db
def test_it_is_over_after_a_day(client: Client) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        address = path()
    with time_machine.travel(now + dt.timedelta(hours=23), tick=False):
        assert client.get(address).status_code == 200
    with time_machine.travel(now + dt.timedelta(hours=25), tick=False):
        assert client.get(address).status_code == 410
        assert client.post(address, FORM).status_code == 410
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["first", "first:1:1", "x" * 300, "\u00e5", "first%00"])
def test_a_secret_that_was_made_up_is_refused(client: Client, secret: str) -> None:
    response = client.get(f"/set-up/{secret}/")
    assert response.status_code == 410
    assert b"This address is not right" in response.content


@pytest.mark.django_db
def test_a_poor_password_is_refused_and_what_was_typed_stays(client: Client) -> None:
    response = client.post(path(), FORM | {"password1": "karin", "password2": "karin"})
    assert response.status_code == 422
    assert b'value="karin@example.se"' in response.content
    assert not User.objects.exists()


@pytest.mark.django_db
def test_who_may_do_less_or_only_shows_the_portal_is_not_the_first() -> None:
    UserFactory(username="reader")
    UserFactory(username="shown", is_superuser=True, is_demonstration=True)
    UserFactory(username="gone", is_superuser=True, is_active=False)
    assert told() == first_address()
