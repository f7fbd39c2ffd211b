"""Many rows of one model, as a file brings them: saved or removed in a few queries, logged one by one."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from municipalities.actions.hooks import check_withdrawal, keep_before
from municipalities.actions.rows import (
    Done,
    changed,
    differing_columns,
    field_names,
    lock_cooperation,
    refuse_strangers,
    refuse_to_move,
    take_over,
)
from municipalities.actions.touched import (
    cooperation_id_of,
    differences,
    moves_shares,
    since_when,
    span_of,
)
from sharedict.audit.actions import field_values
from sharedict.common.bulk import add_rows, change_rows


@transaction.atomic
def save_rows(*, model: type[models.Model], rows: Sequence[models.Model], by: object) -> None:
    """Change those of ``rows`` that are stored, then add the others, as ``save_row`` does to each.

    All are of ``model`` and of one cooperation, and are validated already: what an import compares. The
    days that they touch are announced together. Raises ValidationError for one that somebody has removed or
    changed since it was read, or that refers to another cooperation, and IntegrityError for what only the
    database refuses.
    """
    if not rows:
        return
    _lock(rows[0])
    known, new = [row for row in rows if row.pk], [row for row in rows if not row.pk]
    stored = {
        row.pk: row
        for row in model._default_manager.select_for_update()
        .order_by("pk")
        .filter(pk__in=[row.pk for row in known])
    }
    written: dict[models.Model, list[str]] = {}
    for row in known:
        before = stored.get(row.pk)
        if before is None:
            raise ValidationError(_("Somebody has removed it in the meantime."))
        refuse_to_move(before, row)
        take_over(row, before)
        if columns := differing_columns(before, row):
            written[row] = columns
    _load_named(model, [*written, *new])
    for row in [*written, *new]:
        refuse_strangers(row)
        keep_before(row)
    change_rows(model, [*written], sorted({name for names in written.values() for name in names}))
    add_rows(model, new)
    _tell([(stored[row.pk], row) for row in written] + [(None, row) for row in new], by)


def _load_named(model: type[models.Model], rows: Sequence[models.Model], more: Sequence[str] = ()) -> None:
    """Read what ``rows`` name, in one query for each column, where it is not read yet."""
    names = [field.name for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    models.prefetch_related_objects(rows, *names, *more)


def _lock(row: models.Model) -> None:
    if cooperation_id := cooperation_id_of(row):
        lock_cooperation(cooperation_id)


def _tell(pairs: Sequence[tuple[models.Model | None, models.Model]], by: object) -> None:
    """Log what became of each row, and announce the days of those that shares depend on, once for all."""
    done: list[Done] = []
    touching: list[models.Model] = []
    firsts = []
    for before, row in pairs:
        changes = differences(field_values(before) if before else {}, row)
        if not changes:
            continue
        done.append(("change" if before else "add", row, changes))
        if moves_shares(row, changes):
            both = [before, row] if before else [row]
            span = span_of(both, since_when(before, row, changes))
            touching += both
            firsts += [span[0]] if span else []
    changed(done=done, by=by, touching=touching, since=min(firsts, default=None))


@transaction.atomic
def withdraw_rows(*, model: type[models.Model], rows: Sequence[models.Model], by: object) -> None:
    """Remove ``rows`` of ``model`` and of one cooperation, as ``withdraw_row`` does each of them.

    Raises ValidationError where an app above needs one as it is, and ProtectedError where a row refers to
    one.
    """
    if not rows:
        return
    _lock(rows[0])
    for row in rows:
        check_withdrawal(row)
        keep_before(row)
    _load_named(model, rows, [field.name for field in model._meta.many_to_many])
    done: list[Done] = [
        ("delete", row, {name: [old, ""] for name, old in (field_values(row) | field_names(row)).items()})
        for row in rows
    ]
    changed(done=done, by=by, touching=rows)
    model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
