"""The last steps of the set-up: the first cost, and the first month closed."""

from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Cost, Period
from municipalities.models import Cooperation
from municipalities.portal import SetUpStep, few
from sharedict.common.days import date_format
from sharedict.common.figures import money


def _has_a_cost() -> Combinable:
    return Exists(Cost.objects.filter(cooperation=OuterRef("pk"), withdrawn_on=None))


def _its_costs(cooperation: Cooperation) -> str:
    rows = Cost.objects.valid().of(cooperation).order_by("starts_on", "reference")
    return few([f"{cost.description}, {money(cost.amount, cost.currency)}" for cost in rows[:20]], most=1)


def _has_closed() -> Combinable:
    return Exists(Period.objects.filter(cooperation=OuterRef("pk"), state=Period.State.CLOSED))


def _what_is_closed(cooperation: Cooperation) -> str:
    rows = Period.objects.of(cooperation).filter(state=Period.State.CLOSED).order_by("first_day")
    return _("%(month)s is closed") % {"month": capfirst(date_format(rows[0].first_day, "F Y"))}


def _first_month(cooperation: Cooperation) -> str:
    """Where the first open month is proposed and closed; the list of months until it is computed."""
    rows = Period.objects.of(cooperation).exclude(state=Period.State.CLOSED).order_by("first_day")
    first = rows.filter(current_run__isnull=False).first()
    if first is None:
        return reverse("periods", args=[cooperation.slug])
    return reverse("period", args=[cooperation.slug, first.month])


COST = SetUpStep(
    "set-up-cost",
    gettext_lazy("First cost"),
    gettext_lazy("Then the first month can be computed"),
    _has_a_cost,
    _its_costs,
    lacking=gettext_lazy("a first cost"),
)
CLOSING = SetUpStep(
    "period",
    gettext_lazy("The first month, closed"),
    gettext_lazy("One proposes it, another closes it"),
    _has_closed,
    _what_is_closed,
    _first_month,
)
