"""Numbers and text as people and spreadsheets write them. What can be read in two ways is never guessed.

In ``12.500`` the point may stand before decimals or between thousands: only a *mark*, the sign that the
writer puts before decimals, tells which. Spaces and apostrophes group thousands too.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal

from sharedict.kernel.errors import SharedictError

MARKS = (".", ",")
"""A point or a comma stands before decimals; the other one may then stand between thousands."""
LONGEST = 60
DASHES = re.compile("[\u00ad\u2010-\u2015\u2212]")
"""What else than the hyphen of the keyboard joins two parts: hyphens, dashes and the minus of Unicode."""
UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of what leaves no mark on paper: controls, formats (such as U+200B), and spaces of all kinds."""
FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
"""What else Unicode shows nothing for (Default_Ignorable_Code_Point), and the empty Braille cell."""
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates of the bidirectional algorithm (Unicode Standard Annex 9)."""


LAST_LETTERS = str.maketrans("åäæöø", "{||}}")
"""The last letters of the Nordic alphabets, which come after z and not where Unicode has them."""


def alphabetical(name: str) -> str:
    """What ``name`` is sorted by where people look for it."""
    return name.casefold().translate(LAST_LETTERS)


class NumberError(SharedictError):
    """Write a number in digits, like 1250.50."""

    code = "number_invalid"


class TwoReadingsError(NumberError):
    """The number can be read in two ways; ``readings`` holds them by mark."""

    code = "number_has_two_readings"

    def __init__(self, readings: Mapping[str, Decimal]) -> None:
        super().__init__()
        self.readings = readings


def _pattern(mark: str) -> re.Pattern[str]:
    groups = MARKS[1 - MARKS.index(mark)] + " \u00a0\u2009\u202f'\u2019"
    grouped = rf"[1-9][0-9]{{0,2}}(?P<group>[{groups}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    return re.compile(rf"(?P<sign>[+-]?) ?(?P<whole>{grouped}|[0-9]+)(?:{re.escape(mark)}(?P<rest>[0-9]+))?")


_PATTERNS = {mark: _pattern(mark) for mark in MARKS}


def readings(text: str) -> dict[str, Decimal]:
    """What ``text`` says by each mark that it can be read with: both for ``12.500``, none for no number."""
    plain = text.strip().replace("\u2212", "-")
    found = {}
    if len(plain) <= LONGEST:
        for mark, pattern in _PATTERNS.items():
            if parts := pattern.fullmatch(plain):
                whole = re.sub("[^0-9]", "", parts["whole"])
                found[mark] = Decimal(f"{parts['sign']}{whole}.{parts['rest'] or ''}")
    return found


def has_two_readings(text: str) -> bool:
    return len({*readings(text).values()}) > 1


def mark_of(texts: Iterable[str]) -> str | None:
    """The mark of a column: the one that all its values agree on that can be read in one way only."""
    told = {mark for found in map(readings, texts) if len(found) == 1 for mark in found}
    return told.pop() if len(told) == 1 else None


def number(text: str, mark: str | None = None) -> Decimal:
    """The value of ``text``; ``mark`` settles what can be read in two ways and changes nothing else.

    Raises NumberError for what is no number, TwoReadingsError for two readings without a mark.
    """
    found = readings(text)
    if not found:
        raise NumberError
    if len({*found.values()}) == 1:
        return next(iter(found.values()))
    if mark is None:
        raise TwoReadingsError(found)
    return found[mark]


def alike(text: str) -> str:
    """One text for all that look like it: capitals or not, whatever spaces and dashes, however coded."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", DASHES.sub("-", folded)).split())


def turns(text: str) -> bool:
    """Whether ``text`` holds a sign that turns the direction of what is written, beyond itself too."""
    return TURNING.search(text) is not None


def is_seen(text: str) -> bool:
    """Whether anything of ``text`` can be seen; a name or a reason without that says nothing."""
    return any(unicodedata.category(sign) not in UNSEEN and not FILLERS.match(sign) for sign in text)
