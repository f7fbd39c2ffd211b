"""The steps of an import, which a job takes one at a time: looked at, applied, undone.

All that is said of an upload is said in every language, for whoever reads it. What was shown is compared with
what would be done in the language of whoever uploaded it.
"""

from functools import partial

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.actions import APPLY, LOOK, UNDO, end_upload, holders, locked_upload
from municipalities.models import Role, Upload
from municipalities.portal.kinds import ImportKind, import_kind, moving_of
from municipalities.portal.looking import (
    Tell,
    fault,
    keep,
    look,
    looked_at,
    looked_at_by_all,
    say_unreadable,
)
from municipalities.portal.saying import said_now, say
from municipalities.portal.undoing import undo
from sharedict.accounts.models import User
from sharedict.audit.actions import entries_written
from sharedict.common.figures import count
from sharedict.common.uploads import UploadError


def take_step(*, pk: int, step: str, shown: str, by: User | None, tell: Tell) -> None:
    """Take one step of an upload, all of it or nothing; one that was taken already changes nothing."""
    found = Upload.objects.for_listing().get(pk=pk)
    kind = import_kind(found.kind)
    with translation.override(found.language):
        if step == LOOK:
            look(found, kind, tell)
            return
        with transaction.atomic():
            upload = locked_upload(pk, with_cooperation=True)
            if by is None or not _may_write(upload, by):
                say(upload, _may_no_more, is_problem=True)
            elif step == APPLY:
                _apply(upload, kind, shown, by, tell)
            elif step == UNDO:
                undo(upload, kind, shown, by, tell)


def _may_no_more() -> str:
    return _("Nothing is done: whoever ordered it may not change anything here any more.")


def _may_write(upload: Upload, by: User) -> bool:
    """Whether ``by``, who could when they ordered it, may still do to the rows what is in the upload."""
    if upload.cooperation_id is None:
        return User.objects.filter(pk=by.pk, is_active=True, is_superuser=True).exists()
    return by.pk in holders(upload.cooperation_id, [Role.Kind.ADMINISTRATOR])


def _apply(upload: Upload, kind: ImportKind, shown: str, by: User, tell: Tell) -> None:
    """Do what was shown; where it would do something else by now, show that instead."""
    if upload.state != Upload.State.SHOWN or upload.shown != shown:
        return
    try:
        looked = looked_at(upload, kind, tell)
    except UploadError:
        say_unreadable(upload, said_now(partial(fault, upload, kind), upload))
        return
    if looked.is_wrong or looked.mark != shown:
        keep(upload, looked_at_by_all(upload, kind, tell), _changed_since)
        return
    moving = moving_of(looked.findings)
    try:
        with transaction.atomic(), entries_written() as entries:
            kind.apply(upload, moving, by)
    except (ValidationError, IntegrityError) as error:
        why = " ".join(error.messages) if isinstance(error, ValidationError) else ""
        found = looked_at_by_all(upload, kind, tell)
        keep(upload, found, lambda: why or _("Nothing is saved: somebody has just saved the same."))
        return
    tell(85, 100)
    label = kind.model._meta.label_lower
    upload.entries = [entry.pk for entry in entries if entry.subject_type == label]

    def said() -> str:
        saved = ngettext("%(count)s row saved.", "%(count)s rows saved.", len(moving))
        effect = upload.in_words(translation.get_language())["effect"]
        return f"{saved % {'count': count(len(moving))}} {effect}".strip()

    upload.effect["said"] = looked.effect.said
    say(upload, said, is_problem=looked.effect.is_problem, beside=("entries", "effect"))
    end_upload(upload, Upload.State.APPLIED, by=by)


def _changed_since() -> str:
    return _("Nothing is saved: something has changed since. Look at it again.")
