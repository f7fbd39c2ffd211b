"""What was imported is undone: brought back to what stood before."""

import hashlib
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.actions import before_upload, end_upload, hold_written, touched_since
from municipalities.models import Upload
from municipalities.portal.hooks import Change, ShareEffect
from municipalities.portal.kinds import ImportKind, import_kind
from municipalities.portal.looking import Tell
from municipalities.portal.saying import Saying, said_now, say
from sharedict.accounts.models import User
from sharedict.audit.models import kind_in_words
from sharedict.common.figures import count

MOST_TOUCHED = 5
"""So many of the rows that stand in the way of undoing are named."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing an upload would do to each row that it has written, and to shares."""

    changes: Sequence[Change]
    effect: ShareEffect

    @property
    def mark(self) -> str:
        """What tells this from another that would do something else."""
        return hashlib.sha256(f"{len(self.changes)} {self.effect.mark}".encode()).hexdigest()


def undoing(upload: Upload) -> Undoing:
    """What undoing ``upload`` would do as things are."""
    changes = _taken_back(upload)
    return Undoing(changes, import_kind(upload.kind).effect(upload, changes))


def _taken_back(upload: Upload) -> list[Change]:
    kind, changes = import_kind(upload.kind), []
    for row, before in before_upload(upload, kind.model):
        after: Any = copy(row)
        if before is None:
            after = kind.removed(after)
        else:
            for name, value in before.items():
                setattr(after, name, value)
        changes.append(Change(row, after))
    return changes


def reasons_to_keep(upload: Upload) -> list[str]:
    """Why ``upload`` cannot be undone: what was done since to the rows that it has written."""
    touched = touched_since(upload)
    said = _("%(kind)s %(row)s was changed since, by %(who)s.")
    named: Sequence[Any] = touched[:MOST_TOUCHED]
    found = [
        said % {"kind": kind_in_words(each.subject_type), "row": each.what, "who": each.who} for each in named
    ]
    if left := len(touched) - len(found):
        more = ngettext("%(count)s more row was changed.", "%(count)s more rows were changed.", left)
        found.append(more % {"count": count(left)})
    return found


def undo(upload: Upload, kind: ImportKind, shown: str, by: User, tell: Tell) -> None:
    """Bring back what stood before, unless something else has touched the rows since.

    Where that would do something else by now than was asked, nothing is done.
    """
    if upload.state != Upload.State.APPLIED:
        return
    hold_written(upload, kind.model)
    if reasons_to_keep(upload):
        _refuse_undo(upload, lambda: " ".join(reasons_to_keep(upload)))
        return
    tell(20, 100)
    undone = undoing(upload)
    changes, effect = undone.changes, undone.effect
    if undone.mark != shown:
        _refuse_undo(upload, lambda: _("it would do something else by now. Ask for it again."))
        return
    effect_said = said_now(lambda: kind.effect(upload, changes).said, upload)
    tell(50, 100)
    try:
        with transaction.atomic():
            kind.undo(upload, changes, by)
            connection.check_constraints()
    except ValidationError as error:
        why = " ".join(error.messages)
        _refuse_undo(upload, lambda: why)
        return
    except ProtectedError:
        _refuse_undo(upload, lambda: _("something refers to its rows."))
        return
    except IntegrityError:
        _refuse_undo(upload, lambda: _("what its rows had before is not here any more, or another has it."))
        return

    def said() -> str:
        done = ngettext("%(count)s row is as before.", "%(count)s rows are as before.", len(changes))
        return f"{done % {'count': count(len(changes))}} {effect_said()}".strip()

    say(upload, said, is_problem=effect.is_problem)
    end_upload(upload, Upload.State.UNDONE, by=by)


def _refuse_undo(upload: Upload, why: Saying) -> None:
    say(upload, lambda: _("Nothing is undone: %(why)s") % {"why": why()}, is_problem=True)
