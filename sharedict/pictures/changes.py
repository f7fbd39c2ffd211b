"""What moved one sum to another: the sums in words, and a bar for each change; or the parts of a sum.

The sums have no bars: beside them changes of a few per cent could not be seen, unless bars were cut.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sharedict.pictures.drawing import Box, Drawing, Key, Label, Line, Picture, Shape, per_cent
from sharedict.pictures.fitting import fitted
from sharedict.pictures.words import forms

ROW = 38  # px: words over their bar
TOP, HIGH = 18, 12  # px: where the bar starts in its row, and its height
SUM = 24  # px for a sum, with the line that parts it from the bars
AXIS = 2, 6  # px that the line at zero starts below the top of a bar and ends under it: clear of the words
LEAST = 0.4  # per cent: what is not nothing can be seen


@dataclass(frozen=True)
class Step:
    """A sum, a change or a part; ``words`` is its value as written."""

    name: str
    value: int
    words: str


@dataclass(frozen=True)
class Changes:
    """From ``before`` to ``after`` by ``steps``; ``rise_words`` and ``fall_words`` say what bars mean."""

    finding: str
    before: Step
    steps: Sequence[Step]
    after: Step
    rise_words: str = ""
    fall_words: str = ""


def changes(wanted: Changes) -> Picture:
    looks = ["rise" if step.value >= 0 else "fall" for step in wanted.steps]
    shapes, words = _rows(wanted.steps, looks, SUM)
    end = SUM + ROW * len(wanted.steps)
    rules = [Line(0, y, 100, y, "axis") for y in (SUM - 4, end + 6)]
    before, after = _words(wanted.before, 13), _words(wanted.after, end + 24, is_strong=True)
    labels = fitted([*after, *before, *words])
    said = {"rise": wanted.rise_words, "fall": wanted.fall_words}
    keys = tuple(Key(look, words) for look, words in said.items() if words and look in looks)
    return Picture(wanted.finding, (Drawing(end + 30, (*rules, *shapes), labels),), keys)


def parts(finding: str, steps: Sequence[Step]) -> Picture:
    """What one sum of the reader's own is made of."""
    shapes, words = _rows(steps, ["own"] * len(steps), 0)
    return Picture(finding, (Drawing(ROW * len(steps), shapes, fitted(words)),))


def _rows(
    steps: Sequence[Step], looks: Sequence[str], top: int
) -> tuple[tuple[Shape, ...], list[list[Label]]]:
    """A bar from zero for each step, all on one scale, and the words over it; amounts before names."""
    values = [step.value for step in steps]
    low, high = min(0, *values), max(0, *values)

    def at(value: int) -> float:
        return per_cent(value - low, high - low)

    tops = [top + ROW * place for place in range(len(steps))]
    axis = [Line(at(0), y + TOP + AXIS[0], at(0), y + TOP + HIGH + AXIS[1], "axis") for y in tops]
    bars = [
        _bar(at(0), at(abs(step.value)) - at(0), step.value < 0, y + TOP, look)
        for step, look, y in zip(steps, looks, tops, strict=True)
    ]
    words = [[*_words(step, y + 13)] for step, y in zip(steps, tops, strict=True)]
    return (*axis, *bars), [*(amount for amount, _ in words), *(name for _, name in words)]


def _bar(zero: float, size: float, is_less: bool, y: float, look: str) -> Box:
    width = max(size, LEAST)
    start = zero - width if is_less else min(zero, 100 - width)
    return Box(round(max(start, 0), 2), y, round(width, 2), HIGH, look)


def _words(step: Step, y: float, *, is_strong: bool = False) -> Iterator[list[Label]]:
    """The amount before the name, which is cut where both have no room."""
    yield [Label(step.words, 100, y, 0, "end", "plain", is_strong=is_strong)]
    yield [
        Label(name, 0, y, 0, "start", "plain", is_strong=is_strong)
        for name in forms(step.name, is_strong=is_strong)
    ]
