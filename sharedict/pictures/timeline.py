"""One line of time: what is done and what is ahead, today, and the day to act."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sharedict.pictures.drawing import Box, Drawing, Label, Line, Mark, Picture, Shape, per_cent
from sharedict.pictures.fitting import LEAST, fitted, least_width, reach_of, width_to_hold
from sharedict.pictures.words import forms

ROW = 18  # px for a row of words
SPAN = 20  # px: a span with its words in it
ROWS = 3  # of words over the line, at most
EDGE = 0.33  # of the line: nearer than that to an end, words begin or end at their mark


class Kind(StrEnum):
    """What a point is to the reader."""

    DONE = "done"
    AHEAD = "ahead"
    ACT = "act"


MARKS = {Kind.DONE: ("dot", "own"), Kind.AHEAD: ("dot", "ring"), Kind.ACT: ("down", "warn")}


@dataclass(frozen=True)
class Point:
    on: date
    words: str
    kind: Kind = Kind.AHEAD


@dataclass(frozen=True)
class Span:
    """Days from ``start`` until ``until``, which is none of them; ``is_own`` is what is in force."""

    start: date
    until: date
    words: str = ""
    is_own: bool = False


@dataclass(frozen=True)
class Timeline:
    """From ``start`` until ``until``; ``ticks`` are named days below the line, as the first of each month."""

    finding: str
    start: date
    until: date
    today: date
    today_words: str
    points: Sequence[Point] = ()
    spans: Sequence[Span] = ()
    ticks: Sequence[tuple[date, str]] = ()

    def at(self, day: date) -> float:
        """Where a day stands; what is outside stands at the nearer end."""
        inside = min(max(day, self.start), self.until)
        return per_cent((inside - self.start).days, (self.until - self.start).days)


def timeline(wanted: Timeline) -> Picture:
    rows = [*_in_rows(wanted)]
    used = max((row + 1 for row, _ in rows), default=0)
    band = SPAN // 2 if wanted.spans else 0
    line = ROW * (used + 1) + 12 + band  # the first row is today's
    base = line + band + 14
    spans = [_span(wanted, span, line) for span in wanted.spans]
    shapes: list[Shape] = [Line(at, line, at, line + band + 4, "grid") for at, _ in _ticks(wanted)]
    shapes.append(Line(0, line, 100, line, "axis"))
    shapes += [box for box, _ in spans]
    shapes += [Line(label.x, _y(row, used) + 4, label.x, line - band, "grid") for row, (label, *_) in rows]
    today = wanted.at(wanted.today)
    shapes.append(Line(today, ROW - 2, today, line + band + 4, "here"))
    shapes += [_mark(wanted, point, line, band) for point in wanted.points]
    labels = [
        [replace(_placed(today, wanted.today_words), y=12, is_strong=True)],
        *([replace(form, y=_y(row, used)) for form in words] for row, words in rows),
    ]
    below = [[Label(words, at, base, anchor=_anchor(at))] for at, words in _ticks(wanted)]
    inside = [label for box, words in spans for label in _inside(box, words)]
    height = base + 6 if wanted.ticks else line + band + 6
    return Picture(
        wanted.finding, (Drawing(height, tuple(shapes), (*fitted([*labels, *_spread(below)]), *inside)),)
    )


def _y(row: int, used: int) -> float:
    """The base of the words of a row; the first row is the one next to the line."""
    return ROW * (used - row) + 12


def _in_rows(wanted: Timeline) -> Iterator[tuple[int, list[Label]]]:
    """The points that have words, days to act first, each in the row where there is room soonest."""
    rows: list[list[Label]] = [[] for _ in range(ROWS)]
    said = (point for point in wanted.points if point.words)
    for point in sorted(said, key=lambda point: (point.kind != Kind.ACT, point.on)):
        words = _words(wanted.at(point.on), point)
        needs = [max((_apart(words[-1], other) for other in row), default=0) for row in rows]
        row = min(range(ROWS), key=lambda row: (max(needs[row], LEAST), row))
        rows[row].append(words[0])
        yield row, words


def _apart(one: Label, other: Label) -> float:
    return max(least_width(reach_of(one), reach_of(other)), width_to_hold(reach_of(one)))


def _words(at: float, point: Point) -> list[Label]:
    is_act = point.kind == Kind.ACT
    return [
        replace(_placed(at, text), look="warn" if is_act else "plain", is_strong=is_act)
        for text in forms(point.words, is_strong=is_act)
    ]


def _placed(at: float, text: str) -> Label:
    return Label(text, at, 0, anchor=_anchor(at))


def _anchor(at: float) -> str:
    if at < 100 * EDGE:
        return "start"
    return "end" if at > 100 * (1 - EDGE) else "middle"


def _span(wanted: Timeline, span: Span, line: float) -> tuple[Box, Label]:
    start, end = wanted.at(span.start), wanted.at(span.until)
    look = "own" if span.is_own else "other"
    box = Box(start, line - SPAN / 2, round(end - start, 2), SPAN, look)
    return box, Label(span.words, start, line + 4, 6, look="on" if span.is_own else "in plain")


def _inside(box: Box, words: Label) -> tuple[Label, ...]:
    """The words of a span, where they end before it does."""
    return fitted([[words]], [Box(box.x + box.width, box.y, 1, box.height)]) if words.text else ()


def _mark(wanted: Timeline, point: Point, line: float, band: float) -> Mark:
    """A dot on the line or the edge of its span; a day to act points to it from above."""
    form, look = MARKS[point.kind]
    return Mark(wanted.at(point.on), line - band - (5 if form == "down" else 0), form, look)


def _ticks(wanted: Timeline) -> list[tuple[float, str]]:
    return [(wanted.at(day), words) for day, words in wanted.ticks if wanted.start <= day <= wanted.until]


def _spread(labels: Sequence[list[Label]]) -> Iterator[list[Label]]:
    """The first and the last before every fourth, every second, and the others."""
    last = len(labels) - 1
    order = (0, last, *range(0, last, 4), *range(0, last, 2), *range(last))
    return (labels[place] for place in dict.fromkeys(order) if labels)
