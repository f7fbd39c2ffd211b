"""An upload of rows that hold for spans of days against those that are stored: what each row would do."""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from services.imports.cells import Reader
from services.imports.columns import named
from sharedict.common.days import date_format, last_day
from sharedict.common.uploads import Finding, Outcome, UploadedRow, UploadError, shortened

R = TypeVar("R", bound=models.Model)
Key = tuple[Hashable, ...]
Broken = Iterator[tuple[str, str]]
"""What is wrong with a row, each with its column."""


class Spans(Generic[R]):
    """Rows of one model, as they are stored and as the file would have them.

    ``readers`` read the columns by which a row is found again, the first day among them; ``named_by`` are the
    columns that name it, and ``twice`` is said of one that overlaps another.
    """

    model: type[R]
    readers: Mapping[str, Reader]
    named_by: Sequence[str]
    twice: str

    def __init__(self, blank: R, stored: Iterable[R]) -> None:
        self.blank = blank
        self.rows = {self.key(row): row for row in stored}
        self.others = defaultdict[Key, dict[dt.date, R]](dict)
        for row in self.rows.values():
            self.keep(row)
        self.lines: dict[Key, int] = {}

    def fill(self, new: R, old: R | None, said: Mapping[str, str]) -> Broken:
        """Put the cells of the other columns into ``new``."""
        raise NotImplementedError

    def words(self, row: R) -> str:
        """What ``row`` is, in words."""
        raise NotImplementedError

    def compare(self, rows: Sequence[UploadedRow]) -> list[Finding]:
        """What each of ``rows`` would do, the first day of each against all that the file has. No queries."""
        return [self._unless_twice(found) for found in [self._compare(row) for row in rows]]

    def key(self, row: R) -> Key:
        return tuple(getattr(row, row._meta.get_field(name).attname) for name in self.readers)  # type: ignore[union-attr]

    def without_day(self, row: R) -> Key:
        """What of the key overlaps may not be in."""
        return tuple(
            getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]
            for name in self.readers
            if name != "valid_from"
        )

    def keep(self, row: Any) -> None:
        self.others[self.without_day(row)][row.valid_from] = row

    def _compare(self, row: UploadedRow) -> Finding:
        said = dict(row.values)
        said["application"] = said.get("code") or said.get("application", "")
        first, *more = self.named_by
        told = [row.values.get(first) or said[first], *(said.get(name) for name in more)]
        what = shortened(", ".join(map(str, told)))
        if row.error:
            return Finding(row.line, Outcome.WRONG, what, errors=(row.error,))
        new, errors = copy(self.blank), list(self._find(said))
        for name, error, value in errors:
            if not error:
                setattr(new, name, value)
        broken = [(name, error) for name, error, _value in errors if error]
        if broken:
            return self._wrong(row.line, what, broken)
        key = self.key(new)
        if earlier := self.lines.get(key):
            broken.append(("valid_from", _("line %(line)d has the same.") % {"line": earlier}))
        self.lines.setdefault(key, row.line)
        old = self.rows.get(key)
        new = copy(old) if old else new
        broken += self.fill(new, old, said)
        if broken:
            return self._wrong(row.line, what, broken)
        self.keep(new)
        before, after = self.words(old) if old else "", self.words(new)
        outcome = Outcome.NEW if old is None else Outcome.CHANGED if before != after else Outcome.SAME
        return Finding(row.line, outcome, what, before=before, after=after, row=new, old=old)

    def _find(self, said: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
        """Each column of the key: what is wrong with its cell, or what the cell says."""
        for name, read in self.readers.items():
            try:
                value = read(said.get(name, ""), None)
                yield name, "" if value is not None else _("There is nothing in this cell."), value
            except UploadError as error:
                yield name, error.message, None

    def _wrong(self, line: int, what: str, broken: Sequence[tuple[str, str]]) -> Finding:
        said = tuple(f"{named(self.model, name)}: {message}" for name, message in broken)
        return Finding(line, Outcome.WRONG, what, errors=said)

    def _unless_twice(self, found: Finding) -> Finding:
        """``found``, or that it is there already in part of that time, as the file would have it."""
        if found.outcome not in (Outcome.NEW, Outcome.CHANGED):
            return found
        row = found.row
        at_once = self.at_once(row, self.without_day(row))
        if any(other.valid_from != row.valid_from for other in at_once):
            return self._wrong(found.line, found.what, [("valid_from", self.twice)])
        if broken := list(self.beside_others(row)):
            return self._wrong(found.line, found.what, broken)
        return found

    def beside_others(self, row: R) -> Broken:
        """What is wrong with ``row`` beside all that the file has."""
        yield from ()

    def at_once(self, row: Any, key: Key) -> Iterator[Any]:
        """The rows of ``key``, a key without its day, that are there on some day of ``row``."""
        last = dt.date.max
        for first, other in self.others[key].items():
            ends: Any = getattr(other, "valid_until", None)
            if first < (row.valid_until or last) and row.valid_from < (ends or last):
                yield other


def read_into(new: Any, said: Mapping[str, str], readers: Mapping[str, Reader]) -> Broken:
    """Put what ``readers`` read into ``new``, as far as the file has it, up to what cannot be read."""
    for name, read in readers.items():
        try:
            if name in said:
                setattr(new, name, read(said[name], None))
        except UploadError as error:
            yield name, error.message
            return


def fields_broken(new: Any, exclude: Sequence[str]) -> Broken:
    """What the fields of ``new`` do not allow, and an end before its beginning."""
    try:
        new.clean_fields(exclude=["cooperation", *exclude])
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            yield name, " ".join(messages)
        return
    if new.valid_until and new.valid_until <= new.valid_from:
        yield "valid_until", _("it cannot end before it begins.")


def days_in_words(row: Any) -> str:
    """From when, and until when where it ends."""
    words = {"first": date_format(row.valid_from)}
    if row.valid_until:
        words["last"] = date_format(last_day(row.valid_until))
        return _("%(first)s to %(last)s") % words
    return _("from %(first)s") % words
