"""The first person of an installation, who lets in all others: they come by an address that works once."""

import datetime as dt

from django.core import signing
from django.db import connection, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from sharedict.accounts.models import User
from sharedict.common.mail import address_of
from sharedict.kernel.errors import SharedictError

VALID_FOR = dt.timedelta(hours=24)
LOCK = 7_305_811_429_000_002
"""Number of the advisory lock under which somebody becomes the first."""


class NotFirstError(SharedictError):
    """Somebody is there already, or the address is none that was given out within a day."""

    code = "not_first"


def is_awaited() -> bool:
    """Whether nobody is there who may let in others; sign-ins of demonstration data do not count."""
    return not User.objects.filter(is_superuser=True, is_active=True, is_demonstration=False).exists()


def first_address() -> str:
    """Where the first person makes their own sign-in, from now on for a day, until somebody did."""
    return address_of(reverse("first", kwargs={"secret": _signer().sign(_nobody_since())}))


def check_secret(secret: str) -> None:
    """Raises NotFirstError where the address that holds ``secret`` does not work, or not any more."""
    try:
        signed = _signer().unsign(secret, max_age=VALID_FOR)
    except signing.BadSignature:
        raise NotFirstError(_("This address is not right, or it is more than a day old.")) from None
    if not is_awaited() or signed != _nobody_since():
        raise NotFirstError(_("Somebody has made a sign-in since it was given out. Ask them for one."))


@transaction.atomic
def become_first(*, user: User, secret: str) -> User:
    """Save ``user`` as who runs the installation; one alone, however many try at once. See check_secret."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    check_secret(secret)
    user.is_staff = user.is_superuser = True
    user.save()
    return user


def _nobody_since() -> str:
    """Changes with every new person: whatever becomes of them, an address from before stays used."""
    return str(User.objects.aggregate(last=Max("pk"))["last"] or 0)


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="sharedict.accounts.first")
