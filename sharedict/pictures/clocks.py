"""The 24 hours of weekdays and weekends: when a service runs, is measured, and is supported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sharedict.pictures.drawing import Box, Drawing, Label, Line, Picture, Shape, per_cent
from sharedict.pictures.fitting import fitted
from sharedict.pictures.words import forms

DAY = 24 * 60  # minutes
HEAD, ROW = 22, 42  # px: the hours, and one clock
WEEKDAY, WEEKEND = 10, 4  # px: the thick bar and the thin one
HOURS = (12, 0, 24, 6, 18)  # the most important first


@dataclass(frozen=True)
class Hours:
    """From ``start`` to ``end``, in minutes after midnight; ``on_call``: only if it is down."""

    start: int
    end: int
    on_call: bool = False


@dataclass(frozen=True)
class Clock:
    """What goes by these hours, on weekdays and on weekends and holidays."""

    name: str
    weekdays: Sequence[Hours]
    weekends: Sequence[Hours] = ()


def clocks(finding: str, wanted: Sequence[Clock]) -> Picture:
    """One clock below the other; hours that are worked stand before those on call."""
    height = HEAD + ROW * len(wanted)
    shapes: list[Shape] = [Line(_at(hour * 60), HEAD - 4, _at(hour * 60), height, "grid") for hour in HOURS]
    names: list[list[Label]] = []
    for place, clock in enumerate(wanted):
        top = HEAD + ROW * place
        thick, thin = top + 18, top + 18 + WEEKDAY + 2
        shapes += [Box(0, thick, 100, WEEKDAY, "track"), Box(0, thin, 100, WEEKEND, "track")]
        shapes += [*_bars(clock.weekdays, thick, WEEKDAY), *_bars(clock.weekends, thin, WEEKEND)]
        names.append(
            [
                Label(name, 0, top + 13, look="plain", is_strong=True)
                for name in forms(clock.name, is_strong=True)
            ]
        )
    hours = [[Label(f"{hour:02}", _at(hour * 60), 12, anchor=_anchor(hour))] for hour in HOURS]
    return Picture(finding, (Drawing(height, tuple(shapes), fitted([*names, *hours])),))


def _at(minute: int) -> float:
    return per_cent(minute, DAY)


def _bars(hours: Sequence[Hours], top: float, high: int) -> Iterator[Box]:
    for each in sorted(hours, key=lambda each: not each.on_call):
        width = per_cent(each.end - each.start, DAY)
        yield Box(_at(each.start), top, width, high, "other" if each.on_call else "own")


def _anchor(hour: int) -> str:
    return {0: "start", 24: "end"}.get(hour, "middle")
