"""Slowing down whoever guesses passwords, before a password is hashed: hashing is what costs."""

import datetime as dt
import ipaddress
import secrets

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sharedict.accounts.models import SignInFailure
from sharedict.kernel.errors import SharedictError

WINDOW = dt.timedelta(minutes=15)
PER_DEVICE = 10
PER_USERNAME_AND_ADDRESS = 10
PER_USERNAME = 100
PER_ADDRESS = 50
LETTERS_PER_PERSON = 3
DEVICE_COOKIE, DEVICE_DAYS = "device", 365
LOCK_CLASSES = {"username": 0x5D1B, "address": 0x5D1E}
"""First keys of the advisory locks under which attempts are counted; nothing else locks by them."""


class TooManyFailuresError(SharedictError):
    """Signing in failed too often; ``until`` is when the next attempt is allowed."""

    code = "too_many_failures"

    def __init__(self, until: dt.datetime) -> None:
        super().__init__()
        self.until = until


@transaction.atomic
def begin_attempt(*, username: str, address: str, now: dt.datetime, device: str = "") -> SignInFailure:
    """Count an attempt as failed until it is ``forgive``-n, so that many at once do not slip through.

    Raises TooManyFailuresError, counting nothing, when there were too many. A browser from which this
    person has signed in before (``device``) is counted by itself: who guesses elsewhere keeps nobody out.
    """
    plain = _plain(username)
    failures = SignInFailure.objects.filter(at__gt=now - WINDOW, device=device)
    _hold("username", plain)
    if device:
        _refuse(failures.filter(username=plain), PER_DEVICE)
    else:
        _refuse(failures.filter(username=plain, address=address), PER_USERNAME_AND_ADDRESS)
        _refuse(failures.filter(username=plain), PER_USERNAME)
        _hold("address", address)
        _refuse(failures.filter(address=address), PER_ADDRESS)
    SignInFailure.objects.filter(at__lte=now - WINDOW).delete()
    return SignInFailure.objects.create(username=plain, address=address, device=device, at=now)


def begin_attempt_of(request: HttpRequest, username: str) -> SignInFailure:
    """``begin_attempt`` by whoever sent ``request``, now."""
    return begin_attempt(
        username=username,
        address=address_of(request),
        now=timezone.now(),
        device=device_of(request, username),
    )


def begin_asking(request: HttpRequest, email: str) -> bool:
    """Count that whoever sent ``request`` asks for a letter to ``email``; whether one more is too many.

    Whoever asks for many letters is refused like whoever guesses, by TooManyFailuresError; somebody's letters
    are few, whoever asks for them. Signing in is counted by itself.
    """
    attempt = begin_attempt(username=name_for_letters(email), address=address_of(request), now=timezone.now())
    asked = SignInFailure.objects.filter(username=attempt.username, at__gt=attempt.at - WINDOW)
    return asked.count() > LETTERS_PER_PERSON


def name_for_letters(email: str) -> str:
    """What asking for letters to ``email`` is counted under; no user name holds a space."""
    return _plain(f"letter {email}")


def forgive_all(request: HttpRequest, username: str) -> None:
    """Whoever sent ``request`` is that person after all: their failures from there no longer count."""
    SignInFailure.objects.filter(username=_plain(username), address=address_of(request)).delete()


def forgive(attempt: SignInFailure) -> None:
    """The right password: failures of that user name from that address and browser no longer count."""
    same = {"username": attempt.username, "address": attempt.address, "device": attempt.device}
    SignInFailure.objects.filter(**same).delete()


def address_of(request: HttpRequest) -> str:
    """The visitor's address, of IPv6 the network, which is one household's or office's.

    Behind proxies, each of which notes whom it was asked by, it is what the outermost of ours has noted; what
    stands before that in the header is anybody's invention.
    """
    nearest = request.META.get("REMOTE_ADDR", "")
    noted = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < settings.PROXIES <= len(noted):
        nearest = _address(noted[-settings.PROXIES].strip()) or nearest
    return _address(nearest) or "0.0.0.0"  # noqa: S104 - nobody listens there: all of unknown address


def device_of(request: HttpRequest, username: str) -> str:
    """The browser's own number, if this person has signed in from it; else nothing."""
    written = request.COOKIES.get(DEVICE_COOKIE, "")
    try:
        return _signer(username).unsign(written, max_age=dt.timedelta(days=DEVICE_DAYS))[:22]
    except signing.BadSignature:
        return ""


def remember_device(response: HttpResponse, username: str) -> None:
    """Let the browser show next time that this person has signed in from it."""
    response.set_cookie(
        DEVICE_COOKIE,
        _signer(username).sign(secrets.token_urlsafe(16)),
        max_age=dt.timedelta(days=DEVICE_DAYS),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _address(text: str) -> str:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or ipaddress.IPv6Network((int(found), 64), strict=False).network_address
    return str(found)


def _plain(username: str) -> str:
    return username.casefold()[:150]


def _signer(username: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"sharedict.accounts.device {_plain(username)}")


def _refuse(failures: QuerySet[SignInFailure], most: int) -> None:
    latest = failures.order_by("-at").values_list("at", flat=True)[:most]
    if len(latest) == most:
        raise TooManyFailuresError(until=latest[most - 1] + WINDOW)


def _hold(kind: str, value: str) -> None:
    """Let attempts on the same ``value`` wait for each other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASSES[kind], value])
