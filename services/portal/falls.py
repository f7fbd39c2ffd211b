"""What alone stops an application, and where it is told what falls if a thing goes."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.models import Cooperation
from municipalities.portal import told
from services.models import Application
from services.portal.panels import Panel, Risk
from services.reports import graph_of, points_of
from sharedict.common.access import Viewer

KINDS = {
    "site": (gettext_lazy("site"), gettext_lazy("Sites")),
    "outside": (gettext_lazy("outside provider"), gettext_lazy("Outside providers")),
    "supplier": (gettext_lazy("supplier"), gettext_lazy("Suppliers")),
    "firewall": (gettext_lazy("firewall"), gettext_lazy("Firewalls")),
    "link": (gettext_lazy("link"), gettext_lazy("Links")),
    "application": (gettext_lazy("application"), gettext_lazy("Applications")),
}
"""What can be lost, as one and as several."""

MOST_RISKS = 3
"""So many single points are named among the risks of an application; all of them stand below."""


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
    points: list[dict[str, Any]] = [
        {
            "name": things.names[name],
            "kind": KINDS[name.partition(":")[0]][0],
            "url": impact_url(cooperation.slug, *name.split(":", 1)),
            "places": told(sorted(use.municipality.name for use in uses)),
        }
        for name, uses in points_of(things, application)
    ]
    url = impact_url(cooperation.slug, "application", application.pk)
    risks = [
        Risk(_("single point"), "danger", each["name"], _("Stops it for %(places)s.") % each, each["url"])
        for each in points[:MOST_RISKS]
    ]
    return Panel("services/falls_with.html", {"points": points, "url": url}, risks=risks)
