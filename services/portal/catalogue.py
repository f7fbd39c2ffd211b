"""What other pages show of applications: what is installed where, the set-up, what is found."""

import datetime as dt

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Cooperation
from municipalities.portal import SearchKind, SetUpStep, few
from services.models import Application, Installation, Outage, Subscription
from sharedict.common.figures import NOTHING

NOT_TOLD = "?"


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


def class_in_words(application: Application) -> str:
    """The word for who may see it, and the three aspects: ``secret, 3-3-2``; what nobody told is a dash."""
    aspects = (application.confidentiality, application.integrity, application.availability)
    if all(level is None for level in aspects):
        return NOTHING
    levels = "-".join(NOT_TOLD if level is None else str(level) for level in aspects)
    word = application.get_confidentiality_display() or _("not classified")
    return f"{word}, {levels}"


APPLICATION = SetUpStep(
    "set-up-application",
    gettext_lazy("First application and who uses it"),
    gettext_lazy("One is enough to see a month"),
    _is_used,
    _used,
    _what_is_used,
    lacking=gettext_lazy("an application that somebody uses"),
)

FOUND = (
    SearchKind(
        "application",
        gettext_lazy("Applications"),
        Application,
        title=("name",),
        more=("code", "purpose", "vendor", "owner__name", "serves__name"),
        detail=("purpose",),
        page="application",
        key="code",
    ),
    SearchKind(
        "outage",
        gettext_lazy("Outages"),
        Outage,
        title=("title",),
        more=("cause", "follow_up", "external_id"),
        detail=(Cast(TruncDate("starts_at"), TextField()), "follow_up"),  # two may be called the same
        page="outage",
        recent="starts_at",
    ),
)
"""What can be found by searching."""
