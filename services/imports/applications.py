"""An upload of the catalogue against the applications that are stored: what each row would do."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from municipalities.models import Cooperation, Municipality
from municipalities.reports import places_by_code
from services.imports.cells import Reader, amount, day, one_of, rows_by, whole, word_of
from services.imports.columns import OPTIONAL, label_of, named
from services.models import RESERVED_CODES, Application, Calendar, Purpose
from sharedict.common.days import date_format
from sharedict.common.figures import NOTHING
from sharedict.common.uploads import Finding, Outcome, UploadedRow, UploadError, shortened

WORDS = ("confidentiality", "integrity", "availability", "lifecycle", "charging")
"""Fields of which a word is chosen."""
TEXTS = ("name", "purpose", "vendor", "priced_per", "included", "not_included")
FIELDS = ("name", *OPTIONAL)
TOLD = ("name", "purpose", "lifecycle", "owner", "vendor")
"""What is told of a new application before it is saved."""


def compare_applications(cooperation: Cooperation, rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do, found by code or, without one, by name; four queries for any number.

    A column that the file does not have stays as it is. The findings carry the application to save.
    """
    stored = Stored(list(Application.objects.of(cooperation).order_by("pk").for_listing()))
    readers = _readers(cooperation, stored)
    return [_compare(row, Application(cooperation=cooperation), readers, stored) for row in rows]


class Stored:
    """The applications of a cooperation, and which line of the file is about which."""

    def __init__(self, rows: Sequence[Application]) -> None:
        self.rows = rows
        self.by_code = {row.code: row for row in rows}
        self.by_name = rows_by(rows, "code")
        self.named: dict[str, set[str]] = {}
        for row in rows:
            self.named.setdefault(row.name.lower(), set()).add(row.code)
        self.lines: dict[str, int] = {}

    def find(self, code: str, name: str) -> Application | None:
        """The application that a row is about; None for a new one. Raises UploadError without a code."""
        if code:
            return self.by_code.get(code)
        if name.lower() not in self.named:
            raise UploadError(_("a new application needs a code, by which it is found again."), field="code")
        found: Application = self.by_name.find(name)
        return found

    def line_before(self, code: str, line: int) -> int | None:
        earlier = self.lines.get(code)
        self.lines.setdefault(code, line)
        return earlier

    def is_taken(self, application: Application, old: Application | None) -> bool:
        """Whether another has the name that this one is given; one that it has had stays its own."""
        key = application.name.lower()
        others = self.named.setdefault(key, set()) - {application.code}
        self.named[key].add(application.code)
        return bool(others) and (old is None or old.name != application.name)


def _readers(cooperation: Cooperation, stored: Stored) -> dict[str, Reader]:
    """How the cells of each column are read that are no plain text; each raises UploadError."""
    kept = {row.owner_id for row in stored.rows} | {row.competence_centre_id for row in stored.rows}
    ever = Municipality.objects.ever_in(cooperation).order_by().values("pk")
    places = one_of(places_by_code(Municipality.objects.filter(Q(pk__in=ever) | Q(pk__in=kept - {None}))))
    calendars = one_of(rows_by(Calendar.objects.of(cooperation), "name"))
    return {
        "serves": one_of(rows_by(Purpose.objects.of(cooperation), "code")),
        **dict.fromkeys(("owner", "competence_centre"), places),
        **dict.fromkeys(("runs", "measured", "supported"), calendars),
        **{name: word_of(Application._meta.get_field(name)) for name in WORDS},
        "unit_price": amount,
        "delivery_days": whole,
        "review_on": day,
    }


def _compare(row: UploadedRow, blank: Application, readers: Mapping[str, Reader], stored: Stored) -> Finding:
    code, name = row.values.get("code", ""), row.values.get("name", "")
    what = shortened(name or code or _("line %(line)d") % {"line": row.line})
    try:
        if row.error:
            raise UploadError(row.error)
        old = stored.find(code, name)
    except UploadError as error:
        said = f"{named(Application, error.field)}: {error.message}" if error.field else error.message
        return Finding(row.line, Outcome.WRONG, what, errors=(said,))
    new = copy(old or blank)
    new.code = old.code if old else code
    broken = [*_fill(new, row, readers, old), *_rules_broken(new, row, stored, old)]
    if broken:
        errors = tuple(f"{named(Application, column)}: {said}" for column, said in broken)
        return Finding(row.line, Outcome.WRONG, what, errors=errors)
    if old is None:
        return Finding(row.line, Outcome.NEW, what, after=application_in_words(new), row=new)
    before, after = told_of_change(old, new)
    outcome = Outcome.CHANGED if before != after else Outcome.SAME
    return Finding(row.line, outcome, what, before=before, after=after, row=new, old=old)


def _fill(
    new: Application, row: UploadedRow, readers: Mapping[str, Reader], old: Application | None
) -> Iterator[tuple[str, str]]:
    """Put the row's cells into ``new``; gives back what could not be read, each with its column."""
    unread = set()
    for name in FIELDS:
        text = row.values.get(name)
        if text is None or name == "code":
            continue
        try:
            setattr(new, name, readers[name](text, getattr(old, name, None)) if name in readers else text)
        except UploadError as error:
            unread.add(name)
            yield name, error.message
    try:
        new.clean_fields(exclude=["cooperation", *unread])
    except ValidationError as error:
        for name, said in error.message_dict.items():
            yield name, " ".join(said)


def _rules_broken(
    new: Application, row: UploadedRow, stored: Stored, old: Application | None
) -> Iterator[tuple[str, str]]:
    """The rules that a row breaks beyond its cells, each with its column."""
    if earlier := stored.line_before(new.code, row.line):
        yield "code", _("line %(line)d has the same.") % {"line": earlier}
    if old is None and new.code in RESERVED_CODES:
        yield "code", _("The portal uses this word itself: choose another code.")
    if stored.is_taken(new, old):
        yield "name", _("There is an application of this name already.")
    if old and new.lifecycle != old.lifecycle:
        yield "lifecycle", _("Is moved on the page of the application, with a reason.")
    if new.unit_price is not None and new.unit_price < 0:
        yield "unit_price", _("A price is not negative.")
    if new.charging == Application.Charging.PRICED and new.unit_price is None:
        yield "unit_price", _("Say the price, or charge in another way.")


def application_in_words(row: Application) -> str:
    """What a new application would be, and what one is that stays as it is."""
    return " | ".join(_value(row, name) for name in TOLD if getattr(row, name))


def told_of_change(old: Application, new: Application) -> tuple[str, str]:
    """What is otherwise in ``new``, before and after; where nothing is, what it is, twice."""
    changed = [name for name in FIELDS if getattr(old, name) != getattr(new, name)]
    if not changed:
        return application_in_words(old), application_in_words(old)
    before, after = (
        " | ".join(f"{capfirst(str(label_of(Application, name)))}: {_value(row, name)}" for name in changed)
        for row in (old, new)
    )
    return before, after


def _value(row: Application, name: str) -> str:
    value: Any = getattr(row, name)
    if value in (None, ""):
        return NOTHING
    if name in WORDS:
        return str(getattr(row, f"get_{name}_display")())
    return date_format(value) if name == "review_on" else str(value)
