"""The project's style sheets, read as rules and declarations however they are laid out."""

import re
from collections.abc import Iterator
from pathlib import Path

CSS = Path(__file__).parents[2] / "static" / "css"
TOKENS = CSS / "tokens.css"
SHEETS = sorted(path for path in CSS.glob("*.css") if path != TOKENS)

PAPER = ("@page", "@top", "@right", "@bottom", "@left", "@font-face")
"""The margins of paper, and what a font is: no rules of a page."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PIECE = re.compile(r"([^{};]*)([{};])")


def rules(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Selector and declarations of each rule; names in small letters, ``!important`` left out.

    A rule inside another one, or inside ``@media``, is one of its own; no string may hold a brace.
    """
    open_rules: list[tuple[str, dict[str, str]]] = [("", {})]
    for piece, end in _PIECE.findall(f"{_COMMENT.sub('', text)};"):
        words = " ".join(piece.split())
        if end == "{":
            open_rules.append((words, {}))
            continue
        if words:
            name, _colon, value = words.partition(":")
            value = re.sub(r"\s*!\s*important$", "", value, flags=re.IGNORECASE)
            open_rules[-1][1][name.strip().lower()] = value.strip()
        if end == "}":
            yield open_rules.pop()
    yield from open_rules


def declared(sheet: Path) -> list[tuple[str, str]]:
    """Name and value of each declaration; the margins of paper are no part of the sheet."""
    return [
        pair
        for selector, declarations in rules(sheet.read_text(encoding="utf-8"))
        if not selector.startswith(PAPER)
        for pair in declarations.items()
    ]
