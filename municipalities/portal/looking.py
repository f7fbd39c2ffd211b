"""What a file would do: its dry run, as a job makes and keeps it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import ngettext

from municipalities.actions import keep_findings, locked_upload
from municipalities.models import Upload
from municipalities.portal.hooks import Change, ShareEffect
from municipalities.portal.kinds import ImportKind, is_moving, moving_of
from municipalities.portal.saying import Saying, other_languages, said_now, say
from sharedict.common.figures import count
from sharedict.common.uploads import Finding, Outcome, UploadError, counts, marked

Tell = Callable[[int, int], None]
"""Told how many hundredths are done, of 100."""

MOST_NOTES = 10
"""So many notes on rows stand above the table too."""


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


def look(upload: Upload, kind: ImportKind, tell: Tell) -> None:
    """Without a lock while it looks: nobody has to wait for it."""
    found: dict[str, Looked] = {}
    said: Saying = _nothing
    try:
        found = looked_at_by_all(upload, kind, tell)
    except UploadError:
        said = said_now(partial(fault, upload, kind), upload)
    with transaction.atomic():
        held = locked_upload(upload.pk)
        if held.is_open and found:
            keep(held, found, said)
        elif held.is_open:
            say_unreadable(held, said)


def looked_at(upload: Upload, kind: ImportKind, tell: Tell) -> Looked:
    """What ``upload`` would do as things are, in the active language; raises UploadError."""
    table = kind.read(upload)
    tell(15, 100)
    found = kind.compare(upload, table)
    tell(35, 100)
    looked = _looked(upload, kind, found, table.notices)
    tell(50, 100)
    return looked


def _looked(upload: Upload, kind: ImportKind, found: Sequence[Finding], notices: Sequence[str]) -> Looked:
    moving = moving_of(found)
    effect = kind.effect(upload, [Change(each.old, each.row) for each in moving])
    label = _label(upload, kind, moving)
    return Looked(_with_effect(found, effect), [*notices, *_notes(found)], effect, label)


def looked_at_by_all(upload: Upload, kind: ImportKind, tell: Tell) -> dict[str, Looked]:
    """The same by language, the upload's own first, which is active; raises UploadError.

    Where all that there is to say is what rows are and become, they are not compared once more for it. What
    is otherwise by the time that another language is looked at is left out: it is read in the first.
    """
    own = looked_at(upload, kind, tell)
    found, outcomes = {upload.language: own}, [each.outcome for each in own.findings]
    is_plain = not own.notices and not any(each.errors or each.note for each in own.findings)
    for language in other_languages(upload):
        with translation.override(language):
            if is_plain:
                found[language] = _looked(upload, kind, kind.retold(own.findings), [])
                continue
            looked = looked_at(upload, kind, untold)
        if [each.outcome for each in looked.findings] == outcomes:
            found[language] = looked
    tell(80, 100)
    return found


def untold(_done: int, _of: int) -> None:
    """How far it is has been told."""


def _notes(findings: Sequence[Finding]) -> list[str]:
    noted = [finding for finding in findings if finding.note]
    return [f"{finding.what}: {finding.note}" for finding in noted[:MOST_NOTES]]


def _with_effect(findings: Sequence[Finding], effect: ShareEffect) -> Sequence[Finding]:
    """The findings with what each that moves does to closed months."""
    if not effect.closed:
        return findings
    said = iter(effect.by_change)
    return [replace(each, effect=next(said)) if is_moving(each) else each for each in findings]


def _label(upload: Upload, kind: ImportKind, moving: Sequence[Finding]) -> str:
    """What the button does: how many rows it saves, and what they come to."""
    words = {"count": count(len(moving)), "sum": kind.sum_of(upload, moving)}
    if words["sum"]:
        said = ngettext("Save %(count)s row, %(sum)s", "Save %(count)s rows, %(sum)s", len(moving))
    else:
        said = ngettext("Save %(count)s row", "Save %(count)s rows", len(moving))
    return said % words


def keep(upload: Upload, found: Mapping[str, Looked], said: Saying) -> None:
    keep_findings(upload, {language: looked.findings for language, looked in found.items()})
    looked = found[upload.language]
    upload.state, upload.shown, upload.shown_at = Upload.State.SHOWN, looked.mark, timezone.now()
    upload.notices, upload.label = [*map(str, looked.notices)], looked.label
    upload.effect = {
        "warnings": [*looked.effect.warnings],
        "said": looked.effect.said,
        "reaches_back": bool(looked.effect.closed),
    }
    upload.words = {
        language: {
            "notices": [*map(str, other.notices)],
            "label": other.label,
            "warnings": [*other.effect.warnings],
            "effect": other.effect.said,
        }
        for language, other in found.items()
        if language != upload.language
    }
    of_look = ("state", "shown", "shown_at", "notices", "label", "effect")
    say(upload, said, is_problem=bool(said()), beside=of_look)


def _nothing() -> str:
    return ""


def say_unreadable(upload: Upload, said: Saying) -> None:
    upload.state, upload.shown = Upload.State.UNREAD, ""
    say(upload, said, is_problem=True, beside=("state", "shown"))


def fault(upload: Upload, kind: ImportKind) -> str:
    """Why ``upload`` cannot be looked at; nothing where it can by now."""
    try:
        looked_at(upload, kind, untold)
    except UploadError as error:
        return error.message
    return ""
