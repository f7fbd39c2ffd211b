"""The wide form of a network: boxes in rows of four, providers above them, joint links below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sharedict.pictures.drawing import Drawing, Label, Line, Mark, Shape
from sharedict.pictures.fitting import ABOVE, BELOW
from sharedict.pictures.network import (
    Network,
    Rail,
    Text,
    height_of,
    joint_at,
    lines_first,
    node,
    rail_line,
    text_of,
    words_in,
)
from sharedict.pictures.words import SIZE, lines, width

COLUMNS = 4
WIDE = 720  # px: from here on there is room for four boxes in a row
TIERS = (WIDE, 960, 1200)  # px: words in boxes are broken for each of these widths
ENDS = (959, 1199, 2400)  # px: where each of them ends
CLEAR, AIR = 3, 6  # px between words and a line that passes, at least and where there is a choice
RAIL, LANE = 32, 34  # px for a provider's rail and for a joint one, with their words
BARE = 24  # px for a joint rail without words
GAP = 22  # px between rails and boxes
STUB, MOST = 6, 12  # px between lines that enter a box at its side, and how many have room there


@dataclass(frozen=True)
class Grid:
    """Where boxes stand, and the gutters beside them: lines to other rows go there, providers left."""

    wanted: Network

    @cached_property
    def columns(self) -> int:
        return min(COLUMNS, max(2, len(self.wanted.sites)))

    @cached_property
    def rows(self) -> int:
        return -(-len(self.wanted.sites) // self.columns)

    @cached_property
    def gutter(self) -> float:
        return 3.5 if self.rows > 1 else 0

    @cached_property
    def box(self) -> float:
        """The width of a box in per cent."""
        if self.rows > 1:
            return 100 / self.columns - 2 * self.gutter
        return (100 - 4 * (self.columns - 1)) / self.columns

    @cached_property
    def spots(self) -> dict[str, tuple[int, int]]:
        """Row and column of each site."""
        return {site.key: divmod(place, self.columns) for place, site in enumerate(self.wanted.sites)}

    @cached_property
    def texts(self) -> dict[str, list[Text]]:
        """The words of each site, for each of TIERS."""
        return {
            site.key: [text_of(site, self.box * tier / 100) for tier in TIERS] for site in self.wanted.sites
        }

    @cached_property
    def height(self) -> int:
        """Of every box: for the longest words, and for what enters at its sides."""
        longest = max((len(text) for texts in self.texts.values() for text in texts), default=1)
        most = max(len(self.wanted.providers), len(self.wanted.joints) if self.rows > 1 else 0)
        return max(height_of(longest), min(most, MOST) * STUB + 16)

    @cached_property
    def lanes(self) -> list[list[Rail]]:
        """The joint rails under each row: under the lowest of their sites."""
        found: list[list[Rail]] = [[] for _ in range(self.rows)]
        for rail in self.wanted.joints:
            found[max(self.spots[key][0] for key in rail.sites)].append(rail)
        return found

    @cached_property
    def tops(self) -> list[int]:
        """Where each row starts; after them, where the picture ends."""
        found = [RAIL * len(self.wanted.providers) + (GAP if self.wanted.providers else 2)]
        for lanes in self.lanes:
            found.append(found[-1] + self.height + GAP + sum(map(_lane, lanes)))
        return found

    def x(self, key: str) -> float:
        column = self.spots[key][1]
        step = 100 / self.columns if self.rows > 1 else self.box + 4
        return round(column * step + self.gutter, 2)

    def top(self, key: str) -> int:
        return self.tops[self.spots[key][0]]

    def inside(self, key: str, place: int, count: int) -> float:
        """The ``place``-th of ``count`` spots along a box."""
        return round(self.x(key) + self.box * (place + 1) / (count + 1), 2)

    def left(self, key: str, place: int, count: int) -> float:
        return round(self.x(key) - self.gutter * (count - place) / (count + 1), 2)

    def right(self, key: str, place: int, count: int) -> float:
        return round(self.x(key) + self.box + self.gutter * (place + 1) / (count + 1), 2)


def grid(wanted: Network) -> Drawing:
    """Rails with many sites stand next to the boxes: so the fewest lines run past the words of others."""
    wanted = replace(
        wanted,
        providers=sorted(wanted.providers, key=lambda rail: len(rail.sites)),
        joints=sorted(wanted.joints, key=lambda rail: -len(rail.sites)),
    )
    where = Grid(wanted)
    shapes: list[Shape] = []
    names: list[tuple[Rail, Sequence[float], int]] = []
    for place, rail in enumerate(wanted.providers):
        shapes += _provider(where, rail, place)
        names.append((rail, _ends(where, rail, place), RAIL * place + 13))
    for row, lanes in enumerate(where.lanes):
        for place, rail in enumerate(lanes):
            y = where.tops[row] + where.height + 18 + sum(map(_lane, lanes[:place]))
            drawn = [*_joint(where, rail, row, y)]
            shapes += drawn
            names.append((rail, [shape.x1 for shape in drawn if isinstance(shape, Line)], y + 15))
    shapes += _under(shapes, [y + 9 if rail in wanted.providers else y - 15 for rail, _, y in names])
    labels = [label for rail, ends, y in names for label in _words(rail, ends, y, shapes)]
    for site in wanted.sites:
        shapes += node(site, where.x(site.key), where.top(site.key), round(where.box, 2), where.height)
        labels += words_in(site, where.x(site.key), where.top(site.key), where.texts[site.key], TIERS)
    return Drawing(where.tops[-1] - GAP + 8, lines_first(shapes), tuple(labels), shown_from=WIDE)


def _lane(rail: Rail) -> int:
    return LANE if rail.is_told else BARE


def _under(shapes: Sequence[Shape], rails: Sequence[float]) -> Iterator[Mark]:
    """A gap above and below each rail where a line only passes it: without one they seem joined."""
    lines = [shape for shape in shapes if isinstance(shape, Line)]
    joints = {(shape.x, shape.y) for shape in shapes if isinstance(shape, Mark)}
    for rail in (line for line in lines if line.y1 == line.y2 and line.y1 in rails):
        for line in lines:
            passes = min(line.y1, line.y2) < rail.y1 < max(line.y1, line.y2)
            if passes and rail.x1 < line.x1 < rail.x2 and (line.x1, rail.y1) not in joints:
                yield Mark(line.x1, rail.y1, "under", "break")


def _words(rail: Rail, ends: Sequence[float], y: int, shapes: Sequence[Shape]) -> Iterator[Label]:
    """The name of a rail and what is said of it, once for each span of TIERS in which they stand alike."""
    (name,) = lines(rail.name, WIDE / 3, 1, is_strong=True) or ("",)
    named = width(name, is_strong=True) + (SIZE if name else 0)
    (said,) = lines(rail.words, WIDE / 2 - SIZE, 1) or ("",)
    across = [shape.x1 for shape in shapes if isinstance(shape, Line) and _passes(shape, y)]
    spots = [_spot(ends, across, named + width(said), tier) for tier in zip(TIERS, ENDS, strict=True)]
    look = "bad" if rail.state == "out" else "plain"
    starts = [place for place, spot in enumerate(spots) if place == 0 or spot != spots[place - 1]]
    for start, after in zip(starts, [*starts[1:], None], strict=True):
        x, dx = spots[start]
        shown = (TIERS[start] if start else 0, 0 if after is None else TIERS[after])
        if name:
            yield Label(name, x, y, dx, "start", look, True, *shown)
        if said:
            yield Label(said, x, y, round(dx + named, 1), "start", "", False, *shown)


def _passes(line: Line, y: int) -> bool:
    """Whether a line runs down through words whose base is at ``y``."""
    top, bottom = sorted((line.y1, line.y2))
    return line.x1 == line.x2 and top < y + BELOW and y - ABOVE < bottom


def _spot(
    ends: Sequence[float], across: Sequence[float], size: float, tier: tuple[int, int]
) -> tuple[float, float]:
    """Where words of ``size`` px start along their rail: per cent, and px beside that.

    The first spot is taken that the fewest of ``across`` run through, in a picture within ``tier`` (px).
    """
    start, end = min(ends), max(ends)
    within = [x for x in sorted({*across}) if start < x < end]
    spots = [
        (start, 0.0),
        *((x, AIR) for x in within),
        *((x, -size - AIR) for x in [*within, *(x for x in sorted({*across}) if x >= end)]),
        (end, -size),
    ]
    held = [spot for spot in spots if all(_is_inside(spot, size, at) for at in tier)]
    if not held:
        return round(min(start, 100 - (size + SIZE) * 100 / tier[0]), 2), 0
    x, dx = min(held, key=lambda spot: sum(_cross(spot, size, x, tier) for x in across))
    return round(x, 2), round(dx, 1)


def _is_inside(spot: tuple[float, float], size: float, at: int) -> bool:
    left = spot[0] * at / 100 + spot[1]
    return left >= 0 and left + size <= at


def _cross(spot: tuple[float, float], size: float, x: float, tier: tuple[int, int]) -> bool:
    """Whether a line at ``x`` comes nearer than CLEAR to the words, anywhere within ``tier``."""
    places = [(x - spot[0]) * at / 100 - spot[1] for at in tier]
    return not (all(place <= -CLEAR for place in places) or all(place >= size + CLEAR for place in places))


def _drops(where: Grid, rail: Rail, place: int) -> dict[float, list[str]]:
    """Where a provider's rail has drops, and to which sites: the first row from above, others by a gutter."""
    count = len(where.wanted.providers)
    found: dict[float, list[str]] = {}
    for key in rail.sites:
        if where.spots[key][0]:
            x = where.left(key, place, count)
        else:
            beside = [other for other in where.wanted.providers if key in other.sites]
            x = where.inside(key, beside.index(rail), len(beside))
        found.setdefault(x, []).append(key)
    return found


def _ends(where: Grid, rail: Rail, place: int) -> tuple[float, float]:
    """Of a provider's rail: its outermost drops; with one drop, as wide as the box, or from its gutter."""
    drops = _drops(where, rail, place)
    if len(drops) > 1:
        return min(drops), max(drops)
    ((x, (key, *_)),) = drops.items()
    return min(x, where.x(key)), round(where.x(key) + where.box, 2)


def _provider(where: Grid, rail: Rail, place: int) -> Iterator[Shape]:
    y = RAIL * place + 22
    drops = _drops(where, rail, place)
    start, end = _ends(where, rail, place)
    yield rail_line(start, y, end, y, rail.state, is_thick=True)
    for x, keys in drops.items():
        look = _look_of(rail, keys)
        yield joint_at(x, y, look)
        if where.spots[keys[0]][0] == 0:
            yield rail_line(x, y, x, where.top(keys[0]), look)
            continue
        sides = {key: where.top(key) + 10 + STUB * (place % MOST) for key in keys}
        yield rail_line(x, y, x, max(sides.values()), look)
        for key, side in sides.items():
            yield rail_line(x, side, where.x(key), side, rail.look_at(key))
            yield joint_at(x, side, rail.look_at(key))


def _joint(where: Grid, rail: Rail, row: int, y: float) -> Iterator[Shape]:
    spots: dict[float, list[str]] = {}
    for key in rail.sites:
        if where.spots[key][0] == row:
            beside = [other for other in where.wanted.joints if key in other.sites]
            x = where.inside(key, beside.index(rail), len(beside))
            yield rail_line(x, where.top(key) + where.height, x, y, rail.look_at(key))
            if key == rail.over:
                yield Mark(x, where.top(key) + where.height + 6, "up", "take")
        else:
            trunks = _trunks(where, key)
            x = where.right(key, trunks.index(rail), len(trunks))
            yield from _stub(where, rail, key, x)
        spots.setdefault(x, []).append(key)
    for x, keys in spots.items():
        yield joint_at(x, y, _look_of(rail, keys))
        if where.spots[keys[0]][0] != row:
            yield rail_line(x, min(_side(where, rail, key) for key in keys), x, y, _look_of(rail, keys))
    yield rail_line(min(spots), y, max(spots), y, rail.state)


def _stub(where: Grid, rail: Rail, key: str, x: float) -> Iterator[Shape]:
    """From the right side of a box into the gutter."""
    side, edge, look = _side(where, rail, key), round(where.x(key) + where.box, 2), rail.look_at(key)
    yield rail_line(edge, side, x, side, look)
    yield joint_at(x, side, look)
    if key == rail.over:
        yield Mark(edge, side, "left", "take", 5)


def _side(where: Grid, rail: Rail, key: str) -> int:
    beside = [other for other in where.wanted.joints if key in other.sites]
    return where.top(key) + where.height - 10 - STUB * (beside.index(rail) % MOST)


def _look_of(rail: Rail, keys: Sequence[str]) -> str:
    """Of a line to several sites: lost only where all of them are."""
    looks = {rail.look_at(key) for key in keys}
    return looks.pop() if len(looks) == 1 else rail.state


def _trunks(where: Grid, key: str) -> Sequence[Rail]:
    """The joint rails that go down through the gutter to the right of a column."""
    column = where.spots[key][1]
    return [
        rail
        for row, lanes in enumerate(where.lanes)
        for rail in lanes
        if any(where.spots[site][1] == column and where.spots[site][0] < row for site in rail.sites)
    ]
