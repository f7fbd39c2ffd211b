"""One line of time: what is done and what is ahead, today, and the day to act.

Where all words have room it is drawn across, each at a pole on its day; else as a list, one below the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sharedict.pictures.drawing import Box, Drawing, Label, Line, Mark, Picture, Shape, per_cent
from sharedict.pictures.fitting import LEAST, fitted, least_width, reach_of, step, whole, width_to_hold
from sharedict.pictures.words import forms, lines

ROW = 18  # px for a row of words
SPAN = 12  # px: how high a span is
POLE = 5  # px between words and the pole that they stand at
ACROSS = 560  # px: words that have room beside each other from here on share a row
ITEM, TEXT = 24, 16  # px for an entry of the list, and for each of its further lines
SIDE, IN = 2, 14  # per cent where the line of the list stands; px from there to its words
PHONE, MOST = 216, 4  # px that the words of the list are broken for, and into how many lines


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
    """From ``start`` to ``until``; ``ticks`` are days with their words, below the line."""

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


@dataclass(frozen=True)
class Told:
    """Words of a day: of a point, of a span (which needs no pole, since it starts there), or today's."""

    on: date
    words: str
    of: Point | Span | None = None

    @property
    def is_act(self) -> bool:
        return isinstance(self.of, Point) and self.of.kind == Kind.ACT

    @property
    def is_ahead(self) -> bool:
        return isinstance(self.of, Point) and self.of.kind != Kind.DONE

    @property
    def label(self) -> Label:
        look = "warn" if self.is_act else "plain"
        return Label(self.words, 0, 0, look=look, is_strong=self.is_act or self.of is None)


@dataclass(frozen=True)
class Flag:
    """Words in a row over the line, the first next to it, and the pole from there to the line, if any."""

    row: int
    words: Label
    pole: Line | None

    def needs(self, others: Sequence["Flag"]) -> float:
        """From which width on its words stand clear of ``others``, and theirs of it; infinity for never."""
        own, pole = reach_of(self.words), reach_of(self.pole) if self.pole else None
        found = [LEAST, width_to_hold(own)]
        for other in others:
            words = reach_of(other.words)
            found.append(least_width(own, words))
            if other.pole:
                found.append(least_width(own, reach_of(other.pole)))
            if pole:
                found.append(least_width(pole, words))
        return max(found)


def timeline(wanted: Timeline) -> Picture:
    least, across = _across(wanted, [*_told(wanted)])
    below = _list(wanted)
    if least is None:
        return Picture(wanted.finding, (below,))
    drawings = (replace(below, shown_until=least), replace(across, shown_from=least))
    return Picture(wanted.finding, drawings if least else (across,))


def _told(wanted: Timeline) -> Iterator[Told]:
    """All that has words, in the order of time; what is ahead of today after it, if it can be today."""
    every = [
        *(Told(max(span.start, wanted.start), span.words, span) for span in wanted.spans),
        *(Told(point.on, point.words, point) for point in wanted.points),
        Told(wanted.today, wanted.today_words),
    ]
    yield from sorted((told for told in every if told.words), key=lambda told: (told.on, told.is_ahead))


def _across(wanted: Timeline, told: Sequence[Told]) -> tuple[int | None, Drawing]:
    """From which width on it has room, if any, and the drawing."""
    flags: list[Flag] = []
    least = float(LEAST)
    # Poles of a row pass beside the rows under it if those stand nearer to the middle: it is filled first.
    for each in sorted(told, key=lambda each: abs(wanted.at(each.on) - 50)):
        possible = [*_possible(wanted.at(each.on), each, len(flags) + 1)]
        needs = [flag.needs(flags) for flag in possible]
        best = min(range(len(possible)), key=lambda place: (max(needs[place], ACROSS), place))
        flags.append(possible[best])
        least = max(least, needs[best])
    band = SPAN // 2 if wanted.spans else 0
    line = ROW * max((flag.row + 1 for flag in flags), default=0) + 12 + band
    ticks = [(wanted.at(day), words) for day, words in wanted.ticks if wanted.start <= day <= wanted.until]
    shapes: list[Shape] = [Line(at, line, at, line + band + 4, "grid") for at, _ in ticks]
    shapes += [_moved(flag.pole, line - band, line) for flag in flags if flag.pole]
    shapes.append(Line(0, line, 100, line, "axis"))
    shapes += [_span(wanted, span, line) for span in wanted.spans]
    today = wanted.at(wanted.today)
    shapes.append(Line(today, line - band - 6, today, line + band + 4, "here"))
    done_last = sorted(wanted.points, key=lambda point: point.kind == Kind.DONE)
    shapes += [_mark(wanted, point, line, band) for point in done_last]
    labels = [replace(flag.words, y=flag.words.y + line - band) for flag in flags]
    base = line + band + 17
    height = base + 6 if ticks else line + band + 6
    return step(least), Drawing(height, tuple(shapes), (*labels, *whole(_names(ticks, base))))


def _possible(at: float, told: Told, rows: int) -> Iterator[Flag]:
    """Its words in each row, at each side of its pole; ``y`` is counted from the top of the line."""
    sides = [("start", POLE), ("end", -POLE)]
    for row in range(rows):
        y = -ROW * (row + 1)
        for anchor, dx in sides if at < 50 or isinstance(told.of, Span) else reversed(sides):
            words = replace(told.label, x=at, y=y, dx=dx, anchor=anchor)
            if isinstance(told.of, Span):
                yield Flag(row, replace(words, dx=0), None)
            else:
                yield Flag(row, words, Line(at, y - 9, at, 0, "grid" if told.of else "here"))


def _moved(pole: Line, top: float, line: float) -> Line:
    return replace(pole, y1=pole.y1 + top, y2=line)


def _span(wanted: Timeline, span: Span, line: float) -> Box:
    start, end = wanted.at(span.start), wanted.at(span.until)
    return Box(start, line - SPAN / 2, round(end - start, 2), SPAN, "own" if span.is_own else "other")


def _mark(wanted: Timeline, point: Point, line: float, band: float) -> Mark:
    """A dot on the line; a day to act points to it from above."""
    form, look = MARKS[point.kind]
    return Mark(wanted.at(point.on), line - (band + 5 if form == "down" else 0), form, look)


def _names(ticks: Sequence[tuple[float, str]], base: float) -> Iterator[list[list[Label]]]:
    """The words of all ticks, of every second, every third and so on."""
    for every in range(1, len(ticks) + 1):
        yield [
            [Label(words, at, base, anchor=anchor) for anchor in ("middle", "end" if at > 50 else "start")]
            for at, words in ticks[::every]
        ]


def _list(wanted: Timeline) -> Drawing:
    """One entry below the other, in the order of time."""
    shapes: list[Shape] = []
    words: list[list[Label]] = []
    y, first, last = 0, 0.0, 0.0
    for told in _told(wanted):
        is_strong = told.label.is_strong
        broken = lines(told.words, PHONE, MOST, is_strong=is_strong)
        middle = y + ITEM / 2
        first, last = first or middle, middle
        shapes.append(_sign(told, middle))
        words += [
            [replace(told.label, text=form, x=SIDE, dx=IN, y=middle + 4 + TEXT * place) for form in cut]
            for place, cut in enumerate(forms(text, is_strong=is_strong) for text in broken)
        ]
        y += ITEM + TEXT * (len(broken) - 1)
    return Drawing(y, (Line(SIDE, first, SIDE, last, "axis"), *shapes), fitted(words))


def _sign(told: Told, y: float) -> Shape:
    if isinstance(told.of, Span):
        return Box(SIDE / 2, y - SPAN / 2, SIDE, SPAN, "own" if told.of.is_own else "other")
    if told.of is None:
        return Mark(SIDE, y, "across", "here")
    form, look = MARKS[told.of.kind]
    return Mark(SIDE, y, "right" if form == "down" else form, look)
