"""Who signed in, failed to, or changed a password: noted in the change log wherever they have a role."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.models import Role
from sharedict.accounts.models import User
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


@transaction.atomic
def order_note_of_failure(*, credentials: dict[str, Any], **_signal: Any) -> None:
    """Have it noted that whoever ``credentials`` name could not sign in.

    Of a name that nobody has nothing is kept, for it may be a password typed into the wrong field; the same
    is done all the same, so that it takes as long.
    """
    named = User.objects.filter(username=credentials.get(User.USERNAME_FIELD) or "")
    people = [*named.values_list("pk", flat=True)]
    order(
        kind=FAILED_SIGN_IN,
        cooperation_id=None,
        arguments={"people": people, "at": timezone.now().isoformat()},
        idempotency_key=" ".join(map(str, people)) or "nobody",
    )


def note_failure(*, people: list[int], at: dt.datetime) -> None:
    for user in User.objects.filter(pk__in=people):
        note_of_person(verb="failure", user=user, by=None, at=at, apart=FAILURES_APART)


def forget_noted_failures() -> None:
    """Delete the jobs that noted failures: the log has them, and strangers may cause many."""
    Job.objects.filter(kind=FAILED_SIGN_IN, state=Job.State.DONE).delete()


def _is_noted(verb: str, user: User, cooperation_id: int | None, since: dt.datetime) -> bool:
    about = {"subject_type": user._meta.label_lower, "subject_id": str(user.pk), "verb": verb}
    return Entry.objects.filter(cooperation=cooperation_id, at__gt=since, **about).exists()
