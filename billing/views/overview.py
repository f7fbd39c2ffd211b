"""Where everybody starts."""

from typing import Any

from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.engine.overview import MunicipalityTotal
from billing.models import Period, RunTotal, Statement
from billing.reports import (
    Totals,
    changes_by_application,
    head_from,
    totals_by_month,
    totals_of,
)
from billing.reports.rows import minor_of
from billing.views.ahead import AheadPage
from billing.views.asked import AskedPage
from billing.views.files import whole
from billing.views.months import STAMPS
from billing.views.openings import (
    opening_of_month,
    opening_of_nothing,
    opening_of_several,
    opening_of_statement,
    statements_fact,
)
from billing.views.own import OwnPage
from billing.views.pictures import OWN_ONLY, month_name, months_by_municipality, with_corrections
from billing.views.todo import MOST_NAMED, ToDoPage
from municipalities.models import Municipality
from municipalities.portal import CooperationPage, StepState, set_up_of
from services.portal import outages_in_words
from services.reports import MOST
from sharedict.common.days import date_format
from sharedict.common.figures import count
from sharedict.kernel.periods import Month
from sharedict.pictures.bar import bars, tell_apart

MONTHS_SHOWN = 12
MOST_DOWN = 5


class Start(CooperationPage):
    """The address of a cooperation alone: where everybody starts."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return redirect(self.url("overview"))


class Overview(AskedPage, ToDoPage, AheadPage, OwnPage):
    """What concerns the reader first: their amount of this month and of what, what needs them, and a year.

    ``totals_read`` is what each municipality carries of the months shown, by their runs.
    """

    totals_read: dict[int, Totals]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.read_months(timezone.localdate())
        months = shown_months(self.months_with_costs or sorted(self.periods), Month.of(self.today))
        self.newest = self.periods[months[-1]] if months else None
        answers_for_all = self.rights.is_administrator or self.rights.is_auditor
        steps = self.set_up()
        context: dict[str, Any] = {
            "title": self.cooperation.name,
            "currency": self.cooperation.currency,
            "is_empty": not self.periods,
            "answers_for_all": answers_for_all,
            **self.down_now(),
            "orders": None if answers_for_all else self.now.orders,
            "orders_url": self.url("orders"),
            "todo": self.todo() if answers_for_all else None,
            "steps": steps,
            "next_step": next((step for step in steps if step.is_to_do), None),
            "steps_done": sum(step.is_done for step in steps),
            "counts_url": self.url("view-counts"),
            "views_url": self.url("views"),
        }
        if months:
            self.totals_read = self.totals_by_month(months)
            context |= self.of_month(months[-1], sees_all=answers_for_all)
            context["ahead"] = self.ahead(self.today, of_all=answers_for_all)
            context["picture"] = self.picture(months, sees_all=answers_for_all)
        return self.page("billing/overview.html", context)

    def down_now(self) -> dict[str, Any]:
        """The most pressing of the outages that go on, and how many they are."""
        found = self.now.outages
        return {
            "down_now": outages_in_words(found[:MOST_DOWN], self.cooperation, timezone.now()),
            "down_count": f"{count(len(found))}{'+' if len(found) == MOST else ''}",
            "down_is_cut": len(found) > MOST_DOWN,
        }

    def totals_by_month(self, months: list[Month]) -> dict[int, Totals]:
        """What each municipality carries of ``months`` and of the one before the last, by their runs."""
        before = self.calendar.before(months[-1])
        runs = {self.calendar.runs[month] for month in (*months, before) if month}
        return totals_by_month(self.viewer, runs)

    def head(self, period: Period, place: Municipality) -> RunTotal | None:
        return head_from(period, place, self.totals_read[period.current_run_id or 0])

    def of_month(self, month: Month, *, sees_all: bool) -> dict[str, Any]:
        """The newest month: what the reader's municipalities pay for, or what all of them do."""
        period, calendar = self.periods[month], self.calendar
        label, variant = STAMPS[Period.State(period.state)]
        own = self.own_places(period, calendar)
        opening = self.of_own(own, period)
        title = self.cooperation.name
        if len(own) == 1:
            title = _("%(name)s in %(cooperation)s") % {"name": own[0]["name"], "cooperation": title}
        return {
            "title": title,
            "status_label": label,
            "status_variant": variant,
            "month_name": month_name(month),
            "before_name": month_name(before) if (before := calendar.before(month)) else "",
            "month_url": self.url("period", month),
            "is_stale": bool(self.undone_jobs.changing),
            "has_failed": bool(self.undone_jobs.lost),
            "own": own,
            "asked": self.whom_to_ask(self.uses.values()) if own else [],
            "opening": opening,
            "issued": [each for place in own for each in place["issued"]],
            **self.of_all(period, answers=sees_all),
        }

    def of_own(self, own: list[dict[str, Any]], period: Period) -> dict[str, Any] | None:
        """What those pay together for whom the reader answers; none for who answers for nobody."""
        paying, run = [place for place in own if place["statement"]], period.current_run
        if not paying:
            undivided = run.unallocated_lines if run else 0
            names, currency = [place["name"] for place in own], self.cooperation.currency
            return opening_of_nothing(names, period.month, undivided, currency) if own else None
        undivided_minor = minor_of(run.unallocated) if run else 0
        if len(paying) > 1:
            statements, urls = zip(*((place["statement"], place["url"]) for place in paying), strict=True)
            return opening_of_several(statements, urls, undivided_minor)
        link = {"url": paying[0]["url"], "label": _("See the costs behind it")}
        return {**opening_of_statement(paying[0]["statement"], undivided_minor), "link": link}

    def of_all(self, period: Period, *, answers: bool) -> dict[str, Any]:
        """Who pays the month, for those who may see it; what it is in all, for those who answer for it."""
        if not (answers or self.rights.sees_all_shares):
            return {}
        run, month, before = period.current_run, period.month, self.calendar.before(period.month)
        rows = self.own_first(totals_of(self.viewer, period, self.calendar, self.totals_read))
        shown = {
            "totals": self.totals(rows, month),
            "whole": whole(rows),
            "has_bars": tell_apart([row.this_minor for row in rows]),
        }
        if not (answers and run):
            return shown
        then = (before, sum(row.before_minor for row in rows)) if before else None
        statements = statements_fact(sum(row.has_statement for row in rows), is_closed=period.is_closed)
        causes = with_corrections(*changes_by_application(period, self.calendar))
        opening = opening_of_month(run, month, then, causes, self.cooperation.currency, statements)
        if before:
            url = f"{self.url('period', month)}#changes-title"
            opening["link"] = {"url": url, "label": _("See all that changed")}
        return {**shown, "opening": opening, "issued": self.issued_of_all()}

    def totals(self, rows: list[MunicipalityTotal], month: Month) -> list[dict[str, Any]]:
        own = [place for place, row in enumerate(rows) if row.municipality in self.own]
        before = [row.before_minor for row in rows]
        drawn = bars([row.this_minor for row in rows], own=own, marks=before if any(before) else None)
        return [
            {
                "row": row,
                "bar": bar,
                "url": self.url("statement", month, row.municipality) if row.has_statement else "",
                "is_own": row.municipality in self.own,
            }
            for row, bar in zip(rows, drawn, strict=True)
        ]

    def set_up(self) -> list[StepState]:
        """The steps to the first closed month, for those who take them, until it is there."""
        if not self.rights.may_edit or self.calendar.closed:
            return []
        steps = set_up_of(self.cooperation)
        return [] if steps[-1].is_done else steps

    def issued_of_all(self) -> list[dict[str, str]]:
        """The statements of the month that was issued last, or the month where they are many."""
        if not self.calendar.closed:
            return []
        rows = Statement.objects.visible_to(self.viewer).of(self.cooperation)
        last = rows.order_by("-first_day").values("first_day")[:1]
        found = list(rows.for_listing().filter(first_day=Subquery(last)).order_by("number"))
        if not found:
            return []
        newest = found[0]
        if len(found) <= MOST_NAMED:
            return [self.as_issued(statement) for statement in found]
        text = ngettext("%(month)s, %(count)s statement", "%(month)s, %(count)s statements", len(found))
        words = {"month": capfirst(month_name(newest.period.month)), "count": len(found)}
        day = date_format(newest.issued_at, "j F Y")
        return [{"text": text % words, "url": self.url("period", newest.period.month), "day": day}]

    def picture(self, months: list[Month], *, sees_all: bool) -> dict[str, Any] | None:
        """Twelve months: what all share, for those who answer for it; for others what their own pay.

        One month alone is no picture.
        """
        if len(months) < 2:
            return None
        runs = [self.periods[month].current_run_id or 0 for month in months]
        seen = [
            {
                key: row
                for key, row in self.totals_read[run].items()
                if sees_all or not self.own or key in self.own
            }
            for run in runs
        ]
        names = {key: name for rows in seen for key, (name, _minor) in rows.items()}
        amounts = [{key: minor for key, (_name, minor) in rows.items()} for rows in seen]
        picture = months_by_municipality(months, names, amounts, self.cooperation.currency, self.own)
        if picture and not self.rights.sees_all_shares:
            picture["summary"] = f"{picture['summary']} {OWN_ONLY}"
        return picture


def shown_months(months: list[Month], now: Month) -> list[Month]:
    """The last twelve of ``months`` up to ``now``; where none has come yet, the first twelve to come."""
    past = [month for month in months if month <= now]
    return past[-MONTHS_SHOWN:] if past else months[:MONTHS_SHOWN]
