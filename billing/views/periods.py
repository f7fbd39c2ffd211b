"""One month: what must be done before it can close, and what each municipality carries of it."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.engine.overview import Bar, MunicipalityTotal, Unallocated
from billing.models import Period
from billing.reports import (
    changes_by_application,
    corrections_by_municipality,
    left_at_closing,
    totals_of,
    unallocated_of,
)
from billing.reports.rows import minor_of
from billing.reports.undivided import what_to_do, why_in_words
from billing.views.corrected import CorrectingPage, left_text
from billing.views.files import whole
from billing.views.months import MonthPage
from billing.views.notices import notices_of
from billing.views.openings import Opening, opening_of_month, statements_fact
from billing.views.pictures import OWN_ONLY, month_name, what_changed, whole_name, with_corrections
from billing.views.undivided import UndividedPage
from municipalities.portal import listed
from sharedict.common.days import date_format
from sharedict.common.figures import minor
from sharedict.common.requests import STOP_POLLING
from sharedict.kernel.periods import Month
from sharedict.pictures.bar import bars, tell_apart

MOST_LEFT = 10
"""So many decisions that stood when a month was closed are listed; the others are counted."""


class PeriodPage(UndividedPage, CorrectingPage):
    """One month: what must be done before it can close, and what each municipality carries of it."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        period, run, currency = self.period, self.period.current_run, self.cooperation.currency
        totals = totals_of(self.viewer, period, self.calendar)
        before = self.calendar.before(self.month)
        unallocated = unallocated_of(self.told_lines)
        progress = self.progress(request.path)
        corrections = self.corrections()
        corrected = corrections_by_municipality(self.viewer, period) if corrections else {}
        context = {
            **self.stamp(),
            **self.neighbours("period"),
            "title": capfirst(month_name(self.month)),
            "back_url": self.url("periods"),
            "back_label": _("Months"),
            "period": period,
            "run": run,
            "currency": currency,
            "opening": self.opening(totals, before),
            "progress": None if period.failure and progress and progress["is_ended"] else progress,
            "checks": self.checks(len(unallocated), is_stale=progress is not None),
            "notices": notices_of(run, self.cooperation) if run else [],
            **(self.left_then() if period.is_closed else {}),
            "step": self.step(is_ready=not period.is_closed and not self.in_the_way(progress)),
            "failure": self.why_failed(),
            "corrections": corrections,
            "corrected": self.corrected() if period.is_closed else [],
            "corrected_sum_minor": sum(corrected.values()),
            "late_url": self.url("late-changes"),
            "unallocated": [self.unallocated(line) for line in unallocated],
            "totals": self.totals(self.own_first(totals), corrected),
            "has_bars": tell_apart([row.this_minor for row in totals]),
            "has_marks": any(row.before_minor for row in totals),
            "whole": whole(totals),
            "own_only": "" if self.rights.sees_all_shares else OWN_ONLY,
            "changes": self.changes(before) if before else None,
            "before_name": month_name(before) if before else "",
            "csv_url": self.url("period-file", self.month, "csv"),
            "xlsx_url": self.url("period-file", self.month, "xlsx"),
        }
        return self.page("billing/period.html", context)

    def opening(self, totals: list[MunicipalityTotal], before: Month | None) -> Opening | None:
        run = self.period.current_run
        if run is None:
            return None
        then = (before, whole(totals)["before_minor"]) if before and self.rights.sees_all_shares else None
        found = opening_of_month(
            run, self.month, then, self.causes, self.cooperation.currency, self.statements(totals)
        )
        if not self.rights.sees_all_shares and totals:
            said = listed([f"{row.name} {minor(row.this_minor)}" for row in totals])
            found["sentences"].insert(0, {"bold": _("Of it:"), "text": f"{said}."})
        return found

    @cached_property
    def causes(self) -> list[Bar]:
        """What makes the month differ from the one before, or what it is for where there is none.

        For those who see what all share.
        """
        if not self.rights.sees_all_shares:
            return []
        return with_corrections(*changes_by_application(self.period, self.calendar))

    def statements(self, totals: list[MunicipalityTotal]) -> Opening:
        """How many statements the month has, or which are the reader's where they see no others."""
        found = [row for row in totals if row.has_statement]
        if self.rights.sees_all_shares:
            return statements_fact(len(found), is_closed=self.period.is_closed)
        note = "" if self.period.is_closed else _("none issued yet")
        if len(found) == 1:
            url = self.url("statement", self.month, found[0].municipality)
            return {"label": _("Your statement"), "value": found[0].name, "url": url, "note": note}
        return {"label": _("Your statements"), "value": len(found), "note": note}

    def checks(self, unallocated: int, *, is_stale: bool) -> list[dict[str, Any]]:
        """What must hold before the month can close, each done or not; and what closing it leaves."""
        earlier = self.full_before
        return [
            {
                "is_done": not is_stale,
                "text": _("The shares are being recomputed.")
                if is_stale
                else _("The shares are up to date."),
            },
            {
                "is_done": not unallocated,
                "text": ngettext(
                    "%(count)d cost is unallocated: see below.",
                    "%(count)d costs are unallocated: see below.",
                    unallocated,
                )
                % {"count": unallocated}
                if unallocated
                else _("Every cost is allocated."),
            },
            {
                "is_done": earlier is None,
                "text": _("Close this month first:")
                if earlier
                else (self.closes_along() or _("The months before are closed.")),
                "url": self.url("period", earlier) if earlier else "",
                "label": month_name(earlier) if earlier else "",
            },
            *(self.late_checks() if self.is_next else []),
            *([{"is_noted": True, "text": self.not_over}] if self.not_over else []),
        ]

    def late_checks(self) -> list[dict[str, Any]]:
        """Late changes of the months before: those that wait must be decided, those left are told."""
        waiting, left, url = self.late.waiting, self.late.left, self.url("late-changes")
        found: list[dict[str, Any]] = []
        if waiting.count:
            found.append({"is_done": False, **self.waits()})
        if left.count:
            text = left_text(left, self.words(left))
            found.append({"is_told": True, "text": text, "url": url, "label": _("See them")})
        return found

    def left_then(self) -> dict[str, Any]:
        """What had been decided to be left when the month was closed, the latest first."""
        rows = left_at_closing(self.period, self.decisions)
        shown = [
            {
                "row": row,
                "month_name": month_name(row.period.month),
                "url": self.url("late-change", row.period.month, row.cost.reference),
            }
            for row in rows[:MOST_LEFT]
        ]
        return {"left_then": shown, "left_more": len(rows) - len(shown)}

    def why_failed(self) -> dict[str, Any] | None:
        """Why the month could not be computed, or held against today's facts, and what to do."""
        if not self.period.failure:
            return None
        return {
            "what": _("This month could not be held against what is known today.")
            if self.period.is_closed
            else _("This month could not be computed: what you see is from before the last change."),
            "why": self.period.failure,
            "url": self.url("jobs"),
        }

    def step(self, *, is_ready: bool) -> dict[str, Any]:
        """Who has done what, and what an administrator may do next."""
        period, found = self.period, {}
        if self.proposed:
            found["proposed"] = self.proposed
        if period.closed_by and period.closed_at:
            found["closed"] = _("Closed by %(who)s on %(day)s.") % {
                "who": period.closed_by,
                "day": date_format(period.closed_at, "j F Y"),
            }
        if period.is_closed_by_invited:
            found["known"] = _(
                "One of the two had invited the other less than 30 days before, or given them a role or a "
                "password: administrators and auditors were told."
            )
        if self.rights.may_edit and period.state == Period.State.PROPOSED:
            found["reopen_url"] = self.url("period-reopen", self.month)
        if self.rights.may_edit and is_ready:
            if period.state == Period.State.OPEN:
                found |= {"url": self.url("period-propose", self.month), "label": _("Propose to close")}
            elif period.state == Period.State.PROPOSED and period.proposed_by_id != self.viewer.pk:
                found |= {"url": self.url("period-close", self.month), "label": _("Close the month")}
            elif period.state == Period.State.PROPOSED:
                found["waits"] = self.others_close
        return found

    def unallocated(self, line: Unallocated) -> dict[str, Any]:
        to_do, _page = what_to_do(line.reason)
        return {
            "line": line,
            "detail": self.detail(line.reason, line.detail),
            "application": whole_name(line.application_name),
            "why": why_in_words(line.reason),
            "to_do": to_do,
            "url": self.mend_url(line.reason, line.detail, self.month, line.reference, line.application),
        }

    def totals(self, rows: Sequence[MunicipalityTotal], corrected: Mapping[str, int]) -> list[dict[str, Any]]:
        """What each carries, with a bar on the scale of all, and a mark on it for the month before."""
        before = [row.before_minor for row in rows]
        own = [place for place, row in enumerate(rows) if row.municipality in self.own]
        drawn = bars([row.this_minor for row in rows], own=own, marks=before if any(before) else None)
        return [
            {
                "row": row,
                "bar": bar,
                "corrected_minor": corrected.get(row.municipality, 0),
                "url": self.url("statement", self.month, row.municipality) if row.has_statement else "",
                "is_own": row.municipality in self.own,
            }
            for row, bar in zip(rows, drawn, strict=True)
        ]

    def changes(self, before: Month) -> dict[str, Any] | None:
        """From the month before to this one; corrections of earlier months as one bar, as on a statement."""
        run = self.period.current_run
        if run is None or not self.rights.sees_all_shares:
            return None
        start = minor_of(run.shared) - sum(bar.minor for bar in self.causes)
        name, currency = self.cooperation.name, self.cooperation.currency
        return what_changed(self.causes, start, name, before, self.month, currency)


class PeriodProgress(MonthPage):
    """How far the recomputing of a month has come, for a page that polls it; 286 ends the polling."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        place = request.GET.get("for", "")
        result_url = self.url("period", self.month)
        if re.fullmatch(r"[A-Z]{2}[0-9]{3,6}", place):
            result_url = self.url("statement", self.month, place)
        progress = self.progress(result_url, place) or {
            "label": _("The shares of this month are up to date."),
            "is_ended": True,
            "result_url": result_url,
            "result_label": _("Show the new figures"),
        }
        status = STOP_POLLING if progress["is_ended"] else 200
        return render(request, "components/job_progress.html", progress, status=status)
