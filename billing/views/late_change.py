"""One late change of a closed month: what it is, what it does, and the two ways on."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Key
from billing.models import Cost, LateDecision, Period
from billing.reports import LateRow, charged_since, charging_of, entered_after
from billing.reports.undivided import why_in_words
from billing.snapshots import STOPS, Verdict
from billing.views.came import how_it_came
from billing.views.cost import facts_of_cost
from billing.views.late import STAMPS, change_of
from billing.views.late_decision import CHARGE, LEAVE, LONGEST_REASON, DecisionPage
from billing.views.pictures import month_name
from municipalities.portal import listed
from sharedict.common.figures import minor, signed_minor
from sharedict.kernel.periods import Month

HAPPENED = {
    "rules": gettext_lazy("Who pays “%(what)s”, or how much of it, has changed since."),
    "late_by_rules": gettext_lazy(
        "“%(what)s” was not charged then, and who pays, or how much of it, has changed since."
    ),
    "not_charged": gettext_lazy("“%(what)s” was not charged then."),
    "given_back": gettext_lazy("“%(what)s” was charged and given back since, and counts again."),
    "counts_no_longer": gettext_lazy("“%(what)s” counts no longer."),
    "rounding": gettext_lazy(
        "Rounding gives a unit of “%(what)s” to another, since other late changes came or went."
    ),
    "cost": gettext_lazy("“%(what)s” has changed since."),
}
"""What made a closed month's charge wrong -> a sentence about the cost."""


class LateChangePage(DecisionPage):
    """One late change: what a closed month charged, what it should have, and the two ways on."""

    @property
    def month(self) -> Month:
        month: Month = self.kwargs["month"]
        return month

    @cached_property
    def found(self) -> LateRow | None:
        reference = self.kwargs["reference"]
        return next(
            (row for row in self.rows if (row.state.month, row.cost.reference) == (self.month, reference)),
            None,
        )

    @property
    def shown(self) -> Iterable[LateRow]:
        return [self.found] if self.found else []

    @cached_property
    def closed(self) -> Period:
        rows = Period.objects.visible_to(self.viewer).of(self.cooperation)
        found = rows.filter(first_day=self.month.first, state=Period.State.CLOSED).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def cost(self) -> Cost:
        rows = Cost.objects.visible_to(self.viewer).of(self.cooperation).for_listing()
        found = rows.filter(reference=self.kwargs["reference"]).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def charging(self) -> list[tuple[Month, bool]]:
        """The months that charge a correction of it, and whether they are closed."""
        return charging_of(self.closed, self.cost)

    def chosen(self, values: Sequence[str]) -> list[LateRow]:
        chosen = super().chosen(values)
        if chosen != [self.found]:
            raise Http404
        return chosen

    def show(self, status: int = 200, errors: Sequence[str] = ()) -> HttpResponse:
        for name in ("found", "changed", "followed"):
            self.__dict__.pop(name, None)
        decisions = list(
            LateDecision.objects.filter(period=self.closed, cost=self.cost).select_related("decided_by")
        )
        if self.found is None and not decisions and not self.charging:
            raise Http404
        entered = entered_after(self.closed, self.cost)
        context = {
            "title": _("A late change of %(month)s") % {"month": month_name(self.month)},
            "back_url": self.url("late-changes"),
            "back_label": _("Late changes"),
            "month_name": month_name(self.month),
            "closed": self.closed,
            "month_url": self.url("period", self.month),
            "cost": self.cost,
            "currency": self.currency,
            "errors": errors,
            "progress": self.progress(),
            "facts": self.facts(),
            "entered": entered,
            "came": how_it_came(
                self.closed,
                self.cost,
                entered,
                decisions,
                charged_in=self.charged_in
                if self.found and self.found.state.verdict != Verdict.LEFT
                else None,
                waits=self.found is not None and self.found.state.verdict in STOPS,
                today=timezone.localdate(),
            ),
            "sees_who": self.rights.sees_change_log,
            "decisions": [
                {"row": row, "is_now": self.found is not None and row.mark == self.found.state.mark}
                for row in decisions
            ],
            "charging": [
                {"name": month_name(month), "url": self.url("period", month), "is_closed": is_closed}
                for month, is_closed in self.charging
            ],
            "charging_name": self.charging_name,
            "charged_in": self.charged_in or "",
            **(self.content(self.found) if self.found else self.settled()),
        }
        return self.page("billing/late_change.html", context, status)

    def settled(self) -> dict[str, Any]:
        """What was done about it, where nothing is left to decide."""
        words = {"month": capfirst(month_name(self.month)), "cost": self.cost}
        months = listed([month_name(month) for month, _is_closed in self.charging])
        amount = charged_since(self.closed, self.cost)
        text = _("%(month)s is charged as it should be for %(cost)s: nothing is left to decide.") % words
        if not self.charging:
            return {"headline": _("Nothing is corrected"), "text": text}
        return {
            "headline": _("Corrected in %(months)s by") % {"months": months},
            "figure": signed_minor(amount) if amount else "",
            "text": text if amount else f"{_('Shares moved between municipalities.')} {text}",
            "status_label": _("Corrected"),
            "status_variant": "ok",
        }

    def figure_of_moves(self, found: LateRow) -> int:
        """What moves between municipalities; where shares are hidden, what does for the reader's own."""
        if self.rights.sees_all_shares or found.state.reason:
            return found.moved_minor
        return max((abs(found.state.correction.shares.get(key, 0)) for key in self.own), default=0)

    def content(self, found: LateRow) -> dict[str, Any]:
        state = found.state
        label, variant = STAMPS[state.verdict]
        table = self.table(found)
        return {
            "late": self.row(found),
            "headline": capfirst(self.headline(found)),
            "who_decides": "" if self.rights.may_edit else self.who_decides(state.verdict),
            "figure": minor(abs(state.amount_minor) or self.figure_of_moves(found)),
            "text": self.text(found),
            "table": table,
            "others_are_hidden": not self.rights.sees_all_shares,
            "status_label": label,
            "status_variant": variant,
            "may_decide": self.rights.may_edit and self.charged_in is not None,
            "charge": self.button(CHARGE, [found]),
            "leave": self.button(LEAVE, [found]),
            "payers": self.payers(table["rows"]),
            "reason": self.request.POST.get("reason", ""),
            "reason_error": self.reason_error,
            "longest_reason": LONGEST_REASON,
            "sent": self.request.POST.get("verdict", ""),
        }

    def headline(self, found: LateRow) -> str:
        words = {"month": month_name(self.month)}
        if found.state.reason and not found.state.correction.charged:
            return _("In %(month)s nobody is charged") % words
        if found.state.reason:
            return _("Nothing divides any more in %(month)s") % words
        if found.state.amount_minor > 0:
            return _("%(month)s was charged too little by") % words
        if found.state.amount_minor < 0:
            return _("%(month)s was charged too much by") % words
        return _("%(month)s charged the wrong municipalities with") % words

    def text(self, found: LateRow) -> str:
        """What happened and who is concerned, in sentences; as far as the reader sees it."""
        shares = found.state.correction.shares
        what = _happened(found, any(is_closed for _month, is_closed in self.charging))
        if not self.rights.sees_all_shares:
            return what
        names = self.names
        more = [names.get(key, key) for key, minor_ in shares.items() if minor_ > 0]
        less = [names.get(key, key) for key, minor_ in shares.items() if minor_ < 0]
        parts = [what]
        if more:
            parts.append(_("%(names)s should pay more.") % {"names": listed(more)})
        if less:
            parts.append(_("%(names)s should pay less.") % {"names": listed(less)})
        return " ".join(parts)

    def who_decides(self, verdict: Verdict) -> str:
        """Who decides, and what happens unless they do: for those who read only."""
        default = {
            Verdict.COUNTS: _("Unless they leave it, it is charged when %(month)s closes."),
            Verdict.WAITING: _("Until they have, %(month)s cannot be proposed to close."),
            Verdict.UNALLOCATED: _(
                "Until something divides it in its month, or they leave it, %(month)s cannot be proposed to"
                " close."
            ),
            Verdict.CHARGE: _("They have decided to charge it: that can change until %(month)s is closed."),
            Verdict.LEFT: _("They have left it: it can still be charged, in any open month."),
        }[verdict]
        said = _("The administrators of the cooperation decide.")
        return f"{said} {default % {'month': self.charging_name or _('the next month')}}"

    def facts(self) -> list[tuple[Any, ...]]:
        facts: list[tuple[Any, ...]] = [
            (_("Cost"), str(self.cost), self.url("cost-change", self.cost.pk)),
            *facts_of_cost(self.cost),
        ]
        correction = self.found.state.correction if self.found else None
        if correction and correction.key:
            name = Key.objects.of(self.cooperation).filter(code=correction.key).values_list("name", flat=True)
            key = _("%(key)s, version %(version)s") % {
                "key": name.first() or correction.key,
                "version": correction.key_version,
            }
            facts.append((_("Divided by"), key))
        return facts

    def table(self, found: LateRow) -> dict[str, Any]:
        """What each was charged and should be, the reader's own first, and where the reasons stand."""
        correction = found.state.correction
        names, rounded = self.names, self.rounded(found.state)
        codes = [
            code
            for code in sorted({*correction.charged, *correction.should})
            if self.rights.sees_all_shares or code in self.own
        ]
        rows = [
            {
                "name": names.get(code, code),
                "is_own": code in self.own,
                "charged_minor": correction.charged.get(code, 0),
                "should_minor": correction.should.get(code, 0),
                "difference_minor": correction.should.get(code, 0) - correction.charged.get(code, 0),
                "is_rounding": code in rounded,
                "why_url": self.url("why-late", self.month, self.cost.reference, code),
            }
            for code in sorted(codes, key=lambda code: (code not in self.own, code))
        ]
        return {
            "rows": rows,
            "has_rounding": any(row["is_rounding"] for row in rows),
            "has_total": self.rights.sees_all_shares and len(rows) > 1,
            "charged_minor": sum(correction.charged.values()),
            "should_minor": sum(correction.should.values()),
            "difference_minor": sum(correction.shares.values()),
        }

    def payers(self, rows: Sequence[dict[str, Any]]) -> str:
        """What charging means for each, in words; empty where there are too many to say."""
        if not rows or len(rows) > 4:
            return ""
        return listed([f"{row['name']} {signed_minor(row['difference_minor'])}" for row in rows])


def _happened(found: LateRow, is_corrected: bool) -> str:
    """What made the closed month's charge wrong, in a sentence.

    ``is_corrected`` says that another closed month has charged or given back something of it since.
    """
    words = {"what": found.cost.description}
    if found.state.reason:
        return _("“%(what)s”: %(why)s") % (words | {"why": why_in_words(found.state.reason)})
    change = change_of(found.state.correction)
    if change in ("not_charged", "nothing_charged"):
        change = "given_back" if is_corrected else "not_charged"
    return str(HAPPENED[change]) % words
