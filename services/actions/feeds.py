"""Addresses by which feed readers, which cannot sign in, read a cooperation's outages."""

import datetime as dt
import secrets

from django.db import transaction

from municipalities.actions import hash_secret, lock_cooperation, save_row
from municipalities.models import Cooperation, Role
from services.models import StatusFeed
from sharedict.accounts.models import User


@transaction.atomic
def open_feed(*, cooperation: Cooperation, now: dt.datetime, by: User) -> tuple[StatusFeed, str]:
    """An address of ``by``'s own and its secret, shown once; one they had before ends."""
    lock_cooperation(cooperation.pk)
    close_feeds(cooperation=cooperation, now=now, by=by)
    secret = secrets.token_urlsafe(32)
    feed = StatusFeed(cooperation=cooperation, user=by, secret_hash=hash_secret(secret), created_at=now)
    return save_row(row=feed, by=by), secret


@transaction.atomic
def close_feeds(*, cooperation: Cooperation, now: dt.datetime, by: User) -> int:
    """End the addresses of ``by``: how many there were. Safe to repeat."""
    lock_cooperation(cooperation.pk)
    rows = list(StatusFeed.objects.of(cooperation).filter(user=by, revoked_at=None))
    for row in rows:
        row.revoked_at = now
        save_row(row=row, by=by)
    return len(rows)


def feed_of(cooperation: Cooperation, secret: str) -> StatusFeed | None:
    """The address in use whose secret this is, of somebody who still has a role in ``cooperation``."""
    rows = StatusFeed.objects.of(cooperation).filter(secret_hash=hash_secret(secret), revoked_at=None)
    feed = rows.select_related("user").first()
    if feed is None or not feed.user.is_active:
        return None
    return feed if Role.objects.filter(cooperation=cooperation, user=feed.user).exists() else None
