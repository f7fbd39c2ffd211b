"""Twelve months stand on one scale from zero, and say the values that tell."""

import pytest

from sharedict.pictures.drawing import Box, Line
from sharedict.pictures.months import Month, Months, months
from tests.front.pictures import COST, MOVING, NAMES, year
from tests.pictures.measuring import WIDTHS, crossings, drawn, words


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("values", [COST, MOVING, (None,) * 12, (0,) * 12, tuple(range(-12, 0))])
@pytest.mark.parametrize("line", [None, 135_200])
def test_no_word_crosses_another_or_a_column(
    values: tuple[int | None, ...], line: int | None, width: int
) -> None:
    picture = year(values, line=line, line_words="budget 135,200")
    assert [*crossings(picture, width, {"own", "other"})] == []


def test_columns_start_at_zero_and_reach_their_value() -> None:
    picture = months(Months("", [Month("a", 50), Month("b", -50), Month("c", 0), Month("d", None)], 0))
    drawing = drawn(picture, 500)
    first, second, third = (shape for shape in drawing.shapes if isinstance(shape, Box))
    axis = next(shape for shape in drawing.shapes if isinstance(shape, Line))
    assert first.y + first.height == axis.y1 == second.y == third.y
    assert (first.height, second.height, third.height) == (36, 36, 0)
    assert (first.look, second.look) == ("own", "other")


def test_a_month_that_is_missing_is_empty_and_keeps_its_place() -> None:
    drawing = drawn(year(MOVING), 1248)
    boxes = [shape for shape in drawing.shapes if isinstance(shape, Box)]
    assert len(boxes) == len([value for value in MOVING if value is not None])
    assert {*NAMES} <= {*words(year(MOVING), 1248)}


def test_the_line_of_the_budget_is_dashed_and_has_its_word() -> None:
    picture = year(COST, line=135_200, line_words="budget 135,200")
    dashed = [shape for shape in drawn(picture, 300).shapes if shape.look == "target"]
    assert len(dashed) == 2
    assert all("budget 135,200" in words(picture, width) for width in WIDTHS if width > 160)


@pytest.mark.parametrize("width", [296, 536, 976, 1248])
def test_the_month_shown_and_the_highest_say_their_value(width: int) -> None:
    assert {"134,307", "149,449", "Nov"} <= {*words(year(COST), width)}


def test_a_column_that_is_not_nothing_can_be_seen() -> None:
    drawing = drawn(year(MOVING), 300)
    assert [shape.height for shape in drawing.shapes if isinstance(shape, Box) and 0 < shape.height < 1] == []
