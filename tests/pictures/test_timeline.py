"""A line of time: points at their days, no word on a line or on another, as a list where it is narrow."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.pictures.drawing import Box, Drawing, Line, Mark
from sharedict.pictures.timeline import Kind, Point, Span, Timeline, timeline
from tests.front.pictures import AGREEMENT, CAME, LEFT, NEXT
from tests.pictures.measuring import WIDTHS, crossings, drawn, touched, words

START = date(2027, 1, 1)
WIDE = 976
days = st.integers(0, 365).map(lambda day: START + timedelta(day))
points = st.builds(Point, days, st.text("abc ", max_size=30).map(str.strip), st.sampled_from(Kind))
EVERY = [NEXT, AGREEMENT, CAME, LEFT]


def said(wanted: Timeline) -> set[str]:
    return {each.words for each in (*wanted.points, *wanted.spans)} | {wanted.today_words}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("wanted", EVERY)
def test_no_word_lies_on_another_or_on_a_line(wanted: Timeline, width: int) -> None:
    picture = timeline(wanted)
    assert [*crossings(picture, width, {"own", "other"})] == []
    assert touched(drawn(picture, width), width) == []


@given(days, st.lists(points, max_size=7), st.sampled_from(WIDTHS))
def test_no_word_lies_on_another_or_on_a_line_whatever_the_days(
    today: date, points: list[Point], width: int
) -> None:
    ticks = [(date(2027, month, 1), f"{month}/2027") for month in range(1, 13)]
    picture = timeline(Timeline("", START, date(2028, 1, 1), today, "today", points, ticks=ticks))
    assert [*crossings(picture, width)] == []
    assert touched(drawn(picture, width), width) == []
    assert "today" in words(picture, width)


def test_words_on_a_line_would_be_found() -> None:
    drawing = drawn(timeline(CAME), WIDE)
    moved = tuple(replace(label, dx=0) for label in drawing.labels)
    assert touched(Drawing(drawing.height, drawing.shapes, moved), WIDE) != []


def test_what_can_be_today_comes_after_today() -> None:
    now = Timeline("", START, START, START, "today", [Point(START, "ahead"), Point(START, "done", Kind.DONE)])
    assert words(timeline(now), 288) == ["done", "today", "ahead"]


@pytest.mark.parametrize("width", [240, 272, *(width for width in WIDTHS if width >= 288)])
@pytest.mark.parametrize("wanted", EVERY)
def test_nothing_that_is_told_is_left_out_or_cut(wanted: Timeline, width: int) -> None:
    told = " ".join(words(timeline(wanted), width))
    assert [each for each in said(wanted) if each not in told] == []


def test_the_list_of_a_phone_is_in_the_order_of_time() -> None:
    starts = [text.split(":")[0] for text in words(timeline(CAME), 288) if ":" in text]
    assert starts == ["1 september till 30 september", "26 november", "28 november", "1 december"]


def test_a_day_stands_at_its_part_of_the_line() -> None:
    points = [Point(START + timedelta(100), "a", Kind.ACT), Point(START, "b", Kind.DONE)]
    drawing = drawn(timeline(Timeline("", START, START + timedelta(200), START, "today", points)), WIDE)
    marks = {shape.look: shape for shape in drawing.shapes if isinstance(shape, Mark)}
    assert (marks["warn"].x, marks["warn"].form) == (50, "down")
    assert marks["own"].x == 0


def test_what_is_outside_stands_at_the_nearer_end() -> None:
    wanted = Timeline("", START, START + timedelta(10), START + timedelta(99), "today")
    today = [shape for shape in drawn(timeline(wanted), WIDE).shapes if shape.look == "here"]
    assert {shape.x1 for shape in today if isinstance(shape, Line)} == {100}


def test_spans_follow_each_other_with_their_words_over_them() -> None:
    drawing = drawn(timeline(AGREEMENT), WIDE)
    first, second = (shape for shape in drawing.shapes if isinstance(shape, Box))
    assert (first.look, second.look) == ("own", "other")
    assert first.x + first.width == pytest.approx(second.x, abs=0.02)
    starts = {label.text: (label.x, label.anchor) for label in drawing.labels}
    assert starts["in force until 31 Dec 2029"] == (first.x, "start")
    assert starts["else renews, 24 months"] == (second.x, "start")


def test_a_mark_is_not_covered_by_the_words_over_it() -> None:
    drawing = drawn(timeline(AGREEMENT), WIDE)
    (mark,) = (shape for shape in drawing.shapes if isinstance(shape, Mark))
    label = next(label for label in drawing.labels if label.look == "warn")
    assert label.y + 4 <= mark.y - 5


@pytest.mark.parametrize("width", [288, WIDE])
def test_a_span_of_no_days_is_no_error(width: int) -> None:
    wanted = Timeline("", START, START, START, "today", spans=[Span(START, START, "nothing")])
    assert [*crossings(timeline(wanted), width)] == []
