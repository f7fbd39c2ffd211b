"""Words know how wide they are, and stand only where they have room."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.pictures.drawing import Box, Drawing, Label, Picture
from sharedict.pictures.fitting import LEAST, STEPS, fitted
from sharedict.pictures.words import AIR, cut, lines, width
from tests.pictures.measuring import crossings, words

SHEET = Path(__file__).parents[2] / "static" / "css" / "pictures.css"
labels = st.builds(
    Label,
    text=st.text("abcÅW 0,", min_size=1, max_size=24),
    x=st.integers(0, 100),
    y=st.sampled_from([20, 24, 60]),
    dx=st.integers(-8, 8),
    anchor=st.sampled_from(["start", "middle", "end"]),
    is_strong=st.booleans(),
)


def picture(*labels: Label, boxes: tuple[Box, ...] = ()) -> Picture:
    return Picture("", (Drawing(100, boxes, labels),))


def test_a_width_is_that_of_the_font_and_some_air() -> None:
    assert width("0") == pytest.approx(0.497 * 13 * AIR)
    assert width("0", is_strong=True) > width("0")


def test_a_letter_that_is_not_known_is_taken_to_be_wide() -> None:
    assert width("\u4e2d") > width("W")


def test_words_are_cut_to_the_room_there_is() -> None:
    assert cut("Torsby operations centre", 200) == "Torsby operations centre"
    assert cut("Torsby operations centre", 80) == "Torsby op\u2026"
    assert cut("Torsby", 3) == ""


def test_lines_break_between_words_and_the_last_is_cut() -> None:
    assert lines("Torsby operations centre", 120, 2) == ("Torsby operations", "centre")
    assert lines("Torsby operations centre", 60, 2)[1].endswith("\u2026")
    assert lines("", 60, 2) == ()


@given(st.lists(st.lists(labels, min_size=1, max_size=2), max_size=6), st.integers(LEAST, 1300))
def test_what_is_shown_never_crosses(wishes: list[list[Label]], at: int) -> None:
    box = Box(30, 50, 20, 20, "wall")
    assert [*crossings(picture(*fitted(wishes, [box]), boxes=(box,)), at, {"wall"})] == []


def test_the_most_important_is_shown_first_and_a_shorter_form_where_the_longer_has_no_room() -> None:
    first, second = Label("January", 50, 20, anchor="middle"), Label("February", 60, 20, anchor="middle")
    shown = fitted([[second], [first, Label("J", 50, 20, anchor="middle")]])
    assert words(picture(*shown), 118) == ["February"]
    assert words(picture(*shown), 480) == ["February", "J"]
    assert words(picture(*shown), 1200) == ["February", "January"]


def test_what_never_has_room_is_left_out() -> None:
    assert fitted([[Label("One", 50, 20)], [Label("Two", 50, 20)]])[1:] == ()


def test_the_style_sheet_knows_every_step() -> None:
    sheet = SHEET.read_text(encoding="utf-8")
    for name, sign in (("from", "<"), ("until", ">=")):
        rules = re.findall(rf"@container sd-picture \(width {sign} (\d+)px\) {{\n  \.{name}-(\d+) ", sheet)
        assert rules == [(str(step), str(step)) for step in STEPS]
