"""Another password for somebody who has forgotten theirs, by a letter to an address known to be theirs."""

from collections.abc import Sequence

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from municipalities.actions.sign_ins import note_of_person
from sharedict.accounts.models import User
from sharedict.common.mail import address_of, deliver
from sharedict.jobs.actions import order
from sharedict.kernel.errors import SharedictError

PASSWORD_LETTER = "password-letter"  # noqa: S105 - a kind of job


class UsedLinkError(SharedictError):
    """The link of a letter was used meanwhile, or something of its person has changed."""

    code = "used_link"


def order_password_letter(*, email: str, language: str, may_send: bool = True) -> None:
    """Have a letter sent to whoever has the address ``email``.

    For an address that nobody has the same is done, so that it takes as long; unless ``may_send`` too.
    """
    people = [
        user.pk for user in User.objects.filter(email__iexact=email) if user.email.lower() == email.lower()
    ]
    arguments = {"people": people if may_send else [], "language": language}
    order(kind=PASSWORD_LETTER, cooperation_id=None, arguments=arguments)


def send_password_letter(*, people: Sequence[int], language: str) -> None:
    """One letter about the sign-ins ``people``, which share an address. Raises UndeliveredError."""
    found = [user for user in User.objects.filter(pk__in=people).order_by("pk") if may_reset(user)]
    if not found:
        return
    with translation.override(language):
        parts = [_link_in_words(user) if user.has_confirmed_address else _why_not(user) for user in found]
        text = _(
            "Hello,\n\n"
            "Somebody, probably you, asked for another password.\n\n"
            "%(links)s\n\n"
            "If it was not you, do nothing: your password stays as it is."
        )
        deliver(to=found[0].email, subject=_("Another password"), text=text % {"links": "\n\n".join(parts)})


def may_reset(user: User) -> bool:
    """Whether somebody signs in as ``user`` by a password, and can be written to."""
    return user.is_active and bool(user.email) and user.has_usable_password()


@transaction.atomic
def reset_password(*, user: User, token: str, password: str) -> User:
    """Give ``user`` the password that they chose by the link that holds ``token``, once.

    All their sessions end, since those hold a mark of the password. Raises UsedLinkError.
    """
    fresh = User.objects.select_for_update().get(pk=user.pk)
    if not (may_reset(fresh) and fresh.has_confirmed_address):
        raise UsedLinkError
    if not default_token_generator.check_token(fresh, token):
        raise UsedLinkError
    fresh.set_password(password)
    fresh.has_first_password = False
    fresh.save()
    note_of_person(verb="reset", user=fresh, by=fresh, at=timezone.now())
    return fresh


def _link_in_words(user: User) -> str:
    values = {
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    words = _("Choose it here for the user name %(username)s, once and within two hours:\n%(link)s")
    link = address_of(reverse("password-new", kwargs=values))
    return words % {"username": user.username, "link": link}


def _why_not(user: User) -> str:
    words = _(
        "The user name %(username)s has this address, but nobody has confirmed it. Ask whoever runs the "
        "portal for another password."
    )
    return words % {"username": user.username}
