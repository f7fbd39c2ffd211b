"""The narrow form of a network: boxes below each other, providers as rails on the left, joint ones right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sharedict.pictures.drawing import Drawing, Label, Mark, Shape
from sharedict.pictures.fitting import LEAST, fitted
from sharedict.pictures.grid import STUB, WIDE
from sharedict.pictures.network import (
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
from sharedict.pictures.words import forms

ZONE = 14  # per cent on a side that has rails
ROW, GAP = 20, 10  # px for the words of a rail, and between boxes
TIERS = (LEAST, 280, 440)  # px: words in boxes are broken for each of these widths


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
    y = ROW * len(wanted.providers) + (GAP if wanted.providers else 1)
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
    for place, rail in enumerate(wanted.providers):
        names.append(_name(rail, left, ROW * place + 13))
        shapes += _left(where, rail, place)
    for place, rail in enumerate(wanted.joints):
        names.append(_name(rail, right, y + ROW * place + 13))
        shapes += _right(where, rail, place, y + ROW * place + 9)
    height = y + ROW * len(wanted.joints)
    return Drawing(height, lines_first(shapes), (*inside, *fitted(names)), shown_until=WIDE)


def _texts(site: Site, part: float) -> list[Text]:
    """The words of a box for each of TIERS: in the narrowest, each on one line."""
    return [text_of(site, part * tier / 100, most=1 if tier == LEAST else 2) for tier in TIERS]


def _height(wanted: Network, key: str, texts: Sequence[Text]) -> int:
    sides = (wanted.providers, wanted.joints)
    most = max(len([rail for rail in rails if key in rail.sites]) for rails in sides)
    return max(height_of(max(map(len, texts))), most * STUB + 14)


def _name(rail: Rail, x: float, y: float) -> list[Label]:
    """Words of a rail, right of the rails on the left and left of those on the right."""
    is_left = x < 50
    look = "bad" if rail.state == "out" else "plain"
    return [
        Label(words, x, y, 6 if is_left else -6, "start" if is_left else "end", look)
        for words in forms(" \u00b7 ".join(filter(None, (rail.name, rail.words))))
    ]


def _left(where: Column, rail: Rail, place: int) -> Iterator[Shape]:
    rails = where.wanted.providers
    x, y = round(ZONE * (place + 1) / (len(rails) + 1), 2), ROW * place + 9
    yield rail_line(x, y, where.left, y, rail.state)
    sides = {key: where.side(rails, rail, key) for key in rail.sites}
    yield rail_line(x, y, x, max(sides.values()), rail.state, is_thick=True)
    for key, side in sides.items():
        yield rail_line(x, side, where.left, side, rail.look_at(key))
        yield joint_at(x, side, rail.look_at(key))


def _right(where: Column, rail: Rail, place: int, y: int) -> Iterator[Shape]:
    rails = where.wanted.joints
    x = round(where.right + ZONE * (place + 1) / (len(rails) + 1), 2)
    yield rail_line(where.right, y, x, y, rail.state)
    sides = {key: where.side(rails, rail, key) for key in rail.sites}
    yield rail_line(x, min(sides.values()), x, y, rail.state)
    for key, side in sides.items():
        yield rail_line(where.right, side, x, side, rail.look_at(key))
        yield joint_at(x, side, rail.look_at(key))
        if key == rail.over:
            yield Mark(where.right, side, "left", "take", 5)
