"""Who can run an application, in words."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.models import Cooperation
from services.engine.staffing import Days, Lack, Level, Shortage
from services.models import Application
from services.portal.panels import Panel, Risk
from services.reports import HORIZON, NEEDS_NOBODY, on_call_of, shortages_of, staff_of
from sharedict.common.access import Viewer
from sharedict.common.days import date_format, last_day

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
    turns = [turn for turn in on_call_of(cooperation, day) if turn.row.holds_on(day)]
    able = staff.able_on(application.pk, day)
    return Panel(
        "services/staffing_panel.html",
        {
            "people": [(each, *LEVELS[level], is_away) for each, level, is_away in able],
            "on_call": [
                (turn.row.colleague, any(days.holds(day) for days in turn.missing))
                for turn in turns
                if turn.row.application_id in (None, application.pk)
            ],
        },
        is_aside=True,
        risks=[_risk(first, cooperation, day)] if first else [],
    )


def _risk(shortage: Shortage, cooperation: Cooperation, day: dt.date) -> Risk:
    said, look = LACKS[shortage.lack]
    days = days_in_words(shortage.days, day)
    return Risk(said, look, _("Who can run it"), days, reverse("staffing", args=[cooperation.slug]))
