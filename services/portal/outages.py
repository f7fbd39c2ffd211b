"""What pages show of outages: cards of other apps, how one stands, notices."""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from municipalities.access import Rights
from municipalities.actions import NoticeKind
from municipalities.models import Cooperation, Notice
from municipalities.portal import few, slug_of
from services.actions import ASKED, BACK, OPENED
from services.models import Application, Outage, OutageEffect
from services.portal.panels import Panel, Risk
from services.reports import Hitting, Measured, measured_of
from sharedict.common.access import Viewer
from sharedict.common.days import date_format
from sharedict.common.figures import percent

Said = dict[str, Any]
OutagePanelMaker = Callable[[Outage, Cooperation, Viewer, Rights], Panel | None]

A_YEAR = dt.timedelta(days=365)
MOST_OUTAGES = 5

_outage_makers: list[OutagePanelMaker] = []


def add_outage_panel(maker: OutagePanelMaker) -> None:
    """Let ``maker`` add a card to the page of every outage; adding it twice changes nothing."""
    if maker not in _outage_makers:
        _outage_makers.append(maker)


def panels_of_outage(outage: Outage, cooperation: Cooperation, viewer: Viewer, rights: Rights) -> list[Panel]:
    made = (maker(outage, cooperation, viewer, rights) for maker in _outage_makers)
    return [panel for panel in made if panel]


def outages_in_words(found: Iterable[Hitting], cooperation: Cooperation, now: dt.datetime) -> list[Said]:
    """What ``services/outages_list.html`` shows of each."""
    said = []
    for each in found:
        label, look = state_of_outage(each.outage, now)
        url = reverse("outage", args=[cooperation.slug, each.outage.pk])
        said.append(
            {
                "outage": each.outage,
                "names": few(each.applications) if each.applications else "",
                "label": label,
                "look": look,
                "url": url,
            }
        )
    return said


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


def outages_panel(
    application: Application, cooperation: Cooperation, viewer: Viewer, _rights: Rights, day: dt.date
) -> Panel | None:
    """What hit ``application`` in the year before ``day``, newest first, and planned work that will.

    None where nothing did.
    """
    now = timezone.now()
    hit = OutageEffect.objects.filter(application=application).exclude(state=OutageEffect.State.UP)
    rows = (
        Outage.objects.visible_to(viewer)
        .of(cooperation)
        .unmerged()
        .filter(pk__in=hit.order_by().values("outage"))
    )
    found = list(rows.filter(starts_at__date__gt=day - A_YEAR).order_by("-starts_at"))
    if not found:
        return None
    told = [(row, *state_of_outage(row, now)) for row in found[:MOST_OUTAGES]]
    on = [row for row in found if row.starts_at <= now and (row.ends_at is None or row.ends_at > now)]
    risks = [
        Risk(*state_of_outage(row, now), row.title, url=reverse("outage", args=[cooperation.slug, row.pk]))
        for row in on[:MOST_OUTAGES]
    ]
    measured = measured_of(application, now)
    url = f"{reverse('outages', args=[cooperation.slug])}?application={application.code}"
    begun = sum(row.starts_at <= now for row in found)
    context = {"rows": told, "count": begun, "url": url, "measured": measured_in_words(measured)}
    return Panel("services/outages_panel.html", context, risks=risks)


def measured_in_words(measured: Measured | None) -> dict[str, str]:
    """How long it was down in the hours that count, and what part it was up; empty where nobody knows."""
    if measured is None or not measured.open:
        return {}
    attained = Decimal(measured.attained_bp).scaleb(-2)
    words = {
        "down": long_in_words(dt.timedelta(minutes=measured.down)),
        "attained": percent(attained),
        "day": date_format(timezone.localdate(measured.since), "j F Y"),
        "calendar": measured.calendar.name if measured.calendar else "",
    }
    if measured.calendar:
        said = gettext(
            "For somebody, in the hours of “%(calendar)s” since %(day)s; planned work does not count."
        )
    else:
        said = gettext("For somebody, in all hours since %(day)s; planned work does not count.")
    return {"down": words["down"], "attained": words["attained"], "said": said % words}


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
