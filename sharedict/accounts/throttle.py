"""Slowing down whoever guesses passwords, before a password is hashed: hashing is what costs."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from sharedict.accounts.models import SignInFailure
from sharedict.kernel.errors import SharedictError

WINDOW = dt.timedelta(minutes=15)
PER_USERNAME = 10
PER_ADDRESS = 50
LOCK_CLASSES = {"username": 0x5D1D, "address": 0x5D1E}


class TooManyFailuresError(SharedictError):
    """Signing in failed too often; ``until`` is when the next attempt is allowed."""

    code = "too_many_failures"

    def __init__(self, until: dt.datetime) -> None:
        super().__init__()
        self.until = until


@transaction.atomic
def begin_attempt(*, username: str, address: str | None, now: dt.datetime) -> SignInFailure:
    """Count an attempt as failed until it is ``forgive``-n, so that many at once do not slip through.

    Raises TooManyFailuresError, counting nothing, when ``username`` or ``address`` failed too often.
    """
    plain = username.casefold()[:150]
    failures = SignInFailure.objects.filter(at__gt=now - WINDOW)
    _hold("username", plain)
    _refuse(failures.filter(username=plain), PER_USERNAME)
    if address:
        _hold("address", address)
        _refuse(failures.filter(address=address), PER_ADDRESS)
    SignInFailure.objects.filter(at__lte=now - WINDOW).delete()
    return SignInFailure.objects.create(username=plain, address=address, at=now)


def forgive(attempt: SignInFailure) -> None:
    """The right password: failures of that user name from that address no longer count."""
    SignInFailure.objects.filter(username=attempt.username, address=attempt.address).delete()


def address_of(request: HttpRequest) -> str | None:
    """The visitor's address; behind a trusted proxy, the one that the proxy saw."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        validate_ipv46_address(address)
    except ValidationError:
        return None
    return str(address)


def _refuse(failures: QuerySet[SignInFailure], most: int) -> None:
    latest = failures.order_by("-at").values_list("at", flat=True)[:most]
    if len(latest) == most:
        raise TooManyFailuresError(until=latest[most - 1] + WINDOW)


def _hold(kind: str, value: str) -> None:
    """Let attempts on the same ``value`` wait for each other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASSES[kind], value])
