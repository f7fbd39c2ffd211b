"""The one way in which every app saves, ends and removes a row: checked, logged, announced."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _

from municipalities.actions.hooks import check_row, check_withdrawal, is_kept_of, keep_before
from municipalities.actions.touched import (
    concerned,
    cooperation_id_of,
    differences,
    moves_shares,
    since_when,
    span_of,
)
from municipalities.models import Cooperation, Role
from sharedict.accounts.models import User
from sharedict.audit.actions import as_text, column_values, columns_of, field_values, record_all
from sharedict.common.days import last_day
from sharedict.common.figures import NOTHING
from sharedict.common.models import DayAfterField, Remembered, Span
from sharedict.jobs.actions import announce_change
from sharedict.kernel.errors import ConflictError

R = TypeVar("R", bound=models.Model)
Chosen = Mapping[str, Collection[models.Model]]
"""Name of a many-to-many field -> the rows that are to stand in it."""

Done = tuple[str, models.Model, Mapping[str, Any]]
"""What was done (``add``, ``change``, ``delete``) to a row: fields with their values before and after."""


class AlreadyThereError(ConflictError):
    """A row that comes again under its external id differs from the one there is."""

    code = "external_id_taken"


class ChangedMeanwhileError(ValidationError):
    """Somebody else has changed the same columns since they were read.

    ``theirs`` holds what these are now, as text.
    """

    def __init__(self, message: Any, theirs: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.theirs = dict(theirs or {})


@transaction.atomic
def save_row(*, row: R, by: object, chosen: Chosen | None = None) -> R:
    """Add or change ``row``: validated, logged, and the days it touches announced for recomputing.

    Only what changed of it since it was read is written; ``chosen`` names the rows of its many-to-many
    fields, as far as they are given. Raises ValidationError, by field, for whatever the row's fields,
    constraints or cooperation do not allow, or an app above refuses, and ChangedMeanwhileError where
    somebody else has changed the same.
    """
    _lock_if_kept(row)
    # without the default order, which may join: joined rows would be locked too, and outer joins cannot be
    kept = type(row)._default_manager.select_for_update().order_by("pk")
    before = kept.filter(pk=row.pk).first() if row.pk else None
    if before is not None:
        refuse_to_move(before, row)
        take_over(row, before)
    elif row.pk and not row._state.adding:
        raise ValidationError(_("Somebody has removed it in the meantime."))
    validate_row(row)
    _refuse_strange_choices(row, chosen or {})
    written = differing_columns(before, row)
    if before is None or written:
        keep_before(row)
    if before is None:
        row.save()
    elif written:
        row.save(update_fields=written)
    changes = differences(field_values(before) if before else {}, row)
    choices = _choose(row, chosen or {})
    done = [("change" if before else "add", row, changes), ("change", row, choices)]
    rows = [before, row] if before else [row]
    counts = moves_shares(row, [*changes, *choices])
    changed(
        done=[each for each in done if each[2]],
        by=by,
        touching=rows if counts else (),
        since=since_when(before, row, [*changes, *choices]) if counts else None,
    )
    return row


def _lock_if_kept(row: models.Model) -> None:
    """Lock the cooperation before the row, where something is kept that another may be keeping just now."""
    cooperation_id = cooperation_id_of(row)
    if cooperation_id and is_kept_of(row):
        lock_cooperation(cooperation_id)


def refuse_to_move(before: models.Model, row: models.Model) -> None:
    """What refers to a row stands in its cooperation too, and would see it no more."""
    if not isinstance(row, Cooperation) and cooperation_id_of(before) != cooperation_id_of(row):
        raise ValidationError({"cooperation": _("This stays in its cooperation: add a new one there.")})


def take_over(row: models.Model, now: models.Model, seen: Mapping[str, str] | None = None) -> None:
    """Give ``row`` what others have changed since it was read; what it changes itself stays.

    ``now`` is the row as it is stored. ``seen`` says, as text, what columns were when somebody looked at
    them, where that was earlier. A column that was never read is meant as it is. Raises
    ChangedMeanwhileError, by field, for what both have changed, each in its own way.
    """
    columns, read = columns_of(row), row.as_read if isinstance(row, Remembered) else {}
    was = {field.name: as_text(field, read[field.attname]) for field in columns if field.attname in read}
    was |= seen or {}
    mine, theirs = column_values(row), column_values(now)
    others = [
        field
        for field in columns
        if theirs[field.name] not in (mine[field.name], was.get(field.name, theirs[field.name]))
    ]
    both = [field for field in others if mine[field.name] != was[field.name]]
    if both:
        said = _("Somebody has changed this to “%(value)s” meanwhile. Save again to write yours instead.")
        errors = {field.name: [said % {"value": value_in_words(now, field)}] for field in both}
        raise ChangedMeanwhileError(errors, {field.name: theirs[field.name] for field in both})
    for field in others:
        setattr(row, field.attname, getattr(now, field.attname))
    if isinstance(row, Remembered) and isinstance(now, Remembered):
        row.remember_as(now)


def value_in_words(row: models.Model, field: Any) -> str:
    """What ``row`` has in the column ``field``, as a reader says it."""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.name)
    if value and isinstance(field, DayAfterField):
        value = last_day(value)
    return NOTHING if value in (None, "") else str(localize(value))


def differing_columns(before: models.Model | None, row: models.Model) -> list[str]:
    """The columns in which ``row`` differs from ``before``, also those that are not logged."""
    if before is None:
        return []
    was = column_values(before)
    return [name for name, text in column_values(row).items() if was[name] != text]


def _refuse_strange_choices(row: models.Model, chosen: Chosen) -> None:
    for name, rows in chosen.items():
        if any(getattr(each, "cooperation_id", None) not in (None, cooperation_id_of(row)) for each in rows):
            raise ValidationError({name: _("There is no such choice: choose another.")})
        if row.pk and row in rows:
            raise ValidationError({name: _("It cannot be chosen for itself: choose another.")})


def _choose(row: models.Model, chosen: Chosen) -> dict[str, list[str]]:
    """Write the many-to-many choices that differ; gives back their names before and after."""
    found = {}
    for name, rows in chosen.items():
        relation = getattr(row, name)
        before, after = set(relation.all()), set(rows)
        if before != after:
            relation.set(after)
            found[name] = [_names(before), _names(after)]
    return found


def field_names(row: models.Model) -> dict[str, str]:
    """What ``row`` has chosen in its many-to-many fields, by name; not where that is nothing."""
    named = {field.name: _names(getattr(row, field.name).all()) for field in row._meta.many_to_many}
    return {name: names for name, names in named.items() if names}


def _names(rows: Iterable[models.Model]) -> str:
    return ", ".join(sorted(map(str, rows)))


def lock_cooperation(pk: int) -> Cooperation:
    """The cooperation, locked until the transaction ends.

    Whoever locks a row of it too locks the cooperation first: so nobody waits for somebody who waits for him.
    """
    return Cooperation.objects.select_for_update(no_key=True).get(pk=pk)


def hold_administrator(pk: int, by: User) -> Cooperation:
    """The cooperation, locked, of which ``by`` stays administrator until the transaction ends.

    Whoever gives others a way in asks: a role that was taken away meanwhile has ended what it gave, and ends
    nothing that comes after. Raises ValidationError.
    """
    cooperation = lock_cooperation(pk)
    roles = Role.objects.filter(cooperation=pk, kind=Role.Kind.ADMINISTRATOR, user=by, user__is_active=True)
    if not roles.exists():
        raise ValidationError(_("You are not administrator here any more."))
    return cooperation


def validate_row(row: models.Model) -> None:
    """Raise the ValidationError that saving ``row`` would; nothing is written or locked."""
    refuse_strangers(row)
    row.full_clean()
    check_row(row)


@transaction.atomic
def add_once(*, row: R, same: Sequence[str], save: Callable[[R], R]) -> tuple[R, bool]:
    """Add ``row`` unless its external id is known: the row that is there afterwards, and whether it is new.

    Safe to repeat, also at once: ``save`` runs under a lock on the cooperation. Raises AlreadyThereError
    where the known row differs in one of the columns ``same``.
    """
    cooperation_id: Any = cooperation_id_of(row)
    lock_cooperation(cooperation_id)
    known = known_row(row, same)
    return (save(row), True) if known is None else (known, False)


def known_row(row: R, same: Sequence[str]) -> R | None:
    """The stored row with the external id of ``row``; None where there is none.

    Raises AlreadyThereError where it differs in one of the columns ``same``.
    """
    cooperation_id, external_id = row.cooperation_id, row.external_id  # type: ignore[attr-defined]
    known = type(row)._default_manager.filter(cooperation=cooperation_id, external_id=external_id).first()
    if known is not None and any(getattr(known, name) != getattr(row, name) for name in same):
        raise AlreadyThereError(
            _("There is already a row with this external id and other content: change that one with PATCH."),
            field="external_id",
        )
    return known


@transaction.atomic
def end_row(*, row: R, on: dt.date, by: object) -> R:
    """Let a row that holds for a span of days end: ``on`` is the first day it no longer holds."""
    row.valid_until = on  # type: ignore[attr-defined]
    return save_row(row=row, by=by)


@transaction.atomic
def delete_row(*, row: models.Model, by: object, more: Mapping[str, str] | None = None) -> None:
    """Remove a row that nothing refers to; raises ProtectedError where something does.

    ``more`` is what goes with it beside its columns, for the change log.
    """
    was = field_values(row) | field_names(row) | {**(more or {})}
    _lock_if_kept(row)
    refuse_chosen(row)
    keep_before(row)
    changed(done=[("delete", row, {name: [old, ""] for name, old in was.items()})], by=by, touching=[row])
    row.delete()


@transaction.atomic
def withdraw_row(*, row: models.Model, by: object, more: Mapping[str, str] | None = None) -> None:
    """Remove a row that was a mistake, as if it had never been; ``more`` as for ``delete_row``.

    Raises ValidationError where an app above needs it as it is, and ProtectedError where a row refers to it.
    """
    cooperation_id = cooperation_id_of(row)
    if cooperation_id:
        lock_cooperation(cooperation_id)
    check_withdrawal(row)
    delete_row(row=row, by=by, more=more)


def refuse_chosen(row: models.Model) -> None:
    """Raise ProtectedError where ``row`` is chosen in a many-to-many field, else it falls out unsaid."""
    for relation in row._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToManyRel):
            owner: Any = relation.related_model
            if found := [*owner._default_manager.filter(**{relation.field.name: row.pk}).order_by("pk")[:1]]:
                raise models.ProtectedError(f"It is chosen in {relation.field}.", set(found))


def changed(
    *,
    done: Sequence[Done],
    by: object,
    touching: Sequence[models.Model] = (),
    since: dt.date | None = None,
    days: Span | None = None,
) -> None:
    """Say what was done to rows of one cooperation: in the change log, and to whoever computes its shares.

    The days that the rows ``touching`` shares touch are ordered to be recomputed, in every cooperation
    concerned; ``since`` is the first of them that can have changed, where that is known. ``days`` are those
    of the cooperation itself, where no row knows them. In the caller's transaction.
    """
    if done:
        pk = cooperation_id_of(done[0][1])
        record_all(subjects=done, by=by, at=timezone.now(), cooperation_id=pk)
        if days and pk:
            announce_change(cooperation_id=pk, touches=days, by=by)
    if touches := span_of(touching, since):
        for cooperation_id in sorted({found for row in touching for found in concerned(row)}):
            announce_change(cooperation_id=cooperation_id, touches=touches, by=by)


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
