"""Who signed in, failed to, or changed a password: noted in the change log wherever they have a role."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from municipalities.models import Role
from sharedict.accounts.models import User
from sharedict.accounts.signals import WAITS
from sharedict.accounts.throttle import WINDOW
from sharedict.audit.actions import record
from sharedict.audit.models import Entry
from sharedict.common.sight import Sight, everything, seeing
from sharedict.jobs.actions import order
from sharedict.jobs.models import Job

FAILED_SIGN_IN = "failed-sign-in"
FAILURES_APART = dt.timedelta(minutes=1)
"""Of one person's failures no more are noted, however often somebody tries."""


@transaction.atomic
def note_of_person(
    *, verb: str, user: User, by: object, at: dt.datetime, apart: dt.timedelta | None = None
) -> None:
    """One entry in the log of each cooperation where ``user`` has a role, or one of none.

    Nothing is noted within ``apart`` of the last such entry. Who is being forgotten meanwhile is not named.
    """
    fresh = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    roles = Role.objects.filter(user=fresh).order_by("cooperation_id")
    concerned: list[int | None] = list(dict.fromkeys(roles.values_list("cooperation_id", flat=True)))
    own = Sight(cooperations=frozenset(pk for pk in concerned if pk))
    with seeing(own if concerned else everything(f"{verb}, of somebody without a role", is_routine=True)):
        for pk in concerned or [None]:
            if not (apart and _is_noted(verb, fresh, pk, since=at - apart)):
                record(verb=verb, subject=fresh, by=fresh if by == fresh else by, at=at, cooperation_id=pk)


def note_sign_in(*, user: User, **_signal: Any) -> None:
    note_of_person(verb="sign-in", user=user, by=user, at=timezone.now())


def note_sign_out(*, user: User | None, **_signal: Any) -> None:
    if user is not None:
        note_of_person(verb="sign-out", user=user, by=user, at=timezone.now())


def note_password(*, user: User, by: object, **_signal: Any) -> None:
    note_of_person(verb="password", user=user, by=by, at=timezone.now())


def order_note_of_failure(*, credentials: dict[str, Any], **_signal: Any) -> None:
    """Have it noted that whoever ``credentials`` name could not sign in."""
    _order_note("failure", credentials.get(User.USERNAME_FIELD) or "")


def order_note_of_refusal(*, username: str, why: str, **_signal: Any) -> None:
    """Have it noted why whoever is called ``username`` was refused.

    What costs whoever tries nothing, not even a password that is hashed, is noted once in the time in which
    attempts are counted: however many are made, they make no more entries, and no more jobs.
    """
    _order_note(why, username, once_in=WINDOW if why == WAITS else None)


@transaction.atomic
def _order_note(verb: str, username: str, once_in: dt.timedelta | None = None) -> None:
    """Have ``verb`` noted of whoever is called ``username``.

    Of a name that nobody has nothing is kept, for it may be a password typed into the wrong field; as much is
    done all the same, so that it takes as long.
    """
    now = timezone.now()
    people = [*User.objects.filter(username__iexact=username).values_list("pk", flat=True)]
    key = f"{verb} {' '.join(map(str, people)) or 'nobody'}"
    about: Any = {"kind": FAILED_SIGN_IN, "cooperation_id": None, "idempotency_key": key}
    if once_in and Job.objects.filter(**about, created_at__gt=now - once_in).exists():
        return
    order(arguments={"people": people, "at": now.isoformat(), "verb": verb}, **about)


def note_failure(*, people: list[int], at: dt.datetime, verb: str) -> None:
    for user in User.objects.filter(pk__in=people):
        note_of_person(verb=verb, user=user, by=None, at=at, apart=FAILURES_APART)


def forget_noted_failures() -> None:
    """Delete the jobs that noted failures: the log has them, and strangers may cause many."""
    counted = Q(idempotency_key__startswith=f"{WAITS} ", created_at__gt=timezone.now() - WINDOW)
    Job.objects.filter(kind=FAILED_SIGN_IN, state=Job.State.DONE).exclude(counted).delete()


def _is_noted(verb: str, user: User, cooperation_id: int | None, since: dt.datetime) -> bool:
    about = {"subject_type": user._meta.label_lower, "subject_id": str(user.pk), "verb": verb}
    return Entry.objects.filter(cooperation=cooperation_id, at__gt=since, **about).exists()
