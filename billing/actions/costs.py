"""What is done to costs: each change is checked, saved and announced in one transaction."""

import datetime as dt
from collections.abc import Iterable, Sequence
from copy import copy

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.engine.spread import first_excess, month_part, refunded_in
from billing.imports import IMPORTED, before_first_month
from billing.models import Cost
from billing.snapshots.month import cost_fact
from municipalities.actions import (
    changed,
    differences,
    lock_cooperation,
    refuse_strangers,
    save_row,
    take_over,
    validate_row,
)
from municipalities.models import Cooperation
from sharedict.audit.actions import field_values
from sharedict.common.bulk import add_rows, change_rows
from sharedict.common.days import date_format
from sharedict.common.figures import minor

CREDITED = ("application_id", "cost_type_id", "cooperation_id")
"""What a credit note has in common with the cost it refunds; its days lie inside the cost's own."""
KEPT = ("amount", "application_id", "cost_type_id", "starts_on", "ends_on", "cooperation_id", "credits_id")
"""What a cost keeps as long as a credit note refunds it."""
WITHDRAWN = gettext_lazy("This cost is withdrawn: add a new one instead.")
REFUNDED = gettext_lazy("A credit note refunds this cost: withdraw the credit note first.")


@transaction.atomic
def save_cost(*, cost: Cost, by: object) -> Cost:
    """Add or change a cost; a new one gets the next reference of its cooperation.

    Of a cost that is stored, what changed since it was read is saved, and checked together with what others
    have changed meanwhile. Raises ValidationError, by field, also for another currency than the
    cooperation's, for days before its first month, and for a credit note that refunds more than there is.
    """
    cooperation = lock_cooperation(cost.cooperation_id)
    if cost.pk:
        take_over(cost, _stored(cost, cooperation))
    refuse_cost(cost, cooperation)
    if not cost.reference:
        cost.reference = _reference(_last_number(cooperation) + 1)
    return save_row(row=cost, by=by)


def check_cost(cost: Cost) -> Cost:
    """``cost``; raises the ValidationError that saving it would. Nothing is written or locked."""
    refuse_cost(cost, cost.cooperation)
    tried = copy(cost)
    tried.reference = cost.reference or _reference(_last_number(cost.cooperation) + 1)
    validate_row(tried)
    return cost


@transaction.atomic
def add_costs(
    *, cooperation: Cooperation, costs: Sequence[Cost], by: object, are_checked: bool = False
) -> list[Cost]:
    """Add many new costs, none of them a credit note, in a few queries; numbered, logged and announced.

    Their fields are validated, unless they ``are_checked`` already.

    Raises ValidationError for a field that is wrong, and IntegrityError for what only the database refuses.
    """
    lock_cooperation(cooperation.pk)
    for number, cost in enumerate(costs, start=_last_number(cooperation) + 1):
        cost.cooperation, cost.currency, cost.reference = (
            cooperation,
            cooperation.currency,
            _reference(number),
        )
        refuse_strangers(cost)
        if not are_checked:
            cost.clean_fields(exclude=["cooperation", "application", "cost_type", "credits"])
    added = list(add_rows(Cost, costs))
    changed(done=[("add", cost, differences({}, cost)) for cost in added], by=by, touching=added)
    return added


@transaction.atomic
def import_costs(*, cooperation: Cooperation, costs: Sequence[Cost], by: object) -> None:
    """Add the costs that are new and change the others, in a few queries; logged one by one.

    They are validated already: see ``compare_costs``. Of those that are stored, what changed since they were
    read is saved. None is a credit note. Raises ValidationError for one that has been withdrawn meanwhile, or
    refunded by a credit note that would then no longer fit.
    """
    lock_cooperation(cooperation.pk)
    known = [cost for cost in costs if cost.pk]
    if new := [cost for cost in costs if not cost.pk]:
        add_costs(cooperation=cooperation, costs=new, by=by, are_checked=True)
    rows = Cost.objects.of(cooperation).filter(pk__in=[cost.pk for cost in known])
    before = {cost.pk: cost for cost in rows.select_for_update().order_by("pk")}
    refunded = {*Cost.objects.valid().filter(credits__in=before).values_list("credits", flat=True)}
    differing = {}
    for cost in known:
        stored = before[cost.pk]
        take_over(cost, stored)
        _refuse_import_over(stored, cost, is_refunded=cost.pk in refunded)
        if changes := differences(field_values(stored), cost):
            differing[cost] = changes
    if not differing:
        return
    change_rows(Cost, [*differing], sorted(IMPORTED))
    changed(
        done=[("change", cost, changes) for cost, changes in differing.items()],
        by=by,
        touching=[*(before[cost.pk] for cost in differing), *differing],
    )


@transaction.atomic
def take_back_costs(*, cooperation: Cooperation, costs: Sequence[Cost], by: object) -> None:
    """Change costs that were imported into what they are given as, withdrawn ones too; logged one by one.

    Raises ValidationError where a credit note refunds one of them and would no longer fit.
    """
    lock_cooperation(cooperation.pk)
    rows = Cost.objects.of(cooperation).filter(pk__in=[cost.pk for cost in costs])
    before = {cost.pk: cost for cost in rows.select_for_update().order_by("pk")}
    refunded = {*Cost.objects.valid().filter(credits__in=before).values_list("credits", flat=True)}
    for cost in costs:
        if cost.pk in refunded and _differ(before[cost.pk], cost, (*KEPT, "withdrawn_on")):
            raise ValidationError(f"{cost.reference}: {REFUNDED}")
    change_rows(Cost, costs, sorted({*IMPORTED, "external_id", "withdrawn_on"}))
    changed(
        done=[("change", cost, differences(field_values(before[cost.pk]), cost)) for cost in costs],
        by=by,
        touching=[*before.values(), *costs],
    )


def _refuse_import_over(stored: Cost, cost: Cost, *, is_refunded: bool) -> None:
    """Raise ValidationError for what an import may not change, as somebody else has left it."""
    if stored.is_withdrawn:
        raise ValidationError(WITHDRAWN)
    if (is_refunded or cost.credits_id) and _differ(stored, cost, KEPT):
        raise ValidationError(REFUNDED)


@transaction.atomic
def withdraw_cost(*, cost: Cost, on: dt.date, by: object) -> Cost:
    """Let a cost count no longer; safe to repeat. What closed months have charged of it is taken back.

    Raises ValidationError while a credit note refunds it: withdraw that first.
    """
    cost = _locked(cost)
    if cost.is_withdrawn:
        return cost
    refuse_withdrawal(cost)
    cost.withdrawn_on = on
    return save_row(row=cost, by=by)


def refuse_withdrawal(cost: Cost) -> None:
    """Raise ValidationError while a credit note refunds ``cost``."""
    if Cost.objects.valid().filter(credits=cost).exists():
        raise ValidationError(REFUNDED)


@transaction.atomic
def restore_cost(*, cost: Cost, by: object) -> Cost:
    """Let a withdrawn cost count again; safe to repeat. Raises ValidationError where it no longer may."""
    cost = _locked(cost)
    if not cost.is_withdrawn:
        return cost
    cost.withdrawn_on = None
    refuse_cost(cost, cost.cooperation)
    return save_row(row=cost, by=by)


def _locked(cost: Cost) -> Cost:
    """The cost as it is now, under a lock on its cooperation, which every change of a cost takes."""
    lock_cooperation(cost.cooperation_id)
    return Cost.objects.select_related("credits", "cooperation").get(pk=cost.pk)


def _stored(cost: Cost, cooperation: Cooperation) -> Cost:
    """What is to be changed, under the lock; raises ValidationError for what is withdrawn or elsewhere."""
    stored = Cost.objects.get(pk=cost.pk)
    if stored.cooperation_id != cooperation.pk:
        raise ValidationError({"cooperation": _("A cost stays in its cooperation: withdraw it there.")})
    if stored.is_withdrawn:
        raise ValidationError(WITHDRAWN)
    return stored


def _last_number(cooperation: Cooperation) -> int:
    last = Cost.objects.of(cooperation).aggregate(last=Max("reference"))["last"]
    return int(last[1:]) if last else 0


def _reference(number: int) -> str:
    return f"C{number:08d}"


def refuse_cost(cost: Cost, cooperation: Cooperation) -> None:
    """Raise ValidationError for what the row's own fields do not tell.

    That is: withdrawn, another currency, days before the first month, and credit notes that do not fit.
    """
    if cost.is_withdrawn:
        raise ValidationError(WITHDRAWN)
    if cost.currency != cooperation.currency:
        raise ValidationError(
            {"currency": _("This cooperation counts in %(currency)s.") % {"currency": cooperation.currency}}
        )
    refuse_before_first_month(cost, cooperation)
    _refuse_unfit_credit(cost)
    _refuse_change_under_credit(cost)


def refuse_before_first_month(cost: Cost, cooperation: Cooperation) -> None:
    """Raise ValidationError for a cost that ends before costs are shared at all."""
    if said := before_first_month(cost, cooperation):
        raise ValidationError({"ends_on": said})


def _refuse_unfit_credit(cost: Cost) -> None:
    if cost.credits_id is None:
        return
    undone = Cost.objects.select_related("application", "cost_type", "credits").get(pk=cost.credits_id)
    if undone.pk == cost.pk or undone.credits_id:
        raise ValidationError({"credits": _("A credit note refunds a cost, not a credit note.")})
    if cost.pk and Cost.objects.valid().filter(credits=cost.pk).exists():
        raise ValidationError({"credits": _("A credit note refunds this cost: it cannot be one itself.")})
    if undone.is_withdrawn:
        raise ValidationError({"credits": _("That cost is withdrawn already.")})
    if _differ(undone, cost, CREDITED):
        said = _("A credit note has the application and cost type of the cost it refunds.")
        raise ValidationError({"credits": said})
    if cost.starts_on < undone.starts_on or cost.ends_on > undone.ends_on:
        said = _(
            "A credit note lies inside the days of the cost it refunds: from %(first)s, and %(last)s is the "
            "last one."
        )
        days = {"first": date_format(undone.starts_on), "last": date_format(undone.last_day)}
        outside = "starts_on" if cost.starts_on < undone.starts_on else "ends_on"
        raise ValidationError({outside: said % days})
    if cost.ends_on <= cost.starts_on:
        return  # the row itself refuses that
    if (cost.amount > 0) == (undone.amount > 0):
        raise ValidationError({"amount": _("A credit note has the opposite sign of the cost it refunds.")})
    _refuse_too_much(cost, undone)


def _differ(one: Cost, other: Cost, names: Iterable[str]) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in names)


def _refuse_too_much(cost: Cost, undone: Cost) -> None:
    """A month of a cost cannot be refunded more than once; so what is refunded whole adds up to nothing."""
    others = Cost.objects.valid().filter(credits=undone).exclude(pk=cost.pk)
    facts = [cost_fact(other) for other in others.select_related("application", "cost_type", "credits")]
    month = first_excess(cost_fact(undone), [*facts, cost_fact(cost)])
    if month is not None:
        said = _(
            "With this, more would be refunded for %(month)s than the cost is then: %(left)s is left to "
            "refund in that month, and %(left_in_all)s in all."
        )
        whole = cost_fact(undone)
        given = sum(fact.amount_minor for fact in facts)
        left_then = month_part(whole, month) + refunded_in(whole, facts, month)
        found = {
            "month": date_format(month.first, "F Y"),
            "left": minor(abs(left_then), undone.currency),
            "left_in_all": minor(abs(whole.amount_minor + given), undone.currency),
        }
        raise ValidationError({"amount": said % found})


def _refuse_change_under_credit(cost: Cost) -> None:
    """A refunded cost keeps what its credit notes depend on, or they would no longer fit."""
    if not cost.pk or not Cost.objects.valid().filter(credits=cost).exists():
        return
    before = Cost.objects.get(pk=cost.pk)
    if _differ(before, cost, KEPT):
        raise ValidationError(REFUNDED)
