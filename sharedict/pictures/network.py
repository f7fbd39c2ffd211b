"""Sites as boxes, what joins them as rails: not a web, whose lines cross each other and the words.

The parts that both forms of the picture use, ``grid.py`` and ``column.py``; ``rails.py`` puts these together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sharedict.pictures.drawing import Box, Label, Line, Mark, Shape
from sharedict.pictures.words import lines

TEXT = 16  # px from line to line
PAD = 8  # px between the edge of a box and its words
SIGN = 14  # px for the sign before the name of a lost site
Text = tuple[tuple[str, bool], ...]
NODES = {"": "node", "own": "node-own", "out": "node-out"}


class State(StrEnum):
    """How a rail serves: it carries, it takes over, or it is lost. Also its look."""

    USE = "use"
    SPARE = "spare"
    OUT = "out"


@dataclass(frozen=True)
class Site:
    """A box: its name, what is said of it, and whether it is the reader's ``own`` or ``out`` (lost)."""

    key: str
    name: str
    said: Sequence[str] = ()
    look: str = ""


@dataclass(frozen=True, eq=False)  # two that say the same are two
class Rail:
    """What joins ``sites`` (their keys): a provider, or a link that they have together.

    Without ``name`` and ``words`` it ends at its sites: what takes over is told in the box that does.
    ``over`` is the site that takes over; an arrow leads there. ``lost`` are sites cut off from a rail in use.
    """

    name: str
    words: str
    sites: Sequence[str]
    state: State = State.USE
    over: str = ""
    lost: frozenset[str] = frozenset()

    @property
    def is_told(self) -> bool:
        return bool((self.name + self.words).strip())

    def look_at(self, site: str) -> str:
        return State.OUT if site in self.lost else self.state


@dataclass(frozen=True)
class Network:
    """Sites in the order of their boxes; ``words`` say what the states mean."""

    finding: str
    sites: Sequence[Site]
    providers: Sequence[Rail]
    joints: Sequence[Rail]
    words: dict[State, str]


def text_of(site: Site, room: float, most: int = 2) -> Text:
    """The lines in a box of ``room`` px, up to ``most`` for each text and one more for its name."""
    inside = room - 2 * PAD
    name = lines(site.name, inside - (SIGN if site.look == "out" else 0), most + 1, is_strong=True)
    said = (line for text in site.said for line in lines(text, inside, most))
    return (*((line, True) for line in name if line), *((line, False) for line in said if line))


def height_of(count: int) -> int:
    """Of a box with so many lines."""
    return count * TEXT + 12


def node(site: Site, x: float, y: float, width: float, height: float) -> Iterator[Shape]:
    yield Box(x, y, width, height, NODES[site.look], corner=5)
    if site.look == "out":
        yield Mark(x, y + 14, "diamond", "bad", PAD + 4)


def words_in(site: Site, x: float, y: float, texts: Sequence[Text], tiers: Sequence[int]) -> Iterator[Label]:
    """The words of a box, once for each span of ``tiers`` (px, one a text) in which they break alike."""
    starts = [place for place, text in enumerate(texts) if place == 0 or text != texts[place - 1]]
    for start, after in zip(starts, [*starts[1:], None], strict=True):
        for label in _lines(site, x, y, texts[start]):
            yield replace(
                label,
                shown_from=tiers[start] if start else 0,
                shown_until=0 if after is None else tiers[after],
            )


def _lines(site: Site, x: float, y: float, text: Text) -> Iterator[Label]:
    for place, (line, is_name) in enumerate(text):
        sign = SIGN if site.look == "out" and is_name else 0
        look = "in bad" if sign else "in plain" if is_name else "in"
        yield Label(line, x, y + 18 + TEXT * place, PAD + sign, look=look, is_strong=is_name)


def joint_at(x: float, y: float, look: str) -> Mark:
    """Where a drop meets its rail, and does not only cross it."""
    return Mark(x, y, "joint", f"joint-{look}")


def lines_first(shapes: Iterable[Shape]) -> tuple[Shape, ...]:
    """Lines below boxes, and marks over them."""
    return tuple(sorted(shapes, key=lambda shape: ("line", "box", "mark").index(shape.kind)))


def rail_line(x1: float, y1: float, x2: float, y2: float, look: str, *, is_thick: bool = False) -> Line:
    return Line(x1, y1, x2, y2, f"rail rail-{look}" if is_thick and look == State.USE else f"rail-{look}")
