"""Each change is a bar from zero, the sums stand in words, and all words stand beside each other."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.pictures.changes import Step, changes, parts
from sharedict.pictures.drawing import Box, Drawing, Line
from tests.front.pictures import CHANGE, changed
from tests.pictures.measuring import WIDTHS, crossings, drawn, touched, words

CROWDED = [CHANGE, (10_000, -30_000, 50_000), (0, 0), (100, 1, 1), (4_627_209, -46_969, 1, -1)]


def picture_of(start: int, moved: Sequence[int]) -> Drawing:
    return drawn(changes(changed(start, moved)), 500)


def bars(drawing: Drawing) -> list[Box]:
    return [shape for shape in drawing.shapes if isinstance(shape, Box)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("change", CROWDED)
def test_no_word_crosses_another_or_a_bar_or_touches_a_line(change: tuple[int, ...], width: int) -> None:
    picture = changes(changed(change[0], change[1:]))
    assert [*crossings(picture, width, {"rise", "fall"})] == []
    assert [shape for shape in drawn(picture, width).shapes if isinstance(shape, Line)]
    assert touched(drawn(picture, width), width) == []


def test_a_line_that_touches_a_word_would_be_found() -> None:
    line, labels = Line(99, 10, 99, 40, "axis"), picture_of(100, (-1,)).labels
    assert touched(Drawing(76, (line,), labels), 500) != []


def test_what_bars_mean_is_said_where_they_stand() -> None:
    assert [key.words for key in changes(changed(100, (10, -5))).keys] == ["more", "less"]
    assert [key.words for key in changes(changed(100, (-5,))).keys] == ["less"]


@pytest.mark.parametrize("width", [width for width in WIDTHS if width > 200])
def test_every_change_and_both_sums_have_their_name_and_amount(width: int) -> None:
    wanted = changed(CHANGE[0], CHANGE[1:])
    told = words(changes(wanted), width)
    every = [wanted.before, *wanted.steps, wanted.after]
    assert len(told) == 2 * len(every)
    assert {step.words for step in every} <= {*told}


def test_bars_start_at_zero_on_one_scale_and_sums_have_none() -> None:
    rise, fall, little = bars(picture_of(100_000, (300, -100, 4)))
    assert (rise.x, rise.width, rise.look) == (25, 75, "rise")
    assert (fall.x, fall.width, fall.look) == (0, 25, "fall")
    assert (little.x, little.width, little.look) == (25, 1, "rise")
    assert bars(picture_of(100, (300, -100, 4))) == bars(picture_of(100_000, (300, -100, 4)))


def test_the_smallest_change_stands_on_its_side_of_zero() -> None:
    more, less, little = bars(picture_of(0, (30_000, -10_000, -1)))
    assert little.x + little.width == more.x == less.x + less.width


def test_sums_stand_before_and_after_the_bars() -> None:
    drawing = picture_of(100_000, (300, -100))
    first, *_, last = sorted(drawing.labels, key=lambda label: label.y)
    assert first.y < min(box.y for box in bars(drawing))
    assert last.y - 10 > max(box.y + box.height for box in bars(drawing))


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=8))
def test_every_bar_stays_in_the_picture_and_is_seen(start: int, moved: list[int]) -> None:
    for box in bars(picture_of(start, moved)):
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
