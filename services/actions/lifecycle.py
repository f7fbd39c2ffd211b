"""Moving an application from one stage of its life to the next."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from municipalities.actions import ChangedMeanwhileError, lock_cooperation, save_row
from services.engine.lifecycle import MOVES, may_move
from services.models import Application, LifecycleMove
from sharedict.accounts.models import User


@transaction.atomic
def move_application(
    *, application: Application, to: str, reason: str = "", by: object, now: dt.datetime, seen: str = ""
) -> Application:
    """Let ``application`` be in the stage ``to``, and keep who moved it, when and why.

    Safe to repeat: where it is there already nothing is done. Raises ValidationError at ``lifecycle`` for a
    stage that may not follow, and ChangedMeanwhileError where it is not in the stage any more in which
    somebody has ``seen`` it.
    """
    lock_cooperation(application.cooperation_id)
    Application.objects.select_for_update().order_by().get(pk=application.pk)
    application.refresh_from_db(fields=["lifecycle"])
    before = application.lifecycle
    if before == to:
        return application
    if seen not in ("", before):
        said = _("Somebody has moved it to “%(stage)s” meanwhile: choose once more.")
        words = {"stage": application.get_lifecycle_display()}
        raise ChangedMeanwhileError({"lifecycle": [said % words]}, {"lifecycle": before})
    move = LifecycleMove(
        cooperation_id=application.cooperation_id,
        application=application,
        from_stage=before,
        to_stage=to,
        reason=reason,
        moved_at=now,
        moved_by=by if isinstance(by, User) else None,
    )
    application.lifecycle = to
    save_row(row=application, by=by)
    save_row(row=move, by=by)
    return application


def refuse_forbidden_move(application: Application) -> None:
    """Raise ValidationError, at the field, where the stage is changed to one that may not follow."""
    before = application.as_read.get("lifecycle") if application.pk else None
    if before in (None, application.lifecycle) or may_move(str(before), application.lifecycle):
        return
    names = dict(Application.Lifecycle.choices)
    words = {
        "stage": names.get(str(before), before),
        "next": ", ".join(str(names[each]) for each in MOVES.get(str(before), ())),
    }
    raise ValidationError({"lifecycle": _("After “%(stage)s” comes one of: %(next)s.") % words})
