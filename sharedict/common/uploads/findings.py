"""What the rows of an upload would do."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What a row would do; those that ask for least attention first."""

    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a row of an upload would do: to ``what``, from ``before`` to ``after``, or why it cannot.

    ``row`` is what would be saved, for whoever applies it, ``old`` what is stored now. ``effect`` says what
    else follows from it, ``note`` what is to be known of a row that is sound.
    """

    line: int
    outcome: Outcome
    what: str
    before: str = ""
    after: str = ""
    errors: tuple[str, ...] = ()
    row: Any = None
    old: Any = None
    effect: str = ""
    note: str = ""


def counts(findings: Sequence[Finding]) -> dict[Outcome, int]:
    """How many rows have each outcome, zeros included."""
    found = Counter(finding.outcome for finding in findings)
    return {outcome: found[outcome] for outcome in Outcome}


def marked(findings: Sequence[Finding]) -> str:
    """What tells these findings from others."""
    told = "\n".join(
        f"{finding.line} {finding.outcome} {finding.before} {finding.after} {finding.effect} {finding.note}"
        for finding in findings
    )
    return hashlib.sha256(told.encode()).hexdigest()
