"""How wide words are, so that a picture knows on the server which of them have room."""

from functools import lru_cache

from sharedict.pictures.advances import HEAD, TEXT

SIZE = 13  # px: the smallest text there is, and the only one in pictures
AIR = 1.12  # a font that stands in for ours is a little wider
UNKNOWN = 1.15  # of the widest letter
ROOMS = (240, 200, 160, 120, 80, 48)  # px that words are cut to
ELLIPSIS = "\u2026"
ADVANCES = {
    is_strong: {letter: advance for advance, letters in table.items() for letter in letters}
    for is_strong, table in ((False, TEXT), (True, HEAD))
}
UNKNOWN_ADVANCE = {is_strong: max(table) * UNKNOWN for is_strong, table in ((False, TEXT), (True, HEAD))}


@lru_cache(maxsize=4096)
def width(text: str, *, is_strong: bool = False) -> float:
    """How many px ``text`` takes at most, its air included."""
    known, unknown = ADVANCES[is_strong], UNKNOWN_ADVANCE[is_strong]
    return sum(known.get(letter, unknown) for letter in text) * SIZE / 1000 * AIR


def cut(text: str, room: float, *, is_strong: bool = False) -> str:
    """``text``, or as much of it as goes into ``room`` px with an ellipsis; empty if nothing does."""
    if width(text, is_strong=is_strong) <= room:
        return text
    for end in range(len(text) - 1, 0, -1):
        shorter = text[:end].rstrip() + ELLIPSIS
        if width(shorter, is_strong=is_strong) <= room:
            return shorter
    return ""


def forms(text: str, *, is_strong: bool = False) -> list[str]:
    """``text`` and what it is cut to where there is less and less room, the longest first; none if empty."""
    shorter = (cut(text, room, is_strong=is_strong) for room in ROOMS)
    return [form for form in dict.fromkeys((text, *shorter)) if form]


def lines(text: str, room: float, most: int, *, is_strong: bool = False) -> tuple[str, ...]:
    """``text`` in up to ``most`` lines of ``room`` px, broken between words; the last one is cut."""
    words, done = text.split(), list[str]()
    while words and len(done) < most - 1:
        taken = _words_in(words, room, is_strong=is_strong)
        done.append(cut(" ".join(words[:taken]), room, is_strong=is_strong))
        words = words[taken:]
    return (*done, cut(" ".join(words), room, is_strong=is_strong)) if words else tuple(done)


def _words_in(words: list[str], room: float, *, is_strong: bool) -> int:
    """How many of the first ``words`` go into a line; one at least."""
    return max(
        count
        for count in range(1, len(words) + 1)
        if count == 1 or width(" ".join(words[:count]), is_strong=is_strong) <= room
    )
