"""What apps add to the page of an application: cards, and facts in its opening."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from municipalities.access import Rights
from municipalities.models import Cooperation
from services.models import Application
from sharedict.common.access import Viewer


@dataclass(frozen=True, slots=True)
class Risk:
    """Something to work on: how bad it is in a word and its look, what it is, why, and where to mend it."""

    state: Any
    look: str
    text: Any
    note: Any = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A template for one card of the page, which finds ``context`` as ``panel``.

    One that stands ``is_aside`` is short, and beside the others. ``risks`` are told on top of the page.
    """

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    is_aside: bool = False
    risks: Sequence[Risk] = ()


PanelMaker = Callable[[Application, Cooperation, Viewer, Rights, dt.date], Panel | None]

_makers: list[PanelMaker] = []


def add_panel(maker: PanelMaker) -> None:
    """Let ``maker`` add a card to the page of every application; adding it twice changes nothing.

    It gives None where it has nothing to show to the viewer.
    """
    if maker not in _makers:
        _makers.append(maker)


def panels_of(
    application: Application, cooperation: Cooperation, viewer: Viewer, rights: Rights, day: dt.date
) -> list[Panel]:
    made = (maker(application, cooperation, viewer, rights, day) for maker in _makers)
    return [panel for panel in made if panel]


Opening = dict[str, Any]
OpeningMaker = Callable[[Application, Cooperation, Viewer, Rights, dt.date], Opening | None]

_opening_makers: list[OpeningMaker] = []


def add_opening(maker: OpeningMaker) -> None:
    """Let ``maker`` say what the page of an application begins with, where it knows what matters more.

    It gives what ``components/lede.html`` shows, or None; adding it twice changes nothing.
    """
    if maker not in _opening_makers:
        _opening_makers.append(maker)


def opening_of(
    application: Application, cooperation: Cooperation, viewer: Viewer, rights: Rights, day: dt.date
) -> Opening | None:
    """The first that any maker gives."""
    made = (maker(application, cooperation, viewer, rights, day) for maker in _opening_makers)
    return next((opening for opening in made if opening), None)


Fact = dict[str, Any]
FactMaker = Callable[[Application, Cooperation, Viewer, Rights, dt.date], Sequence[Fact]]

_fact_makers: list[FactMaker] = []


def add_facts(maker: FactMaker) -> None:
    """Let ``maker`` say facts in the opening of every application's page, as far as the viewer sees them.

    Each is what ``components/facts_row.html`` shows; adding one twice changes nothing.
    """
    if maker not in _fact_makers:
        _fact_makers.append(maker)


def facts_of(
    application: Application, cooperation: Cooperation, viewer: Viewer, rights: Rights, day: dt.date
) -> list[Fact]:
    return [fact for maker in _fact_makers for fact in maker(application, cooperation, viewer, rights, day)]
