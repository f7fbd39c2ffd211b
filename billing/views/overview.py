"""Where everybody starts, and the files there are."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Term
from agreements.portal import odd_part_in_words, scope_in_words, still_named, still_subscribes
from agreements.reports import forgotten, odd_parts
from billing.models import Cost, Period, Statement
from billing.reports import calendar_of, head_of, statement_of, totals_by_month, unfinished_job
from billing.reports.rows import minor_of
from billing.snapshots import STOPS, late_states
from billing.views.months import STAMPS, StatementsPage
from billing.views.openings import opening_of_month, opening_of_statement
from billing.views.pictures import month_name, months_by_municipality, statement_picture
from municipalities.models import Member, Municipality
from municipalities.portal import CooperationPage
from services.models import Application
from sharedict.common.figures import money
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month

MONTHS_SHOWN = 12
MOST_TO_DO = 12
MOST_NAMED = 5


class Start(CooperationPage):
    """The address of a cooperation alone: where everybody starts."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return redirect(self.url("overview"))


class Overview(StatementsPage):
    """What concerns the reader first: what needs them, their amount of this month, and a year's picture."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.today = timezone.localdate()
        rows = Period.objects.visible_to(self.viewer).of(self.cooperation)
        self.periods = {
            period.month: period for period in rows.filter(current_run__isnull=False).for_listing()
        }
        months = shown_months(sorted(self.periods), Month.of(self.today))
        answers_for_all = self.rights.is_administrator or self.rights.is_auditor
        context = {
            "title": _("Overview"),
            "currency": self.cooperation.currency,
            "is_empty": not self.periods,
            "answers_for_all": answers_for_all,
            "todo": self.todo() if answers_for_all else None,
            "own": self.own(months[-1]) if months and self.rights.municipality_ids else [],
            "picture": self.picture(months) if months else None,
            "latest": self.latest(months[-1]) if months and answers_for_all else None,
            "steps": self.first_steps() if not self.periods and self.rights.may_edit else [],
        }
        return self.page("billing/overview.html", context)

    def first_steps(self) -> list[dict[str, Any]]:
        """What comes before the first share, in order, each done or not, and where it is done."""
        of = self.cooperation
        applications = _("Add the applications they use, and who subscribes to them.")
        cost = _("Add the first cost: its shares are there within seconds.")
        steps = [
            (_("Add the members."), "members", Member.objects.of(of).exists()),
            (applications, "applications", Application.objects.of(of).exists()),
            (_("Say by a term how costs are divided."), "terms", Term.objects.of(of).exists()),
            (cost, "cost-add", Cost.objects.of(of).exists()),
        ]
        return [{"text": text, "url": self.url(name), "is_done": done} for text, name, done in steps]

    def latest(self, month: Month) -> dict[str, Any]:
        """The newest month of the whole cooperation, for those who answer for it."""
        period, before, currency = (
            self.periods[month],
            self.periods.get(month.plus(-1)),
            self.cooperation.currency,
        )
        label, variant = STAMPS[Period.State(period.state)]
        run, then = period.current_run, before.current_run if before else None
        shared = (month.plus(-1), minor_of(then.shared)) if then else None
        statements = totals_by_month(self.viewer, [run.pk])[run.pk] if run else {}
        return {
            "name": capfirst(month_name(month)),
            "url": self.url("period", month),
            "label": label,
            "variant": variant,
            "opening": opening_of_month(run, month, shared, currency, len(statements)) if run else None,
            "issued": self.issued_of_all(),
        }

    def issued_of_all(self) -> list[dict[str, str]]:
        """The statements of the month that was issued last, or the month where they are many."""
        rows = Statement.objects.visible_to(self.viewer).of(self.cooperation).for_listing()
        newest = rows.order_by("-first_day").first()
        if newest is None:
            return []
        found = list(rows.filter(first_day=newest.first_day).order_by("number"))
        if len(found) <= MOST_NAMED:
            return [self.as_issued(statement) for statement in found]
        text = ngettext("%(month)s, %(count)s statement", "%(month)s, %(count)s statements", len(found))
        words = {"month": capfirst(month_name(newest.period.month)), "count": len(found)}
        day = date_format(newest.issued_at, "j F Y")
        return [{"text": text % words, "url": self.url("period", newest.period.month), "day": day}]

    def issued_of(self, place: Municipality) -> list[dict[str, str]]:
        """The statement that was issued last to ``place``, if there is one."""
        rows = Statement.objects.visible_to(self.viewer).of(self.cooperation).for_listing()
        newest = rows.filter(municipality=place).order_by("-first_day").first()
        return [self.as_issued(newest)] if newest else []

    def as_issued(self, statement: Statement) -> dict[str, str]:
        words = {
            "number": statement.number,
            "name": statement.payer_name,
            "month": month_name(statement.period.month),
        }
        return {
            "text": _("Statement %(number)s: %(name)s, %(month)s") % words,
            "url": self.url("statement", statement.period.month, statement.payer),
            "day": date_format(statement.issued_at, "j F Y"),
            "amount": money(statement.total, statement.currency),
        }

    def todo(self) -> list[dict[str, Any]]:
        """What needs a person, most urgent first."""
        found, jobs = [], Job.objects.filter(cooperation=self.cooperation)
        failed, working = jobs.filter(state=Job.State.FAILED).count(), jobs.unfinished().count()
        url = self.url("jobs")
        if failed:
            text = ngettext("%(count)s job has failed", "%(count)s jobs have failed", failed)
            found.append(needs(text % {"count": failed}, url, _("See why"), "danger", _("Failed")))
        if working:
            text = ngettext("%(count)s job is at work", "%(count)s jobs are at work", working)
            found.append(needs(text % {"count": working}, url, _("Follow"), "info", _("At work")))
        found += self.late_todo()
        for month in sorted(self.periods):
            found += self.todo_of(month, self.periods[month])
        return [*found[:MOST_TO_DO], *self.to_close(), *self.left_behind()[:MOST_TO_DO]]

    def left_behind(self) -> list[dict[str, Any]]:
        """What those who left or joined leave to mend, before or after it stops a month."""
        found = []
        for part in odd_parts(self.cooperation, self.today):
            variant = "danger" if part.is_held and part.bites_on <= self.today else "warning"
            url, text = self.url("key", part.key.code), odd_part_in_words(part, self.today)
            found.append(needs(text, url, _("Look at the key"), variant, _("Fixed parts")))
        for each in forgotten(self.cooperation, self.today):
            if each.subscriptions:
                text = still_subscribes(each, few([row.application.name for row in each.subscriptions]))
                url = f"{self.url('subscriptions')}?municipality={each.municipality.key}"
                found.append(needs(text, url, _("Look at them"), "warning", _("Forgotten")))
            if each.terms:
                text = still_named(each, few([scope_in_words(term) for term in each.terms]))
                found.append(needs(text, self.url("terms"), _("Look at them"), "warning", _("Forgotten")))
        return found

    def late_todo(self) -> list[dict[str, Any]]:
        """Late changes of closed months that wait: no month can be proposed before they are decided."""
        waiting = sum(state.verdict in STOPS for state in late_states(self.cooperation))
        if not waiting:
            return []
        text = ngettext(
            "%(count)s late change of closed months waits to be charged or left",
            "%(count)s late changes of closed months wait to be charged or left",
            waiting,
        ) % {"count": waiting}
        return [needs(text, self.url("late-changes"), _("Decide"), "warning", _("Late change"))]

    def todo_of(self, month: Month, period: Period) -> list[dict[str, Any]]:
        name, url, run = capfirst(month_name(month)), self.url("period", month), period.current_run
        found = []
        if run and run.unallocated_lines:
            text = ngettext(
                "%(month)s: %(count)s cost is unallocated",
                "%(month)s: %(count)s costs are unallocated",
                run.unallocated_lines,
            ) % {"month": name, "count": run.unallocated_lines}
            found.append(needs(text, url, _("Allocate"), "danger", _("Unallocated")))
        if period.failure:
            text = _("%(month)s could not be computed: %(why)s") % {"month": name, "why": period.failure}
            found.append(needs(text, url, _("See why"), "danger", _("Failed")))
        if period.state == Period.State.PROPOSED:
            text = _("%(month)s is proposed, and waits to be closed") % {"month": name}
            found.append(needs(text, url, _("Look and close"), "info", _("Proposed")))
        return found

    def to_close(self) -> list[dict[str, Any]]:
        """The first month that is over and still open: months close in their order."""
        over = [
            month
            for month, period in sorted(self.periods.items())
            if period.state == Period.State.OPEN and month.after <= self.today
        ]
        if not over:
            return []
        name, rest = capfirst(month_name(over[0])), len(over) - 1
        text = _("%(month)s is over, and still open") % {"month": name}
        if rest:
            later = ngettext("%(count)s later month too", "%(count)s later months too", rest)
            text = f"{text}; {later % {'count': rest}}"
        url = self.url("period", over[0])
        found = [needs(text, url, _("Look and propose"), "warning", _("To close"))]
        run = self.periods[over[0]].current_run
        if run and run.notices:
            text = ngettext(
                "%(month)s: %(count)s thing to look at before it closes",
                "%(month)s: %(count)s things to look at before it closes",
                len(run.notices),
            ) % {"month": name, "count": len(run.notices)}
            found.append(needs(text, f"{url}#notices", _("Look"), "warning", _("Look")))
        return found

    def own(self, month: Month) -> list[dict[str, Any]]:
        """This month of each municipality that the reader answers for."""
        period, calendar, found = self.periods[month], calendar_of(self.cooperation), []
        for place in Municipality.objects.filter(pk__in=self.rights.municipality_ids):
            head = head_of(self.viewer, period, place.key)
            statement = statement_of(head, period, calendar) if head else None
            label, variant = STAMPS[Period.State(period.state)]
            found.append(
                {
                    "name": statement.name if statement else str(place),
                    "anchor": f"own-{place.key}",
                    "month_name": month_name(month),
                    "label": label,
                    "variant": variant,
                    "is_stale": unfinished_job(period) is not None,
                    "issued": self.issued_of(place),
                    "statement": statement,
                    "opening": opening_of_statement(statement) if statement else None,
                    "picture": statement_picture(statement) if statement else None,
                    "picture_id": f"own-{place.key}-picture",
                    "url": self.url("statement", month, place.key),
                    "csv_url": self.url("statement-file", month, place.key, "csv"),
                    "xlsx_url": self.url("statement-file", month, place.key, "xlsx"),
                }
            )
        return found

    def picture(self, months: list[Month]) -> dict[str, Any] | None:
        """Twelve months by municipality, of those that the reader may see."""
        runs = [self.periods[month].current_run_id or 0 for month in months]
        totals = totals_by_month(self.viewer, runs)
        names: dict[str, str] = {}
        for run in runs:
            names |= {key: name for key, (name, _minor) in totals[run].items()}
        amounts = [{key: minor for key, (_name, minor) in totals[run].items()} for run in runs]
        return months_by_municipality(months, names, amounts, self.cooperation.currency)


class Reports(CooperationPage):
    """The files one can have: a statement for each month and own municipality, each month, each year."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = Period.objects.visible_to(self.viewer).of(self.cooperation)
        periods = list(rows.filter(current_run__isnull=False).for_listing())
        places = list(Municipality.objects.filter(pk__in=self.rights.municipality_ids))
        totals = totals_by_month(self.viewer, [period.current_run_id or 0 for period in periods])
        years = sorted({period.first_day.year for period in periods}, reverse=True)
        context = {
            "title": _("Files"),
            "lead": _("Everything here is made from the figures that the pages show, at the moment you ask."),
            "years": [{"year": year, "url": self.url("year-file", year)} for year in years],
            "months": [self.month(period, places, totals[period.current_run_id or 0]) for period in periods],
            "places": [str(place) for place in places],
            "cost_add_url": self.url("cost-add") if self.rights.may_edit else "",
        }
        return self.page("billing/reports.html", context)

    def month(
        self, period: Period, places: list[Municipality], totals: dict[str, tuple[str, int]]
    ) -> dict[str, Any]:
        label, variant = STAMPS[Period.State(period.state)]
        return {
            "name": capfirst(month_name(period.month)),
            "url": self.url("period", period.month),
            "label": label,
            "variant": variant,
            "csv_url": self.url("period-file", period.month, "csv"),
            "xlsx_url": self.url("period-file", period.month, "xlsx"),
            "statements": [
                {
                    "name": str(place),
                    "csv_url": self.url("statement-file", period.month, place.key, "csv"),
                    "xlsx_url": self.url("statement-file", period.month, place.key, "xlsx"),
                }
                if place.key in totals
                else {"name": str(place)}
                for place in places
            ],
        }


def shown_months(months: list[Month], now: Month) -> list[Month]:
    """The last twelve of ``months`` up to ``now``; where none has come yet, the first twelve to come."""
    past = [month for month in months if month <= now]
    return past[-MONTHS_SHOWN:] if past else months[:MONTHS_SHOWN]


def few(names: list[str]) -> str:
    """The first of ``names``, and how many more there are."""
    rest = len(names) - MOST_NAMED
    more = [ngettext("%(count)s more", "%(count)s more", rest) % {"count": rest}] if rest > 0 else []
    return ", ".join([*names[:MOST_NAMED], *more])


def needs(text: str, url: str, label: str, variant: str, status: str) -> dict[str, Any]:
    return {"text": text, "url": url, "label": label, "variant": variant, "status": status}
