"""A municipality's month as everybody is shown it: the same figures on screen, in files and over the API.

Amounts are whole minor units. A municipality is its country and official code (SE1737), and the empty
application code stands for costs of the cooperation as a whole.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from typing import Any

from sharedict.kernel.errors import ConflictError
from sharedict.kernel.periods import Month


class StatementError(ConflictError):
    """This statement does not add up, or is not what was issued: it is not shown. Tell the administrator."""

    code = "statement_does_not_add_up"


FORMAT_VERSION = 1
Scope = tuple[str, str]
"""Codes of application and cost type."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What the costs of one application and type came to: this month, the month before, the year so far.

    A line that ``concerns`` an earlier month corrects one cost there: its amount stands in ``this_minor``
    alone, and ``corrects`` names the statement and line that it corrects (number, position), if there is one.
    ``references`` are those of the costs behind it.
    """

    application: str
    application_name: str
    cost_type: str
    cost_type_name: str
    this_minor: int
    before_minor: int = 0
    year_minor: int = 0
    references: tuple[str, ...] = ()
    concerns: Month | None = None
    corrects: tuple[int, int] | None = None
    description: str = ""

    @property
    def change_minor(self) -> int:
        return self.this_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One cost's part in the month, ``cost_minor``, and the municipality's share of it, ``share_minor``.

    Where it ``concerns`` an earlier month it is the correction of that cost there.
    """

    reference: str
    application: str
    application_name: str
    cost_type: str
    cost_type_name: str
    supplier: str
    description: str
    key: str
    key_version: int | None
    cost_minor: int
    share_minor: int
    concerns: Month | None = None


@dataclass(frozen=True, slots=True)
class ApplicationPart:
    """The lines of one application, and what they add up to."""

    application: str
    name: str
    lines: tuple[StatementLine, ...]

    @property
    def this_minor(self) -> int:
        return sum(line.this_minor for line in self.lines)

    @property
    def before_minor(self) -> int:
        return sum(line.before_minor for line in self.lines)

    @property
    def change_minor(self) -> int:
        return self.this_minor - self.before_minor

    @property
    def year_minor(self) -> int:
        return sum(line.year_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Party:
    """Who charges or is charged: an opaque key, and the name, number and address as they were."""

    key: str
    name: str
    organisation_number: str = ""
    address: str = ""


@dataclass(frozen=True)
class Statement:
    """One municipality's part of one run.

    ``number`` is given when the month closes; until then the figures are preliminary. ``before`` is the
    month compared with, None where nothing was computed for it; the year so far begins with ``year_from``.
    The lines are those of the month, then its corrections of earlier months; they add up to the total.
    Beside them stand what the month before charged of corrections, and the agreement year of those of its
    own months, this month included: no line holds these.
    """

    payee: Party
    payer: Party
    currency: str
    month: Month
    state: str
    number: int | None
    run_number: int
    rule_version: int
    fingerprint: str
    computed_at: dt.datetime
    before: Month | None
    year_from: Month
    total_minor: int
    lines: tuple[StatementLine, ...]
    shares: tuple[ShareRow, ...]
    kind: str = "month"
    issued_at: dt.datetime | None = None
    due_on: dt.date | None = None
    is_taken_over: bool = False
    content_hash: str = ""
    before_corrections_minor: int = 0
    year_corrections_minor: int = 0

    def __post_init__(self) -> None:
        lines = sum(line.this_minor for line in self.lines)
        shares = sum(share.share_minor for share in self.shares)
        if lines != self.total_minor or shares != self.total_minor:
            raise StatementError

    @property
    def municipality(self) -> str:
        return self.payer.key

    @property
    def name(self) -> str:
        return self.payer.name

    @property
    def cooperation(self) -> str:
        return self.payee.key

    @property
    def cooperation_name(self) -> str:
        return self.payee.name

    @cached_property
    def month_lines(self) -> tuple[StatementLine, ...]:
        """The lines of the month itself."""
        return tuple(line for line in self.lines if line.concerns is None)

    @cached_property
    def corrections(self) -> tuple[StatementLine, ...]:
        """The lines that correct earlier months of the agreement year."""
        return tuple(line for line in self.lines if line.concerns and line.concerns >= self.year_from)

    @cached_property
    def earlier_corrections(self) -> tuple[StatementLine, ...]:
        """The lines that correct months of earlier agreement years: no part of the year so far."""
        return tuple(line for line in self.lines if line.concerns and line.concerns < self.year_from)

    @property
    def month_minor(self) -> int:
        return sum(line.this_minor for line in self.month_lines)

    @property
    def corrections_minor(self) -> int:
        return sum(line.this_minor for line in self.corrections)

    @property
    def earlier_minor(self) -> int:
        return sum(line.this_minor for line in self.earlier_corrections)

    @property
    def all_corrections_minor(self) -> int:
        """What corrects earlier months, of whichever agreement year."""
        return self.corrections_minor + self.earlier_minor

    @property
    def before_minor(self) -> int:
        """The month before, its corrections included."""
        return sum(line.before_minor for line in self.lines) + self.before_corrections_minor

    @property
    def change_minor(self) -> int:
        return self.total_minor - self.before_minor

    @property
    def year_minor(self) -> int:
        """The agreement year so far, with the corrections of its own months."""
        return sum(line.year_minor for line in self.lines) + self.year_corrections_minor

    @cached_property
    def applications(self) -> tuple[ApplicationPart, ...]:
        """The month's own lines by application, in their order."""
        parts: dict[str, list[StatementLine]] = {}
        for line in self.month_lines:
            parts.setdefault(line.application, []).append(line)
        return tuple(
            ApplicationPart(code, lines[0].application_name, tuple(lines)) for code, lines in parts.items()
        )

    def content(self) -> str:
        """Canonical JSON of what is issued, by ``FORMAT_VERSION``: defaults left out, names in order.

        The costs behind it stand in its run; of them only the references are content.
        """
        plain = _content(self, NOT_CONTENT)
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def hash(self) -> str:
        """SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self.content().encode()).hexdigest()


NOT_CONTENT = frozenset({"shares", "state", "content_hash", "computed_at", "run_number", "issued_at"})
"""What of a statement is not its issued content: it is evidence, or follows from being issued."""


def statement_lines(
    shares: Iterable[ShareRow],
    *,
    year_from: Month,
    before: Mapping[Scope, int],
    year: Mapping[Scope, int],
    names: Mapping[Scope, tuple[str, str]],
    corrected: Mapping[tuple[Month, str], tuple[int, int]] | None = None,
) -> tuple[StatementLine, ...]:
    """``shares`` by application and cost type, beside earlier months; then a line for each correction.

    ``before`` and ``year`` are what the month before and the earlier months of the agreement year came to
    without their corrections, ``names`` those of scopes that have no share now; ``corrected`` finds the line
    for a cost in a month.
    """
    this: dict[Scope, int] = {}
    now = dict(year)
    references: dict[Scope, list[str]] = {}
    known = dict(names)
    late = []
    for row in shares:
        scope = row.application, row.cost_type
        known[scope] = row.application_name, row.cost_type_name
        if row.concerns:
            late.append(_correction(row, (corrected or {}).get((row.concerns, row.reference))))
        else:
            now[scope] = now.get(scope, 0) + row.share_minor
            this[scope] = this.get(scope, 0) + row.share_minor
            references.setdefault(scope, []).append(row.reference)
    lines = [
        StatementLine(
            *(scope[0], known[scope][0], scope[1], known[scope][1]),
            this_minor=this.get(scope, 0),
            before_minor=before.get(scope, 0),
            year_minor=now.get(scope, 0),
            references=tuple(sorted(references.get(scope, ()))),
        )
        for scope in {*this, *(each for sums in (before, now) for each, minor in sums.items() if minor)}
    ]
    late.sort(key=lambda line: (line.concerns or year_from, *in_order(line), line.references))
    return (*sorted(lines, key=in_order), *late)


def in_order(row: StatementLine | ShareRow) -> tuple[bool, str, str, str, str]:
    """By name; costs of the cooperation as a whole come last."""
    return (
        not row.application,
        row.application_name.casefold(),
        row.application,
        row.cost_type_name.casefold(),
        row.cost_type,
    )


def _correction(row: ShareRow, corrects: tuple[int, int] | None) -> StatementLine:
    return StatementLine(
        row.application,
        row.application_name,
        row.cost_type,
        row.cost_type_name,
        this_minor=row.share_minor,
        references=(row.reference,),
        concerns=row.concerns,
        corrects=corrects,
        description=row.description,
    )


def _content(value: Any, left_out: frozenset[str] = frozenset()) -> Any:
    """``value`` as plain JSON, without the fields ``left_out``; fields at their default are left out too."""
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_content(each) for each in value]
    if not is_dataclass(value):
        return value
    kind: Any = type(value)
    held = ((name, getattr(value, name), default) for name, default in _fields(kind))
    return {name: _content(one) for name, one, default in held if name not in left_out and one != default}


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    """Each field of a dataclass with its default."""
    return tuple((each.name, each.default) for each in fields(kind))
