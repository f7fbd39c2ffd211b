"""Twelve months stand on one scale from zero, and say the values that tell."""

from itertools import pairwise

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
    picture = months(Months("", [Month("a", 0), Month("b", None), Month("c", -50), Month("d", 50)]))
    drawing = drawn(picture, 500)
    third, second, first = (shape for shape in drawing.shapes if isinstance(shape, Box))
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


SWEDISH = ("dec", "jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov")


@pytest.mark.parametrize("names", [NAMES, SWEDISH, NAMES[2:], NAMES[-3:], NAMES[-1:]])
def test_names_of_months_stand_at_a_regular_step_that_ends_with_the_last(names: tuple[str, ...]) -> None:
    picture = months(Months("", [Month(name, 100) for name in names]))
    for width in range(112, 1260, 4):
        places = [names.index(word) for word in words(picture, width) if word in names]
        assert places[0] == len(names) - 1
        (step,) = {one - other for one, other in pairwise(places)} or {len(names)}
        assert places[-1] < step, f"none is missing at {width} px"


@pytest.mark.parametrize(("width", "count"), [(115, 3), (288, 6), (536, 12)])
def test_as_many_months_are_named_as_have_room(width: int, count: int) -> None:
    assert len([word for word in words(year(COST), width) if word in NAMES]) == count
