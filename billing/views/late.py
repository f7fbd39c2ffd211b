"""Late changes of closed months as every page of them says it: what changed, and what happens to it."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.engine.changed import RulesChanged
from billing.engine.facts import CorrectionFact
from billing.models import LateDecision
from billing.reports import (
    Followed,
    LateRow,
    first_open_month,
    followed,
    late_job,
    late_rows,
    rules_changed,
)
from billing.reports.undivided import what_to_do, why_in_words
from billing.snapshots import LateState, Verdict
from billing.views.changed import what_changed_of_rules
from billing.views.followed import follows_in_words
from billing.views.pictures import month_name, moved_as_seen, whole_name
from billing.views.undivided import UndividedPage
from sharedict.common.requests import STOP_POLLING
from sharedict.kernel.periods import Month

STAMPS = {
    Verdict.COUNTS: (gettext_lazy("Charged unless left"), "info"),
    Verdict.CHARGE: (gettext_lazy("Charged by decision"), "info"),
    Verdict.LEFT: (gettext_lazy("Left uncharged"), "neutral"),
    Verdict.WAITING: (gettext_lazy("Waits for a decision"), "warning"),
    Verdict.UNALLOCATED: (gettext_lazy("Nothing divides it"), "danger"),
}
"""What happens to a late change -> its words and its look."""
CHANGES = {
    "rules": gettext_lazy("who pays, or how much of it"),
    "late_by_rules": gettext_lazy(
        "the cost came late, and who pays, or how much of it, has changed since then"
    ),
    "not_charged": gettext_lazy("the cost was not charged then"),
    "nothing_charged": gettext_lazy("so far, nothing of the cost is charged"),
    "counts_no_longer": gettext_lazy("the cost counts no longer"),
    "rounding": gettext_lazy("rounding gives a unit to another, since other late changes came or went"),
    "cost": gettext_lazy("the cost has changed"),
}
"""What made a closed month's charge wrong -> a few words of a sentence."""
MOST_READINGS = 3
"""So many readings that have changed are named beside each other."""


class LatePage(UndividedPage):
    """A page about late changes of the cooperation's closed months."""

    @cached_property
    def rows(self) -> list[LateRow]:
        return late_rows(self.cooperation)

    @cached_property
    def charged_in(self) -> Month | None:
        return self.rows[0].charged_in if self.rows else first_open_month(self.cooperation)

    @property
    def shown(self) -> Iterable[LateRow]:
        """The late changes that the page tells about."""
        return self.rows

    @cached_property
    def changed(self) -> dict[tuple[Month, str], RulesChanged]:
        """What is otherwise in how those are divided, by month and reference."""
        return rules_changed(self.cooperation, [row.state for row in self.shown])

    def changed_of(self, state: LateState) -> list[str]:
        """What changed of the rules that divide a late cost, as far as the reader sees whose it is."""
        found = self.changed.get((state.month, state.correction.cost.reference))
        if found is None:
            return []
        return what_changed_of_rules(
            found,
            self.names,
            is_seen=lambda code: self.rights.sees_all_shares or code in self.own,
            most=MOST_READINGS,
        )

    def rounded(self, state: LateState) -> frozenset[str]:
        """The codes of those whose amounts a late change moves by rounding alone."""
        shares = state.correction.shares
        if state.reason:
            return frozenset()
        if change_of(state.correction) == "rounding":
            return frozenset(shares)
        found = self.changed.get((state.month, state.correction.cost.reference))
        if found is None or state.amount_minor:
            return frozenset()
        return frozenset(code for code in found.alike & shares.keys() if abs(shares[code]) <= 1)

    def progress(self) -> dict[str, Any] | None:
        """What ``components/job_progress.html`` shows while they are computed again or could not be."""
        job = late_job(self.cooperation)
        if job is None:
            return None
        if job.is_finished:
            return {
                "label": _("What closed months should have been charged could not be recomputed"),
                "is_ended": True,
                "failed": True,
                "message": _("what you see is from before the change"),
                "result_url": self.url("job", job.pk),
                "result_label": _("See what went wrong"),
            }
        return {
            "label": _(
                "A change has been made: what closed months should have been charged is being recomputed."
            ),
            "is_ended": False,
            "poll_url": self.request.path,
            "percent": job.percent,
        }

    def poll(self) -> HttpResponse:
        """The progress alone, for the page that polls it; 286 ends the polling."""
        progress = self.progress() or {
            "label": _("What closed months should have been charged is up to date."),
            "is_ended": True,
            "result_url": self.request.path,
            "result_label": _("Show the new figures"),
        }
        status = STOP_POLLING if progress["is_ended"] else 200
        return render(self.request, "components/job_progress.html", progress, status=status)

    @property
    def currency(self) -> str:
        return self.cooperation.currency

    @property
    def charging_name(self) -> str:
        return month_name(self.charged_in) if self.charged_in else ""

    @cached_property
    def followed(self) -> dict[tuple[Month, int], list[Followed]]:
        """The refunds that go by what is decided on their late costs, by month and cost."""
        return followed(self.cooperation, [row.state for row in self.shown])

    def follows(self, state: LateState, verdict: LateDecision.Verdict) -> list[str]:
        """What ``verdict`` on a late cost makes of its credit notes, in sentences."""
        found = self.followed.get((state.month, state.cost_id), ())
        return follows_in_words(found, verdict, self.rights, self.currency)

    def row(self, row: LateRow) -> dict[str, Any]:
        state, cost = row.state, row.cost
        label, variant = STAMPS[state.verdict]
        to_do, _page = what_to_do(state.reason)
        application = cost.application.code if cost.application else ""
        rounded, shares = self.rounded(state), state.correction.shares
        return {
            "state": state,
            "cost": cost,
            "value": value_of(state),
            "url": self.url("late-change", state.month, cost.reference),
            "month_name": month_name(state.month),
            "application": whole_name(cost.application.name if cost.application else ""),
            "what": why_in_words(state.reason) or what_changed(state),
            "changed": self.changed_of(state),
            "detail": self.detail(state.reason, state.detail),
            "to_do_url": self.mend_url(state.reason, state.detail, state.month, cost.reference, application),
            "to_do": to_do,
            "if_charged": self.follows(state, LateDecision.Verdict.CHARGE),
            "if_left": self.follows(state, LateDecision.Verdict.LEAVE),
            "goes_with": state.goes_with,
            "goes_with_url": self.url("late-change", state.month, state.goes_with) if state.goes_with else "",
            "amount_minor": state.amount_minor,
            "moved_minor": moved_as_seen(self.rights, row.moved_minor)
            if not state.reason
            else row.moved_minor,
            "own": [
                {"name": name, "minor": shares.get(key, 0), "is_rounding": key in rounded}
                for key, name in self.own.items()
            ],
            "decision": state.decision,
            "label": label,
            "variant": variant,
        }


def value_of(state: LateState) -> str:
    """What names a late change, its result and the decision on it in a form."""
    decided = state.decision.pk if state.decision else 0
    return f"{state.month}.{state.correction.cost.reference}.{state.mark}.{decided}"


def place_of(value: str) -> str:
    """Cost and month that such a value names, in words: of any text that a form has sent."""
    month, _dot, rest = value.partition(".")
    return f"{rest.partition('.')[0]} ({month})"[:40]


def what_changed(state: LateState) -> str:
    """What made a closed month's charge wrong, in a few words."""
    return str(CHANGES[change_of(state.correction)])


def change_of(correction: CorrectionFact) -> str:
    """What made a closed month's charge wrong, as the code that words are found by."""
    if correction.cause == "rules":
        return "rules" if any(correction.charged.values()) else "late_by_rules"
    if not correction.charged:
        return "not_charged"
    if not any(correction.charged.values()):
        return "nothing_charged"
    if not any(correction.should.values()):
        return "counts_no_longer"
    return "rounding" if _is_rounding(correction) else "cost"


def _is_rounding(correction: CorrectionFact) -> bool:
    """Whether only units move that rounding gives to one or another."""
    return not sum(correction.shares.values()) and max(map(abs, correction.shares.values()), default=0) <= 1
