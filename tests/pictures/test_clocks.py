"""Clocks of a week: thick on weekdays, thin on weekends, faint on call."""

import pytest

from sharedict.pictures.clocks import WEEKDAY, WEEKEND, Clock, Hours, clocks
from sharedict.pictures.drawing import Box
from tests.front.pictures import CLOCKS
from tests.pictures.measuring import WIDTHS, crossings, drawn, words


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_crosses_another_or_a_bar(width: int) -> None:
    picture = clocks("", CLOCKS)
    assert [*crossings(picture, width, {"own", "other", "track"})] == []
    assert {"00", "12", "24"} <= {*words(picture, width)}


def test_hours_stand_at_their_part_of_the_day() -> None:
    support = Clock("Support", [Hours(8 * 60, 17 * 60), Hours(0, 24 * 60, on_call=True)], [Hours(600, 1200)])
    boxes = [shape for shape in drawn(clocks("", [support]), 500).shapes if isinstance(shape, Box)]
    on_call, worked, weekend = (box for box in boxes if box.look != "track")
    assert (on_call.x, on_call.width, on_call.look) == (0, 100, "other")
    assert (worked.x, worked.width, worked.look) == (33.33, 37.5, "own")
    assert (worked.height, weekend.height) == (WEEKDAY, WEEKEND)
    assert weekend.y >= worked.y + worked.height
