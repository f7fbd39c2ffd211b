"""A map of municipalities: each as its boundary, by what it has to do with what is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil

from sharedict.pictures.drawing import Area, Drawing, Key, Label, Picture
from sharedict.pictures.fitting import least_width, reach_of
from sharedict.pictures.words import width

SIZES = ((0, 400, 240, 320), (400, 560, 360, 400), (560, 0, 520, 480))
"""From which width of the picture until which it is how many px wide and high, at most."""
PAD = 2  # px round the map, for the edges of its areas
LOOKS = {"own": "area-own", "use": "area-use", "none": "area-none"}
MIDDLE = 4  # px from the middle of a word down to its base

Point = tuple[float, float]
Ring = Sequence[Point]


@dataclass(frozen=True)
class Place:
    """A municipality: ``rings`` are its boundary, east and north in any unit; ``look``: one of LOOKS."""

    name: str
    rings: Sequence[Ring]
    look: str = "none"


def areas(finding: str, places: Sequence[Place], keys: Sequence[Key] = ()) -> Picture:
    """``places`` in their true shape, those named first that come first; what has no room has no name.

    Raises ValueError where no place has a boundary.
    """
    points = [point for place in places for ring in place.rings for point in ring]
    if not points:
        raise ValueError("A map needs a boundary.")
    drawings = []
    for start, until, wide, high in SIZES:
        placed, height = _placed(places, points, wide, high)
        shapes = tuple(Area("".join(map(_path, place.rings)), LOOKS[place.look]) for place in placed)
        drawings.append(Drawing(height, shapes, _names(placed, wide), start, until))
    return Picture(finding, tuple(drawings), tuple(keys))


def _placed(
    places: Iterable[Place], points: Sequence[Point], wide: int, high: int
) -> tuple[list[Place], int]:
    """``places`` in px within ``wide`` and ``high``, down instead of north, and how high they are."""
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    spans = (((wide - 2 * PAD), east - west), ((high - 2 * PAD), north - south))
    scale = min((room / span for room, span in spans if span), default=1)

    def at(point: Point) -> Point:
        return PAD + (point[0] - west) * scale, PAD + (north - point[1]) * scale

    placed = [replace(place, rings=[[*map(at, ring)] for ring in place.rings]) for place in places]
    return placed, ceil(2 * PAD + (north - south) * scale)


def _path(ring: Ring) -> str:
    """A closed line, to half a px."""
    return "M" + " ".join(f"{round(x * 2) / 2:g} {round(y * 2) / 2:g}" for x, y in ring) + "z"


def _names(places: Iterable[Place], wide: int) -> tuple[Label, ...]:
    """The names that have room beside those before them, each in the middle of its largest ring."""
    found: list[Label] = []
    for place in places:
        if not place.rings:
            continue
        x, y = _middle(max(place.rings, key=lambda ring: abs(_twice_area(ring))))
        is_own = place.look == "own"
        half = width(place.name, is_strong=is_own) / 2
        if half + PAD > wide / 2:
            continue
        x = min(max(x, half + PAD), wide - half - PAD)
        label = Label(
            place.name, 0, round(y + MIDDLE), dx=round(x), anchor="middle", look="plain", is_strong=is_own
        )
        if all(least_width(reach_of(label), reach_of(other)) <= wide for other in found):
            found.append(label)
    return tuple(found)


def _sides(ring: Ring) -> Iterable[tuple[Point, Point]]:
    return pairwise([*ring, ring[0]])


def _twice_area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in _sides(ring))


def _middle(ring: Ring) -> Point:
    """The middle of what it encloses; of a line, its first point."""
    twice = _twice_area(ring)
    if not twice:
        return ring[0]
    weighed = [(x1 * y2 - x2 * y1, x1 + x2, y1 + y2) for (x1, y1), (x2, y2) in _sides(ring)]
    return (
        sum(part * x for part, x, _ in weighed) / (3 * twice),
        sum(part * y for part, _, y in weighed) / (3 * twice),
    )
