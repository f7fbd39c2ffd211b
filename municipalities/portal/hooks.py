"""What apps above let the pages here say."""

import datetime as dt
from collections.abc import Callable

from municipalities.models import Cooperation

RunsAt = Callable[[Cooperation, dt.date], dict[int, list[str]]]
_runs_at: list[RunsAt] = []


def add_runs_at(maker: RunsAt) -> None:
    """Let an app above say, for the list of sites, what runs where on a day: names by the site's key."""
    if maker not in _runs_at:
        _runs_at.append(maker)


def runs_at(cooperation: Cooperation, day: dt.date) -> dict[int, list[str]] | None:
    """What runs at each site; None while no app knows."""
    if not _runs_at:
        return None
    found: dict[int, list[str]] = {}
    for maker in _runs_at:
        for site_id, names in maker(cooperation, day).items():
            found.setdefault(site_id, []).extend(names)
    return found
