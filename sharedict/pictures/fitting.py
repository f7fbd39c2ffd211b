"""Which words are shown at which width: none crosses another, a box that it keeps clear of, or the edge.

Words keep their px while the places they stand at move apart as the picture widens. What has room at one
width therefore has it at every wider one, and it is enough to know from which.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from sharedict.pictures.drawing import Box, Label, Line
from sharedict.pictures.words import width

LEAST = 112  # px: no picture is narrower
STEPS = (160, 200, 240, 280, 320, 360, 400, 440, 480, 520, 560, 640, 720, 800, 880, 960, 1040, 1120, 1200)
GAP = 4  # px between words, and between words and a box
ABOVE, BELOW = 10, 4  # px that words reach over and under their base
PART = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True)
class Reach:
    """What something takes: its edges at a share of the width and px beside it, its top and bottom in px."""

    left: tuple[float, float]
    right: tuple[float, float]
    top: float
    bottom: float


def reach_of(each: Label | Box | Line) -> Reach:
    if isinstance(each, Line):
        (left, right), (top, bottom) = sorted((each.x1, each.x2)), sorted((each.y1, each.y2))
        return Reach((left / 100, 0), (right / 100, 0), top, bottom)
    if isinstance(each, Box):
        left, right = each.x / 100, (each.x + each.width) / 100
        return Reach((left, 0), (right, 0), each.y, each.y + each.height)
    size = width(each.text, is_strong=each.is_strong)
    start = each.dx - PART[each.anchor] * size
    share = each.x / 100
    return Reach((share, start), (share, start + size), each.y - ABOVE, each.y + BELOW)


def least_width(one: Reach, other: Reach) -> float:
    """From which width on the two keep their distance; infinity for never."""
    if one.bottom <= other.top or other.bottom <= one.top:
        return 0
    return min(_before(one.right, other.left), _before(other.right, one.left))


def width_to_hold(one: Reach) -> float:
    """From which width on it stays within the picture."""
    return max(_before((0, -GAP), one.left), _before(one.right, (1, GAP)))


def _before(one: tuple[float, float], other: tuple[float, float]) -> float:
    """From which width on the edge ``one`` stays GAP px left of ``other``."""
    apart, missing = other[0] - one[0], GAP - (other[1] - one[1])
    if missing <= 1e-9:
        return 0 if apart >= 0 else inf
    return missing / apart if apart > 1e-9 else inf


def fitted(wishes: Iterable[Sequence[Label]], around: Iterable[Box] = ()) -> tuple[Label, ...]:
    """The labels that have room, each with the widths at which it has.

    ``wishes`` come with the most important first; each is one label, or forms of it with the longest first,
    of which one is shown at a time. What never has room is left out.
    """
    return tuple(label for taken in _taken(wishes, around) for label in taken)


def whole(choices: Iterable[Sequence[Sequence[Label]]]) -> tuple[Label, ...]:
    """At each width the first of ``choices`` whose wishes all have room, so that none shows in part."""
    done: list[Label] = []
    until: int | None = None
    for choice in choices:
        taken = [*_taken(choice, ())]
        if not all(taken):
            continue
        starts = max((min(label.shown_from for label in forms) for forms in taken), default=0)
        if until is not None and starts >= until:
            continue
        for label in (label for forms in taken for label in forms):
            begins, ends = max(label.shown_from, starts), min(label.shown_until or inf, until or inf)
            if begins < ends:
                done.append(replace(label, shown_from=begins, shown_until=0 if ends == inf else int(ends)))
        until = starts
        if not until:
            break
    return tuple(done)


def _taken(wishes: Iterable[Sequence[Label]], around: Iterable[Box]) -> Iterator[list[Label]]:
    """The forms of each wish that have room."""
    fixed = [reach_of(box) for box in around]
    done: list[Label] = []
    for forms in wishes:
        taken: list[Label] = []
        for form in forms:
            starts = step(_room_from(form, fixed, done))
            ends = taken[-1].shown_from if taken else 0
            if starts is not None and (not taken or starts < ends):
                taken.append(replace(form, shown_from=starts, shown_until=ends))
        done += taken
        yield taken


def _room_from(label: Label, fixed: Iterable[Reach], done: Iterable[Label]) -> float:
    own = reach_of(label)
    needs = [width_to_hold(own), *(least_width(own, each) for each in fixed)]
    for other in done:
        need = least_width(own, reach_of(other))
        if need > max(other.shown_from, LEAST):  # below that the other one is not there
            needs.append(min(need, other.shown_until or inf))
    return max(needs)


def step(least: float) -> int | None:
    """The first of the steps that is wide enough; 0 for every width, None for no width."""
    return 0 if least <= LEAST else next((step for step in STEPS if step >= least), None)
