"""What pages show of this app and those above: panels of an application, what runs where, the set-up."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.models import Cooperation
from municipalities.portal import SearchKind, SetUpStep, few
from services.models import Application, Installation, Subscription
from sharedict.common.access import Viewer


@dataclass(frozen=True, slots=True)
class Panel:
    """A template for one card of the page, which finds ``context`` as ``panel``."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


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


def installed_at(cooperation: Cooperation, day: dt.date) -> dict[int, list[str]]:
    """What is installed at each site on ``day``, by the site's primary key; a mirror or test says so."""
    found: dict[int, list[str]] = {}
    rows = Installation.objects.of(cooperation).as_of(day).select_related("application")
    for row in rows.order_by("application__name", "purpose"):
        is_primary = row.purpose == Installation.Purpose.PRIMARY
        name = row.application.name if is_primary else f"{row.application.name} ({row.get_purpose_display()})"
        found.setdefault(row.site_id, []).append(name)
    return found


def _is_used() -> Combinable:
    return Exists(Subscription.objects.filter(cooperation=OuterRef("pk")))


def _used() -> Combinable:
    used = Exists(Subscription.objects.filter(application=OuterRef("pk")))
    rows = Application.objects.filter(used, cooperation=OuterRef("pk"))
    return ArraySubquery(rows.order_by("name").values("name"))


def _what_is_used(_cooperation: Cooperation, names: list[str]) -> str:
    return few([*dict.fromkeys(names)])


APPLICATION = SetUpStep(
    "set-up-application",
    gettext_lazy("First application and who uses it"),
    gettext_lazy("One is enough to see a month"),
    _is_used,
    _used,
    _what_is_used,
    lacking=gettext_lazy("an application that somebody uses"),
)
FOUND = SearchKind(
    "application",
    gettext_lazy("Applications"),
    Application,
    title=("name",),
    more=("code", "purpose", "vendor", "owner__name"),
    detail=("purpose",),
    page="application",
    key="code",
)
"""What can be found by searching."""
