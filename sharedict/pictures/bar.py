"""One value of the largest, as a bar in the cell of a table."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

ROOM = 3  # per cent: what the scale leaves beside the largest mark, which has a width of its own
LEAST = 0.8  # per cent: what is not nothing can be seen


@dataclass(frozen=True)
class Bar:
    """``value`` on a scale from ``least`` to ``most``, all in one unit.

    ``mark`` is the budget or the month before. The number stands beside the bar in its row, so ``finding`` is
    needed only where it does not.
    """

    value: int
    most: int
    least: int = 0
    mark: int | None = None
    is_own: bool = False
    finding: str = ""


@dataclass(frozen=True)
class BarLayout:
    """Places in per cent of the cell; ``zero`` only where there are values below it."""

    start: float
    width: float
    look: str
    zero: float | None
    mark: float | None
    finding: str


def bar(wanted: Bar) -> BarLayout:
    """The bar from zero to its value, to the left of zero for one below it."""
    low, high = min(wanted.least, 0), max(wanted.most, 0)
    zero = _place(0, low, high)
    end = _place(wanted.value, low, high)
    width = max(abs(end - zero), LEAST) if wanted.value else 0
    start = zero if wanted.value >= 0 else zero - width
    return BarLayout(
        start=round(max(0, min(start, 100 - width)), 2),
        width=round(width, 2),
        look="own" if wanted.is_own else "other",
        zero=zero if low else None,
        mark=None if wanted.mark is None else _place(wanted.mark, low, high),
        finding=wanted.finding,
    )


def bars(
    values: Sequence[int], *, own: Container[int] = (), marks: Sequence[int] | None = None
) -> list[BarLayout]:
    """The bars of a column, all on one scale; ``own`` are the places of the reader's own among them."""
    every = [*values, *(marks or ()), 0]
    room = ROOM if marks and max(marks) == max(every) else 0
    most, least = max(every) * (100 + room), min(every) * 100
    return [
        bar(Bar(value * 100, most, least, marks[place] * 100 if marks else None, is_own=place in own))
        for place, value in enumerate(values)
    ]


def tell_apart(values: Sequence[int]) -> bool:
    """Whether bars of ``values`` would differ for the eye: by more than 1 % of the largest."""
    most = max((abs(value) for value in values), default=0)
    return bool(values) and (max(values) - min(values)) * 100 > most


def _place(value: int, low: int, high: int) -> float:
    inside = min(max(value, low), high)
    return round((inside - low) * 100 / (high - low), 2) if high > low else 0.0
