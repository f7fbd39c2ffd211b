"""Whether several links stand in for each other: two devices, two links, no point in common."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations


class Standing(StrEnum):
    """How well links stand in for each other; the first is the best."""

    INDEPENDENT = "independent"
    UNTOLD = "untold"
    SHARED = "shared"
    SINGLE = "single"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class WayOut:
    """A link as it leaves a place: by its ``device`` (empty: not told), and on by all its ``points``."""

    link: str
    device: str
    points: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the links stand, and for SHARED the points that the most independent two of them share."""

    standing: Standing
    shared: tuple[str, ...] = ()


def verdict_of(ways: Sequence[WayOut]) -> Verdict:
    """What is true of the best two of ``ways``, in whatever order they come; each link counts once.

    They are INDEPENDENT where they leave by two devices and have no point in common; UNTOLD where they would
    be, if it were told by which device both leave.
    """
    each = sorted({way.link: way for way in ways}.values(), key=lambda way: way.link)
    if len(each) < 2:
        return Verdict(Standing.SINGLE if each else Standing.NONE)
    return min(map(_of_two, *zip(*combinations(each, 2), strict=True)), key=_rank)


def _of_two(one: WayOut, other: WayOut) -> Verdict:
    common = one.points & other.points
    if one.device and one.device == other.device:
        common |= {one.device}
    if common:
        return Verdict(Standing.SHARED, tuple(sorted(common)))
    if not (one.device and other.device):
        return Verdict(Standing.UNTOLD)
    return Verdict(Standing.INDEPENDENT)


def _rank(verdict: Verdict) -> tuple[int, int, Collection[str]]:
    return [*Standing].index(verdict.standing), len(verdict.shared), verdict.shared
