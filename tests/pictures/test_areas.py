"""Maps: shapes keep their form at every width, and names their room."""

import re

import pytest

from sharedict.pictures.areas import Place, areas
from sharedict.pictures.drawing import Area, Drawing
from tests.front.pictures import MAP
from tests.pictures.measuring import WIDTHS, crossings, drawn, words

SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100)]
NEIGHBOUR = [(100, 0), (200, 0), (200, 100), (100, 100)]


@pytest.mark.parametrize("width", [width for width in WIDTHS if width >= 240])
def test_no_name_crosses_another_or_leaves_the_picture(width: int) -> None:
    picture = areas("", MAP)
    assert [*crossings(picture, width)] == []
    assert {"Torsby", "Sunne"} <= {*words(picture, width)}  # the first two


def test_a_square_stays_a_square_with_north_above() -> None:
    picture = areas("", [Place("Here", [SQUARE]), Place("North", [[(0, 100), (100, 100), (50, 150)]])])
    here, north = (points_of(drawing, place) for drawing in picture.drawings[:1] for place in (0, 1))
    assert {x for x, _y in here} == {2, 2 + side(here)}
    assert max(y for _x, y in here) - min(y for _x, y in here) == side(here)
    assert min(y for _x, y in north) < min(y for _x, y in here) == max(y for _x, y in north)


def test_what_is_told_first_is_named_where_there_is_no_room_for_both() -> None:
    long = "A municipality of a long name indeed"
    places = [Place(long, [SQUARE], "own"), Place("Another of a long name", [NEIGHBOUR])]
    assert words(areas("", places), 240) == [long]
    assert words(areas("", places[::-1]), 240) == [places[1].name]


def test_its_name_stands_in_the_largest_part_of_a_place() -> None:
    island = [(300, 0), (301, 0), (301, 1)]
    (label,) = drawn(areas("", [Place("Here", [island, SQUARE])]), 600).labels
    (area,) = drawn(areas("", [Place("Here", [island, SQUARE])]), 600).shapes
    assert isinstance(area, Area)
    assert area.path.count("M") == 2
    assert 50 < label.dx < 120


def test_without_a_boundary_there_is_no_map() -> None:
    assert drawn(areas("", [Place("Here", [SQUARE]), Place("Abroad", [])]), 600).labels[0].text == "Here"
    with pytest.raises(ValueError, match="boundary"):
        areas("", [Place("Abroad", [])])


def points_of(drawing: Drawing, place: int) -> list[tuple[float, float]]:
    area = drawing.shapes[place]
    assert isinstance(area, Area)
    numbers = [float(number) for number in re.findall(r"[0-9.]+", area.path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def side(points: list[tuple[float, float]]) -> float:
    return max(x for x, _y in points) - min(x for x, _y in points)


def test_a_name_that_is_wider_than_the_picture_is_not_there_and_takes_nobodys_room() -> None:
    long = "A municipality of a name that nobody has ever written on a map as small as this"
    picture = areas("", [Place(long, [SQUARE], "own"), Place("Here", [NEIGHBOUR])])
    assert words(picture, 240) == ["Here"]
    assert [*crossings(picture, 240)] == []


@pytest.mark.parametrize("ring", [[(3, 4)], [(0, 0), (0, 9), (0, 5)], [(0, 0), (9, 0), (5, 0)]])
def test_what_encloses_nothing_is_drawn_as_what_it_is(ring: list[tuple[float, float]]) -> None:
    picture = areas("", [Place("Here", [ring])])
    assert [drawing.labels[0].text for drawing in picture.drawings] == ["Here"] * 3
    assert all(drawing.height >= 4 for drawing in picture.drawings)
