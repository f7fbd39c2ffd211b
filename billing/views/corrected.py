"""What a month has to do with late changes: what it charges of them, and where it is corrected itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import LateDecision
from billing.reports import Together, corrected_in, corrections_of, together
from billing.snapshots import STOPS, LateState, Verdict, decisions_of, late_states
from billing.views.months import MonthPage
from billing.views.pictures import month_name, moved_as_seen, sum_or_moved, whole_name
from municipalities.models import Role
from municipalities.portal import listed, one_of
from sharedict.common.days import date_format
from sharedict.kernel.periods import Month

MOST_CLOSERS = 4
"""So many who may close a month are named."""


@dataclass(frozen=True, slots=True)
class Late:
    """The late changes of a cooperation by what happens to them."""

    waiting: Together
    left: Together


class CorrectingPage(MonthPage):
    """A page about a month that may charge corrections of earlier ones, or be corrected itself."""

    @cached_property
    def decisions(self) -> QuerySet[LateDecision]:
        """What was decided on late changes, read once, if it is asked for."""
        return decisions_of(self.cooperation)

    @cached_property
    def late_states(self) -> list[LateState]:
        return late_states(self.cooperation, self.decisions) if self.calendar.closed else []

    @cached_property
    def late(self) -> Late:
        return Late(
            together(state for state in self.late_states if state.verdict in STOPS),
            together(state for state in self.late_states if state.verdict == Verdict.LEFT),
        )

    @property
    def open_before(self) -> list[tuple[Month, bool]]:
        """The open months before this one, in order, and whether each is empty."""
        return self.calendar.open_before(self.month, self.cooperation.first_month)

    @property
    def proposed(self) -> str:
        """Who proposed to close the month, and when; empty where nobody did."""
        by, at = self.period.proposed_by, self.period.proposed_at
        if by is None or at is None:
            return ""
        return _("Proposed by %(who)s on %(day)s.") % {"who": by, "day": date_format(at, "j F Y")}

    @property
    def others_close(self) -> str:
        """Who may close what the reader has proposed, by name."""
        roles = Role.objects.of(self.cooperation).filter(kind=Role.Kind.ADMINISTRATOR, user__is_active=True)
        rows = roles.exclude(user=self.viewer).select_related("user").order_by("user__username")
        names = [str(role.user) for role in rows]
        if not names:
            return _(
                "You have proposed it, and nobody else is an administrator of the cooperation: whoever runs"
                " the portal has to give another person that role before the month can close."
            )
        shown = names if len(names) <= MOST_CLOSERS else [*names[:MOST_CLOSERS], _("others")]
        return _("You have proposed it: another administrator closes it, %(names)s.") % {
            "names": one_of(shown)
        }

    @property
    def is_next(self) -> bool:
        """Whether it is the next month to close, together with the empty ones before it."""
        return not self.period.is_closed and self.full_before is None

    @property
    def not_over(self) -> str:
        """That days of the month are still to come; empty where none are."""
        if self.month.after <= timezone.localdate():
            return ""
        return _("The month is not over: costs that come later for it become corrections.")

    @property
    def full_before(self) -> Month | None:
        """The first open month before this one that is not empty, and so must be closed first."""
        return next((month for month, is_empty in self.open_before if not is_empty), None)

    @property
    def empty_before(self) -> list[Month]:
        """The empty months that close along with this one."""
        return [month for month, is_empty in self.open_before if is_empty]

    def in_the_way(self, progress: dict[str, Any] | None) -> list[dict[str, str]]:
        """What stops the open month from being proposed and closed: a sentence each, and where it is mended.

        ``progress`` is that of the month.
        """
        period, found = self.period, []
        if period.failure:
            words = {"month": capfirst(month_name(self.month)), "why": period.failure}
            text = _("%(month)s could not be computed: %(why)s") % words
            found.append({"text": text, "url": self.url("jobs"), "label": _("Jobs")})
        elif progress:
            is_lost = progress["is_ended"]
            url = progress["result_url"] if is_lost else self.url("period", self.month)
            label = progress["result_label"] if is_lost else _("Follow")
            found.append({"text": f"{progress['label'].rstrip('.')}.", "url": url, "label": label})
        if failed := self.calendar.failed_before:  # none closes before it is held against today's facts
            words = dict(zip(("month", "why"), (capfirst(month_name(failed[0])), failed[1]), strict=True))
            text = _("%(month)s could not be computed: %(why)s") % words
            found.append({"text": text, "url": self.url("jobs"), "label": _("Jobs")})
        if period.current_run and period.current_run.unallocated_lines:
            count = period.current_run.unallocated_lines
            text = ngettext("%(count)d cost is unallocated.", "%(count)d costs are unallocated.", count)
            url = f"{self.url('period', self.month)}#unallocated"
            found.append({"text": text % {"count": count}, "url": url, "label": _("Allocate")})
        if earlier := self.full_before:
            url, label = self.url("period", earlier), capfirst(month_name(earlier))
            found.append({"text": _("Months close in their order."), "url": url, "label": label})
        elif self.late.waiting.count:
            found.append(self.waits())
        return found

    def waits(self) -> dict[str, str]:
        """That late changes wait for a decision, and where they do."""
        label = _("Decide") if self.rights.may_edit else _("See them")
        text = waiting_text(self.late.waiting, self.words(self.late.waiting))
        return {"text": text, "url": self.url("late-changes"), "label": label}

    def corrections(self) -> dict[str, Any] | None:
        """What this month charges to correct earlier ones, by cost; None for nothing."""
        rows = corrections_of(self.told_lines)
        if not rows:
            return None
        return {
            "rows": [
                {
                    "row": row,
                    "moved_minor": moved_as_seen(self.rights, row.moved_minor),
                    "application": whole_name(row.application_name),
                    "month_name": month_name(row.month),
                    "month_url": self.url("period", row.month),
                    "url": self.url("late-change", row.month, row.reference),
                }
                for row in rows
            ],
            "total_minor": sum(row.amount_minor for row in rows),
            "moved_minor": moved_as_seen(self.rights, sum(row.moved_minor for row in rows)),
            "count": len(rows),
        }

    def corrected(self) -> list[dict[str, Any]]:
        """Where later months correct this closed one, and what of it waits or was left."""
        found: list[dict[str, Any]] = [
            {
                "text": ngettext(
                    "Corrected in %(month)s: %(count)d cost, %(sum)s.",
                    "Corrected in %(month)s: %(count)d costs, %(sum)s.",
                    row.count,
                )
                % self.words(Together(row.count, row.amount_minor, row.moved_minor), row.month),
                "url": f"{self.url('period', row.month)}#corrections",
                "label": capfirst(month_name(row.month)),
            }
            for row in corrected_in(self.period)
        ]
        own = [state for state in self.late_states if state.month == self.month]
        waiting = together(state for state in own if state.verdict in STOPS)
        left = together(state for state in own if state.verdict == Verdict.LEFT)
        for sums, text in (
            (waiting, waiting_text(waiting, self.words(waiting))),
            (left, left_text(left, self.words(left))),
        ):
            if sums.count:
                found.append({"text": text, "url": self.url("late-changes"), "label": _("Late changes")})
        return found

    def words(self, sums: Together, month: Month | None = None) -> dict[str, Any]:
        return {
            "count": sums.count,
            "sum": sum_or_moved(
                sums.amount_minor, moved_as_seen(self.rights, sums.moved_minor), self.cooperation.currency
            ),
            "month": month_name(month) if month else "",
        }

    def closes_along(self) -> str:
        """That the empty months before close together with this one; empty where there are none."""
        empty = self.empty_before
        if not empty:
            return ""
        return ngettext(
            "%(months)s has no costs, and closes together with it.",
            "%(months)s have no costs, and close together with it.",
            len(empty),
        ) % {"months": capfirst(spans(empty))}

    def effects_of_closing(self) -> list[str]:
        """What closing charges and leaves beyond the month's own costs, in sentences."""
        found = [said for said in (self.not_over, self.closes_along()) if said]
        if rows := corrections_of(self.told_lines):
            sums = Together(
                len(rows), sum(row.amount_minor for row in rows), sum(row.moved_minor for row in rows)
            )
            found.append(
                ngettext(
                    "%(count)d correction of earlier months is charged: %(sum)s.",
                    "%(count)d corrections of earlier months are charged: %(sum)s.",
                    sums.count,
                )
                % self.words(sums)
            )
        if self.late.left.count:
            found.append(left_text(self.late.left, self.words(self.late.left)))
        return found


def waiting_text(sums: Together, words: dict[str, Any]) -> str:
    said = ngettext(
        "%(count)d late change of closed months waits for a decision",
        "%(count)d late changes of closed months wait for a decision",
        sums.count,
    )
    return _ended(said % words, sums, words)


def left_text(sums: Together, words: dict[str, Any]) -> str:
    said = ngettext(
        "%(count)d late change was left uncharged",
        "%(count)d late changes were left uncharged",
        sums.count,
    )
    return _ended(said % words, sums, words)


def _ended(said: str, sums: Together, words: dict[str, Any]) -> str:
    """The sentence with the sum, or with what moves between municipalities, if anything does."""
    return f"{said}: {words['sum']}." if sums.amount_minor or sums.moved_minor else f"{said}."


def spans(months: Sequence[Month]) -> str:
    """Months as they stand in a sentence: one, two and, where they follow each other, first to last."""
    if len(months) > 2 and months[-1] == months[0].plus(len(months) - 1):
        words = {"first": month_name(months[0]), "last": month_name(months[-1])}
        return _("%(first)s to %(last)s") % words
    return listed([month_name(month) for month in months])
