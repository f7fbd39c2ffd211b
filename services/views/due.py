"""What is due and what is missing, as a list to work down."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.portal import CooperationPage
from services.models import Application, Document
from services.portal import missing_in_words
from services.reports import Due, Gap, due_of, gaps_of

LISTS = (
    ("documents", gettext_lazy("Documents")),
    ("tasks", gettext_lazy("Who does what")),
    ("data-protection", gettext_lazy("Data protection")),
)
"""The lists behind the page."""


class DuePage(CooperationPage):
    """Leads administrators to the form in which each is mended, others to the page of the application."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        today = timezone.localdate()
        due, gaps = due_of(self.cooperation, today), gaps_of(self.cooperation, today)
        context = {
            "title": _("What is due"),
            "lead": _("Reviews of applications, documents and data protection, and what is missing of it."),
            "actions": [{"url": self.url(name), "label": label} for name, label in LISTS],
            "opening": self.opening(due, gaps, today),
            "due": [self.due_row(each, today) for each in due],
            "gaps": [self.gap_row(each) for each in gaps],
        }
        return self.page("services/due.html", context)

    def opening(self, due: list[Due], gaps: list[Gap], today: dt.date) -> dict[str, Any]:
        late = sum(each.on < today for each in due)
        said = ngettext("%(count)s of them is late.", "%(count)s of them are late.", late) % {"count": late}
        lacking = ngettext(
            "Something is missing of %(count)s use.", "Something is missing of %(count)s uses.", len(gaps)
        )
        sentences = [{"bold": said, "text": ""}] if late else []
        sentences += [{"text": lacking % {"count": len(gaps)}}] if gaps else []
        return {"label": _("To be reviewed within 90 days"), "value": len(due), "sentences": sentences}

    def due_row(self, each: Due, today: dt.date) -> dict[str, Any]:
        row, code = each.row, each.application.code
        if isinstance(row, Application):
            what, url = _("Yearly review"), self.url("application-change", code)
        elif isinstance(row, Document):
            what, url = row.title, self.url("document-change", row.pk)
        else:
            place = row.board or row.municipality
            what = _("Data protection, %(name)s") % {"name": place}
            url = self.url("data-protection-change", row.pk)
        return {
            "what": what,
            "url": url if self.rights.may_edit else self.url("application", code),
            "application": each.application,
            "on": each.on,
            "is_late": each.on < today,
        }

    def gap_row(self, each: Gap) -> dict[str, Any]:
        url = self.url("application", each.application.code)
        if self.rights.may_edit:
            add = f"?application={each.application.code}&municipality={each.municipality.pk}"
            url = (
                self.url("data-protection-change", each.row.pk)
                if each.row
                else self.url("data-protection-add") + add
            )
        return {
            "application": each.application,
            "municipality": each.municipality,
            "board": each.row.board if each.row else "",
            "missing": missing_in_words(each.missing),
            "url": url,
        }
