"""Who does what, data protection and what is due, in words."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.models import Cooperation
from municipalities.portal import listed
from services.engine.data_protection import Missing
from services.models import Application, DataProtection
from services.portal.panels import Panel, Risk
from services.reports import gaps_of
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
    application: Application, cooperation: Cooperation, _viewer: Viewer, rights: Rights, day: dt.date
) -> Panel | None:
    """What each municipality is to the data in it, and what is missing, also of whom nothing is told.

    None where there is neither.
    """
    rows = DataProtection.objects.filter(application=application).select_related("municipality")
    gaps = gaps_of(cooperation, day, application)
    missing = {gap.row.pk: missing_in_words(gap.missing) for gap in gaps if gap.row}
    told = [(row, missing.get(row.pk, "")) for row in rows.order_by("municipality__name", "board")]
    untold = [gap for gap in gaps if gap.row is None]
    if not told and not untold:
        return None
    asked = f"?application={application.code}"
    url = f"{reverse('data-protection', args=[cooperation.slug])}{asked}"
    add = f"{reverse('data-protection-add', args=[cooperation.slug])}{asked}&municipality="
    context = {
        "rows": told,
        "url": url,
        "untold": [
            (gap.municipality, missing_in_words(gap.missing), f"{add}{gap.municipality.pk}") for gap in untold
        ],
        "may_edit": rights.may_edit,
    }
    lacking = dict.fromkeys(
        gap.row.board or str(gap.municipality) if gap.row else str(gap.municipality) for gap in gaps
    )
    risks = [Risk(_("missing"), "warning", _("Data protection"), listed([*lacking]), url)] if lacking else []
    return Panel("services/data_protection_panel.html", context, risks=risks)
