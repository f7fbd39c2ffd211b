"""What a picture is made of: across in per cent, down in px, so that words keep their size at every width."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

FORMS = {
    "up": "M0-5 6 5H-6z",
    "down": "M0 5 6-5H-6z",
    "right": "M5 0-4-5V5z",
    "left": "M-5 0 4-5V5z",
    "diamond": "M0-6 6 0 0 6-6 0z",
    "joint": "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
    "dash": "M0 0h22",
    "across": "M-7 0H7",
    "under": "M0-9v6M0 3v6",
    "dot": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
}


def per_cent(part: float, whole: float = 1) -> float:
    """``part`` of ``whole`` as a picture writes it: in per cent, with two decimals."""
    return round(part * 100 / whole, 2) if whole else 0.0


@dataclass(frozen=True)
class Box:
    """A rectangle: ``x`` and ``width`` in per cent, ``y`` and ``height`` in px."""

    kind: ClassVar[str] = "box"
    x: float
    y: float
    width: float
    height: float
    look: str = ""
    corner: int = 0


@dataclass(frozen=True)
class Line:
    """From one point to another: across in per cent, down in px."""

    kind: ClassVar[str] = "line"
    x1: float
    y1: float
    x2: float
    y2: float
    look: str = ""


@dataclass(frozen=True)
class Mark:
    """A small sign of one of FORMS, its middle at ``x`` per cent and ``dx`` px across, ``y`` px down."""

    kind: ClassVar[str] = "mark"
    x: float
    y: float
    form: str
    look: str = ""
    dx: float = 0

    @property
    def path(self) -> str:
        return FORMS[self.form]


@dataclass(frozen=True)
class Area:
    """A ground with an edge: ``path`` in px from the upper left corner, wherever the picture ends."""

    kind: ClassVar[str] = "area"
    path: str
    look: str = ""


@dataclass(frozen=True)
class Label:
    """Words on one line, their base ``y`` px down; seen where the picture is as wide as ``shown_from`` px.

    ``anchor`` is start, middle or end: which part of the words stands ``dx`` px from ``x`` per cent.
    With ``shown_until`` they are seen only where it is less wide than that.
    """

    text: str
    x: float
    y: float
    dx: float = 0
    anchor: str = "start"
    look: str = ""
    is_strong: bool = False
    shown_from: int = 0
    shown_until: int = 0

    @property
    def classes(self) -> str:
        return classes(self.look, self.anchor, "strong" if self.is_strong else "", *shown(self))


Shape = Box | Line | Mark | Area


@dataclass(frozen=True)
class Drawing:
    """One SVG, ``height`` px high; what stands later is drawn over what stands before it, words over all."""

    height: int
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...] = ()
    shown_from: int = 0
    shown_until: int = 0

    @property
    def classes(self) -> str:
        return classes("sd-pic", *shown(self))


@dataclass(frozen=True)
class Key:
    """What a look means, beside a sample of it: a box, or a line where ``is_line``."""

    look: str
    words: str
    is_line: bool = False


@dataclass(frozen=True)
class Picture:
    """What the templates write: the finding in words, and one drawing, or one for each span of widths."""

    finding: str
    drawings: tuple[Drawing, ...]
    keys: tuple[Key, ...] = ()


def shown(each: Label | Drawing) -> Iterable[str]:
    """The classes that hide ``each`` where it has no room."""
    if each.shown_from:
        yield f"from-{each.shown_from}"
    if each.shown_until:
        yield f"until-{each.shown_until}"


def classes(*names: str) -> str:
    return " ".join(name for name in names if name)
