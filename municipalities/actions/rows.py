"""The one way in which every app saves, ends and removes a row: checked, logged, announced."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.actions.hooks import check_row
from municipalities.models import Cooperation, Member, Municipality
from sharedict.accounts.models import User
from sharedict.audit.actions import field_values, record
from sharedict.common.models import Span
from sharedict.jobs.actions import announce_change
from sharedict.kernel.errors import ConflictError

R = TypeVar("R", bound=models.Model)


class AlreadyThereError(ConflictError):
    """A row that comes again under its external id differs from the one there is."""

    code = "external_id_taken"


@transaction.atomic
def save_row(*, row: R, by: object) -> R:
    """Add or change ``row``: validated, logged, and the days it touches announced for recomputing.

    Raises ValidationError, by field, for whatever the row's fields, constraints or cooperation do not allow,
    or an app above refuses.
    """
    # without the default order, which may join: joined rows would be locked too, and outer joins cannot be
    kept = type(row)._default_manager.select_for_update().order_by("pk")
    before = kept.filter(pk=row.pk).first() if row.pk else None
    validate_row(row)
    row.save()
    changes = differences(field_values(before) if before else {}, row)
    if changes:
        log(row=row, verb="change" if before else "add", by=by, changes=changes)
    if moves_shares(row, changes):
        rows = [before, row] if before else [row]
        announce(rows=rows, by=by, since=_since(before, row, changes))
    return row


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
    Cooperation.objects.select_for_update(no_key=True).get(pk=cooperation_id)
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


def moves_shares(row: models.Model | type[models.Model], columns: Iterable[str]) -> bool:
    """Whether shares can depend on any of these ``columns`` of ``row``, or of its model."""
    counted: frozenset[str] | None = getattr(row, "fact_columns", None)
    return any(counted is None or name in counted for name in columns)


def announce(*, rows: Sequence[models.Model], by: object, since: dt.date | None = None) -> None:
    """Order the recomputing of the days that ``rows`` touch, in every cooperation concerned.

    ``since`` is the first of them that can have changed, where that is known.
    """
    touches = _span_of(rows, since)
    if touches is None:
        return
    for cooperation_id in sorted({found for row in rows for found in concerned(row)}):
        announce_change(cooperation_id=cooperation_id, touches=touches, by=by)


def touched(before: models.Model | None, after: models.Model | None) -> Span | None:
    """The days that saving ``after`` in place of ``before`` would announce; None for none.

    ``before`` is None for a row that is added, ``after`` for one that is removed.
    """
    rows = [row for row in (before, after) if row is not None]
    if before is None or after is None:
        return _span_of(rows, None)
    changes = differences(field_values(before), after)
    return _span_of(rows, _since(before, after, changes)) if moves_shares(after, changes) else None


def _span_of(rows: Sequence[models.Model], since: dt.date | None) -> Span | None:
    """The days that ``rows`` touch, as one span; none of them before ``since``."""
    spans = [span for span in (getattr(row, "touches", None) for row in rows) if span]
    if not spans:
        return None
    ends = [end for _, end in spans]
    first = max(min(start for start, _ in spans), since or dt.date.min)
    return first, None if None in ends else max(end for end in ends if end)


def _since(before: Any, row: Any, changes: Iterable[str]) -> dt.date | None:
    """What holds until another day than before, and is the same else, is so until the earlier of the two."""
    if before is None or set(changes) != {"valid_until"}:
        return None
    return min(row.valid_until or dt.date.max, before.valid_until or dt.date.max)


def concerned(row: models.Model) -> list[int]:
    """The cooperations whose shares ``row`` may change: its own, or for a public fact all it concerns."""
    own = cooperation_id_of(row)
    if own:
        return [own]
    if isinstance(row, Municipality):
        return naming(row)
    rows: models.QuerySet[Any] = Cooperation.objects.order_by("pk")
    if municipality_id := getattr(row, "municipality_id", None):
        rows = rows.filter(pk__in=Member.objects.filter(municipality=municipality_id).values("cooperation"))
    return list(rows.values_list("pk", flat=True))


def naming(municipality: Municipality) -> list[int]:
    """The cooperations with a fact that names ``municipality``: as member, payer, or whatever apps above say.

    What the models above say of themselves is enough: no app above is named here.
    """
    found: set[int | None] = set()
    for relation in Municipality._meta.get_fields(include_hidden=True):
        model: Any = relation.related_model
        if not isinstance(relation, models.ForeignObjectRel) or not hasattr(model, "touches"):
            continue
        if moves_shares(model, [relation.field.name]):
            facts = model._default_manager.filter(**{relation.field.name: municipality})
            found.update(facts.order_by().values_list("cooperation_id", flat=True).distinct())
    return sorted(pk for pk in found if pk)


def cooperation_id_of(row: models.Model) -> int | None:
    return row.pk if isinstance(row, Cooperation) else getattr(row, "cooperation_id", None)


def refuse_strangers(row: models.Model) -> None:
    """Raise ValidationError if ``row`` refers to something of another cooperation, or would move to one.

    The answer is the same as for something that does not exist: nobody learns of other cooperations' rows.
    """
    own = cooperation_id_of(row)
    if row.pk and hasattr(row, "cooperation_id"):
        stored = type(row)._base_manager.filter(pk=row.pk).values_list("cooperation_id", flat=True).first()
        if stored is not None and stored != row.cooperation_id:
            raise ValidationError({"cooperation": _("A row stays with the cooperation it was made in.")})
    for field in row._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or field.name == "cooperation":
            continue
        other = getattr(row, field.name) if getattr(row, field.attname) else None
        theirs = getattr(other, "cooperation_id", None)
        if other is not None and theirs is not None and theirs != own and not isinstance(other, User):
            raise ValidationError({field.name: _("There is no such choice: choose another.")})
