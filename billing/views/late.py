"""Late changes of closed months: all of them, one of them, and the decision to charge or leave them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.actions import LateChangeMovedError, decide_late
from billing.engine.corrections import LEFT
from billing.engine.facts import CorrectionFact
from billing.models import LateDecision
from billing.reports import (
    LateRow,
    effects_of,
    first_open_month,
    late_rows,
    names_in,
)
from billing.reports.undivided import REASONS, names_whom, with_names
from billing.snapshots import CHARGED, STOPS, LateState, Verdict
from billing.views.pictures import month_name, moved_as_seen, whole_name
from municipalities.access import Rights
from municipalities.models import Municipality
from municipalities.portal import CooperationPage, listed
from sharedict.common.moments import SAFE_METHODS
from sharedict.kernel.periods import Month
from sharedict.templatetags.money import minor, signed_minor

MOST_MONTHS = 6
"""As many corrected months have a column of their own; those before them are summed."""
LONGEST_REASON = 300
CHARGE, LEAVE = LateDecision.Verdict.CHARGE, LateDecision.Verdict.LEAVE
STAMPS = {
    Verdict.COUNTS: ("info", gettext_lazy("Charged unless left")),
    Verdict.CHARGE: ("info", gettext_lazy("Charged by decision")),
    Verdict.LEFT: ("neutral", gettext_lazy("Left uncharged")),
    Verdict.WAITING: ("warning", gettext_lazy("Waits for a decision")),
    Verdict.UNALLOCATED: ("danger", gettext_lazy("Nothing divides it")),
}
"""What happens to a late change -> its look and its words."""


@dataclass(frozen=True, slots=True)
class Group:
    """Late changes to which the same happens, and what may be decided on them."""

    code: str
    title: str
    lead: str
    verdicts: Sequence[Verdict]
    choices: Sequence[LateDecision.Verdict]


class LatePage(CooperationPage):
    """A page about late changes: everybody reads it, administrators decide on it.

    A decision names month, cost and result of each late change: one whose result has moved since the page
    was shown refuses all of them.
    """

    reason_error = ""

    def is_allowed(self, rights: Rights) -> bool:
        return rights.may_edit or self.request.method in SAFE_METHODS

    @cached_property
    def rows(self) -> list[LateRow]:
        return late_rows(self.cooperation)

    @cached_property
    def charged_in(self) -> Month | None:
        return self.rows[0].charged_in if self.rows else first_open_month(self.cooperation)

    @cached_property
    def own(self) -> dict[str, str]:
        """The reader's municipalities, by country and code."""
        places = Municipality.objects.filter(pk__in=self.rights.municipality_ids)
        return {place.key: place.name for place in places}

    @cached_property
    def names(self) -> dict[str, str]:
        """Those that are, were or will be members, by country and code."""
        return names_in(self.cooperation)

    @property
    def currency(self) -> str:
        return self.cooperation.currency

    @property
    def charging_name(self) -> str:
        return month_name(self.charged_in) if self.charged_in else ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            said = self.decide()
        except LateChangeMovedError as error:
            del self.__dict__["rows"]
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
        verdict, values = self.request.POST.get("verdict", ""), self.request.POST.getlist("change")
        reason = " ".join(self.request.POST.get("reason", "").split())
        if verdict not in LateDecision.Verdict.values or not values:
            raise ValidationError(_("Tick at least one late change, and choose what happens to it."))
        if "\x00" in reason:
            raise ValidationError({"reason": _("Null characters are not allowed.")})
        if len(reason) > LONGEST_REASON:
            said = _("Say the reason in %(most)d characters.") % {"most": LONGEST_REASON}
            raise ValidationError({"reason": said})
        chosen = self.chosen(values)
        states = [row.state for row in chosen]
        along = [each for row in chosen for each in self.going_along(row) if each not in chosen]
        decide_late(
            cooperation=self.cooperation,
            states=states,
            verdict=LateDecision.Verdict(verdict),
            reason=reason,
            by=self.viewer,
        )
        done = self.said(LateDecision.Verdict(verdict), states)
        if not along:
            return done
        return f"{done} {_('What refunds it goes along: %(what)s.') % {'what': self.named(along)}}"

    def going_along(self, row: LateRow) -> list[LateRow]:
        """The late refunds of a cost that are left with it, and charged with it again."""
        place = row.state.month, row.cost.reference
        return [
            each
            for each in self.rows
            if (each.state.month, each.state.correction.cost.credits) == place
            and (each.state.reason == LEFT or not any(row.state.correction.charged.values()))
        ]

    def named(self, rows: Iterable[LateRow]) -> str:
        """Costs and their parts in the month, in words."""
        return listed([f"{row.cost.reference} {signed_minor(row.state.amount_minor)}" for row in rows])

    def chosen(self, values: Sequence[str]) -> list[LateRow]:
        """The late changes that ``values`` name. Raises LateChangeMovedError where one is not as it was."""
        known = {value_of(row.state): row for row in self.rows}
        gone = [value for value in values if value not in known]
        if gone:
            raise LateChangeMovedError(
                _("%(what)s is not as it was shown any more, so nothing was decided: look at it again.")
                % {"what": ", ".join(_place(value) for value in gone)}
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

    def row(self, row: LateRow) -> dict[str, Any]:
        state, cost = row.state, row.cost
        variant, label = STAMPS[state.verdict]
        why, to_do, page = REASONS.get(state.reason, ("", "", ""))
        return {
            "state": state,
            "cost": cost,
            "value": value_of(state),
            "url": self.url("late-change", state.month, cost.reference),
            "month_name": month_name(state.month),
            "application": whole_name(cost.application.name if cost.application else ""),
            "what": str(why) or what_changed(state),
            "detail": with_names(state.detail, self.names) if names_whom(state.reason) else state.detail,
            "to_do_url": self.url(page) if page and self.rights.may_edit else "",
            "to_do": to_do,
            "along": self.named(self.going_along(row)),
            "goes_with": state.correction.cost.credits if state.reason == LEFT else "",
            "goes_with_url": self.url("late-change", state.month, state.correction.cost.credits or "-")
            if state.reason == LEFT
            else "",
            "amount_minor": state.amount_minor,
            "moved_minor": moved_as_seen(self.rights, row.moved_minor)
            if not state.reason
            else row.moved_minor,
            "own": [
                {"name": name, "minor": state.correction.shares.get(key, 0)} for key, name in self.own.items()
            ],
            "decision": state.decision,
            "label": label,
            "variant": variant,
        }

    def button(self, verdict: LateDecision.Verdict, rows: Iterable[LateRow]) -> dict[str, Any]:
        """A button that names what it does to ``rows``; its script needs the words around the amount.

        Without rows it names no amount: what it does it does to those that are ticked when it is pressed.
        """
        found = list(rows)
        words = {"month": self.charging_name, "amount": "{}"}
        charge, move = _("Charge %(amount)s in %(month)s") % words, _("Move %(amount)s in %(month)s") % words
        leave, stay = _("Leave %(amount)s uncharged") % words, _("Leave %(amount)s where it is") % words
        sum_words, move_words = (charge, move) if verdict == CHARGE else (leave, stay)
        charge_none, leave_none = _("Charge those ticked in %(month)s") % words, _("Leave those ticked")
        none_words = charge_none if verdict == CHARGE else leave_none
        total = sum(row.state.amount_minor for row in found)
        moved = sum(row.moved_minor for row in found)
        label = sum_words if total or not moved else move_words
        label = label if found else none_words
        return {
            "verdict": verdict.value,
            "label": label.replace("{}", minor(total if total or not moved else moved, self.currency)),
            "sum_words": sum_words,
            "move_words": move_words,
            "none_words": none_words,
        }


class LateChanges(LatePage):
    """Everything that is not charged as it should be, by what happens to it, and what that comes to."""

    def show(self, status: int = 200, errors: Sequence[str] = ()) -> HttpResponse:
        context = {
            "title": _("Late changes"),
            "lead": _(
                "What closed months should have been charged otherwise, on what is known today. Their"
                " statements stay as they were sent: the difference is charged in the next open month, or"
                " left."
            ),
            "errors": errors,
            "groups": [self.group(group) for group in self.groups() if self.rows_of(group)],
            "effects": self.effects(),
            "currency": self.currency,
            "own": list(self.own.values()),
            "charging_name": self.charging_name,
            "charging_url": self.url("period", self.charged_in) if self.charged_in else "",
        }
        return self.page("billing/late_changes.html", context, status)

    def groups(self) -> list[Group]:
        month = {"month": self.charging_name}
        return [
            Group(
                "unallocated",
                _("Nothing divides it"),
                _("No month can be proposed until a term divides it in its own month, or it is left."),
                [Verdict.UNALLOCATED],
                [LEAVE],
            ),
            Group(
                "waiting",
                _("Waits for a decision"),
                _(
                    "Who pays, or how much of it, has changed since the month was closed. That may be meant"
                    " for the future only, so somebody decides. %(month)s cannot be proposed before."
                )
                % month,
                [Verdict.WAITING],
                [CHARGE, LEAVE],
            ),
            Group(
                "charged",
                _("Charged in %(month)s") % month,
                _("Costs that came or changed after their month was closed count, unless they are left."),
                CHARGED,
                [LEAVE],
            ),
            Group(
                "left",
                _("Left uncharged"),
                _("Nobody pays it. It can still be charged in any open month."),
                [Verdict.LEFT],
                [CHARGE],
            ),
        ]

    def rows_of(self, group: Group) -> list[LateRow]:
        return [row for row in self.rows if row.state.verdict in group.verdicts]

    def group(self, group: Group) -> dict[str, Any]:
        rows, post = self.rows_of(group), self.request.POST
        was_sent = post.get("group") == group.code
        must_be_decided = [row for row in rows if row.state.verdict in STOPS]
        values = post.getlist("change") if was_sent else [value_of(row.state) for row in must_be_decided]
        ticked = [row for row in rows if value_of(row.state) in values]
        may_decide = self.rights.may_edit and self.charged_in is not None
        return {
            "code": group.code,
            "title": group.title,
            "lead": group.lead,
            "rows": [{**self.row(row), "is_ticked": row in ticked} for row in rows],
            "total_minor": sum(row.state.amount_minor for row in rows),
            "moved_minor": moved_as_seen(self.rights, sum(row.moved_minor for row in rows)),
            "own_totals": [
                {"name": name, "minor": sum(row.state.correction.shares.get(key, 0) for row in rows)}
                for key, name in self.own.items()
            ],
            "buttons": [self.button(verdict, ticked) for verdict in group.choices] if may_decide else [],
            "reason": post.get("reason", "") if was_sent else "",
            "reason_error": self.reason_error if was_sent else "",
            "has_reason": group.code in ("unallocated", "waiting", "charged"),
            "has_decisions": any(row.state.decision for row in rows),
        }

    def effects(self) -> dict[str, Any] | None:
        """What the next open month charges each municipality, by the month that is corrected."""
        states = [row.state for row in self.rows if row.state.verdict in CHARGED]
        names = self.names if states and self.rights.sees_all_shares else self.own
        found = [
            effect
            for effect in effects_of(states, names)
            if self.rights.sees_all_shares or effect.municipality in self.own
        ]
        if not found:
            return None
        months = sorted({month for effect in found for month in effect.by_month})
        summed, shown = months[:-MOST_MONTHS], months[-MOST_MONTHS:]
        found.sort(key=lambda effect: (effect.municipality not in self.own, effect.municipality))
        columns = [(month_name(month), [month]) for month in shown]
        if summed:
            columns.insert(0, (_("Earlier months"), summed))

        def cells(held: Iterable[Any]) -> list[dict[str, Any]]:
            effects = list(held)
            return [
                {
                    "name": name,
                    "minor": sum(effect.by_month.get(month, 0) for effect in effects for month in span),
                }
                for name, span in columns
            ]

        return {
            "columns": [name for name, _span in columns],
            "rows": [
                {
                    "name": effect.name,
                    "is_own": effect.municipality in self.own,
                    "cells": cells([effect]),
                    "total_minor": effect.total_minor,
                }
                for effect in found
            ],
            "totals": cells(found),
            "total_minor": sum(effect.total_minor for effect in found),
            "has_total": len(found) > 1,
        }


def value_of(state: LateState) -> str:
    """What names a late change, its result and the decision on it in a form."""
    decided = state.decision.pk if state.decision else 0
    return f"{state.month}.{state.correction.cost.reference}.{state.mark}.{decided}"


def _place(value: str) -> str:
    """Cost and month of a value that a form has sent, for people."""
    month, _dot, rest = value.partition(".")
    return f"{rest.partition('.')[0]} ({month})"[:40]


def what_changed(state: LateState) -> str:
    """What made a closed month's charge wrong, in a few words."""
    correction = state.correction
    if correction.cause == "rules":
        return _("who pays, or how much of it")
    if not correction.charged:
        return _("the cost was not charged then")
    if not any(correction.charged.values()):
        return _("in all, nothing of the cost is charged so far")
    if not any(correction.should.values()):
        return _("the cost counts no longer")
    if is_rounding(correction):
        return _("rounding gives a unit to another, since other late changes came or went")
    return _("the cost has changed")


def is_rounding(correction: CorrectionFact) -> bool:
    """Whether only units move that rounding gives to one or another."""
    return not sum(correction.shares.values()) and max(map(abs, correction.shares.values()), default=0) <= 1
