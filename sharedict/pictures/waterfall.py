"""From one sum to another by what moved it: one row for each step, its words over its bar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sharedict.pictures.drawing import Box, Drawing, Key, Label, Line, Mark, Picture, Shape, per_cent
from sharedict.pictures.fitting import fitted
from sharedict.pictures.words import forms

ROW = 38  # px: words over their bar
TOP, HIGH = 18, 12  # px: where the bar starts in its row, and its height
JOIN = 6  # px from a bar towards the next one: it ends clear of the words between
LEAST = 0.4  # per cent: what is not nothing can be seen


@dataclass(frozen=True)
class Step:
    """A sum, which stands from zero, or a change of the one before; ``words`` is its value as written."""

    name: str
    value: int
    words: str
    is_sum: bool = False


@dataclass(frozen=True)
class Waterfall:
    """The last of ``steps`` is what is told of. ``cut_words`` say that the bars do not start at zero.

    ``rise_words`` and ``fall_words`` say what a bar of each look means.
    """

    finding: str
    steps: Sequence[Step]
    cut_words: str
    rise_words: str = ""
    fall_words: str = ""


@dataclass(frozen=True)
class Span:
    """What a step goes from and to."""

    start: int
    end: int


def waterfall(wanted: Waterfall) -> Picture:
    spans = [*_spans(wanted.steps)]
    floor = _floor([span.end for span in spans])
    last = len(spans) - 1
    looks = [_look(step, place == last) for place, step in enumerate(wanted.steps)]
    return _drawn(wanted, spans, looks, len(spans) - 1, floor)


def parts(finding: str, steps: Sequence[Step]) -> Picture:
    """What one sum of the reader's own is made of: each part from zero."""
    wanted = Waterfall(finding, steps, "")
    spans = [Span(0, step.value) for step in steps]
    return _drawn(wanted, spans, ["own"] * len(spans), 0, 0)


def _drawn(
    wanted: Waterfall,
    spans: Sequence[Span],
    looks: Sequence[str],
    joins: int,
    floor: int,
) -> Picture:
    """The first ``joins`` bars are joined to the one after them."""
    every = [level for span in spans for level in (span.start, span.end)]
    low = floor or min(0, *every)
    high = max(0, *every)

    def at(value: int) -> float:
        return per_cent(max(value, low) - low, high - low)

    feet = [ROW * place + TOP + HIGH for place in range(len(spans))]
    shapes: list[Shape] = []
    if low < 0 < high:
        shapes += [Line(at(0), foot - HIGH + 2, at(0), foot + JOIN, "axis") for foot in feet]
    shapes += [
        Line(at(span.end), foot, at(span.end), foot + JOIN, "join")
        for span, foot in zip(spans[:joins], feet, strict=False)
    ]
    for place, (step, span, look) in enumerate(zip(wanted.steps, spans, looks, strict=True)):
        y = ROW * place + TOP
        shapes.append(_bar(at(span.start), at(span.end), y, look))
        if floor and step.is_sum:
            shapes.append(Mark(0, y + HIGH / 2, "break", "break", 14))
    height = ROW * len(spans) + (ROW // 2 if floor else 0)
    labels = fitted(_labels(wanted, floor, height))
    said = {"rise": wanted.rise_words, "fall": wanted.fall_words}
    keys = tuple(Key(look, words) for look, words in said.items() if words and look in looks)
    return Picture(wanted.finding, (Drawing(height, tuple(shapes), labels),), keys)


def _spans(steps: Sequence[Step]) -> Iterator[Span]:
    level = 0
    for step in steps:
        start = 0 if step.is_sum else level
        level = start + step.value
        yield Span(start, level)


def _floor(levels: Sequence[int]) -> int:
    """Where the bars start: zero, or a round number where the steps could not be seen beside the sums."""
    least, most = min(levels), max(levels)
    span = most - least
    if span <= 0 or 4 * least - 6 * span <= most:
        return 0
    whole: int = 10 ** (len(str(span * 3 // 2)) - 1)
    return (least - span) // whole * whole


def _bar(one: float, other: float, y: float, look: str) -> Box:
    start, width = min(one, other), max(abs(other - one), LEAST)
    return Box(round(min(start, 100 - width), 2), y, round(width, 2), HIGH, look)


def _look(step: Step, is_last: bool) -> str:
    if step.is_sum:
        return "own" if is_last else "other"
    return "rise" if step.value >= 0 else "fall"


def _labels(wanted: Waterfall, floor: int, height: int) -> Iterator[list[Label]]:
    """The amounts before the names, which are cut where both have no room."""
    last = len(wanted.steps) - 1 if wanted.steps and wanted.steps[-1].is_sum else None
    for place, step in enumerate(wanted.steps):
        yield [Label(step.words, 100, ROW * place + 13, 0, "end", "plain", is_strong=place == last)]
    for place, step in enumerate(wanted.steps):
        yield [
            Label(name, 0, ROW * place + 13, 0, "start", "plain", is_strong=place == last)
            for name in forms(step.name, is_strong=place == last)
        ]
    if floor:
        yield [Label(words, 0, height - 4) for words in forms(wanted.cut_words)]
