"""What can be imported: each app says how its rows are compared, saved and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation, Upload
from municipalities.portal.far import far_days, far_in_words
from municipalities.portal.hooks import Change, ShareEffect, effect_of
from sharedict.accounts.models import User
from sharedict.common.uploads import (
    Columns,
    Finding,
    Outcome,
    UploadedTable,
    are_last_days,
    found_in,
    read_table,
    split,
)

LEAST_HEADINGS = 2
"""Columns are not chosen of fewer: it is no table."""
LONGEST_HEADING = 200
"""Longer ones are no headings: whoever chooses could not read them, nor a browser show them."""
MOST_FIGURES = 1
"""A line of which more cells begin with a digit is no header, but a row."""
DAYS_THAT_TELL = 50
"""So many of the first rows tell whether a column holds last days, before somebody chooses."""


class ImportKind:
    """One kind of table that is imported, into a cooperation or into a public register.

    ``name`` is how uploads name it, ``title`` how people do, ``model`` is what its rows become. All that is
    said of an upload is said in the language that is active, one after the other.
    """

    name: ClassVar[str]
    title: ClassVar[Any]
    model: ClassVar[type[models.Model]]
    columns: ClassVar[Columns]
    undo_lead: ClassVar[Any] = gettext_lazy(
        "The rows that it added are removed, and those that it changed are as before."
    )

    def read(self, upload: Upload) -> UploadedTable:
        """The table in the file; raises UploadError. A column that somebody chose nothing for is empty."""
        content, mark = bytes(upload.content), upload.told.get("mark", "")
        if not upload.columns:
            return read_table(content, self.columns, mark)
        chosen = {name for said in upload.columns.values() for name, _days in split(said)}
        required = tuple(name for name in self.columns.required if name in chosen)
        table = read_table(content, replace(self.columns, required=required), mark, upload.columns)
        for row in table.rows:
            for name in self.columns.required:
                row.values.setdefault(name, "")
        return table

    def headings(self, content: bytes) -> list[str]:
        """Those of which somebody has to choose; none where the file names our columns, or is no table.

        Raises UploadError for what cannot be read at all.
        """
        _lines, header, _notices = found_in(content, self.columns)
        found = [heading for heading in header.headings if heading]
        is_known = not (header.missing or header.unknown or header.twice)
        is_table = len({*found}) == len(found) >= LEAST_HEADINGS and max(map(len, found)) <= LONGEST_HEADING
        has_figures = sum(heading.lstrip("-")[:1].isdigit() for heading in found) > MOST_FIGURES
        return [] if is_known or has_figures or not is_table else found

    def known_headings(self, content: bytes) -> dict[str, str]:
        """Headings of the file that are understood anyway, by the column that each names.

        One that may be the last day or the day after it is understood where its first days tell which.
        """
        lines, header, _notices = found_in(content, self.columns)
        first = list(islice((line.cells for line in lines if line.number > header.line), DAYS_THAT_TELL))
        found = {}
        for place, (meaning, heading) in enumerate(zip(header.meanings, header.headings, strict=True)):
            if meaning and meaning.days == "either":
                is_last = are_last_days(cells[place] for cells in first if place < len(cells))
                if is_last is None:
                    continue
                meaning = meaning._replace(days="last" if is_last else "")
            if meaning and meaning.name:
                found[meaning.said] = heading
        return found

    def sample(self, content: bytes) -> dict[str, str]:
        """What stands below each heading in the first row."""
        lines, header, _notices = found_in(content, self.columns)
        first = next((line.cells for line in lines if line.number > header.line), ())
        return dict(zip(header.headings, first, strict=False))

    def compare(self, upload: Upload, table: UploadedTable) -> Sequence[Finding]:
        """What each row would do, in a few queries; may add to the notices of ``table``."""
        raise NotImplementedError

    def words(self, row: Any) -> str:
        """What ``row`` is, as it is stored or would be saved, in the active language."""
        raise NotImplementedError

    def retold(self, findings: Sequence[Finding]) -> list[Finding]:
        """Findings without errors and notes, with what each row is and becomes in the active language."""
        return [
            replace(
                each,
                before=self.words(each.old) if each.before else "",
                after=self.words(each.row) if each.after else "",
            )
            for each in findings
        ]

    def apply(self, upload: Upload, moving: Sequence[Finding], by: User) -> None:
        """Save the new and changed rows, in the transaction that is already open."""
        raise NotImplementedError

    def undo(self, upload: Upload, changes: Sequence[Change], by: User) -> None:
        """Bring rows back to what ``changes`` say, in the transaction that is already open.

        Raises ValidationError for what may not be taken back.
        """
        raise NotImplementedError

    def removed(self, row: Any) -> Any:
        """What becomes of a row that was added and is taken back; None where it is removed."""
        return None

    def effect(self, upload: Upload, changes: Sequence[Change]) -> ShareEffect:
        """What ``changes`` do to shares, and which far days they write."""
        if upload.cooperation is None or not changes:
            return ShareEffect(by_change=("",) * len(changes))
        found = effect_of(upload.cooperation, changes, in_bulk=True)
        today = timezone.localdate()
        days = far_days(changes, today)
        return found.asking(far_in_words(days, today), " ".join(map(str, days))) if days else found

    def sum_of(self, upload: Upload, moving: Sequence[Finding]) -> str:
        """How much more the new and changed rows come to than what is stored, where they are amounts."""
        return ""

    def address(self, slug: str, told: Mapping[str, str]) -> str:
        """The page of what is imported, in the cooperation at ``slug``."""
        raise NotImplementedError


def cooperation_of(upload: Upload) -> Cooperation:
    """Raises LookupError for an upload of a public register."""
    if upload.cooperation is None:
        raise LookupError(f"Import {upload.pk} is of no cooperation.")
    return upload.cooperation


def moving_of(findings: Sequence[Finding]) -> list[Finding]:
    """Those that are new or changed."""
    return [finding for finding in findings if is_moving(finding)]


def is_moving(finding: Finding) -> bool:
    return finding.outcome in (Outcome.NEW, Outcome.CHANGED)


_kinds: dict[str, ImportKind] = {}


def add_import_kind(kind: ImportKind) -> None:
    """Let an app say what can be imported there; adding one twice changes nothing."""
    _kinds[kind.name] = kind


def import_kind(name: str) -> ImportKind:
    """Raises LookupError for one that no app knows."""
    if name not in _kinds:
        raise LookupError(f"There is no import of kind {name!r}.")
    return _kinds[name]


def import_in_words(name: str) -> str:
    """What the import ``name`` brings in, as its reader calls it; ``name`` where no app knows it any more."""
    return str(_kinds[name].title) if name in _kinds else name
