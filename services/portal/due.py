"""Who does what, data protection and what is due, in words."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.models import Cooperation
from municipalities.portal import listed
from services.engine.data_protection import Missing, missing_of
from services.models import Application, DataProtection
from services.portal.panels import Panel, Risk
from sharedict.common.access import Viewer

LACKING = {
    Missing.ROLE: gettext_lazy("everything: nobody has told of them"),
    Missing.AGREEMENT: gettext_lazy("an agreement"),
    Missing.SIGNATURE: gettext_lazy("the day it was signed"),
    Missing.SUB_PROCESSORS: gettext_lazy("the sub-processors"),
    Missing.REVIEW: gettext_lazy("a day to review it"),
    Missing.LATE: gettext_lazy("the review, which is late"),
}
"""What is missing, in words."""


def missing_in_words(missing: list[Missing]) -> str:
    return listed([str(LACKING[each]) for each in missing]) if missing else ""


def tasks_panel(
    application: Application, cooperation: Cooperation, _viewer: Viewer, _rights: Rights, _day: dt.date
) -> Panel | None:
    """Who does what about it; None while nobody has said so."""
    rows = list(application.tasks.order_by("pk"))
    url = f"{reverse('tasks', args=[cooperation.slug])}?application={application.code}"
    return Panel("services/tasks_panel.html", {"rows": rows, "url": url}) if rows else None


def data_protection_panel(
    application: Application, cooperation: Cooperation, _viewer: Viewer, _rights: Rights, day: dt.date
) -> Panel | None:
    """What each municipality is to the data in it, and what is missing; None while nothing is told."""
    rows = DataProtection.objects.filter(application=application).select_related("municipality")
    rows = rows.order_by("municipality__name", "board")
    told = [(row, missing_in_words(missing_of(row.told(), day))) for row in rows]
    if not told:
        return None
    url = f"{reverse('data-protection', args=[cooperation.slug])}?application={application.code}"
    lacking = [row.board or row.municipality.name for row, missing in told if missing]
    risks = (
        [Risk(_("missing"), "warning", _("Data protection"), listed(lacking), f"{url}")] if lacking else []
    )
    return Panel("services/data_protection_panel.html", {"rows": told, "url": url}, risks=risks)
