"""What is done to costs: each change is checked, saved and announced in one transaction."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.imports import IMPORTED
from billing.models import Cost
from municipalities.actions import announce, differences, refuse_strangers, save_row
from municipalities.models import Cooperation
from sharedict.audit.actions import field_values, record_all

CREDITED = ("application_id", "cost_type_id", "starts_on", "ends_on", "cooperation_id")
"""What a credit note has in common with the cost it undoes, beside the opposite amount."""


@transaction.atomic
def save_cost(*, cost: Cost, by: object) -> Cost:
    """Add or change a cost; a new one gets the next reference of its cooperation.

    Raises ValidationError, by field, also for another currency than the cooperation's and for a credit that
    does not undo its cost exactly.
    """
    cooperation = Cooperation.objects.select_for_update(no_key=True).get(pk=cost.cooperation_id)
    refuse_cost(cost, cooperation)
    if not cost.reference:
        cost.reference = _reference(_last_number(cooperation) + 1)
    return save_row(row=cost, by=by)


@transaction.atomic
def add_costs(*, cooperation: Cooperation, costs: Sequence[Cost], by: object) -> list[Cost]:
    """Add many new costs, none of them a credit note, in a few queries; numbered, logged and announced.

    Raises ValidationError for a field that is wrong, and IntegrityError for what only the database refuses.
    """
    Cooperation.objects.select_for_update(no_key=True).get(pk=cooperation.pk)
    for number, cost in enumerate(costs, start=_last_number(cooperation) + 1):
        cost.cooperation, cost.currency, cost.reference = (
            cooperation,
            cooperation.currency,
            _reference(number),
        )
        refuse_strangers(cost)
        cost.clean_fields(exclude=["cooperation", "application", "cost_type", "credits"])
    added = Cost.objects.bulk_create(costs)
    record_all(
        subjects=[("add", cost, differences({}, cost)) for cost in added],
        by=by,
        at=timezone.now(),
        cooperation_id=cooperation.pk,
    )
    announce(rows=added, by=by)
    return added


@transaction.atomic
def import_costs(*, cooperation: Cooperation, costs: Sequence[Cost], by: object) -> None:
    """Add the costs that are new and change the others, in a few queries; logged one by one.

    They are validated already, under a lock on the cooperation: see ``compare_costs``. None is a credit note,
    withdrawn, or undone by one that would then no longer fit.
    """
    changed = {cost.pk: cost for cost in costs if cost.pk}
    before = {
        cost.pk: cost for cost in Cost.objects.select_for_update().order_by("pk").filter(pk__in=changed)
    }
    if new := [cost for cost in costs if not cost.pk]:
        add_costs(cooperation=cooperation, costs=new, by=by)
    if not changed:
        return
    Cost.objects.bulk_update(changed.values(), sorted(IMPORTED), batch_size=1000)
    record_all(
        subjects=[
            ("change", cost, differences(field_values(before[pk]), cost)) for pk, cost in changed.items()
        ],
        by=by,
        at=timezone.now(),
        cooperation_id=cooperation.pk,
    )
    announce(rows=[*before.values(), *changed.values()], by=by)


@transaction.atomic
def withdraw_cost(*, cost: Cost, on: dt.date, by: object) -> Cost:
    """Let a cost count no longer, in any month that is not closed; safe to repeat.

    Raises ValidationError while a credit note undoes it: withdraw that first.
    """
    if cost.is_withdrawn:
        return cost
    if Cost.objects.valid().filter(credits=cost).exists():
        raise ValidationError(_("A credit note undoes this cost: withdraw the credit note first."))
    cost.withdrawn_on = on
    return save_row(row=cost, by=by)


@transaction.atomic
def restore_cost(*, cost: Cost, by: object) -> Cost:
    """Let a withdrawn cost count again; safe to repeat."""
    if cost.credits and cost.credits.is_withdrawn:
        raise ValidationError(_("The cost that it undoes is withdrawn: restore that first."))
    cost.withdrawn_on = None
    return save_row(row=cost, by=by)


def _last_number(cooperation: Cooperation) -> int:
    last = Cost.objects.of(cooperation).aggregate(last=Max("reference"))["last"]
    return int(last[1:]) if last else 0


def _reference(number: int) -> str:
    return f"C{number:08d}"


def refuse_cost(cost: Cost, cooperation: Cooperation) -> None:
    """Raise ValidationError for what the row's own fields do not tell: withdrawn, other currency, credits."""
    if cost.is_withdrawn:
        raise ValidationError(_("This cost is withdrawn: add a new one instead."))
    if cost.currency != cooperation.currency:
        raise ValidationError(
            {"currency": _("This cooperation counts in %(currency)s.") % {"currency": cooperation.currency}}
        )
    _refuse_uneven_credit(cost)
    _refuse_change_under_credit(cost)


def _refuse_uneven_credit(cost: Cost) -> None:
    undone = cost.credits
    if undone is None:
        return
    if undone.amount != -cost.amount or any(
        getattr(undone, name) != getattr(cost, name) for name in CREDITED
    ):
        raise ValidationError(
            {
                "credits": _(
                    "A credit note undoes a cost in full: same application, type and days, opposite amount."
                )
            }
        )
    if undone.is_withdrawn:
        raise ValidationError({"credits": _("That cost is withdrawn already.")})


def _refuse_change_under_credit(cost: Cost) -> None:
    """A credited cost keeps what its credit note repeats, or the two would no longer cancel out."""
    if not cost.pk or not Cost.objects.valid().filter(credits=cost).exists():
        return
    before = Cost.objects.get(pk=cost.pk)
    if before.amount != cost.amount or any(getattr(before, name) != getattr(cost, name) for name in CREDITED):
        raise ValidationError(_("A credit note undoes this cost: withdraw the credit note first."))
