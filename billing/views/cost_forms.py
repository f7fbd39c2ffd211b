"""The forms of a cost, what they tell before they save it, and what is left of it to give back."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.actions import check_cost, save_cost
from billing.forms import CostForm
from billing.models import Cost
from billing.reports import twins_of
from municipalities.portal import Change, EffectMixin, FormPage, next_month


class TwiceMixin(EffectMixin):
    """A page that tells, before it saves, that the same invoice or cost may be there already."""

    def is_told(self, changes: Sequence[Change]) -> bool:
        super().is_told(changes)
        twins = [twin for each in changes for twin in twins_of(each.after, each.before)]  # type: ignore[arg-type]
        if twins:
            named = " ".join(f"{twin.code}:{twin.where}" for twin in twins)
            said = [*(twin.message for twin in twins), _("Save it only if it is another one.")]
            self.effect = self.effect.asking(said, named)
        return self.is_known()


class SaveCost(TwiceMixin, FormPage):
    form_class = CostForm
    done_name = "costs"

    def wants_preview(self, changes: Sequence[Change]) -> bool:
        """Only where asked for: that nothing divides the cost is told without."""
        return False

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

    def context(self, form: CostForm) -> dict[str, Any]:
        is_refund = bool(form["credits"].value())
        label = _("Add the credit note") if is_refund else _("Add the cost")
        label = _("Add it all the same") if self.effect.mark else label
        return {**super().context(form), "submit_label": label}

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


def refunds_of(cost: Cost) -> list[Cost]:
    """The credit notes of ``cost`` that count, from the first day on."""
    return list(Cost.objects.valid().filter(credits=cost).order_by("starts_on", "reference"))


def left_to_refund(cost: Cost, refunds: Iterable[Cost]) -> Decimal:
    """What ``refunds`` leave of ``cost``."""
    return cost.amount + sum((refund.amount for refund in refunds), Decimal(0))
