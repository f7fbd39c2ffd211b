"""What pages show of this app and those above: panels of an application, what runs where, the set-up."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.models import Cooperation
from municipalities.portal import SearchKind, SetUpStep, few, told
from services.engine.staffing import Days, Lack, Level
from services.models import Application, Installation, OnCall, Subscription
from services.reports import HORIZON, NEEDS_NOBODY, graph_of, points_of, shortages_of, staff_of
from sharedict.common.access import Viewer
from sharedict.common.days import date_format, last_day


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


KINDS = {
    "site": (gettext_lazy("site"), gettext_lazy("Sites")),
    "outside": (gettext_lazy("outside provider"), gettext_lazy("Outside providers")),
    "supplier": (gettext_lazy("supplier"), gettext_lazy("Suppliers")),
    "firewall": (gettext_lazy("firewall"), gettext_lazy("Firewalls")),
    "link": (gettext_lazy("link"), gettext_lazy("Links")),
    "application": (gettext_lazy("application"), gettext_lazy("Applications")),
}
"""What can be lost, as one and as several."""

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


def impact_url(cooperation: str, kind: str, key: object) -> str:
    """Where it is told what falls if a thing goes, such as the site 3."""
    return f"{reverse('impact', args=[cooperation])}?{urlencode({'lost': f'{kind}:{key}'})}"


def falls_with(
    application: Application, cooperation: Cooperation, viewer: Viewer, rights: Rights, day: dt.date
) -> Panel | None:
    """What alone stops ``application`` for somebody, for most first; None while nobody uses it."""
    things = graph_of(cooperation, day)
    if not any(use.application_id == application.pk for use in things.uses.values()):
        return None
    points = [
        {
            "name": things.names[name],
            "kind": KINDS[name.partition(":")[0]][0],
            "url": impact_url(cooperation.slug, *name.split(":", 1)),
            "places": told(sorted(use.municipality.name for use in uses)),
        }
        for name, uses in points_of(things, application)
    ]
    url = impact_url(cooperation.slug, "application", application.pk)
    return Panel("services/falls_with.html", {"points": points, "url": url})


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

LEVELS = {
    Level.TEACHES: (gettext_lazy("can teach it"), "ok"),
    Level.RUNS: (gettext_lazy("can run it"), "ok"),
    Level.KNOWS: (gettext_lazy("knows it"), "neutral"),
}
"""How well somebody knows an application, and how that looks; best first."""
LACKS = {
    Lack.NOBODY: (gettext_lazy("nobody can run it"), "danger"),
    Lack.AWAY: (gettext_lazy("all who can are away"), "danger"),
    Lack.ONE: (gettext_lazy("only one can run it"), "warning"),
}


def days_in_words(days: Days, today: dt.date) -> str:
    """From when until when, as far as that is soon: what lasts beyond what is looked at has no end yet."""
    ends = days.after is not None and days.after < today + HORIZON
    words = {
        "first": date_format(days.first, "j F"),
        "last": date_format(last_day(days.after), "j F") if ends and days.after else "",
    }
    if days.first <= today:
        return _("now, until %(last)s") % words if ends else _("now")
    return _("%(first)s to %(last)s") % words if ends else _("from %(first)s") % words


def staffing_panel(
    application: Application, cooperation: Cooperation, _viewer: Viewer, rights: Rights, day: dt.date
) -> Panel:
    """Who can run it, what of that is a risk, and who is on call for it."""
    staff = staff_of(cooperation, day, [application.pk])
    lacking = [] if application.lifecycle in NEEDS_NOBODY else shortages_of(staff, application.pk)
    first = min(lacking, key=lambda each: (each.days.first > day, each.lack, each.days.first), default=None)
    turns = OnCall.objects.of(cooperation).as_of(day).select_related("colleague", "application")
    able = staff.able_on(application.pk, day)
    return Panel(
        "services/staffing_panel.html",
        {
            "people": [(each, *LEVELS[level], is_away) for each, level, is_away in able],
            "lack": LACKS[first.lack] if first else None,
            "days": days_in_words(first.days, day) if first else "",
            "on_call": [turn for turn in turns if turn.application_id in (None, application.pk)],
        },
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
