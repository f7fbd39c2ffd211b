"""What needs a person: jobs that failed, what stops a month, what those who left leave to mend."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.portal import odd_part_in_words, scope_in_words, still_named, still_subscribes
from agreements.reports import Departures
from billing.models import Period
from billing.reports import (
    Calendar,
    Dropped,
    calendar_from,
    dropped_proposals,
    failed_about,
    unfinished_about,
)
from billing.snapshots import STOPS, late_verdicts
from billing.views.months import StatementsPage
from billing.views.notices import notices_of
from billing.views.pictures import month_name
from municipalities.models import Cooperation
from municipalities.portal import few
from services.reports import (
    Hitting,
    OpenOrders,
    as_hitting,
    due_told,
    going_on_told,
    lacking_in,
    orders_told,
    skills_told,
)
from sharedict.audit.models import kind_in_words, verb_in_words
from sharedict.common.days import date_format
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month

MOST_TO_DO = 12
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Undone:
    """How many jobs have failed, how many are still to be done, and how many of these concern one month.

    ``changing`` may still change what it shows, ``lost`` should have and could not.
    """

    failed: int = 0
    working: int = 0
    changing: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Now:
    """What stands beside the months: ``lacking`` is how many applications too few can run.

    ``due`` is how much is to be reviewed.
    """

    undone: Undone
    outages: Sequence[Hitting]
    lacking: int
    due: int
    orders: OpenOrders


class ToDoPage(StatementsPage):
    """A page that says what needs a person, of the months in ``periods`` as of ``today``.

    ``newest`` is the month that the page tells more about, if it does.
    """

    periods: dict[Month, Any]
    today: dt.date
    newest: Period | None = None

    def read_months(self, today: dt.date) -> None:
        """Take the months that have been computed, as of ``today``; one query."""
        rows = Period.objects.visible_to(self.viewer).of(self.cooperation)
        found = rows.filter(current_run__isnull=False).for_listing().with_lines_or_not()
        self.today, self.periods = today, {period.month: period for period in found}

    @cached_property
    def calendar(self) -> Calendar:
        """Of the months in ``periods``: no query."""
        return calendar_from(self.periods.values(), self.cooperation)

    @property
    def months_with_costs(self) -> list[Month]:
        return sorted(month for month, period in self.periods.items() if period.has_lines)

    @cached_property
    def now(self) -> Now:
        """How things stand beside the months, in one query: jobs, outages, skills, reviews and orders."""
        rows = Cooperation.objects.filter(pk=self.cooperation.pk)
        asked = (
            self._undone_told(),
            going_on_told(timezone.now()),
            skills_told(self.today),
            due_told(self.today),
            orders_told(
                self.viewer.pk,
                self.rights.municipality_ids,
                is_administrator=self.rights.is_administrator,
                is_coordinator=self.rights.is_coordinator,
            ),
        )
        jobs, outages, skills, due, orders = rows.values_list(*asked).get()
        return Now(
            Undone(**(jobs or {})),
            as_hitting(outages),
            lacking_in(skills, self.today),
            due,
            OpenOrders(**(orders or {})),
        )

    @property
    def undone_jobs(self) -> Undone:
        """The jobs that are not done."""
        return self.now.undone

    def _undone_told(self) -> Subquery:
        newest = self.newest
        asked = {"failed": Q(state=Job.State.FAILED), "working": ~Q(state=Job.State.FAILED)}
        if newest and not newest.is_closed:  # what is closed never changes
            asked["changing"] = Q(pk__in=unfinished_about(newest).values("pk"))
            asked["lost"] = Q(pk__in=failed_about(newest).values("pk"))
        undone = Job.objects.filter(cooperation=OuterRef("pk")).undone().order_by().values("cooperation")
        counted = JSONObject(**{name: Count("pk", filter=each) for name, each in asked.items()})
        return Subquery(undone.annotate(told=counted).values("told"))

    def todo(self) -> list[dict[str, Any]]:
        """What needs a person, most urgent first."""
        found = list[dict[str, Any]]()
        failed, working = self.undone_jobs.failed, self.undone_jobs.working
        url = self.url("jobs")
        if failed:
            text = ngettext("%(count)s job has failed", "%(count)s jobs have failed", failed)
            found.append(needs(text % {"count": failed}, url, _("See why"), "danger", _("Failed")))
        if working:
            text = ngettext("%(count)s job is at work", "%(count)s jobs are at work", working)
            found.append(needs(text % {"count": working}, url, _("Follow"), "info", _("At work")))
        found += self.orders_todo()
        found += self.dropped_todo()
        found += self.late_todo()
        for month in sorted(self.periods):
            found += self.todo_of(month, self.periods[month])
        rest = [*self.staffing_todo(), *self.due_todo(), *self.left_behind()[:MOST_TO_DO]]
        return [*found[:MOST_TO_DO], *self.to_close(), *rest]

    def may_do(self, label: str) -> str:
        """``label`` for those who may do what it says; others only see what waits."""
        return label if self.rights.may_edit else _("See")

    def orders_todo(self) -> list[dict[str, Any]]:
        """The orders that wait for the reader's decision."""
        waiting = self.now.orders.waiting
        if not waiting:
            return []
        text = ngettext(
            "%(count)s order waits for your decision", "%(count)s orders wait for your decision", waiting
        ) % {"count": waiting}
        url = f"{self.url('orders')}?state=sent"
        return [needs(text, url, _("Decide"), "warning", _("Order"))]

    def staffing_todo(self) -> list[dict[str, Any]]:
        """How many applications too few can run, once it is kept who can."""
        count = self.now.lacking
        if not count:
            return []
        text = ngettext(
            "%(count)s application has too few who can run it",
            "%(count)s applications have too few who can run them",
            count,
        ) % {"count": count}
        return [needs(text, self.url("staffing"), _("Look at them"), "warning", _("Too few"))]

    def due_todo(self) -> list[dict[str, Any]]:
        """How much is to be reviewed, for those who may."""
        count = self.now.due if self.rights.may_edit else 0
        if not count:
            return []
        text = ngettext(
            "%(count)s review is late or due within 90 days",
            "%(count)s reviews are late or due within 90 days",
            count,
        ) % {"count": count}
        return [needs(text, self.url("due"), _("Look at them"), "warning", _("To be reviewed"))]

    def left_behind(self) -> list[dict[str, Any]]:
        """What those who left or joined leave to mend, before or after it stops a month."""
        found = []
        departures = Departures(self.cooperation, self.today)
        for part in departures.odd_parts():
            variant = "danger" if part.is_held and part.bites_on <= self.today else "warning"
            url, text = self.url("key", part.key.code), odd_part_in_words(part, self.today)
            found.append(needs(text, url, _("Look at the key"), variant, _("Fixed parts")))
        for each in departures.forgotten():
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
        verdicts = late_verdicts(self.cooperation) if self.calendar.closed else []
        waiting = sum(verdict in STOPS for verdict in verdicts)
        if not waiting:
            return []
        text = ngettext(
            "%(count)s late change of closed months waits to be charged or left",
            "%(count)s late changes of closed months wait to be charged or left",
            waiting,
        ) % {"count": waiting}
        return [needs(text, self.url("late-changes"), self.may_do(_("Decide")), "warning", _("Late change"))]

    def dropped_todo(self) -> list[dict[str, Any]]:
        """The reader's own proposals that fell, and by what change."""
        if not self.rights.may_edit:
            return []
        return [
            needs(
                _dropped_in_words(each),
                self.url("period", each.month),
                _("Look and propose"),
                "warning",
                _("No longer proposed"),
            )
            for each in dropped_proposals(self.cooperation, self.viewer, self.periods.values())
        ]

    def todo_of(self, month: Month, period: Period) -> list[dict[str, Any]]:
        name, url, run = capfirst(month_name(month)), self.url("period", month), period.current_run
        found = []
        if run and run.unallocated_lines:
            text = ngettext(
                "%(month)s: %(count)s cost is unallocated",
                "%(month)s: %(count)s costs are unallocated",
                run.unallocated_lines,
            ) % {"month": name, "count": run.unallocated_lines}
            there = f"{url}#unallocated"
            found.append(needs(text, there, self.may_do(_("Allocate")), "danger", _("Unallocated")))
        if period.failure:
            text = _("%(month)s could not be computed: %(why)s") % {"month": name, "why": period.failure}
            found.append(needs(text, url, _("See why"), "danger", _("Failed")))
        if period.state == Period.State.PROPOSED:
            is_own = period.proposed_by_id == self.viewer.pk
            text = _("%(month)s is proposed, and waits to be closed") % {"month": name}
            if is_own:
                text = _("You have proposed %(month)s: another administrator closes it") % {
                    "month": month_name(month)
                }
            label = _("See") if is_own else self.may_do(_("Look and close"))
            found.append(needs(text, url, label, "info", _("Proposed")))
        return found

    def to_close(self) -> list[dict[str, Any]]:
        """The first month that is over and still open: months close in their order.

        One without costs closes along with the next that has some: nobody is asked to close it.
        """
        over = [
            month
            for month, period in sorted(self.periods.items())
            if period.state == Period.State.OPEN and month.after <= self.today and period.has_lines
        ]
        if not over:
            return []
        name, rest = capfirst(month_name(over[0])), len(over) - 1
        text = _("%(month)s is over, and still open") % {"month": name}
        if rest:
            later = ngettext("%(count)s later month too", "%(count)s later months too", rest)
            text = f"{text}; {later % {'count': rest}}"
        url = self.url("period", over[0])
        found = [needs(text, url, self.may_do(_("Look and propose")), "warning", _("To close"))]
        run = self.periods[over[0]].current_run
        if run and run.notices:
            said = notices_of(run, self.cooperation)
            text = ngettext(
                "%(month)s: %(count)s thing to look at before it closes",
                "%(month)s: %(count)s things to look at before it closes",
                len(said),
            ) % {"month": name, "count": len(said)}
            if len(said) == 1:
                text = f"{name}: {said[0]}"
            found.append(needs(text, f"{url}#notices", _("Look"), "warning", _("Look")))
        return found


def _dropped_in_words(dropped: Dropped) -> str:
    words = {"month": month_name(dropped.month), "day": date_format(timezone.localtime(dropped.at), "j F")}
    if dropped.change is None:
        return _("Your proposal to close %(month)s fell on %(day)s, because something changed") % words
    change: Any = dropped.change
    words |= {
        "what": f"{kind_in_words(change.subject_type)} {change.what}",
        "verb": verb_in_words(change.verb),
        "who": change.who,
    }
    return _("Your proposal to close %(month)s fell on %(day)s: %(what)s (%(verb)s, %(who)s)") % words


def needs(text: str, url: str, label: str, variant: str, status: str) -> dict[str, Any]:
    return {"text": text, "url": url, "label": label, "variant": variant, "status": status}
