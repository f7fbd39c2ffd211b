"""What municipalities were merged into, held to what can have been: within a country, in order of time."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Set

from django.utils.translation import gettext as _

from municipalities.models import Municipality
from sharedict.common.days import date_format

Merged = tuple[str, dt.date]
"""The key of what a municipality was merged into (NO1507), and the day."""


class Mergers:
    """All mergers that a register tells of, by the key of the municipality that was merged."""

    def __init__(self, merged: Mapping[str, Merged]) -> None:
        self.merged = merged
        self.in_circles = _in_circles({key: successor for key, (successor, _day) in merged.items()})
        self.latest: dict[str, Merged] = {}
        """The last of those that were merged into each, and the day."""
        for key, (successor, day) in sorted(merged.items()):
            if successor not in self.latest or day > self.latest[successor][1]:
                self.latest[successor] = key, day

    def why_impossible(self, key: str) -> str:
        """Why ``key`` cannot have been merged as is told; empty where it can, or was not merged."""
        if key not in self.merged:
            return ""
        successor, day = self.merged[key]
        if successor == key:
            return _("A municipality is not merged into itself.")
        if successor[:2] != key[:2]:
            return _("A municipality is merged into one of its own country.")
        if key in self.in_circles:
            return _("It would be merged into itself, by way of %(key)s.") % {"key": successor}
        _next, ended = self.merged.get(successor, ("", day))
        if ended < day:
            said = _("%(key)s was merged itself, on %(day)s: name what was there then.")
            return said % {"key": successor, "day": date_format(ended, "j F Y")}
        last, joined = self.latest.get(key, ("", day))
        if joined > day:
            said = _("%(key)s was merged into it later, on %(day)s, when it was not there any more.")
            return said % {"key": last, "day": date_format(joined, "j F Y")}
        return ""


def merged_of(place: Municipality) -> Merged | None:
    return (place.successor.key, place.merged_on) if place.successor and place.merged_on else None


def known_mergers() -> dict[str, Merged]:
    """What the register tells; one query."""
    rows = Municipality.objects.exclude(successor=None).select_related("successor").order_by("pk")
    return {row.key: found for row in rows if (found := merged_of(row))}


def _in_circles(successors: Mapping[str, str]) -> Set[str]:
    """Those that come back to themselves: what is left when whatever nothing leads to is taken away."""
    left, leading = dict(successors), Counter(successors.values())
    waiting = [key for key in successors if not leading[key]]
    while waiting:
        after = left.pop(waiting.pop())
        leading[after] -= 1
        if after in left and not leading[after]:
            waiting.append(after)
    return left.keys()
