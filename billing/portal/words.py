"""The sentences that say what changes do to shares."""

import json
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.engine.facts import fingerprint
from billing.reports.effects import ClosedEffect
from billing.reports.held_effects import Becomes, MonthEffect, OtherEffect
from billing.reports.moved import Months
from billing.reports.undivided import why_in_words
from sharedict.common.days import date_format
from sharedict.common.figures import minor, signed_minor
from sharedict.kernel.periods import Month

MOST_MONTHS = 12
"""So many months are named with their amounts; more of them are summed up."""
OTHERS = {
    Becomes.ANEW: gettext_lazy(
        "%(cost)s is asked anew: %(amount)s in %(months)s is charged in %(charged_in)s, unless somebody "
        "decides to leave it."
    ),
    Becomes.CHARGED: gettext_lazy(
        "%(cost)s changes with it: %(amount)s in %(months)s is charged in %(charged_in)s, unless somebody "
        "decides to leave it."
    ),
    Becomes.STOPS: gettext_lazy(
        "%(cost)s waits for a decision with it: somebody charges or leaves %(amount)s in %(months)s before "
        "%(charged_in)s can be proposed."
    ),
    Becomes.LEFT: gettext_lazy(
        "%(cost)s is left with it, as decided before: %(amount)s in %(months)s is charged in no month."
    ),
    Becomes.DROPPED: gettext_lazy(
        "%(cost)s changes with it: %(amount)s in %(months)s, which was to be charged, is charged in no month."
    ),
}
"""What becomes of another cost of the same family, in a sentence."""
OTHERS_IN_SHORT = {
    Becomes.ANEW: gettext_lazy("%(cost)s asked anew: %(amount)s in %(months)s, charged in %(charged_in)s"),
    Becomes.CHARGED: gettext_lazy("%(cost)s: %(amount)s in %(months)s, charged in %(charged_in)s"),
    Becomes.STOPS: gettext_lazy("%(cost)s: %(amount)s in %(months)s, to be decided on"),
    Becomes.LEFT: gettext_lazy("%(cost)s: %(amount)s in %(months)s, left by decision"),
    Becomes.DROPPED: gettext_lazy("%(cost)s: %(amount)s in %(months)s, no longer to be charged"),
}


def in_words(months: Iterable[Month]) -> str:
    """``October 2026``, or ``October 2026 to March 2027``; spans that lie apart one after the other."""
    spans: list[list[Month]] = []
    for month in sorted(months):
        if spans and spans[-1][-1].plus(1) == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    return ", ".join(
        month_name(span[0])
        if len(span) == 1
        else _("%(first)s to %(last)s") % {"first": month_name(span[0]), "last": month_name(span[-1])}
        for span in spans
    )


class Words:
    """What changes do, summed up by month, and the sentences that say it."""

    def __init__(
        self,
        *,
        currency: str,
        undivided: Mapping[Month, str],
        stopped: Mapping[Month, str],
        months: Months,
        by_cost: Sequence[MonthEffect],
        waiting: Sequence[MonthEffect],
        dropped: Sequence[MonthEffect],
        left: Sequence[MonthEffect],
        others: Sequence[OtherEffect],
        corrects: bool,
        by_rules: Sequence[Month],
        opened: Sequence[Month],
        reopened: Sequence[Month],
        left_out_minor: int,
    ) -> None:
        self.currency, self.months = currency, months
        self.by_cost, self.by_rules, self.opened = by_cost, by_rules, opened
        self.dropped, self.left = dropped, left
        self.waiting, self.others = waiting, others
        self.left_out_minor = left_out_minor
        self.undivided = undivided
        self.nobodys = {each.month: undivided[each.month] for each in by_cost if each.month in undivided}
        self.nobodys |= stopped
        self.uncounted = [month for month in opened if month in undivided]
        """The open months in which nothing divides the cost."""
        self.amounts = [each for each in by_cost if each.amount_minor and each.month not in undivided]
        self.carried = [
            each.month for each in by_cost if not each.amount_minor and each.month not in undivided
        ]
        charging = [month for month in months.proposed if corrects and month == months.charging]
        self.reopened = sorted({*reopened, *charging})

    @property
    def charging(self) -> str:
        return month_name(self.months.charging) if self.months.charging else ""

    @property
    def mark(self) -> str:
        by_month = [self.by_cost, self.dropped, self.left]
        more = [*self.waiting, *self.others, *self.nobodys, *self.uncounted]
        if not (any(by_month) or more or self.by_rules or self.left_out_minor or self.reopened):
            return ""
        told = [
            *([[str(each.month), each.amount_minor] for each in months] for months in by_month),
            [str(month) for month in self.by_rules],
            self.left_out_minor,
            str(self.months.charging),
        ]
        if self.nobodys:
            told.append([str(month) for month in self.nobodys])
        if self.uncounted:
            told.append({"uncounted": [str(month) for month in self.uncounted]})
        if self.waiting:
            told.append({"waiting": [[str(each.month), each.amount_minor] for each in self.waiting]})
        if self.others:
            told.append(
                {
                    "others": [
                        [each.reference, str(each.month), each.becomes, each.amount_minor]
                        for each in self.others
                    ]
                }
            )
        if self.reopened:
            told.append({"reopened": [str(month) for month in self.reopened]})
        return fingerprint(json.dumps(told))

    @property
    def warnings(self) -> tuple[str, ...]:
        found = []
        if self.amounts:
            found.append(self._amounts())
        found += [*self._nobodys(), *self._uncounted()]
        found += [*self._waits(), *self._uncharged(), *self._of_others()]
        if self.carried:
            said = _(
                "In months that are closed, %(months)s, the amount stays, but others may carry it: the "
                "difference is charged in %(charged_in)s, unless somebody decides to leave it."
            )
            found.append(said % {"months": in_words(self.carried), "charged_in": self.charging})
        if self.by_rules:
            said = _(
                "It reaches into months that are closed: %(months)s. Where shares there should be otherwise, "
                "somebody decides whether the difference is charged or left, before %(charged_in)s can be "
                "proposed."
            )
            found.append(said % {"months": in_words(self.by_rules), "charged_in": self.charging})
        if self.left_out_minor:
            found.append(self._left_out())
        if self.reopened:
            said = ngettext(
                "%(months)s is proposed to be closed: by this the proposal falls, and the month has to be"
                " proposed again.",
                "%(months)s are proposed to be closed: by this the proposals fall, and the months have to be"
                " proposed again.",
                len(self.reopened),
            )
            found.append(said % {"months": in_words(self.reopened)})
        return tuple(found)

    @property
    def said(self) -> str:
        found = []
        if self.opened:
            found.append(_("The shares of %(months)s are recomputed.") % {"months": in_words(self.opened)})
        if self.amounts:
            said = ngettext(
                "%(amount)s falls in %(months)s, which is closed: it becomes a correction in %(charged_in)s.",
                "%(amount)s falls in closed months, %(months)s: it becomes corrections in %(charged_in)s.",
                len(self.amounts),
            )
            found.append(said % self._what_and_where(self.amounts))
        found += [*self._nobodys(), *self._waits(), *self._uncharged(), *self._of_others()]
        found += self._uncounted()
        if self.carried:
            said = _(
                "Where others carry it in months that are closed, %(months)s, the difference becomes a "
                "correction in %(charged_in)s."
            )
            found.append(said % {"months": in_words(self.carried), "charged_in": self.charging})
        if self.by_rules:
            said = _(
                "Closed months are held against it: %(months)s. What should be otherwise there waits for a "
                "decision, to charge it or to leave it, before %(charged_in)s can be proposed."
            )
            found.append(said % {"months": in_words(self.by_rules), "charged_in": self.charging})
        if self.left_out_minor:
            found.append(self._left_out())
        if self.reopened:
            said = _("The proposal to close %(months)s falls: look at it, and propose it again.")
            found.append(said % {"months": in_words(self.reopened)})
        return " ".join(found) or _("No share computed so far changes.")

    @property
    def is_problem(self) -> bool:
        """Whether somebody has something to mend, to decide or to propose again before a month can close."""
        return bool(self.nobodys or self.waiting or self.by_rules or self.reopened or self.uncounted)

    def of_cost(self, effect: ClosedEffect) -> str:
        """What one cost does to closed months, short."""
        found = []
        charged = [each for each in effect.months if each.month not in effect.stops]
        stopped = [each for each in effect.months if each.month in effect.stops]
        if charged:
            said = _("%(amount)s in %(months)s, charged in %(charged_in)s")
            found.append(said % self._what_and_where(charged))
        if stopped:
            said = _("%(amount)s in %(months)s, to be decided on")
            found.append(said % self._what_and_where(stopped))
        if effect.dropped:
            said = _("%(amount)s in %(months)s, no longer to be charged")
            found.append(said % self._what_and_where(effect.dropped))
        if effect.computed and effect.left:
            said = _("%(amount)s in %(months)s, left by decision")
            found.append(said % self._what_and_where(effect.left))
        for each in effect.others:
            what = self._what_and_where([MonthEffect(each.month, each.amount_minor)])
            found.append(str(OTHERS_IN_SHORT[each.becomes]) % {"cost": each.reference, **what})
        return "; ".join(found)

    def _amounts(self) -> str:
        said = ngettext(
            "%(amount)s falls in %(months)s, which is closed: it is charged as a correction in "
            "%(charged_in)s, unless somebody decides to leave it.",
            "%(amount)s falls in closed months (%(parts)s): it is charged as corrections in %(charged_in)s, "
            "unless somebody decides to leave it.",
            len(self.amounts),
        )
        parts = [f"{month_name(each.month)} {signed_minor(each.amount_minor)}" for each in self.amounts]
        is_short = len(parts) <= MOST_MONTHS
        found = self._what_and_where(self.amounts)
        return said % {**found, "parts": ", ".join(parts) if is_short else found["months"]}

    def _nobodys(self) -> list[str]:
        """What falls in closed months where nothing divides it."""
        said = _(
            "Nothing divides it in %(months)s: %(why)s It is charged to nobody, and %(charged_in)s cannot be "
            "proposed until something divides it there, or somebody leaves it."
        )
        return [
            said % {"months": in_words(months), "why": why, "charged_in": self.charging}
            for why, months in _by_reason(self.nobodys, sorted(self.nobodys))
        ]

    def _uncounted(self) -> list[str]:
        """What falls in open months where nothing divides it."""
        said = _("Nothing divides it in %(months)s, so that cannot be closed yet: %(why)s")
        return [
            said % {"months": in_words(months), "why": why}
            for why, months in _by_reason(self.undivided, self.uncounted)
        ]

    def _waits(self) -> list[str]:
        """What falls in closed months where somebody decides on it first."""
        if not self.waiting:
            return []
        said = _(
            "%(amount)s in closed months, %(months)s, waits for a decision: somebody charges it or leaves it "
            "before %(charged_in)s can be proposed."
        )
        return [said % self._what_and_where(self.waiting)]

    def _uncharged(self) -> list[str]:
        """What was still to be charged, or was left, and is now charged in no month."""
        found = []
        if self.dropped:
            said = _(
                "What was to be charged in %(charged_in)s for %(months)s, %(amount)s, is not: by this change "
                "it is charged in no month."
            )
            found.append(said % self._what_and_where(self.dropped))
        moved = {each.month for each in self.dropped}
        if again := [each for each in self.left if each.month in moved]:
            said = _(
                "%(amount)s for %(months)s is left, as decided before on just that: it is charged in no "
                "month."
            )
            found.append(said % self._what_and_where(again))
        if left := [each for each in self.left if each.month not in moved]:
            said = _(
                "%(amount)s for %(months)s was left by decision and is charged in no month: there nothing "
                "that is charged changes."
            )
            found.append(said % self._what_and_where(left))
        return found

    def _of_others(self) -> list[str]:
        """What becomes of other costs with it, each named, and what happens to it as well."""
        found: dict[tuple[str, Becomes], list[MonthEffect]] = {}
        for each in self.others:
            by_month = found.setdefault((each.reference, each.becomes), [])
            by_month.append(MonthEffect(each.month, each.amount_minor))
        return [
            str(OTHERS[becomes]) % {"cost": reference, **self._what_and_where(summed(by_month))}
            for (reference, becomes), by_month in found.items()
        ]

    def _what_and_where(self, effects: Sequence[MonthEffect]) -> dict[str, str]:
        return {
            "amount": signed_minor(sum(each.amount_minor for each in effects), self.currency),
            "months": in_words(each.month for each in effects),
            "charged_in": self.charging,
        }

    def _left_out(self) -> str:
        said = _(
            "%(amount)s lies before %(month)s, the first month that is shared: nobody is charged for it."
        )
        return said % {
            "amount": minor(self.left_out_minor, self.currency),
            "month": month_name(self.months.first),
        }


def _by_reason(undivided: Mapping[Month, str], months: Iterable[Month]) -> list[tuple[str, list[Month]]]:
    """Those of ``months`` in which nothing divides it, by why, in the order in which they begin."""
    found: dict[str, list[Month]] = {}
    for month in months:
        if month in undivided:
            found.setdefault(undivided[month], []).append(month)
    return [(why_in_words(reason), each) for reason, each in found.items()]


def summed(effects: Iterable[MonthEffect]) -> list[MonthEffect]:
    """One for each month, in order, in minor units."""
    found: dict[Month, int] = {}
    for each in effects:
        found[each.month] = found.get(each.month, 0) + each.amount_minor
    return [MonthEffect(month, found[month]) for month in sorted(found)]


def month_name(month: Month) -> str:
    """As it stands inside a sentence."""
    return date_format(month.first, "F Y")
