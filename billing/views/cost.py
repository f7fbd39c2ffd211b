"""The page of a cost: its form or its facts, its steps, and what it is in each month."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Key
from billing.forms import CostForm
from billing.models import Cost, Period, RunLine
from billing.reports import before_first_month, shares_of_cost
from billing.reports.rows import minor_of
from billing.reports.undivided import why_in_words
from billing.snapshots import CHARGED, late_states
from billing.views.cost_forms import SaveCost, left_to_refund, refunds_of
from billing.views.cost_opening import opening_of_cost
from billing.views.late import STAMPS as LATE
from billing.views.months import STAMPS
from billing.views.openings import Opening
from billing.views.pictures import month_name, whole_name
from municipalities.access import Rights
from municipalities.portal import ChangePage, listed
from sharedict.common.days import date_format
from sharedict.common.figures import minor, money
from sharedict.common.moments import SAFE_METHODS
from sharedict.common.requests import STOP_POLLING
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month


class CostChange(SaveCost, ChangePage):
    """The cost, and what it is in each month: asked for again while a job is to change it.

    Who sees the register reads it; administrators have its form and steps.
    """

    model = Cost
    template_name = "billing/cost_form.html"
    title = gettext_lazy("Change a cost")

    def is_allowed(self, rights: Rights) -> bool:
        return rights.may_edit or self.request.method in SAFE_METHODS

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.htmx:  # type: ignore[attr-defined]
            return super().get(request, **kwargs)
        cost = self.row()
        counting = self.counting(cost, refunds_of(cost))
        status = 200 if counting["job"] else STOP_POLLING
        return render(request, "billing/cost_months.html", counting, status=status)

    def context(self, form: CostForm) -> dict[str, Any]:
        cost: Cost = self.row()
        refunds = refunds_of(cost)
        left = left_to_refund(cost, refunds)
        steps = self.steps(cost, refunds, left) if self.rights.may_edit else []
        is_form = self.rights.may_edit and not cost.is_withdrawn
        return super().context(form) | {
            "title": cost.description,
            "lead": cost.reference,
            "back_label": _("Costs"),
            "cost": cost,
            "is_form": is_form,
            "facts": [] if is_form else self.facts(cost),
            "actions": [{"url": url, "label": label} for url, label in steps],
            "refunds": [(refund, self.url("cost-change", refund.pk), refund.last_day) for refund in refunds],
            "left_to_refund": left,
            **self.counting(cost, refunds),
        }

    def facts(self, cost: Cost) -> list[tuple[Any, ...]]:
        """What the form holds, for those who only read, and of a cost that was withdrawn."""
        facts: list[tuple[Any, ...]] = [*facts_of_cost(cost)]
        if cost.credits:
            facts.append((_("Refunds"), str(cost.credits), self.url("cost-change", cost.credits_id)))
        if cost.external_id:
            facts.append((_("External id"), cost.external_id))
        return facts

    def steps(self, cost: Cost, refunds: Sequence[Cost], left: Decimal) -> list[tuple[str, str]]:
        """A cost that is refunded is not withdrawn: the list of its refunds says so."""
        if cost.is_withdrawn:
            return [(self.url("cost-restore", cost.pk), _("Restore"))]
        steps = []
        if cost.credits_id is None and left:
            steps.append((f"{self.url('cost-add')}?credits={cost.reference}", _("Credit it")))
        if not refunds:
            steps.append((self.url("cost-withdraw", cost.pk), _("Withdraw")))
        return steps

    def counting(self, cost: Cost, refunds: Sequence[Cost]) -> dict[str, Any]:
        """What the cost is in each month as everybody sees it, and the job that is about to change that."""
        jobs = Job.objects.of(self.cooperation).unfinished().touching(cost.starts_on, cost.ends_on)
        lines = list(RunLine.objects.current().filter(cost=cost).select_related("run__period"))
        months = sorted(
            (line for line in lines if line.concerns is None), key=lambda line: line.run.period.first_day
        )
        corrections = sorted(
            (line for line in lines if line.concerns),
            key=lambda line: (line.run.period.first_day, line.concerns or line.run.period.first_day),
        )
        uncharged = self.uncharged(cost) if corrections or cost.late_changes.exists() else []
        before = before_first_month(cost)
        names = dict(Key.objects.of(self.cooperation).values_list("code", "name")) if lines else {}
        parts = [*(minor_of(line.amount) for line in lines), *(row["minor"] for row in uncharged), before]
        counted = {
            "job": jobs.order_by("id").first(),
            "months": [self.month(line, names) for line in months],
            "corrections": [self.correction(line, names) for line in corrections],
            "uncharged": uncharged,
            "before_minor": before,
            "first_month_name": month_name(Month.of(self.cooperation.first_month)),
            "sum_minor": sum(parts),
            "has_sum": len(lines) + len(uncharged) + bool(before) > 1,
            "currency": cost.currency,
        }
        own = self.own_share(cost, [line.run.period for line in months if not line.reason])
        given_back = -sum((refund.amount for refund in refunds), Decimal(0))
        return {**counted, "opening": opening_of_cost(cost, counted, given_back, own)}

    def own_share(self, cost: Cost, periods: Sequence[Period]) -> Opening | None:
        """What the reader's own carry of the cost in the newest month that has begun, and the way to why."""
        if not (self.own and periods):
            return None
        today = timezone.localdate()
        period = next((each for each in reversed(periods) if each.first_day <= today), periods[0])
        shares = shares_of_cost(self.viewer, period, cost.reference)
        found = [key for key in self.own if shares.get(key)]
        if not found:
            return None
        return {
            "said": listed([f"{self.own[key]} {minor(shares[key], cost.currency)}" for key in found]),
            "month": month_name(period.month),
            "url": self.url("why", period.month, found[0], cost.reference),
        }

    def month(self, line: RunLine, names: Mapping[str, str]) -> dict[str, Any]:
        period = line.run.period
        label, variant = STAMPS[Period.State(period.state)]
        return {
            "name": month_name(period.month),
            "month": period.month,
            "is_closed": period.is_closed,
            "url": self.url("period", period.month),
            "line": line,
            "key": key_and_version(line, names),
            "why": why_in_words(line.reason),
            "label": label,
            "variant": variant,
        }

    def correction(self, line: RunLine, names: Mapping[str, str]) -> dict[str, Any]:
        """A line that corrects the cost in an earlier month, under the month that charges it."""
        concerns = Month.of(line.concerns or line.run.period.first_day)
        found = self.month(line, names)
        return {**found, "concerns": month_name(concerns), "concerns_month": concerns}

    def uncharged(self, cost: Cost) -> list[dict[str, Any]]:
        """What closed months should have charged of it and no month does: it waits, or was left."""
        return [
            {
                "name": month_name(state.month),
                "month": state.month,
                "verdict": state.verdict,
                "url": self.url("late-change", state.month, cost.reference),
                "label": LATE[state.verdict][0],
                "variant": LATE[state.verdict][1],
                "minor": state.amount_minor,
            }
            for state in late_states(self.cooperation)
            if state.cost_id == cost.pk and state.verdict not in CHARGED
        ]


def key_and_version(line: RunLine, names: Mapping[str, str]) -> str:
    """The key that divides a line, by its name, and its version; empty for a line that follows another."""
    if not line.key_code:
        return ""
    words = {"key": names.get(line.key_code, line.key_code), "version": line.key_version}
    return _("%(key)s, version %(version)s") % words


def facts_of_cost(cost: Cost) -> list[tuple[str, str]]:
    """What a cost is for, whose, how much, for which days, and whether it was withdrawn."""
    days = {"first": date_format(cost.starts_on, "j F Y"), "last": date_format(cost.last_day, "j F Y")}
    facts = [
        (
            _("For"),
            whole_name(cost.application.name if cost.application else "") + f" · {cost.cost_type.name}",
        ),
        (_("Supplier"), ", ".join(part for part in (cost.supplier, cost.invoice_number) if part)),
        (_("Whole amount"), money(cost.amount, cost.currency)),
        (_("For the days"), _("%(first)s to %(last)s") % days),
    ]
    if cost.withdrawn_on:
        facts.append((_("Withdrawn"), date_format(cost.withdrawn_on, "j F Y")))
    return facts
