"""Ending what sign-ins leave behind."""

from collections.abc import Iterable

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from sharedict.accounts.models import SignInFailure, User
from sharedict.accounts.throttle import WINDOW, name_for_letters


def forget_old_sign_ins() -> None:
    """Delete the sessions that have expired, and the failures that do not count any more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    SignInFailure.objects.filter(at__lte=now - WINDOW).delete()


@transaction.atomic
def make_anonymous(*, user: User, names: Iterable[str] = ()) -> User:
    """Leave of a person the number that rows refer to: nobody signs in with it, and nobody is named by it.

    ``names`` are those that they signed in by earlier. Safe to repeat.
    """
    known = {name.casefold() for name in (user.username, user.email, *names) if name}
    names = {name[:150] for each in known for name in (each, name_for_letters(each))}
    SignInFailure.objects.filter(username__in=names).delete()
    for session in Session.objects.all():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.username = user.name_when_forgotten
    user.email = user.confirmed_email = user.first_name = user.last_name = ""
    user.is_active = user.is_staff = user.is_superuser = user.is_demonstration = False
    user.language, user.letters, user.last_login = "", [], None
    user.set_unusable_password()
    user.save()
    return user
