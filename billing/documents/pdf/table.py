"""A table on paper: how wide its columns are, and which rows need more than one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from billing.documents.pdf.letters import SEMIBOLD, shown, width_of

SIZE = 8.5
ROW = 14.5
GAP = 4.0
"""On each side of a cell; a table reaches so far beyond the margins that its texts begin and end at them."""
DIGITS = str.maketrans("123456789", "000000000")
PAPER = 493.2 + 2 * GAP
"""Between the margins of A4, and as far beyond them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; one without a ``width``, in points, takes what the others leave.

    One of amounts is as wide as the widest of them, see ``amounts_wide``: none needs a second line.
    """

    head: str
    width: float | None = None
    is_number: bool = False
    is_amount: bool = False


def table(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    totals: Sequence[Sequence[str]],
    *,
    note: str = "",
    new_page: bool = False,
) -> dict[str, Any]:
    """What the template shows as a table; ``totals`` stand below its rows.

    A row whose texts fit their columns gets its height from here: the typesetter would set it twice to find
    that, which took half of the time of a long table.
    """
    of_words = [place for place, column in enumerate(columns) if not column.is_amount]
    texts = [_set(row, of_words) for row in rows]
    left = PAPER - sum(column.width or 0 for column in columns)
    flexible = sum(column.width is None for column in columns)
    room = [column.width or left / flexible for column in columns]
    fits = [(place, room[place] - 2 * GAP) for place in of_words]
    return {
        "title": title,
        "note": note,
        "new-page": new_page,
        "widths": room,
        "align": ["right" if column.is_number or column.is_amount else "left" for column in columns],
        "heads": [shown(column.head) for column in columns],
        "rows": texts,
        "heights": [ROW if _on_one_line(row, fits) else None for row in texts],
        "totals": [[shown(cell) for cell in total] for total in totals],
    }


def amounts_wide(texts: Iterable[str], least: float) -> float:
    """How wide a column is to be so that each of ``texts``, the widest in bold, stands on one line.

    All digits are equally wide.
    """
    shapes = {text.translate(DIGITS) for text in texts}
    return max([least, *(width_of(shape, SIZE, SEMIBOLD) + 2 * GAP for shape in shapes)])


def _set(row: Sequence[str], of_words: Sequence[int]) -> list[str]:
    """``row`` as it can be set; any amount can."""
    cells = list(row)
    for place in of_words:
        cells[place] = shown(cells[place])
    return cells


def _on_one_line(row: Sequence[str], fits: Sequence[tuple[int, float]]) -> bool:
    return all(width_of(row[place], SIZE) <= width for place, width in fits)
