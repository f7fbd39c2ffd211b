"""Changing who takes part and where things run; and the one way every app saves and ends its rows."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.models import Cooperation, Driver, Member, Municipality, Reading, Role, Site, Token
from sharedict.accounts.actions import create_user, find_user
from sharedict.accounts.models import User
from sharedict.audit.actions import field_values, record, record_all
from sharedict.jobs.actions import announce_change, retry
from sharedict.jobs.models import Job
from sharedict.kernel.errors import ConflictError

R = TypeVar("R", bound=models.Model)
Span = tuple[dt.date, dt.date | None]


class AlreadyThereError(ConflictError):
    """A row that comes again under its external id differs from the one there is."""

    code = "external_id_taken"


@transaction.atomic
def save_row(*, row: R, by: object) -> R:
    """Add or change ``row``: validated, logged, and the days it touches announced for recomputing.

    Raises ValidationError, by field, for whatever the row's fields, constraints or cooperation do not allow.
    """
    # without the default order, which may join: joined rows would be locked too, and outer joins cannot be
    kept = type(row)._default_manager.select_for_update().order_by("pk")
    before = kept.filter(pk=row.pk).first() if row.pk else None
    refuse_strangers(row)
    row.full_clean()
    row.save()
    changes = differences(field_values(before) if before else {}, row)
    if changes:
        log(row=row, verb="change" if before else "add", by=by, changes=changes)
        since = _earlier_end(before, row) if before and set(changes) == {"valid_until"} else None
        announce(rows=[before, row] if before else [row], by=by, since=since)
    return row


@transaction.atomic
def add_once(*, row: R, same: Sequence[str], save: Callable[[R], R]) -> tuple[R, bool]:
    """Add ``row`` unless its external id is known: the row that is there afterwards, and whether it is new.

    Safe to repeat, also at once: ``save`` runs under a lock on the cooperation. Raises AlreadyThereError
    where the known row differs in one of the columns ``same``.
    """
    cooperation_id, external_id = row.cooperation_id, row.external_id  # type: ignore[attr-defined]
    Cooperation.objects.select_for_update(no_key=True).get(pk=cooperation_id)
    known = type(row)._default_manager.filter(cooperation=cooperation_id, external_id=external_id).first()
    if known is None:
        return save(row), True
    if any(getattr(known, name) != getattr(row, name) for name in same):
        raise AlreadyThereError(
            _("There is already a row with this external id and other content: change that one with PATCH."),
            field="external_id",
        )
    return known, False


def differences(before: Mapping[str, str], row: models.Model) -> dict[str, list[str]]:
    """The columns of ``row`` that are no longer as ``before``: each with its value then and now, as text."""
    return {
        name: [before.get(name, ""), value]
        for name, value in field_values(row).items()
        if before.get(name, "") != value
    }


@transaction.atomic
def end_row(*, row: R, on: dt.date, by: object) -> R:
    """Let a row that holds for a span of days end: ``on`` is the first day it no longer holds."""
    row.valid_until = on  # type: ignore[attr-defined]
    return save_row(row=row, by=by)


@transaction.atomic
def delete_row(*, row: models.Model, by: object) -> None:
    """Remove a row that nothing refers to; raises ProtectedError where something does."""
    log(row=row, verb="delete", by=by, changes={name: [old, ""] for name, old in field_values(row).items()})
    announce(rows=[row], by=by)
    row.delete()


def log(*, row: models.Model, verb: str, by: object, changes: dict[str, list[str]]) -> None:
    record(
        verb=verb,
        subject=row,
        by=by,
        at=timezone.now(),
        cooperation_id=cooperation_id_of(row),
        changes=changes,
    )


def announce(*, rows: Sequence[models.Model], by: object, since: dt.date | None = None) -> None:
    """Order the recomputing of the days that ``rows`` touch, in every cooperation concerned.

    ``since`` is the first of them that can have changed, where that is known.
    """
    spans = [span for span in (getattr(row, "touches", None) for row in rows) if span]
    if not spans:
        return
    ends = [end for _, end in spans]
    first = max(min(start for start, _ in spans), since or dt.date.min)
    touches = first, None if None in ends else max(end for end in ends if end)
    for cooperation_id in concerned(rows[-1]):
        announce_change(cooperation_id=cooperation_id, touches=touches, by=by)


def _earlier_end(before: Any, row: Any) -> dt.date:
    """What holds until another day than before is the same until the earlier of the two."""
    return min(row.valid_until or dt.date.max, before.valid_until or dt.date.max)


def concerned(row: models.Model) -> list[int]:
    """The cooperations whose shares ``row`` may change: its own, or for a public fact all it concerns."""
    own = cooperation_id_of(row)
    if own:
        return [own]
    municipality_id = getattr(row, "municipality_id", None)
    members = (
        Member.objects.filter(municipality_id=municipality_id) if municipality_id else Member.objects.all()
    )
    return sorted(members.values_list("cooperation_id", flat=True).distinct().order_by())


def cooperation_id_of(row: models.Model) -> int | None:
    return row.pk if isinstance(row, Cooperation) else getattr(row, "cooperation_id", None)


def refuse_strangers(row: models.Model) -> None:
    """Raise ValidationError if ``row`` refers to something of another cooperation.

    The answer is the same as for something that does not exist: nobody learns of other cooperations' rows.
    """
    own = cooperation_id_of(row)
    for field in row._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or field.name == "cooperation":
            continue
        other = getattr(row, field.name) if getattr(row, field.attname) else None
        theirs = getattr(other, "cooperation_id", None)
        if other is not None and theirs is not None and theirs != own and not isinstance(other, User):
            raise ValidationError({field.name: _("There is no such choice: choose another.")})


@transaction.atomic
def create_token(
    *, cooperation: Cooperation, name: str, scopes: Sequence[str], expires_at: dt.datetime, by: User
) -> tuple[Token, str]:
    """A new token and its secret, which is kept nowhere: show it once."""
    secret = secrets.token_hex(32)
    prefix = f"sd_{secrets.token_hex(4)}"
    token = Token(
        cooperation=cooperation,
        name=name,
        prefix=prefix,
        secret_hash=hash_secret(secret),
        scopes=sorted(scopes),
        created_by=by,
        created_at=timezone.now(),
        expires_at=expires_at,
    )
    return save_row(row=token, by=by), f"{prefix}.{secret}"


def hash_secret(secret: str) -> str:
    """SHA-256: enough for 256 random bits, which nobody can guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def revoke_token(*, token: Token, by: User) -> Token:
    """Make ``token`` useless from now on; safe to repeat."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        save_row(row=token, by=by)
    return token


@transaction.atomic
def save_site(*, site: Site, mirrors: Iterable[Site], by: object) -> Site:
    """Add or change ``site`` and the sites it can take over from; what it mirrors is logged by name."""
    wanted = sorted(mirrors, key=str)
    if any(other.cooperation_id != site.cooperation_id or other == site for other in wanted):
        raise ValidationError({"mirrors": _("There is no such choice: choose another.")})
    before = sorted(site.mirrors.all(), key=str) if site.pk else []
    save_row(row=site, by=by)
    if before != wanted:
        site.mirrors.set(wanted)
        names = [", ".join(map(str, sites)) for sites in (before, wanted)]
        log(row=site, verb="change", by=by, changes={"mirrors": names})
    return site


@transaction.atomic
def retry_job(*, job: Job, by: User) -> Job:
    """Queue a failed job once more; safe to repeat."""
    held = Job.objects.select_for_update().get(pk=job.pk)
    if held.state == Job.State.FAILED:
        log(row=held, verb="retry", by=by, changes={"error": [held.error[:300], ""]})
        retry(job=held)
    return held


@transaction.atomic
def import_readings(*, driver: Driver, readings: Sequence[Reading], by: object) -> None:
    """Add and change many readings of ``driver`` at once, logged one by one, announced together.

    Those with a primary key change, the others are new. They are validated already: see ``compare_readings``.
    """
    if not readings:
        return
    new = [reading for reading in readings if not reading.pk]
    changed = {reading.pk: reading for reading in readings if reading.pk}
    before = {old.pk: field_values(old) for old in Reading.objects.select_for_update().filter(pk__in=changed)}
    Reading.objects.bulk_create(new)
    Reading.objects.bulk_update(changed.values(), ["value", "source"])
    record_all(
        subjects=[
            (
                "change" if reading.pk in before else "add",
                reading,
                differences(before.get(reading.pk, {}), reading),
            )
            for reading in readings
        ],
        by=by,
        at=timezone.now(),
        cooperation_id=driver.cooperation_id,
    )
    first = min(readings, key=lambda reading: reading.reference_on)
    announce(rows=[first], by=by)


@transaction.atomic
def add_person(
    *,
    cooperation: Cooperation,
    sign_in: str,
    kind: str,
    municipality: Municipality | None,
    is_new: bool,
    first_name: str = "",
    last_name: str = "",
    by: User,
) -> tuple[Role, str]:
    """A role for the person with this user name or e-mail, and their first password if they are new.

    The password is kept nowhere: show it once. Raises ValidationError, by field, when ``is_new`` does not say
    what is true, so that a slip of the pen makes no new person.
    """
    user, password = find_user(sign_in), ""
    if user is None and not is_new:
        raise ValidationError(
            {"sign_in": _("Nobody has this user name or e-mail. Is it a new person? Say so below.")}
        )
    if user is not None and is_new:
        raise ValidationError({"sign_in": _("Somebody has this user name already: take away “new person”.")})
    if user is None:
        user, password = create_person(sign_in=sign_in, first_name=first_name, last_name=last_name, by=by)
    role = Role(cooperation=cooperation, user=user, kind=kind, municipality=municipality)
    return save_row(row=role, by=by), password


def create_person(*, sign_in: str, first_name: str, last_name: str, by: User) -> tuple[User, str]:
    email = sign_in if "@" in sign_in else ""
    try:
        user, password = create_user(
            username=sign_in, email=email, first_name=first_name, last_name=last_name
        )
    except ValidationError as error:
        found = error.message_dict
        raise ValidationError(
            {"sign_in" if name in ("username", "email") else name: said for name, said in found.items()}
        ) from error
    record(verb="add", subject=user, by=by, at=timezone.now())
    return user, password


@transaction.atomic
def save_role(*, role: Role, by: User) -> Role:
    """Change what somebody may do; raises ValidationError if no administrator would be left."""
    others = _other_administrators(role)
    if role.kind != Role.Kind.ADMINISTRATOR and not others:
        raise ValidationError({"kind": _("Somebody must stay administrator: appoint another one first.")})
    return save_row(row=role, by=by)


@transaction.atomic
def delete_role(*, role: Role, by: User) -> None:
    """Take a role away; raises ValidationError if no administrator would be left."""
    if not _other_administrators(role):
        raise ValidationError(_("Somebody must stay administrator: appoint another one first."))
    delete_row(row=role, by=by)


def _other_administrators(role: Role) -> bool:
    """Whether somebody else who can sign in is administrator; holds until the transaction ends."""
    Cooperation.objects.select_for_update(no_key=True).get(pk=role.cooperation_id)
    roles = Role.objects.filter(cooperation=role.cooperation_id, kind=Role.Kind.ADMINISTRATOR)
    return roles.filter(user__is_active=True).exclude(pk=role.pk).exists()
