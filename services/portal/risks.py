"""What of an application is to be worked on that its own row tells."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from municipalities.access import Rights
from municipalities.models import Cooperation
from services.models import Application
from services.portal.panels import Risk
from services.reports import NEEDS_NOBODY
from sharedict.common.days import date_format


def own_risks(application: Application, cooperation: Cooperation, rights: Rights, day: dt.date) -> list[Risk]:
    """A review that is late, and a class that nobody has told whole; none of what is not in use.

    Whoever may change it is led to the form.
    """
    if application.lifecycle in NEEDS_NOBODY:
        return []
    url, found = "", list[Risk]()
    if rights.may_edit:
        url = reverse("application-change", args=[cooperation.slug, application.code])
    if application.review_on and application.review_on < day:
        due = _("It was due on %(day)s.") % {"day": date_format(application.review_on, "j F Y")}
        found.append(Risk(_("late"), "warning", _("Yearly review"), due, url))
    if None in (application.confidentiality, application.integrity, application.availability):
        said = _("Not all of confidentiality, integrity and availability are told.")
        found.append(Risk(_("not told"), "warning", _("Information class"), said, url))
    return found
