"""Where the words and boxes of a picture stand at one width, and what crosses there."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from sharedict.pictures.drawing import Box, Drawing, Label, Line, Picture
from sharedict.pictures.fitting import reach_of

PAGES = {320: 288, 560: 536, 768: 720, 1024: 976, 1440: 1248}  # a page's width -> that of what stands on it
WIDTHS = sorted({*PAGES.values(), *(round(inside * 0.4) for inside in PAGES.values())})
Place = tuple[float, float, float, float]


def is_shown(each: Label | Drawing, width: int) -> bool:
    return each.shown_from <= width and (not each.shown_until or width < each.shown_until)


def drawn(picture: Picture, width: int) -> Drawing:
    """The one drawing that is seen at ``width``."""
    (seen,) = (each for each in picture.drawings if is_shown(each, width))
    return seen


def place(each: Label | Box, width: int) -> Place:
    """Left, top, right and bottom in px."""
    reach = reach_of(each)
    (left, before), (right, after) = reach.left, reach.right
    return left * width + before, reach.top, right * width + after, reach.bottom


def words(picture: Picture, width: int) -> list[str]:
    return [label.text for label in drawn(picture, width).labels if is_shown(label, width)]


def crossings(picture: Picture, width: int, looks: Iterable[str] = ()) -> Iterator[str]:
    """Words that cross other words, a box of one of ``looks``, or the edge of the picture."""
    drawing = drawn(picture, width)
    labels = [label for label in drawing.labels if is_shown(label, width)]
    boxes = [shape for shape in drawing.shapes if isinstance(shape, Box) and shape.look in {*looks}]
    for one, other in [*combinations(labels, 2), *((label, box) for label in labels for box in boxes)]:
        if cross(place(one, width), place(other, width)):
            yield f"{one} crosses {other}"
    for label in labels:
        left, top, right, bottom = place(label, width)
        if left < 0 or right > width or top < 0 or bottom > drawing.height:
            yield f"{label} leaves the picture"


def touched(drawing: Drawing, width: int, clear: float = 3) -> list[str]:
    """Words that a line comes nearer to than ``clear`` px."""
    return [
        f"{line} touches {label}"
        for label in drawing.labels
        if is_shown(label, width)
        for line in drawing.shapes
        if isinstance(line, Line)
        for left, top, right, bottom in [place(label, width)]
        if left - clear < max(line.x1, line.x2) * width / 100
        and min(line.x1, line.x2) * width / 100 < right + clear
        and min(line.y1, line.y2) < bottom + clear
        and top - clear < max(line.y1, line.y2)
    ]


def cross(one: Place, other: Place) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
