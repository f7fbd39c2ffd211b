"""Bars of a column stand on one scale, from zero."""

from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from sharedict.pictures.bar import Bar, bar, bars, tell_apart


def test_a_bar_is_its_part_of_the_largest() -> None:
    own = bar(Bar(50, 200, is_own=True))
    assert (own.start, own.width, own.look, own.zero, own.mark) == (0, 25, "own", None, None)


def test_below_zero_a_bar_goes_to_the_left_of_the_zero_line() -> None:
    lower, higher = bars([-25, 75])
    assert (lower.start, lower.width, lower.zero) == (0, 25, 25)
    assert (higher.start, higher.width, higher.zero) == (25, 75, 25)


@pytest.mark.parametrize("value", [1, -1, 100_000, -100_000])
def test_what_is_not_nothing_is_seen_and_stays_in_the_cell(value: int) -> None:
    seen = bar(Bar(value, 100_000, -100_000))
    assert seen.width > 0
    assert seen.start >= 0
    assert seen.start + seen.width <= 100


def test_nothing_of_nothing_has_no_bar() -> None:
    assert [each.width for each in bars([0, 0])] == [0, 0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], False),
        ([5], False),
        ([1000, 1001], False),
        ([1000, 1100], True),
        ([-1000, 1000], True),
        ([0, 0], False),
    ],
)
def test_bars_that_look_alike_say_nothing(values: list[int], expected: bool) -> None:
    assert tell_apart(values) is expected


def test_a_little_below_zero_can_be_seen() -> None:
    _much, little = bars([100_000_000, -100])
    assert little.start >= 0
    assert little.width > 0


def test_a_mark_is_on_the_scale_of_the_bars() -> None:
    assert [each.mark for each in bars([200, 60], own=[1], marks=[100, 60])] == [50, 30]


@pytest.mark.parametrize(("values", "marks"), [([50, 60], [100, 60]), ([3], [3]), ([-5], [7])])
def test_the_largest_mark_stands_within_the_cell(values: list[int], marks: list[int]) -> None:
    most = max(each.mark or 0 for each in bars(values, marks=marks))
    assert 95 < most < 99


def test_without_a_larger_mark_the_largest_bar_fills_the_cell() -> None:
    assert bars([50, 100], marks=[90, 90])[1].width == 100


def test_attributes_are_plain_points_in_every_language() -> None:
    with translation.override("sv"):
        page = render_to_string("components/pic/bar.html", {"bar": bar(Bar(1, 3, mark=2))})
    assert 'width="33.33"' in page
    assert 'aria-hidden="true"' in page
    assert 'aria-label="A third"' in render_to_string(
        "components/pic/bar.html", {"bar": replace(bar(Bar(1, 3)), finding="A third")}
    )
