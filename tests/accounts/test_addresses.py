"""One mailbox is one, however its address is written."""

import pytest
from django.core import signing

from municipalities.actions import NotConfirmedError, confirm_address
from municipalities.actions.invitations import has_sign_in
from municipalities.actions.letters import SALT
from sharedict.accounts.addresses import mailbox_of, written_ways
from tests.factories.accounts import UserFactory

IN_LETTERS, IN_NET = "karin@räksmörgås.se", "karin@xn--rksmrgs-5wao1o.se"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("karin@example.se", "Karin@EXAMPLE.se"),
        ("karin@example.se", "karin+2@example.se"),
        ("karin+1@example.se", "karin+2@example.se"),
        (IN_LETTERS, IN_NET),
        (IN_LETTERS.upper(), IN_NET),
        ("karin@ra\u0308ksmörgås.se", IN_LETTERS),
        ("ﬁa@example.se", "fia@example.se"),
    ],
)
def test_what_reaches_one_mailbox_is_one(one: str, other: str) -> None:
    assert mailbox_of(one) == mailbox_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("karin@example.se", "karin@example.no"),
        ("karin@example.se", "karina@example.se"),
        ("karin@example.se", "karin.2@example.se"),
        ("karin@räksmörgås.se", "karin@raksmorgas.se"),
        ("karin", "karin@example.se"),
        ("karin+1", "karin+2"),
    ],
)
def test_what_reaches_two_is_two(one: str, other: str) -> None:
    assert mailbox_of(one) != mailbox_of(other)


@pytest.mark.parametrize("text", ["", "@", "a@", "@b", "a@b@c", "a@.", "a@" + "x" * 300 + ".se", "a@\ud800"])
def test_whatever_is_no_address_is_compared_too(text: str) -> None:
    assert mailbox_of(text) == mailbox_of(text.upper())
    assert text.lower().strip() in written_ways(text) or not text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kept", "asked"), [(IN_LETTERS, IN_NET), (IN_NET, IN_LETTERS), (IN_NET, IN_NET.upper())]
)
def test_a_host_is_known_by_its_name_in_the_net_and_in_letters(kept: str, asked: str) -> None:
    person = UserFactory(username="karin", email=kept, confirmed_email=kept)
    assert has_sign_in(asked)
    other = UserFactory(username="other")
    with pytest.raises(NotConfirmedError, match="Another sign-in has this address"):
        confirm_address(user=other, secret=signing.dumps([other.pk, asked], salt=SALT))
    confirmed = confirm_address(user=person, secret=signing.dumps([person.pk, asked], salt=SALT))
    assert confirmed.email.lower() == asked.lower()
