"""What pages show of the apps above: panels on an application's page, installations in the list of sites."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from municipalities.models import Cooperation
from services.models import Application, Installation


@dataclass(frozen=True, slots=True)
class Panel:
    """A template for one card of the page, which finds ``context`` as ``panel``."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


PanelMaker = Callable[[Application, Cooperation, dt.date], Panel]

_makers: list[PanelMaker] = []


def add_panel(maker: PanelMaker) -> None:
    """Let ``maker`` add a card to the page of every application; adding it twice changes nothing."""
    if maker not in _makers:
        _makers.append(maker)


def panels_of(application: Application, cooperation: Cooperation, day: dt.date) -> list[Panel]:
    return [maker(application, cooperation, day) for maker in _makers]


def installed_at(cooperation: Cooperation, day: dt.date) -> dict[int, list[str]]:
    """What is installed at each site on ``day``, by the site's primary key; a mirror or test says so."""
    found: dict[int, list[str]] = {}
    rows = Installation.objects.of(cooperation).as_of(day).select_related("application")
    for row in rows.order_by("application__name", "purpose"):
        is_primary = row.purpose == Installation.Purpose.PRIMARY
        name = row.application.name if is_primary else f"{row.application.name} ({row.get_purpose_display()})"
        found.setdefault(row.site_id, []).append(name)
    return found
