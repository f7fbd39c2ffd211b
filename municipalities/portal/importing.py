"""The steps of an import, which a job takes one at a time: looked at, applied, undone.

All that is said of an upload is said in the language of whoever uploaded it, since what was shown is compared
with what would be done.
"""

import hashlib
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.actions import (
    APPLY,
    LOOK,
    UNDO,
    before_upload,
    end_upload,
    keep_findings,
    locked_upload,
    touched_since,
)
from municipalities.models import Upload
from municipalities.portal.hooks import Change, ShareEffect
from municipalities.portal.kinds import ImportKind, import_kind, is_moving, moving_of
from sharedict.accounts.models import User
from sharedict.audit.actions import entries_written
from sharedict.audit.models import kind_in_words
from sharedict.common.figures import count
from sharedict.common.uploads import Finding, Outcome, UploadError, counts, marked

Tell = Callable[[int, int], None]
"""Told how many hundredths are done, of 100."""

MOST_NOTES = 10
"""So many notes on rows stand above the table too."""
MOST_TOUCHED = 5
"""So many of the rows that stand in the way of undoing are named."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file would do: its findings with what each does to closed months, and all of them together."""

    findings: Sequence[Finding]
    notices: Sequence[str]
    effect: ShareEffect
    label: str

    @property
    def mark(self) -> str:
        """What tells this dry run from another."""
        told = [marked(self.findings), self.effect.mark, *self.notices]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    @property
    def is_wrong(self) -> bool:
        return bool(counts(self.findings)[Outcome.WRONG])


def take_step(*, pk: int, step: str, shown: str, by: User, tell: Tell) -> None:
    """Take one step of an upload, all of it or nothing; one that was taken already changes nothing."""
    found = Upload.objects.for_listing().get(pk=pk)
    kind = import_kind(found.kind)
    with translation.override(found.language):
        if step == LOOK:
            _look(found, kind, tell)
            return
        with transaction.atomic():
            upload = locked_upload(pk, with_cooperation=True)
            if step == APPLY:
                _apply(upload, kind, shown, by, tell)
            if step == UNDO:
                _undo(upload, kind, by, tell)


def looked_at(upload: Upload, kind: ImportKind, tell: Tell) -> Looked:
    """What ``upload`` would do as things are; raises UploadError."""
    table = kind.read(upload)
    tell(15, 100)
    found = kind.compare(upload, table)
    tell(35, 100)
    moving = moving_of(found)
    effect = kind.effect(upload, [Change(each.old, each.row) for each in moving])
    tell(50, 100)
    label = _label(upload, kind, moving)
    return Looked(_with_effect(found, effect), [*table.notices, *_notes(found)], effect, label)


def _notes(findings: Sequence[Finding]) -> list[str]:
    noted = [finding for finding in findings if finding.note]
    return [f"{finding.what}: {finding.note}" for finding in noted[:MOST_NOTES]]


def _with_effect(findings: Sequence[Finding], effect: ShareEffect) -> Sequence[Finding]:
    """The findings with what each that moves does to closed months."""
    if not effect.closed:
        return findings
    said = iter(effect.by_change)
    return [replace(each, effect=next(said)) if is_moving(each) else each for each in findings]


def _look(upload: Upload, kind: ImportKind, tell: Tell) -> None:
    """Without a lock while it looks: nobody has to wait for it."""
    looked, said = None, ""
    try:
        looked = looked_at(upload, kind, tell)
    except UploadError as error:
        said = str(error.message)
    with transaction.atomic():
        held = locked_upload(upload.pk)
        if held.is_open and looked:
            _keep(held, looked, said)
        elif held.is_open:
            held.state, held.shown = Upload.State.UNREAD, ""
            _say(held, said, is_problem=True, beside=("state", "shown"))


def _keep(upload: Upload, looked: Looked, said: str) -> None:
    keep_findings(upload, looked.findings)
    upload.state, upload.shown, upload.shown_at = Upload.State.SHOWN, looked.mark, timezone.now()
    upload.notices, upload.label = [*map(str, looked.notices)], looked.label
    upload.effect = {
        "warnings": [*looked.effect.warnings],
        "said": looked.effect.said,
        "reaches_back": bool(looked.effect.closed),
    }
    of_look = ("state", "shown", "shown_at", "notices", "label", "effect")
    _say(upload, said, is_problem=bool(said), beside=of_look)


def _say(upload: Upload, said: str, *, is_problem: bool, beside: Sequence[str] = ()) -> None:
    """Save what came of the last step; ``is_problem`` where it leaves somebody something to mend.

    ``beside`` names the other columns to save.
    """
    upload.said, upload.is_problem = said, is_problem
    upload.save(update_fields=["said", "is_problem", *beside])


def _apply(upload: Upload, kind: ImportKind, shown: str, by: User, tell: Tell) -> None:
    """Do what was shown; where it would do something else by now, show that instead."""
    if upload.state != Upload.State.SHOWN or upload.shown != shown:
        return
    looked = looked_at(upload, kind, tell)
    if looked.is_wrong or looked.mark != shown:
        _keep(upload, looked, _("Nothing is saved: something has changed since. Look at it again."))
        return
    moving = moving_of(looked.findings)
    try:
        with transaction.atomic(), entries_written() as entries:
            kind.apply(upload, moving, by)
    except (ValidationError, IntegrityError) as error:
        said = " ".join(error.messages) if isinstance(error, ValidationError) else ""
        said = said or _("Nothing is saved: somebody has just saved the same.")
        _keep(upload, looked_at(upload, kind, tell), said)
        return
    tell(85, 100)
    label = kind.model._meta.label_lower
    upload.entries = [entry.pk for entry in entries if entry.subject_type == label]
    saved = ngettext("%(count)s row saved.", "%(count)s rows saved.", len(moving))
    said = f"{saved % {'count': count(len(moving))}} {looked.effect.said}".strip()
    _say(upload, said, is_problem=looked.effect.is_problem, beside=("entries",))
    end_upload(upload, Upload.State.APPLIED, by=by)


def undoing(upload: Upload) -> list[Change]:
    """What undoing ``upload`` would do to each row that it has written."""
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


def _undo(upload: Upload, kind: ImportKind, by: User, tell: Tell) -> None:
    """Bring back what stood before, unless something else has touched the rows since."""
    if upload.state != Upload.State.APPLIED:
        return
    if reasons := reasons_to_keep(upload):
        _refuse_undo(upload, " ".join(reasons))
        return
    changes = undoing(upload)
    tell(30, 100)
    effect = kind.effect(upload, changes)
    tell(50, 100)
    try:
        with transaction.atomic():
            kind.undo(upload, changes, by)
            connection.check_constraints()
    except (ValidationError, ProtectedError, IntegrityError) as error:
        why = error.messages if isinstance(error, ValidationError) else [_("something refers to its rows.")]
        _refuse_undo(upload, " ".join(why))
        return
    done = ngettext("%(count)s row is as before.", "%(count)s rows are as before.", len(changes))
    said = f"{done % {'count': count(len(changes))}} {effect.said}".strip()
    _say(upload, said, is_problem=effect.is_problem)
    end_upload(upload, Upload.State.UNDONE, by=by)


def _refuse_undo(upload: Upload, why: str) -> None:
    _say(upload, _("Nothing is undone: %(why)s") % {"why": why}, is_problem=True)


def _label(upload: Upload, kind: ImportKind, moving: Sequence[Finding]) -> str:
    """What the button does: how many rows it saves, and what they come to."""
    words = {"count": count(len(moving)), "sum": kind.sum_of(upload, moving)}
    if words["sum"]:
        said = ngettext("Save %(count)s row, %(sum)s", "Save %(count)s rows, %(sum)s", len(moving))
    else:
        said = ngettext("Save %(count)s row", "Save %(count)s rows", len(moving))
    return said % words
