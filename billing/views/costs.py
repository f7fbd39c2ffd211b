"""The register of costs: what suppliers charge, added, changed, withdrawn and imported."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.actions import check_cost, import_costs, restore_cost, save_cost, withdraw_cost
from billing.forms import CostFilter, CostForm
from billing.imports import COST_COLUMNS, compare_costs
from billing.models import Cost, Period, RunLine
from billing.reports import before_first_month, twins_of
from billing.reports.rows import minor_of
from billing.reports.undivided import why_in_words
from billing.snapshots import CHARGED, late_states
from billing.tables import CostTable
from billing.views.late import STAMPS as LATE
from billing.views.months import STAMPS
from billing.views.pictures import month_name, whole_name
from municipalities.access import Rights
from municipalities.portal import (
    Change,
    ChangePage,
    EffectMixin,
    FormPage,
    ImportPage,
    ListPage,
    RowMixin,
    next_month,
)
from sharedict.common.figures import money
from sharedict.common.moments import SAFE_METHODS
from sharedict.common.requests import STOP_POLLING
from sharedict.common.uploads import Columns, Finding, Outcome, UploadedRow
from sharedict.jobs.models import Job
from sharedict.kernel.periods import Month


class Costs(ListPage):
    model = Cost
    table_class = CostTable
    filterset_class = CostFilter
    title = gettext_lazy("Costs")
    lead = gettext_lazy("What suppliers charge the cooperation. Each cost is shared in the months it covers.")
    add_name = "cost-add"
    add_label = gettext_lazy("Add a cost")
    api_name = "v1:costs-list"

    def queryset(self) -> Any:
        return Cost.objects.visible_to(self.viewer).of(self.cooperation).for_listing().with_state()

    def more_actions(self) -> list[dict[str, Any]]:
        if not self.rights.may_edit:
            return []
        return [{"url": self.url("costs-import"), "label": _("Import")}]

    def file_name(self) -> str:
        return "costs"


class TwiceMixin(EffectMixin):
    """A page that tells, before it saves, that the same invoice or cost may be there already."""

    def is_told(self, changes: Sequence[Change]) -> bool:
        super().is_told(changes)
        twins = [twin for each in changes for twin in twins_of(each.after, each.before)]  # type: ignore[arg-type]
        if twins:
            named = " ".join(f"{twin.code}:{twin.where}" for twin in twins)
            said = [*(twin.message for twin in twins), _("Save it only if it is another one.")]
            self.effect = replace(
                self.effect,
                warnings=(*said, *self.effect.warnings),
                mark=hashlib.sha256(f"{self.effect.mark} {named}".encode()).hexdigest(),
            )
        return not self.effect.mark or self.effect.mark == self.request.POST.get("told")


class SaveCost(TwiceMixin, FormPage):
    form_class = CostForm
    done_name = "costs"

    def check(self, row: Cost) -> None:
        check_cost(row)

    def save(self, form: CostForm) -> Cost:
        return save_cost(cost=form.save(commit=False), by=self.viewer)

    def done_url(self, row: Cost) -> str:
        return self.url("cost-change", row.pk)


class CostAdd(SaveCost):
    """An empty form, or with ``?credits=C00000012`` a credit note of what is left of that cost."""

    title = gettext_lazy("Add a cost")
    said = gettext_lazy("Added.")

    def form_arguments(self) -> dict[str, Any]:
        today = timezone.localdate()
        reference = self.request.GET.get("credits", "")
        rows = Cost.objects.of(self.cooperation).filter(reference=reference)
        refunded = rows.first() if reference.isprintable() else None
        if refunded is None:
            return {"initial": {"starts_on": today.replace(day=1), "ends_on": next_month(today)}}
        repeated = ("application", "cost_type", "supplier", "starts_on", "ends_on")
        return {
            "initial": {name: getattr(refunded, name) for name in repeated}
            | {
                "amount": -left_to_refund(refunded, refunds_of(refunded)) or None,
                "credits": refunded.reference,
                "description": _("Credit: %(what)s") % {"what": refunded.description},
            }
        }


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
        counting = self.counting(self.row())
        status = 200 if counting["job"] else STOP_POLLING
        return render(request, "billing/cost_months.html", counting, status=status)

    def context(self, form: CostForm) -> dict[str, Any]:
        cost: Cost = self.row()
        refunds = refunds_of(cost)
        left = left_to_refund(cost, refunds)
        steps = self.steps(cost, refunds, left) if self.rights.may_edit else []
        return super().context(form) | {
            "title": self.title if self.rights.may_edit else cost.reference,
            "lead": str(cost) if self.rights.may_edit else cost.description,
            "cost": cost,
            "facts": [] if self.rights.may_edit else self.facts(cost),
            "actions": [{"url": url, "label": label} for url, label in steps],
            "refunds": [(refund, self.url("cost-change", refund.pk), refund.last_day) for refund in refunds],
            "left_to_refund": left,
            **self.counting(cost),
        }

    def facts(self, cost: Cost) -> list[tuple[Any, ...]]:
        """What the form holds, for those who only read."""
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

    def counting(self, cost: Cost) -> dict[str, Any]:
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
        parts = [*(minor_of(line.amount) for line in lines), *(row["minor"] for row in uncharged), before]
        return {
            "job": jobs.order_by("id").first(),
            "months": [self.month(line) for line in months],
            "corrections": [self.correction(line) for line in corrections],
            "uncharged": uncharged,
            "before_minor": before,
            "first_month_name": month_name(Month.of(self.cooperation.first_month)),
            "sum_minor": sum(parts),
            "has_sum": len(lines) + len(uncharged) + bool(before) > 1,
            "currency": cost.currency,
        }

    def month(self, line: RunLine) -> dict[str, Any]:
        period = line.run.period
        label, variant = STAMPS[Period.State(period.state)]
        return {
            "name": month_name(period.month),
            "url": self.url("period", period.month),
            "line": line,
            "why": why_in_words(line.reason),
            "label": label,
            "variant": variant,
        }

    def correction(self, line: RunLine) -> dict[str, Any]:
        """A line that corrects the cost in an earlier month, under the month that charges it."""
        concerns = Month.of(line.concerns or line.run.period.first_day)
        return {**self.month(line), "concerns": month_name(concerns)}

    def uncharged(self, cost: Cost) -> list[dict[str, Any]]:
        """What closed months should have charged of it and no month does: it waits, or was left."""
        return [
            {
                "name": month_name(state.month),
                "url": self.url("late-change", state.month, cost.reference),
                "label": LATE[state.verdict][0],
                "variant": LATE[state.verdict][1],
                "minor": state.amount_minor,
            }
            for state in late_states(self.cooperation)
            if state.cost_id == cost.pk and state.verdict not in CHARGED
        ]


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


def refunds_of(cost: Cost) -> list[Cost]:
    """The credit notes of ``cost`` that count, from the first day on."""
    return list(Cost.objects.valid().filter(credits=cost).order_by("starts_on", "reference"))


def left_to_refund(cost: Cost, refunds: Iterable[Cost]) -> Decimal:
    """What ``refunds`` leave of ``cost``."""
    return cost.amount + sum((refund.amount for refund in refunds), Decimal(0))


class Step(RowMixin, TwiceMixin):
    """Asks once, telling what it does to closed months, then lets a cost count no longer, or again."""

    model = Cost
    danger = True
    said: Any = ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        self.is_told(self.changes(cost))
        return self.show(cost)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        if not self.is_told(self.changes(cost)):
            return self.show(cost)
        try:
            self.take(cost)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self.show(cost, 409)
        self.say(str(self.said))
        return redirect(self.url("cost-change", cost.pk))

    def changes(self, cost: Cost) -> list[Change]:
        after = copy(cost)
        after.withdrawn_on = self.withdrawn_on()
        return [Change(cost, after)]

    def withdrawn_on(self) -> dt.date | None:
        """What the step makes of the cost."""
        raise NotImplementedError

    def take(self, cost: Cost) -> None:
        raise NotImplementedError

    def question(self, cost: Cost) -> dict[str, Any]:
        raise NotImplementedError

    def show(self, cost: Cost, status: int = 200) -> HttpResponse:
        context = {
            **self.question(cost),
            "danger": self.danger,
            "effect": self.effect,
            "cancel_url": self.url("cost-change", cost.pk),
        }
        return self.page("components/confirm_page.html", context, status)


class CostWithdraw(Step):
    """A cost that a credit note refunds is not withdrawn: the page says which, and asks nothing."""

    said = gettext_lazy("Withdrawn.")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        refunds = refunds_of(cost)
        return self.show_refusal(cost, refunds) if refunds else super().get(request, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cost = self.row()
        refunds = refunds_of(cost)
        return self.show_refusal(cost, refunds, 409) if refunds else super().post(request, **kwargs)

    def show_refusal(self, cost: Cost, refunds: Iterable[Cost], status: int = 200) -> HttpResponse:
        links = [(self.url("cost-change", refund.pk), refund) for refund in refunds]
        context = {
            "title": _("%(what)s cannot be withdrawn") % {"what": cost},
            "lead": _("A credit note refunds this cost: withdraw the credit note first."),
            "consequences": [format_html('<a href="{}">{}</a>', *link) for link in links],
            "cancel_url": self.url("cost-change", cost.pk),
        }
        return self.page("components/confirm_page.html", context, status)

    def withdrawn_on(self) -> dt.date | None:
        return timezone.localdate()

    def take(self, cost: Cost) -> None:
        withdraw_cost(cost=cost, on=timezone.localdate(), by=self.viewer)

    def question(self, cost: Cost) -> dict[str, Any]:
        return {
            "title": _("Withdraw %(what)s?") % {"what": cost},
            "lead": _("It counts no longer. You can restore it later."),
            "confirm_label": _("Withdraw it"),
        }


class CostRestore(Step):
    danger = False
    said = gettext_lazy("Restored.")

    def withdrawn_on(self) -> dt.date | None:
        return None

    def take(self, cost: Cost) -> None:
        restore_cost(cost=cost, by=self.viewer)

    def question(self, cost: Cost) -> dict[str, Any]:
        return {
            "title": _("Restore %(what)s?") % {"what": cost},
            "lead": _("It counts again in every month it covers."),
            "confirm_label": _("Restore it"),
        }


class CostsImport(ImportPage):
    columns = Columns(COST_COLUMNS, numbers=("amount",))
    example = "INV-2041;erp;licence;Fjord Software AB;2041;Licences, October;12500,00;2026-10-01;2026-11-01"
    title = gettext_lazy("Import costs")
    lead = gettext_lazy("A row is found again by its external id: the same file twice changes nothing.")

    def compare(self, rows: Sequence[UploadedRow]) -> Sequence[Finding]:
        return compare_costs(self.cooperation, rows)

    def apply(self, findings: Sequence[Finding]) -> None:
        wanted = (Outcome.NEW, Outcome.CHANGED)
        costs = [finding.row for finding in findings if finding.outcome in wanted]
        import_costs(cooperation=self.cooperation, costs=costs, by=self.viewer)

    def done_url(self) -> str:
        return self.url("costs")
