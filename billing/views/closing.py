"""The steps towards closing a month, which ask once."""

import re
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.actions import MONTH_IS_CLOSED, Seen, close_period, propose_period, reopen_period
from billing.models import Period
from billing.snapshots import left_mark
from billing.views.corrected import CorrectingPage
from billing.views.notices import notices_of
from billing.views.pictures import month_name
from municipalities.portal import EditorsOnly, listed
from sharedict.accounts.models import User
from sharedict.common.figures import money

FEW = 8
"""So many municipalities' amounts are read at a glance; more stand on the month's page."""


class Step(CorrectingPage, EditorsOnly):
    """A step towards closing a month: asks once, says what follows, and what refuses it."""

    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    confirm_label: ClassVar[Any] = ""
    said: ClassVar[Any] = ""
    judges_figures = True

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.ask()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            self.take(self.period, self.viewer)
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, capfirst(message))
            for name in ("period", "calendar", "told_lines", "decisions", "late_states", "late"):
                self.__dict__.pop(name, None)
            return self.ask(409)
        messages.success(request, capfirst(str(self.said) % {"month": month_name(self.month)}))
        return redirect(self.url("period", self.month))

    def take(self, period: Period, by: User) -> None:
        raise NotImplementedError

    def heading(self, *, is_refused: bool) -> str:
        """What is asked, or that nothing is."""
        if is_refused:
            return f"{capfirst(month_name(self.month))}: {self.period.get_state_display()}"
        return str(self.title) % {"month": month_name(self.month)}

    @property
    def button(self) -> str:
        """What the step does, with what the month comes to."""
        run = self.period.current_run
        sum_ = money(run.total, self.cooperation.currency) if run else ""
        return str(self.confirm_label) % {"month": month_name(self.month), "sum": sum_}

    @property
    def seen(self) -> Seen:
        """What stood on the page that was sent, to be compared alone: its run or 0, and what is left."""
        sent = self.request.POST.get("seen", "")
        run = int(sent) if re.fullmatch("[0-9]{1,19}", sent) else 0
        return Seen(run, self.request.POST.get("left", ""))

    def figures(self) -> list[str]:
        """What the month comes to, and for each municipality as far as they are few."""
        run = self.period.current_run
        if run is None:
            return []
        totals = list(run.totals.visible_to(self.viewer))
        found = [_("The month comes to %(sum)s.") % {"sum": money(run.total, self.cooperation.currency)}]
        if len(totals) <= FEW:
            found.append(listed([f"{total.name} {money(total.amount)}" for total in totals]))
        return [said for said in found if said]

    def consequences(self) -> list[str]:
        return []

    def refusal(self) -> str:
        """Why this cannot be done now, whatever the figures are; the page offers no button then."""
        return str(MONTH_IS_CLOSED) if self.period.is_closed else ""

    def notices(self) -> list[str]:
        run = self.period.current_run
        found = notices_of(run, self.cooperation) if run else []
        if self.period.month.after > timezone.localdate():
            said = _("%(month)s is not over: what still comes of it is charged later, as corrections.")
            found.insert(0, said % {"month": capfirst(month_name(self.month))})
        return found

    def ask(self, status: int = 200) -> HttpResponse:
        refusal, is_judged = self.refusal(), self.judges_figures and not self.period.is_closed
        obstacles = self.in_the_way(self.progress(self.request.path)) if is_judged and not refusal else []
        context = {
            "title": self.heading(is_refused=bool(refusal)),
            "lead": refusal or (_("Something has to be done first:") if obstacles else self.lead),
            "obstacles": obstacles,
            "consequences": [] if self.period.is_closed or obstacles else self.consequences(),
            "notices": self.notices() if is_judged and not obstacles else [],
            "confirm_label": "" if refusal or obstacles else self.button,
            "cancel_url": self.url("period", self.month),
            "danger": False,
            "seen": self.period.current_run_id,
            "left": left_mark(self.late_states) if self.judges_figures else "",
        }
        return self.page("components/confirm_page.html", context, status)


class Propose(Step):
    """Asks for a month to be closed."""

    title = gettext_lazy("Propose to close %(month)s?")
    lead = gettext_lazy(
        "Another administrator looks at the figures and closes the month. Until then you can take the"
        " proposal back."
    )
    confirm_label = gettext_lazy("Propose %(sum)s for %(month)s")
    said = gettext_lazy("%(month)s is proposed. Another administrator closes it.")

    def refusal(self) -> str:
        if self.period.state != Period.State.PROPOSED:
            return super().refusal()
        if self.period.proposed_by_id == self.viewer.pk:
            return self.others_close
        return f"{self.proposed} {_('Look at its figures and close it, or take the proposal back.')}"

    def take(self, period: Period, by: User) -> None:
        found = propose_period(period=period, by=by, seen=self.seen)
        if found.is_closed:
            raise ValidationError(MONTH_IS_CLOSED)
        if found.proposed_by_id != by.pk:
            raise ValidationError(
                _("Somebody else has proposed the month: look at its figures, and close it yourself.")
            )

    def consequences(self) -> list[str]:
        return [
            *self.figures(),
            *self.effects_of_closing(),
            _("If a cost, key or anything else that it depends on changes first, it is open again."),
        ]


class Reopen(Step):
    """Takes the proposal of a month back."""

    title = gettext_lazy("Take back the proposal to close %(month)s?")
    lead = gettext_lazy("The month is open again, and can be proposed again.")
    confirm_label = gettext_lazy("Open %(month)s again")
    said = gettext_lazy("%(month)s is open again.")
    judges_figures = False

    def refusal(self) -> str:
        if self.period.state == Period.State.OPEN:
            return _("Nobody proposes to close the month: it is open.")
        return super().refusal()

    def take(self, period: Period, by: User) -> None:
        if refusal := self.refusal():
            raise ValidationError(refusal)
        reopen_period(period=period, by=by)


class Close(Step):
    """Closes a month for good."""

    title = gettext_lazy("Close %(month)s?")
    lead = gettext_lazy("This cannot be undone.")
    confirm_label = gettext_lazy("Close %(month)s with %(sum)s")
    said = gettext_lazy("%(month)s is closed, and its statements are numbered.")

    def take(self, period: Period, by: User) -> None:
        if close_period(period=period, by=by, seen=self.seen).closed_by_id != by.pk:
            raise ValidationError(MONTH_IS_CLOSED)

    def refusal(self) -> str:
        if self.period.is_closed:
            return super().refusal()
        if self.period.state != Period.State.PROPOSED:
            return _("Nobody proposes to close the month now: look at its figures, and propose it first.")
        if self.period.proposed_by_id == self.viewer.pk:
            return self.others_close
        return ""

    def heading(self, *, is_refused: bool) -> str:
        if is_refused and self.period.state == Period.State.PROPOSED:
            return _("%(month)s is not yours to close") % {"month": capfirst(month_name(self.month))}
        return super().heading(is_refused=is_refused)

    def consequences(self) -> list[str]:
        return [
            *self.figures(),
            _("Every municipality is issued its statement, with a number."),
            *self.effects_of_closing(),
            _(
                "No figure of the month changes any more: what changes later is charged in the next open"
                " month."
            ),
            _("The months after it are computed again, with the rounding that it leaves."),
        ]
