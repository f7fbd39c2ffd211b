"""The last steps of the set-up: the first cost, and the first month closed."""

import datetime as dt
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, OuterRef, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Cost, Period
from municipalities.models import Cooperation
from municipalities.portal import SetUpStep, few
from sharedict.common.days import date_format
from sharedict.common.figures import money
from sharedict.kernel.periods import Month

MOST_COSTS = 20
"""So many are counted."""


def _has_a_cost() -> Combinable:
    return Exists(Cost.objects.filter(cooperation=OuterRef("pk"), withdrawn_on=None))


def _costs() -> Combinable:
    rows = Cost.objects.valid().filter(cooperation=OuterRef("pk")).order_by("starts_on", "reference")
    amount = Cast("amount", CharField())
    return ArraySubquery(
        rows.values(each=JSONObject(what="description", amount=amount, currency="currency"))[:MOST_COSTS]
    )


def _its_costs(_cooperation: Cooperation, costs: list[dict[str, str]]) -> str:
    said = [f"{cost['what']}, {money(Decimal(cost['amount']), cost['currency'])}" for cost in costs]
    return few(said, most=1)


def _has_closed() -> Combinable:
    return Exists(Period.objects.filter(cooperation=OuterRef("pk"), state=Period.State.CLOSED))


def _months() -> Combinable:
    """The first closed month, and the first open one that is computed: a day each, or None."""
    rows = Period.objects.filter(cooperation=OuterRef("pk")).order_by("first_day")
    closed = rows.filter(state=Period.State.CLOSED)
    ahead = rows.exclude(state=Period.State.CLOSED).filter(current_run__isnull=False)
    return JSONObject(
        closed=Subquery(closed.values("first_day")[:1]), ahead=Subquery(ahead.values("first_day")[:1])
    )


def _what_is_closed(_cooperation: Cooperation, months: dict[str, str]) -> str:
    first_day = dt.date.fromisoformat(months["closed"])
    return _("%(month)s is closed") % {"month": capfirst(date_format(first_day, "F Y"))}


def _first_month(cooperation: Cooperation, months: dict[str, str | None]) -> str:
    """Where the first open month is proposed and closed; the list of months until it is computed."""
    if months["ahead"] is None:
        return reverse("periods", args=[cooperation.slug])
    return reverse("period", args=[cooperation.slug, Month.of(dt.date.fromisoformat(months["ahead"]))])


COST = SetUpStep(
    "set-up-cost",
    gettext_lazy("First cost"),
    gettext_lazy("Then the first month can be computed"),
    _has_a_cost,
    _costs,
    _its_costs,
    lacking=gettext_lazy("a first cost"),
)
CLOSING = SetUpStep(
    "period",
    gettext_lazy("The first month, closed"),
    gettext_lazy("One proposes it, another closes it"),
    _has_closed,
    _months,
    _what_is_closed,
    _first_month,
)
