"""A line of time: every point at its day, today over the whole height, and the day to act first."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.pictures.drawing import Box, Line, Mark
from sharedict.pictures.timeline import Kind, Point, Span, Timeline, timeline
from tests.front.pictures import AGREEMENT, NEXT
from tests.pictures.measuring import WIDTHS, crossings, drawn, words

START = date(2027, 1, 1)
days = st.integers(0, 365).map(lambda day: START + timedelta(day))
points = st.builds(Point, days, st.text("abc ", max_size=30).map(str.strip), st.sampled_from(Kind))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("wanted", [NEXT, AGREEMENT])
def test_no_word_crosses_another(wanted: Timeline, width: int) -> None:
    assert [*crossings(timeline(wanted), width)] == []


@given(days, st.lists(points, max_size=7), st.sampled_from(WIDTHS))
def test_no_word_crosses_another_whatever_the_days(today: date, points: list[Point], width: int) -> None:
    ticks = [(date(2027, month, 1), f"{month}/2027") for month in range(1, 13)]
    picture = timeline(Timeline("", START, date(2028, 1, 1), today, "today", points, ticks=ticks))
    assert [*crossings(picture, width)] == []
    assert "today" in words(picture, width)


@pytest.mark.parametrize("width", [width for width in WIDTHS if width >= 296])
def test_the_days_to_act_keep_their_words(width: int) -> None:
    assert "notice by 31 Dec 2028" in words(timeline(AGREEMENT), width)
    told = words(timeline(NEXT), width)
    assert all(any(word.startswith(start) for word in told) for start in ("Helpdesk", "ERP con", "E-inv"))


def test_a_day_stands_at_its_part_of_the_line() -> None:
    points = [Point(START + timedelta(100), "a", Kind.ACT), Point(START, "b", Kind.DONE)]
    drawing = drawn(timeline(Timeline("", START, START + timedelta(200), START, "today", points)), 500)
    marks = {shape.look: shape for shape in drawing.shapes if isinstance(shape, Mark)}
    assert (marks["warn"].x, marks["warn"].form) == (50, "down")
    assert marks["own"].x == 0


def test_what_is_outside_stands_at_the_nearer_end() -> None:
    wanted = Timeline("", START, START + timedelta(10), START + timedelta(99), "today")
    (today,) = (shape for shape in drawn(timeline(wanted), 500).shapes if shape.look == "here")
    assert isinstance(today, Line)
    assert today.x1 == today.x2 == 100


def test_spans_follow_each_other_with_their_words_inside() -> None:
    first, second = (shape for shape in drawn(timeline(AGREEMENT), 500).shapes if isinstance(shape, Box))
    assert (first.look, second.look) == ("own", "other")
    assert first.x + first.width == pytest.approx(second.x, abs=0.02)
    assert "in force until 31 Dec 2029" in words(timeline(AGREEMENT), 500)
    assert "else renews, 24 months" in words(timeline(AGREEMENT), 500)
    assert "in force until 31 Dec 2029" not in words(timeline(AGREEMENT), 200)


def test_a_mark_is_not_covered_by_the_words_over_it() -> None:
    drawing = drawn(timeline(AGREEMENT), 500)
    (mark,) = (shape for shape in drawing.shapes if isinstance(shape, Mark))
    label = next(label for label in drawing.labels if label.look == "warn")
    assert label.y + 4 <= mark.y - 5


def test_a_span_of_no_days_is_no_error() -> None:
    wanted = Timeline("", START, START, START, "today", spans=[Span(START, START, "nothing")])
    assert [*crossings(timeline(wanted), 296)] == []
