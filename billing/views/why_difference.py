"""Why a closed month's share is not what it should be: as a correction that is charged, and before that."""

from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.engine.why import WhyCorrected
from billing.models import Period
from billing.reports import (
    first_open_month,
    names_in,
    period_of,
    shares_of_cost,
    why_corrected,
    why_late,
)
from billing.reports.undivided import why_in_words
from billing.snapshots import LateState, Verdict, late_states
from billing.views.changed import what_changed_of_rules
from billing.views.compared import compared
from billing.views.late import MOST_READINGS, STAMPS
from billing.views.pictures import month_name
from billing.views.why import Steps
from billing.views.why_opening import opening_of_difference
from sharedict.common.figures import signed_minor
from sharedict.kernel.periods import Month


class WhyDifference(Steps):
    """One late change for one municipality: as it was charged, as it should be, and each in five steps."""

    @property
    def concerns(self) -> Month:
        """The closed month that is not charged as it should be, or was not."""
        month: Month = self.kwargs["month"]
        return month

    @cached_property
    def closed(self) -> Period:
        found = period_of(self.viewer, self.cooperation, self.concerns)
        if found is None:
            raise Http404
        return found

    def content(self, found: WhyCorrected, name: str) -> dict[str, Any]:
        return {
            **self.stamp(),
            "opening": opening_of_difference(
                found,
                label=self.label(found, name),
                why=self.cause(found, name),
                ending=self.ending(),
                currency=self.currency,
            ),
            "found": found,
            "name": name,
            "currency": self.currency,
            "concerns_name": month_name(self.concerns),
            "sums": self.sums(found),
            "changed": self.changed(found),
            "compared": compared(found.before, found.after, self.currency)
            if found.before and found.after
            else [],
            "decision_url": self.decision_url(found),
            "before": self.before(found),
            "after": self.steps(found.after, self.closed, 3, {}) if found.after else None,
            "is_same": found.after is not None and found.after == found.before,
            "run": self.period.current_run,
        }

    def decision_url(self, found: WhyCorrected) -> str:
        """Where the decision stands that it follows: of a refund whose cost is left as it was charged."""
        refunded = found.correction.cost.credits
        if refunded and found.after and found.after.is_as_charged:
            return self.url("late-change", self.concerns, refunded)
        return ""

    def changed(self, found: WhyCorrected) -> list[str]:
        """What changed of the rules, as far as the reader sees whose it is."""
        if found.changed is None:
            return []
        return what_changed_of_rules(
            found.changed,
            names_in(self.cooperation),
            is_seen=lambda code: self.rights.sees_all_shares or code == self.key,
            most=MOST_READINGS,
        )

    def before(self, found: WhyCorrected) -> dict[str, Any] | None:
        if found.before is None:
            return None
        shares = shares_of_cost(self.viewer, self.closed, self.reference)
        return self.steps(found.before, self.closed, 3, shares)

    def label(self, found: WhyCorrected, name: str) -> str:
        """Whose difference it is, of which cost and month."""
        return _("What %(name)s pays otherwise of “%(description)s” in %(concerns)s") % {
            "name": name,
            "description": found.correction.cost.description,
            "concerns": month_name(self.concerns),
        }

    def cause(self, found: WhyCorrected, name: str) -> str:
        """What made the closed month's charge wrong for the one whose page it is, in a sentence."""
        words = {"name": name, "concerns": month_name(self.concerns)}
        if found.correction.cause == "rules":
            return (
                _(
                    "The cost is the same, but who pays it in %(concerns)s, or how much of it, has changed"
                    " since the month was closed."
                )
                % words
            )
        if not found.before:
            return (
                _("The cost was entered, or came to concern %(name)s, after %(concerns)s was closed.") % words
            )
        if not found.after:
            return _("The cost counts in %(concerns)s no longer, or not for %(name)s.") % words
        if found.after == found.before:
            return _("The cost counts as it did when %(concerns)s was closed.") % words
        return _("The cost itself has changed since %(concerns)s was closed.") % words

    def ending(self) -> str:
        """What happens to the difference, in a sentence."""
        raise NotImplementedError

    def sums(self, found: WhyCorrected) -> list[dict[str, Any]]:
        """From what the closed month charged to the difference, in lines that add up."""
        first = found.before.own.share_minor if found.before else 0
        words = {"month": month_name(self.concerns)}
        rows = [{"label": pgettext("done", "Charged in %(month)s") % words, "minor": first}]
        if found.charged_minor != first:
            rows.append({"label": _("Corrections charged since then"), "minor": found.charged_minor - first})
            rows.append({"label": _("Charged in all"), "minor": found.charged_minor, "is_sum": True})
        rows.append({"label": _("Should be"), "minor": found.should_minor})
        return rows


class WhyCorrection(WhyDifference):
    """One correction that a month charges; the month of the page is that one."""

    @property
    def month(self) -> Month:
        month: Month = self.kwargs["charging"]
        return month

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        found = (
            why_corrected(self.period, self.reference, self.concerns, self.key) if self.total_row else None
        )
        if found is None or self.total_row is None:
            raise Http404
        difference = signed_minor(found.difference_minor, self.currency)
        context = {
            **self.content(found, self.total_row.name),
            "title": _("Why a correction of %(amount)s?") % {"amount": difference},
            "back_url": self.url("statement", self.month, self.key),
            "back_label": f"{self.total_row.name}, {month_name(self.month)}",
            "month_name": month_name(self.month),
            "change_told": self.change_told(),
            "late_url": ""
            if self.period.is_closed
            else self.url("late-change", self.concerns, self.reference),
        }
        return self.page("billing/why_correction.html", context)

    def ending(self) -> str:
        return _("The difference is charged in %(month)s.") % {"month": month_name(self.month)}


class WhyLate(WhyDifference):
    """One late change that waits, is left or is still to be charged; its month is the closed one."""

    @cached_property
    def state(self) -> LateState:
        at = (self.concerns, self.reference)
        for state in late_states(self.cooperation):
            if (state.month, state.correction.cost.reference) == at:
                return state
        raise Http404

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        name = self.place().name
        found = why_late(self.cooperation, self.state.correction, self.key)
        if found is None:
            raise Http404
        difference = signed_minor(found.difference_minor, self.currency)
        context = {
            **self.content(found, name),
            "title": _("Why a difference of %(amount)s?") % {"amount": difference},
            "back_url": self.url("late-change", self.concerns, self.reference),
            "back_label": _("A late change of %(month)s") % {"month": month_name(self.concerns)},
            "is_undivided": bool(self.state.reason),
        }
        return self.page("billing/why_correction.html", context)

    def stamp(self) -> dict[str, Any]:
        label, variant = STAMPS[self.state.verdict]
        return {"status_label": label, "status_variant": variant}

    def cause(self, found: WhyCorrected, name: str) -> str:
        if not self.state.reason:
            return super().cause(found, name)
        said = _("Nothing divides this cost in %(concerns)s, on what is known today.")
        return f"{said % {'concerns': month_name(self.concerns)}} {why_in_words(self.state.reason)}"

    def ending(self) -> str:
        month = first_open_month(self.cooperation)
        said = {
            Verdict.COUNTS: _(
                "The difference is not charged yet: it is when %(month)s closes, unless it is left."
            ),
            Verdict.CHARGE: _("The difference is not charged yet: by decision it is when %(month)s closes."),
            Verdict.WAITING: _("The difference is not charged: it waits for a decision."),
            Verdict.LEFT: _("The difference is left uncharged."),
            Verdict.UNALLOCATED: _("The difference is not charged: nothing divides the cost any more."),
        }[self.state.verdict]
        return said % {"month": month_name(month) if month else _("the next month")}
