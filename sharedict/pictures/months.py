"""Twelve months as columns from zero, one of them the month that is told of, with a budget or an average."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sharedict.pictures.drawing import Box, Drawing, Label, Line, Mark, Picture, Shape, per_cent
from sharedict.pictures.fitting import fitted, whole

HIGH = 72  # px between the lowest and the highest value
ROW = 18  # px for a row of words
COLUMN = 0.78  # of its place


@dataclass(frozen=True)
class Month:
    """``value`` is None where nothing is known; ``words`` is the value as it is written."""

    name: str
    value: int | None
    words: str = ""


@dataclass(frozen=True)
class Months:
    """The last of ``months`` is told of; ``line`` is a budget or average, with its words."""

    finding: str
    months: Sequence[Month]
    line: int | None = None
    line_words: str = ""


@dataclass(frozen=True)
class Scale:
    """Values to px down."""

    low: int
    high: int
    top: int

    def at(self, value: int) -> float:
        span = self.high - self.low
        return self.top + (round((self.high - value) * HIGH / span, 1) if span else HIGH)


def months(wanted: Months) -> Picture:
    known = [month.value for month in wanted.months if month.value is not None]
    every = [*known, 0, *([] if wanted.line is None else [wanted.line])]
    head = 0 if wanted.line is None else ROW
    scale = Scale(min(every), max(every), head + ROW)
    base = scale.top + HIGH + (ROW if scale.low < 0 else 0)
    columns = [*_columns(wanted, scale)]
    shapes: list[Shape] = [column for column in columns if column]
    shapes.append(Line(0, scale.at(0), 100, scale.at(0), "axis"))
    if wanted.line is not None:
        shapes += [
            Line(0, scale.at(wanted.line), 100, scale.at(wanted.line), "target"),
            Mark(0, 8, "dash", "target"),
        ]
    words = [
        *([[Label(wanted.line_words, 0, 12, 28)]] if wanted.line is not None else []),
        *(_value(wanted, place, columns) for place in _told(wanted) if wanted.months[place].words),
    ]
    around = [column for column in columns if column]
    labels = (*fitted(words, around), *whole(_names(wanted, base + 14)))
    return Picture(wanted.finding, (Drawing(base + ROW + 2, tuple(shapes), labels),))


def _columns(wanted: Months, scale: Scale) -> Iterator[Box | None]:
    count = len(wanted.months)
    for place, month in enumerate(wanted.months):
        if month.value is None:
            yield None
            continue
        zero, end = scale.at(0), scale.at(month.value)
        height = max(abs(zero - end), 1 if month.value else 0)
        top = zero if month.value < 0 else zero - height
        x = per_cent(place + (1 - COLUMN) / 2, count)
        look = "own" if place == count - 1 else "other"
        yield Box(x, round(top, 1), per_cent(COLUMN, count), round(height, 1), look)


def _told(wanted: Months) -> list[int]:
    """The months whose value is written: the last, the highest, the lowest and the first known."""
    known = {place: month.value for place, month in enumerate(wanted.months) if month.value is not None}
    if not known:
        return []
    extremes = (max(known, key=known.__getitem__), min(known, key=known.__getitem__))
    order = (len(wanted.months) - 1, *extremes, min(known), max(known))
    return [place for place in dict.fromkeys(order) if place in known]


def _value(wanted: Months, place: int, columns: Sequence[Box | None]) -> list[Label]:
    """Over the column and its neighbours; a negative one under them."""
    month = wanted.months[place]
    is_below = (month.value or 0) < 0
    near = [column for column in columns[max(place - 1, 0) : place + 2] if column]
    y = max(box.y + box.height for box in near) + 14 if is_below else min(box.y for box in near) - 5
    return _at(wanted, place, Label(month.words, 0, y, look="plain"))


def _names(wanted: Months, y: float) -> Iterator[list[list[Label]]]:
    """The names of all months; of every second, every third and so on, counted from the last."""
    last = len(wanted.months) - 1
    for step in range(1, last + 2):
        yield [_at(wanted, place, Label(wanted.months[place].name, 0, y)) for place in range(last, -1, -step)]


def _at(wanted: Months, place: int, label: Label) -> list[Label]:
    """In the middle of the column; where that leaves the picture, the first and the last keep to its edge."""
    count = len(wanted.months)
    strong = replace(label, is_strong=place == count - 1)
    middle = replace(strong, x=per_cent(place + 0.5, count), anchor="middle")
    if place == 0:
        return [middle, replace(strong, x=0, anchor="start")]
    return [middle, replace(strong, x=100, anchor="end")] if place == count - 1 else [middle]
