"""Finding and making sign-ins."""

import secrets

from django.db import transaction

from sharedict.accounts.models import User


def find_user(sign_in: str) -> User | None:
    """The one person with this user name, or else with this e-mail; None if that is nobody or several."""
    found = User.objects.filter(username=sign_in)[:1] or User.objects.filter(email__iexact=sign_in)[:2]
    return found[0] if len(found) == 1 else None


@transaction.atomic
def create_user(
    *, username: str, email: str = "", first_name: str = "", last_name: str = ""
) -> tuple[User, str]:
    """A new sign-in and its first password, which is kept nowhere: show it once.

    Raises ValidationError, by field, for what a user may not be called.
    """
    password = secrets.token_urlsafe(15)
    user = User(username=username, email=email, first_name=first_name, last_name=last_name)
    user.set_password(password)
    user.full_clean()
    user.save()
    return user, password
