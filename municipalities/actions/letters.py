"""Where somebody's letters go, which ones they get, and in what language."""

import datetime as dt
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from municipalities.actions.people import save_person
from sharedict.accounts.addresses import written_ways
from sharedict.accounts.models import User
from sharedict.common.mail import address_of, deliver
from sharedict.kernel.errors import SharedictError

VALID_FOR = dt.timedelta(days=2)
SALT = "sharedict.municipalities.address"


class NotConfirmedError(SharedictError):
    """The link that shows an address to be somebody's does not work, or not for them."""

    code = "not_confirmed"


def save_letters(*, user: User, language: str, kinds: Iterable[str]) -> None:
    """Which notices ``user`` also gets by letter, and in what language."""
    user.language, user.letters = language, sorted(kinds)
    user.save(update_fields=["language", "letters"])


def send_address_letter(*, user: User, email: str) -> None:
    """Send to ``email`` the link that shows it to be of ``user``. Raises UndeliveredError."""
    secret = signing.dumps([user.pk, email], salt=SALT)
    words = _(
        "Hello,\n\n"
        "%(person)s wants to get the portal's letters at this address. If that is you, follow this link "
        "within two days, signed in as %(username)s:\n%(link)s\n\n"
        "If it is not you, do nothing."
    )
    link = address_of(reverse("address-confirm", kwargs={"secret": secret}))
    text = words % {"person": user, "username": user.username, "link": link}
    deliver(to=email, subject=_("Confirm your address"), text=text)


def read_address(secret: str) -> tuple[int, str]:
    """Whose address the link shows, and what it is. Raises NotConfirmedError."""
    try:
        pk, email = signing.loads(secret, salt=SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError):
        raise NotConfirmedError(_("This address is not right, or it is more than two days old.")) from None
    return int(pk), str(email)


@transaction.atomic
def confirm_address(*, user: User, secret: str) -> User:
    """Write letters to ``user`` where the link shows that they get them. Safe to repeat.

    Raises NotConfirmedError where it is somebody else's link, or another person has shown the same.
    """
    pk, email = read_address(secret)
    if pk != user.pk:
        raise NotConfirmedError(_("It is for another sign-in: sign out, and follow it as the right one."))
    ways = [Q(confirmed_email__iexact=each, email__iexact=each) for each in written_ways(email)]
    if User.objects.filter(reduce(or_, ways)).exclude(pk=pk).exists():
        raise NotConfirmedError(_("Another sign-in has this address: two people have two addresses."))
    fresh = User.objects.get(pk=pk)
    fresh.email = fresh.confirmed_email = email
    return save_person(user=fresh, by=fresh)
