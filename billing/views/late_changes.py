"""The late changes of closed months: all of them, by what happens to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from billing.models import LateDecision
from billing.reports import LateRow, effects_of
from billing.snapshots import CHARGED, STOPS, LateState, Verdict
from billing.views.late import value_of
from billing.views.late_decision import CHARGE, LEAVE, LONGEST_REASON, DecisionPage
from billing.views.pictures import month_name, moved_as_seen
from sharedict.kernel.periods import Month

MOST_MONTHS = 6
"""As many corrected months have a column of their own; those before them are summed."""


@dataclass(frozen=True, slots=True)
class Group:
    """Late changes to which the same happens, and what may be decided on them."""

    code: str
    title: str
    lead: str
    verdicts: Sequence[Verdict]
    choices: Sequence[LateDecision.Verdict]


class LateChanges(DecisionPage):
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
            "progress": self.progress(),
            "groups": [self.group(group) for group in self.groups() if self.rows_of(group)],
            "effects": self.effects(),
            "currency": self.currency,
            "own": list(self.own.values()),
            "charging_name": self.charging_name,
            "charged_in": self.charged_in or "",
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
                % {"month": capfirst(self.charging_name)},
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
            "rows": [
                {
                    **self.row(row),
                    "is_ticked": row in ticked,
                    "follows": self.follows_each(row.state, group.choices),
                }
                for row in rows
            ],
            "total_minor": sum(row.state.amount_minor for row in rows),
            "moved_minor": moved_as_seen(self.rights, sum(row.moved_minor for row in rows)),
            "beside_minor": moved_as_seen(
                self.rights, sum(row.moved_minor for row in rows if not row.state.amount_minor)
            ),
            "own_totals": [
                {"name": name, "minor": sum(row.state.correction.shares.get(key, 0) for row in rows)}
                for key, name in self.own.items()
            ],
            "buttons": [self.button(verdict, ticked) for verdict in group.choices] if may_decide else [],
            "reason": post.get("reason", "") if was_sent else "",
            "reason_error": self.reason_error if was_sent else "",
            "longest_reason": LONGEST_REASON,
            "has_reason": group.code in ("unallocated", "waiting", "charged"),
            "has_decisions": any(row.state.decision for row in rows),
        }

    def follows_each(self, state: LateState, choices: Iterable[LateDecision.Verdict]) -> list[str]:
        """What becomes of the credit notes of a late cost, and what would by ``choices``, in sentences."""
        said = self.follows(state, CHARGE) if state.verdict in CHARGED else []
        said += self.follows(state, LEAVE) if state.verdict == Verdict.LEFT else []
        for verdict in choices:
            if_so = _("If it is charged: %(what)s") if verdict == CHARGE else _("If it is left: %(what)s")
            said += [if_so % {"what": each} for each in self.follows(state, verdict)]
        return said

    def effects(self) -> dict[str, Any] | None:
        """What the next open month charges each municipality, by the month that is corrected."""
        states = [row.state for row in self.rows if row.state.verdict in CHARGED]
        rounding = self.rounding_in(states)
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
                    "is_rounding": all(
                        (effect.municipality, month) in rounding
                        for effect in effects
                        for month in span
                        if month in effect.by_month
                    ),
                }
                for name, span in columns
            ]

        rows: list[dict[str, Any]] = [
            {
                "name": effect.name,
                "is_own": effect.municipality in self.own,
                "cells": cells([effect]),
                "total_minor": effect.total_minor,
            }
            for effect in found
        ]
        return {
            "columns": [name for name, _span in columns],
            "has_months": len(columns) > 1,
            "rows": rows,
            "has_rounding": any(
                cell["minor"] and cell["is_rounding"] for row in rows for cell in row["cells"]
            ),
            "totals": cells(found),
            "total_minor": sum(effect.total_minor for effect in found),
            "has_total": len(found) > 1,
        }

    def rounding_in(self, states: Iterable[LateState]) -> set[tuple[str, Month]]:
        """The municipalities and months that ``states`` move by rounding alone."""
        by_rounding: set[tuple[str, Month]] = set()
        otherwise: set[tuple[str, Month]] = set()
        for state in states:
            shares, rounded = state.correction.shares, self.rounded(state)
            by_rounding |= {(code, state.month) for code in rounded}
            otherwise |= {(code, state.month) for code in shares if code not in rounded}
        return by_rounding - otherwise
