"""Rows of the catalogue that came in a file: saved together, and taken back together."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from municipalities.actions import lock_cooperation, save_row, save_rows, withdraw_row, withdraw_rows
from municipalities.models import Cooperation
from services.models import Application, Installation, Subscription


@transaction.atomic
def import_rows(*, cooperation: Cooperation, rows: Sequence[models.Model], by: object) -> None:
    """Change those of ``rows`` that are stored, then add the others: what ends makes room for what begins.

    They are of one model, and validated already, as ``services.imports`` compares them. Raises
    ValidationError as ``save_rows`` does: then nothing is saved.
    """
    lock_cooperation(cooperation.pk)
    if rows:
        save_rows(model=type(rows[0]), rows=rows, by=by)


@transaction.atomic
def take_back_applications(
    *, cooperation: Cooperation, pairs: Sequence[tuple[Application, Application | None]], by: object
) -> None:
    """Change applications into what they were; remove those without, unless something was added to one.

    Raises ValidationError for that.
    """
    lock_cooperation(cooperation.pk)
    removed = [now for now, before in pairs if before is None]
    if _referred(removed):
        raise ValidationError(_("something refers to its rows."))
    withdraw_rows(model=Application, rows=removed, by=by)
    save_rows(model=Application, rows=[before for _now, before in pairs if before is not None], by=by)


def _referred(rows: Sequence[Application]) -> bool:
    """Whether any row is about one of ``rows``, also one that would be removed with it."""
    keys = [row.pk for row in rows]
    for relation in Application._meta.related_objects:
        model: Any = relation.related_model
        if keys and model._default_manager.filter(**{f"{relation.field.name}__in": keys}).exists():
            return True
    return False


@transaction.atomic
def take_back_subscriptions(
    *, cooperation: Cooperation, pairs: Sequence[tuple[Subscription, Subscription | None]], by: object
) -> None:
    """Remove subscriptions that were not there, and change the others into what they were.

    Raises ValidationError where an app above needs one as it is.
    """
    lock_cooperation(cooperation.pk)
    withdraw_rows(model=Subscription, rows=[now for now, before in pairs if before is None], by=by)
    save_rows(model=Subscription, rows=[before for _now, before in pairs if before is not None], by=by)


@transaction.atomic
def take_back_installations(
    *, cooperation: Cooperation, pairs: Sequence[tuple[Installation, Installation | None]], by: object
) -> None:
    """Remove installations that were not there, and change the others into what they were.

    Raises ValidationError where a site is not there any more in the days that one had.
    """
    lock_cooperation(cooperation.pk)
    for now, before in pairs:
        if before is None:
            withdraw_row(row=now, by=by)
    for _now, before in pairs:
        if before is not None:
            save_row(row=before, by=by)
