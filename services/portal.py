"""What pages show of this app and those above: panels of an application, what runs where, the set-up."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from municipalities.access import Rights
from municipalities.actions import NoticeKind
from municipalities.models import Cooperation, Notice
from municipalities.portal import SetUpStep, few, slug_of
from services.actions import ASKED, BACK, OPENED
from services.models import Application, Installation, Outage, Subscription
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


OutagePanelMaker = Callable[[Outage, Cooperation, Viewer, Rights], Panel | None]

_outage_makers: list[OutagePanelMaker] = []


def add_outage_panel(maker: OutagePanelMaker) -> None:
    """Let ``maker`` add a card to the page of every outage; adding it twice changes nothing."""
    if maker not in _outage_makers:
        _outage_makers.append(maker)


def panels_of_outage(outage: Outage, cooperation: Cooperation, viewer: Viewer, rights: Rights) -> list[Panel]:
    made = (maker(outage, cooperation, viewer, rights) for maker in _outage_makers)
    return [panel for panel in made if panel]


PRIORITY_LOOK = {1: "danger", 2: "warning", 3: "info", 4: "neutral"}


def state_of_outage(outage: Outage, now: dt.datetime) -> tuple[Any, str]:
    """How an outage stands, in a word, and how that looks."""
    if outage.merged_into_id:
        return gettext_lazy("the same as another"), "neutral"
    if outage.starts_at > now:
        return gettext_lazy("planned"), "info"
    if outage.ends_at is not None and outage.ends_at <= now:
        return gettext_lazy("over"), "ok"
    if outage.is_late(now):
        return gettext_lazy("going on, update late"), "danger"
    return (
        (gettext_lazy("work going on"), "info") if outage.is_planned else (gettext_lazy("going on"), "danger")
    )


def long_in_words(span: dt.timedelta) -> str:
    """How long something lasted, in days, hours and minutes."""
    minutes = int(span.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    said = {"days": days, "hours": hours, "minutes": minutes % 60}
    if days:
        return gettext("%(days)d d %(hours)d h") % said
    return gettext("%(hours)d h %(minutes)d min") % said if hours else gettext("%(minutes)d min") % said


def _told_of(words: Any) -> Callable[[Notice], str]:
    """Makes ``words`` of a notice about an outage, in which its ``title`` stands."""

    def said(notice: Notice) -> str:
        return str(words) % {"title": notice.about.partition(" ")[2]}

    return said


def _outage_page(notice: Notice) -> str:
    return reverse("outage", args=[slug_of(notice), notice.about.partition(" ")[0]])


NOTICE_KINDS = (
    NoticeKind(
        OPENED,
        gettext_lazy("A monitor reports an outage"),
        _told_of(gettext_lazy("A monitor reports: %(title)s")),
        _outage_page,
    ),
    NoticeKind(
        ASKED,
        gettext_lazy("An outage that a monitor reported has gone on for long"),
        _told_of(gettext_lazy("Does this still go on? The monitor has not told its end: %(title)s")),
        _outage_page,
    ),
    NoticeKind(
        BACK,
        gettext_lazy("A monitor tells that what I reported is well again"),
        _told_of(gettext_lazy("Well again, by the monitor; say when it was over: %(title)s")),
        _outage_page,
    ),
)
