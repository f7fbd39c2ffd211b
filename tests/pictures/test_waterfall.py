"""Each step starts where the one before it ended, and all words stand beside each other."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.pictures.drawing import Box, Drawing, Line
from sharedict.pictures.waterfall import Step, Waterfall, parts, waterfall
from tests.front.pictures import CHANGE, steps
from tests.pictures.measuring import WIDTHS, crossings, drawn, is_shown, place, words

CUT = "The bars do not start at zero"


def picture_of(start: int, changes: Sequence[int]) -> Drawing:
    return drawn(waterfall(Waterfall("", steps(start, changes), CUT)), 500)


def touched(drawing: Drawing, width: int, clear: float = 3) -> list[str]:
    """Words that a line comes nearer to than ``clear`` px."""
    return [
        label.text
        for label in drawing.labels
        if is_shown(label, width)
        for line in drawing.shapes
        if isinstance(line, Line)
        for left, top, right, bottom in [place(label, width)]
        if left - clear < line.x1 * width / 100 < right + clear
        and line.y1 < bottom + clear
        and top - clear < line.y2
    ]


def bars(drawing: Drawing) -> list[Box]:
    return [shape for shape in drawing.shapes if isinstance(shape, Box)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("change", [CHANGE, (10_000, -30_000, 50_000), (0, 0), (4_627_209, -46_969, 1, -1)])
def test_no_word_crosses_another_or_a_bar(change: tuple[int, ...], width: int) -> None:
    picture = waterfall(Waterfall("", steps(change[0], change[1:]), CUT))
    assert [*crossings(picture, width, {"own", "other", "rise", "fall"})] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("change", [CHANGE, (10_000, -30_000, 50_000), (100, 1, 1), (4_627_209, 99, -1)])
def test_no_line_touches_a_word(change: tuple[int, ...], width: int) -> None:
    drawing = drawn(waterfall(Waterfall("", steps(change[0], change[1:]), CUT)), width)
    assert [shape for shape in drawing.shapes if isinstance(shape, Line)]
    assert touched(drawing, width) == []


def test_a_line_that_touches_a_word_would_be_found() -> None:
    line, labels = Line(99, 30, 99, 40, "join"), picture_of(100, (-1,)).labels
    assert touched(Drawing(76, (line,), labels), 500) != []


def test_what_bars_mean_is_said_where_they_stand() -> None:
    def keys(*changes: int) -> list[str]:
        wanted = Waterfall("", steps(100, changes), CUT, "more", "less")
        return [key.words for key in waterfall(wanted).keys]

    assert keys(10, -5) == ["more", "less"]
    assert keys(-5) == ["less"]


@pytest.mark.parametrize("width", [width for width in WIDTHS if width > 200])
def test_every_step_has_its_name_and_amount(width: int) -> None:
    picture = waterfall(Waterfall("", steps(CHANGE[0], CHANGE[1:]), CUT))
    told = words(picture, width)
    assert len(told) == 2 * (len(CHANGE) + 1) + 1
    assert all(step.words in told for step in steps(CHANGE[0], CHANGE[1:]))


def test_steps_follow_each_other() -> None:
    before, rise, fall, after = bars(picture_of(100, (100, -150)))
    assert (before.x, before.width, before.look) == (0, 50, "other")
    assert (rise.x, rise.width, rise.look) == (50, 50, "rise")
    assert (fall.x, fall.width, fall.look) == (25, 75, "fall")
    assert (after.x, after.width, after.look) == (0, 25, "own")


def test_a_sum_below_zero_stands_left_of_the_zero_line() -> None:
    drawing = picture_of(100, (-200,))
    after = bars(drawing)[-1]
    assert (after.x, after.width) == (0, 50)
    assert drawing.shapes[0].look == "axis"


def test_small_steps_beside_large_sums_are_seen_and_the_cut_is_told() -> None:
    drawing = picture_of(4_627_209, (-46_969, -22_840))
    assert bars(drawing)[1].width > 10
    assert CUT in [label.text for label in drawing.labels]
    assert [shape.look for shape in drawing.shapes].count("break") == 2


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=8))
def test_every_bar_stays_in_the_picture_and_is_seen(start: int, changes: list[int]) -> None:
    for box in bars(picture_of(start, changes)):
        assert box.x >= 0
        assert box.x + box.width <= 100.01
        assert box.width > 0


@pytest.mark.parametrize("width", WIDTHS)
def test_parts_of_a_sum_start_at_zero(width: int) -> None:
    values = [("ERP", 75), ("Helpdesk with a name that is long", 25), ("Refund", -25)]
    made = [Step(name, value, str(value)) for name, value in values]
    picture = parts("", made)
    first, second, back = bars(drawn(picture, width))
    assert (first.x, first.width, first.look) == (25, 75, "own")
    assert (second.x, second.width, back.x, back.width) == (25, 25, 0, 25)
    assert [*crossings(picture, width, {"own"})] == []
