"""What is due and what is missing, as a list to work down."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.portal import CooperationPage, rows_as_file
from services.models import Application, DataProtection, Document
from services.portal import missing_in_words
from services.reports import Due, Gap, due_of, gaps_of
from sharedict.common.sheets import Cell

LISTS = (
    ("documents", gettext_lazy("Documents")),
    ("tasks", gettext_lazy("Who does what")),
    ("data-protection", gettext_lazy("Data protection")),
)
"""The lists behind the page."""


class DuePage(CooperationPage):
    """Leads administrators to the form in which each is mended, others to the page of the application."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        today = timezone.localdate()
        due, gaps = due_of(self.cooperation, today), gaps_of(self.cooperation, today)
        kind = request.GET.get("format", "")
        if kind in ("csv", "xlsx"):
            header, rows = self.header(), self.lines(due, gaps)
            return rows_as_file(self, kind, "due", _("What is due"), header, rows)
        context = {
            "title": _("What is due"),
            "lead": _("Reviews of applications, documents and data protection, and what is missing of it."),
            "actions": [{"url": self.url(name), "label": label} for name, label in LISTS],
            "files": [f"?format={each}" for each in ("csv", "xlsx")],
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

    def header(self) -> list[str]:
        return [_("What"), _("Application"), _("Code"), _("Municipality"), _("Due"), _("Missing")]

    def lines(self, due: list[Due], gaps: list[Gap]) -> Iterator[Sequence[Cell]]:
        """Both lists of the page, one below the other; what is missing has no day."""
        for each in due:
            place = each.row.municipality.name if isinstance(each.row, DataProtection) else ""
            yield [what_of(each), each.application.name, each.application.code, place, each.on, ""]
        for gap in gaps:
            what = _("Data protection, %(name)s") % {"name": (gap.row and gap.row.board) or gap.municipality}
            missing = missing_in_words(gap.missing)
            yield [what, gap.application.name, gap.application.code, gap.municipality.name, None, missing]

    def due_row(self, each: Due, today: dt.date) -> dict[str, Any]:
        row, code = each.row, each.application.code
        if isinstance(row, Application):
            url = self.url("application-change", code)
        elif isinstance(row, Document):
            url = self.url("document-change", row.pk)
        else:
            url = self.url("data-protection-change", row.pk)
        return {
            "what": what_of(each),
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


def what_of(due: Due) -> str:
    """What is to be looked at again."""
    row = due.row
    if isinstance(row, Application):
        return _("Yearly review")
    if isinstance(row, Document):
        return row.title
    return _("Data protection, %(name)s") % {"name": row.board or row.municipality}
