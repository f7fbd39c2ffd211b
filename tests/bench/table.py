"""The one table that the benchmark prints."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Something measured beside what it is held against: a ratio, and how large it may be at most.

    Without ``most`` it is there to be read.
    """

    what: str
    ours: str
    beside: str
    ratio: float | None
    most: float | None = None

    @property
    def is_kept(self) -> bool:
        return self.most is None or (self.ratio is not None and self.ratio <= self.most)

    @property
    def cells(self) -> tuple[str, ...]:
        return (
            self.what,
            self.ours,
            self.beside,
            "" if self.ratio is None else f"{self.ratio:.2f}",
            "" if self.most is None else f"{self.most:g}",
            "" if self.most is None else ("kept" if self.is_kept else "MISSED"),
        )


HEADER = ("what", "ours", "beside", "ratio", "at most", "promise")


def text_of(rows: Sequence[Row]) -> str:
    lines = [HEADER, *(row.cells for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )
