"""The decision to charge or leave late changes: what is sent, what is said of it, and its buttons."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.actions import LateChangeMovedError, decide_late
from billing.models import LateDecision
from billing.reports import LateRow
from billing.snapshots import LateState
from billing.views.late import LatePage, place_of, value_of
from municipalities.access import Rights
from municipalities.portal import LockMixin
from sharedict.common.figures import minor, signed_minor
from sharedict.common.moments import SAFE_METHODS

LONGEST_REASON = LateDecision._meta.get_field("reason").max_length or 0
CHARGE, LEAVE = LateDecision.Verdict.CHARGE, LateDecision.Verdict.LEAVE


class DecisionPage(LockMixin, LatePage):
    """A page about late changes: everybody reads it, administrators decide on it.

    A decision names month, cost and result of each late change: one whose result has moved since the page
    was shown refuses all of them.
    """

    reason_error = ""

    def is_allowed(self, rights: Rights) -> bool:
        return rights.may_edit or self.request.method in SAFE_METHODS

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.poll() if request.htmx else self.show()  # type: ignore[attr-defined]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            said = self.decide()
        except LateChangeMovedError as error:
            for name in ("rows", "changed", "followed", "charged_in"):
                self.__dict__.pop(name, None)
            return self.show(409, [error.message])
        except ValidationError as error:
            in_fields = error.message_dict if hasattr(error, "error_dict") else {}
            self.reason_error = " ".join(in_fields.get("reason", []))
            return self.show(422, error.messages)
        messages.success(request, said)
        return redirect(self.url("late-changes"))

    def show(self, status: int = 200, errors: Sequence[str] = ()) -> HttpResponse:
        raise NotImplementedError

    def decide(self) -> str:
        """Take the decision that was sent; gives back what to say of it."""
        verdict = self.request.POST.get("verdict", "")
        values = [*dict.fromkeys(self.request.POST.getlist("change"))]
        reason = " ".join(self.request.POST.get("reason", "").split())
        if verdict not in LateDecision.Verdict.values or not values:
            raise ValidationError(_("Tick at least one late change, and choose what happens to it."))
        if "\x00" in reason:
            raise ValidationError({"reason": _("Null characters are not allowed.")})
        if len(reason) > LONGEST_REASON:
            said = _("Say the reason in %(most)d characters.") % {"most": LONGEST_REASON}
            raise ValidationError({"reason": said})
        chosen = self.chosen(values)
        self.refuse_another_month(verdict)
        states = [row.state for row in chosen]
        follows = [said for state in states for said in self.follows(state, LateDecision.Verdict(verdict))]
        decide_late(
            cooperation=self.cooperation,
            states=states,
            verdict=LateDecision.Verdict(verdict),
            reason=reason,
            by=self.viewer,
        )
        done = [self.said(LateDecision.Verdict(verdict), states), self.said_beside(states), *follows]
        return " ".join(each for each in done if each)

    def refuse_another_month(self, verdict: str) -> None:
        """Raise LateChangeMovedError where the month that was to charge it has closed since it was shown."""
        shown = self.request.POST.get("charged_in", "")
        if verdict == CHARGE and shown and shown != str(self.charged_in):
            raise LateChangeMovedError(
                _("It would be charged in %(month)s by now, so nothing was decided: look at it again.")
                % {"month": self.charging_name or _("the next month")}
            )

    def chosen(self, values: Sequence[str]) -> list[LateRow]:
        """The late changes that ``values`` name. Raises LateChangeMovedError where one is not as it was."""
        known = {value_of(row.state): row for row in self.rows}
        gone = [value for value in values if value not in known]
        if gone:
            raise LateChangeMovedError(
                _("%(what)s is not as it was shown any more, so nothing was decided: look at it again.")
                % {"what": ", ".join(place_of(value) for value in gone)}
            )
        return [known[value] for value in values]

    def said(self, verdict: LateDecision.Verdict, states: Sequence[LateState]) -> str:
        total, moved = sum(s.amount_minor for s in states), sum(s.moved_minor for s in states)
        words = {
            "count": len(states),
            "amount": signed_minor(total, self.currency)
            if total or not moved
            else minor(moved, self.currency),
            "month": self.charging_name,
        }
        if moved and not total:
            return self.said_of_moves(verdict, words)
        if verdict == CHARGE:
            return (
                ngettext(
                    "%(count)d late change is charged in %(month)s, %(amount)s in all."
                    " The month is being recomputed.",
                    "%(count)d late changes are charged in %(month)s, %(amount)s in all."
                    " The month is being recomputed.",
                    len(states),
                )
                % words
            )
        return (
            ngettext(
                "%(count)d late change stays uncharged, %(amount)s in all. It is kept here, with your"
                " reason.",
                "%(count)d late changes stay uncharged, %(amount)s in all. They are kept here, with your"
                " reason.",
                len(states),
            )
            % words
        )

    def said_beside(self, states: Sequence[LateState]) -> str:
        """What those move that come to nothing, beside the sum of the others; empty where there is no sum."""
        moved = sum(state.moved_minor for state in states if not state.amount_minor)
        if not moved or not sum(state.amount_minor for state in states):
            return ""
        amount = minor(moved, self.currency)
        return _("Beside that, %(amount)s moves from some municipalities to others.") % {"amount": amount}

    def said_of_moves(self, verdict: LateDecision.Verdict, words: dict[str, Any]) -> str:
        """The same of late changes that come to nothing, and move money between municipalities only."""
        if verdict == CHARGE:
            return (
                ngettext(
                    "%(count)d late change is charged in %(month)s: it moves %(amount)s."
                    " The month is being recomputed.",
                    "%(count)d late changes are charged in %(month)s: they move %(amount)s."
                    " The month is being recomputed.",
                    words["count"],
                )
                % words
            )
        return (
            ngettext(
                "%(count)d late change stays uncharged: %(amount)s stays where it is. It is kept here, with"
                " your reason.",
                "%(count)d late changes stay uncharged: %(amount)s stays where it is. They are kept here,"
                " with your reason.",
                words["count"],
            )
            % words
        )

    def button(self, verdict: LateDecision.Verdict, rows: Iterable[LateRow]) -> dict[str, Any]:
        """A button that names what it does to ``rows``; its script needs the words around the amount.

        Without rows it names no amount: what it does it does to those that are ticked when it is pressed.
        """
        found = list(rows)
        words = {"month": self.charging_name, "amount": "{}"}
        charge, move = _("Charge %(amount)s in %(month)s") % words, _("Move %(amount)s in %(month)s") % words
        leave, stay = _("Leave %(amount)s uncharged") % words, _("Leave %(amount)s where it is") % words
        words["moved"] = "{moved}"
        charge_both = _("Charge %(amount)s and move %(moved)s in %(month)s") % words
        leave_both = _("Leave %(amount)s uncharged, and %(moved)s where it is") % words
        sum_words, move_words = (charge, move) if verdict == CHARGE else (leave, stay)
        both_words = charge_both if verdict == CHARGE else leave_both
        charge_none, leave_none = _("Charge those ticked in %(month)s") % words, _("Leave those ticked")
        none_words = charge_none if verdict == CHARGE else leave_none
        total = sum(row.state.amount_minor for row in found)
        moved = sum(row.moved_minor for row in found)
        beside = sum(row.moved_minor for row in found if not row.state.amount_minor)
        label = sum_words if total or not moved else move_words
        label = both_words if total and beside else label
        label = (label if found else none_words).replace("{moved}", minor(beside, self.currency))
        return {
            "verdict": verdict.value,
            "label": label.replace("{}", minor(total if total or not moved else moved, self.currency)),
            "sum_words": sum_words,
            "move_words": move_words,
            "both_words": both_words,
            "none_words": none_words,
        }
