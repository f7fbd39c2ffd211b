"""Files of published cases, and whether the product's engines give what stands there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from sharedict.kernel.errors import SharedictError
from tests.published.adapters import ADAPTERS, NoEngineError, none_yet

PARTS = ("id", "kind", "inputs", "expected")
UNUSABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an adapter raises of inputs that are not of the form its kind has."""


class CaseFileError(SharedictError):
    """The file is not one of published cases."""

    code = "case_file_invalid"


@dataclass(frozen=True, slots=True)
class Case:
    """One published case; ``wanted`` is the published figure, or the right one where that is wrong."""

    id: str
    kind: str
    inputs: Any
    wanted: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a case: it came out, or differs (``why`` says how), or no engine takes it yet."""

    case: Case
    outcome: Literal["came out", "differs", "without an engine"]
    why: str = ""


def read(path: Path) -> list[Case]:
    """The cases of a file, decimal numbers exactly as written. Raises CaseFileError: what is odd."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise CaseFileError(f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CaseFileError(f"is not JSON: {error}") from error
    found = whole.get("cases") if isinstance(whole, dict) else None
    if not isinstance(found, list) or not found:
        raise CaseFileError("holds no cases: an object with a list `cases` is expected")
    return [_case(place, plain) for place, plain in enumerate(found, start=1)]


def _case(place: int, plain: Any) -> Case:
    missing = [name for name in PARTS if name not in plain] if isinstance(plain, dict) else list(PARTS)
    if missing:
        raise CaseFileError(f"case {place} has no {', '.join(missing)}")
    wanted = plain["right"] if "right" in plain else plain["expected"]
    return Case(str(plain["id"]), str(plain["kind"]), plain["inputs"], wanted)


def judge(case: Case) -> Verdict:
    """Let the engine of the case's kind answer. Inputs that it refuses make the case differ."""
    try:
        answer = ADAPTERS.get(case.kind, none_yet)(case.inputs)
    except NoEngineError:
        return Verdict(case, "without an engine")
    except SharedictError as error:
        return Verdict(case, "differs", f"refused: {error.message}")
    except UNUSABLE as error:
        return Verdict(case, "differs", f"inputs of another form: {type(error).__name__}: {error}")
    if answer == case.wanted:
        return Verdict(case, "came out")
    return Verdict(case, "differs", f"wanted {_shown(case.wanted)}, given {_shown(answer)}")


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def summary(verdicts: Sequence[Verdict]) -> str:
    outcomes = [verdict.outcome for verdict in verdicts]
    return (
        f"{outcomes.count('came out')} of {len(outcomes)} came out, "
        f"{outcomes.count('differs')} differs, {outcomes.count('without an engine')} without an engine"
    )
