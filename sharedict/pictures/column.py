"""The narrow form of a network: boxes below each other, providers as rails on the left, joint ones right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sharedict.pictures.drawing import Drawing, Label, Mark, Shape
from sharedict.pictures.fitting import GAP as FIT
from sharedict.pictures.fitting import LEAST, fitted
from sharedict.pictures.grid import STUB, WIDE
from sharedict.pictures.network import (
    TEXT,
    Network,
    Rail,
    Site,
    Text,
    height_of,
    joint_at,
    lines_first,
    node,
    rail_line,
    text_of,
    words_in,
)
from sharedict.pictures.words import forms, lines

ZONE = 14  # per cent on a side that has rails
PAUSE, GAP = 4, 10  # px between the words of two rails, and between boxes
TIERS = (LEAST, 280, 440)  # px: words in boxes are broken for each of these widths
AIR = 6  # px between words and the rail they are of
PHONE, MOST = TIERS[1], 3  # px that the words of a rail are broken for, and into how many lines


@dataclass(frozen=True)
class Column:
    """Where boxes stand: between ``left`` and ``right`` per cent, each from its top."""

    wanted: Network
    left: float
    right: float
    tops: Mapping[str, int]

    def side(self, rails: Sequence[Rail], rail: Rail, key: str) -> int:
        """Where a line enters a box at its side."""
        return self.tops[key] + 10 + STUB * [each for each in rails if key in each.sites].index(rail)


def column(wanted: Network) -> Drawing:
    left, right = ZONE if wanted.providers else 0, 100 - (ZONE if wanted.joints else 0)
    texts = {site.key: _texts(site, right - left) for site in wanted.sites}
    heights = {key: _height(wanted, key, text) for key, text in texts.items()}
    tops: dict[str, int] = {}
    above = [_name(rail, left) for rail in wanted.providers]
    below = [_name(rail, right) for rail in wanted.joints]
    y = sum(map(_row, above)) + (GAP if wanted.providers else 1)
    for key, height in heights.items():
        tops[key] = y
        y += height + GAP
    where = Column(wanted, left, right, tops)
    shapes: list[Shape] = []
    inside: list[Label] = []
    for site in wanted.sites:
        shapes += node(site, left, tops[site.key], right - left, heights[site.key])
        inside += words_in(site, left, tops[site.key], texts[site.key], TIERS)
    names: list[list[Label]] = []
    start = 0
    for place, rail in enumerate(wanted.providers):
        names += _placed(above[place], start)
        shapes += _left(where, rail, place, start + 9)
        start += _row(above[place])
    for place, rail in enumerate(wanted.joints):
        names += _placed(below[place], y)
        shapes += _right(where, rail, place, y + 9)
        y += _row(below[place])
    return Drawing(y, lines_first(shapes), (*inside, *fitted(names)), shown_until=WIDE)


def _texts(site: Site, part: float) -> list[Text]:
    """The words of a box for each of TIERS: in the narrowest, each on one line."""
    return [text_of(site, part * tier / 100, most=1 if tier == LEAST else MOST) for tier in TIERS]


def _height(wanted: Network, key: str, texts: Sequence[Text]) -> int:
    sides = (wanted.providers, wanted.joints)
    most = max(len([rail for rail in rails if key in rail.sites]) for rails in sides)
    return max(height_of(max(map(len, texts))), most * STUB + 14)


def _name(rail: Rail, x: float) -> list[list[Label]]:
    """Words of a rail, right of the rails on the left and left of those on the right: forms of each line."""
    is_left = x < 50
    look = "bad" if rail.state == "out" else "plain"
    room = PHONE * (100 - x if is_left else x) / 100 - AIR - FIT
    text = " \u00b7 ".join(filter(None, (rail.name, rail.words)))
    return [
        [
            Label(words, x, 0, AIR if is_left else -AIR, "start" if is_left else "end", look)
            for words in forms(line)
        ]
        for line in lines(text, room, MOST)
    ]


def _row(name: Sequence[object]) -> int:
    """How high the words of a rail are; nothing where it has none."""
    return len(name) * TEXT + PAUSE if name else 0


def _placed(name: list[list[Label]], y: int) -> Iterator[list[Label]]:
    for place, line in enumerate(name):
        yield [replace(form, y=y + 13 + TEXT * place) for form in line]


def _left(where: Column, rail: Rail, place: int, y: int) -> Iterator[Shape]:
    rails = where.wanted.providers
    x = round(ZONE * (place + 1) / (len(rails) + 1), 2)
    if rail.is_told:
        yield rail_line(x, y, where.left, y, rail.state)
    sides = {key: where.side(rails, rail, key) for key in rail.sites}
    start = y if rail.is_told else min(sides.values())
    yield rail_line(x, start, x, max(sides.values()), rail.state, is_thick=True)
    for key, side in sides.items():
        yield rail_line(x, side, where.left, side, rail.look_at(key))
        yield joint_at(x, side, rail.look_at(key))


def _right(where: Column, rail: Rail, place: int, y: int) -> Iterator[Shape]:
    rails = where.wanted.joints
    x = round(where.right + ZONE * (place + 1) / (len(rails) + 1), 2)
    if rail.is_told:
        yield rail_line(where.right, y, x, y, rail.state)
    sides = {key: where.side(rails, rail, key) for key in rail.sites}
    end = y if rail.is_told else max(sides.values())
    yield rail_line(x, min(sides.values()), x, end, rail.state)
    for key, side in sides.items():
        yield rail_line(where.right, side, x, side, rail.look_at(key))
        yield joint_at(x, side, rail.look_at(key))
        if key == rail.over:
            yield Mark(where.right, side, "left", "take", 5)
