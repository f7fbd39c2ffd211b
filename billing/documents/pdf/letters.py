"""What can be set with the letters of the font, and how wide it is."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parents[3] / "static" / "vendor" / "source-sans"
REGULAR, SEMIBOLD = "SourceSans3-Regular.ttf", "SourceSans3-Semibold.ttf"
UNKNOWN = "\N{WHITE SQUARE}"
"""What stands for a letter that the font has not: PDF/UA refuses a page with one."""
MAY_BREAK = "\N{ZERO WIDTH SPACE}"
LONGEST_WORD, PIECE = 30, 12
"""A word of more letters may break after each so many: where it cannot, it would leave its column."""
MARGIN = 1.03
"""Letters beside each other may stand a little further apart than by themselves."""


def shown(text: str) -> str:
    """``text`` as it can be set: letters the font has not are UNKNOWN, long words may break.

    Line breaks and other controls become spaces; marks that only tell how to write what stands beside them
    are left out.
    """
    if not _plain().issuperset(text):
        seen = unicodedata.normalize("NFC", "".join(map(_seen, text)))
        text = "".join(letter if letter in _known() else UNKNOWN for letter in seen)
    if len(text) <= LONGEST_WORD:
        return text
    return " ".join(map(_breakable, text.split(" ")))


def width_of(text: str, size: float, font: str = REGULAR) -> float:
    """How wide ``text``, as it can be set, is on one line at most, in points, set at ``size`` points."""
    return sum(map(_widths(font).__getitem__, text)) * size * MARGIN


def _seen(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind in {"Cc", "Zl", "Zp"}:
        return " "
    is_variation = unicodedata.name(letter, "").startswith("VARIATION SELECTOR")
    return "" if is_variation or kind in {"Cf", "Cs"} else letter


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return MAY_BREAK.join(word[start : start + PIECE] for start in range(0, len(word), PIECE))


@cache
def _known() -> frozenset[str]:
    """The letters that both fonts have."""
    return frozenset(_widths(REGULAR).keys() & _widths(SEMIBOLD).keys())


@cache
def _plain() -> frozenset[str]:
    """Those with which nothing is to be done."""
    return frozenset(
        letter for letter in _known() if _seen(letter) == letter and not unicodedata.combining(letter)
    )


@cache
def _widths(font: str) -> Mapping[str, float]:
    """Letter -> its width, in parts of the size."""
    with TTFont(FONTS / font, lazy=True) as read:
        advances, scale = read["hmtx"].metrics, read["head"].unitsPerEm
        return {chr(point): advances[name][0] / scale for point, name in read.getBestCmap().items()}
