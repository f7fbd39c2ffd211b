"""Days of a month as numbers from 1, in half-open spans."""

import datetime as dt
from collections.abc import Iterable

from billing.engine.facts import Spans
from sharedict.kernel.periods import Month


def without(whole: tuple[int, int], taken: Spans) -> Spans:
    """What ``taken``, in order and apart, leaves of ``whole``."""
    found, start = [], whole[0]
    for first, after in taken:
        if first > start:
            found.append((start, min(first, whole[1])))
        start = max(start, after)
    if start < whole[1]:
        found.append((start, whole[1]))
    return tuple(span for span in found if span[0] < span[1])


def numbers(start: dt.date, end: dt.date | None, month: Month) -> tuple[int, int]:
    """The days of ``month`` in ``[start, end)`` as numbers from 1; an empty span where there are none."""
    first = max(start, month.first)
    after = month.after if end is None else min(end, month.after)
    return (first - month.first).days + 1, (after - month.first).days + 1


def merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans in order, those that touch or overlap as one, without empty ones."""
    found: list[tuple[int, int]] = []
    for first, after in sorted(spans):
        if first >= after:
            continue
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], after)
        else:
            found.append((first, after))
    return tuple(found)
