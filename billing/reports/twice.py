"""The same invoice twice: told before a cost is saved, and never refused, since it can be meant."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from billing.models import Cost
from sharedict.common.days import date_format
from sharedict.common.figures import money
from sharedict.kernel.written import alike

SAME_COST, SAME_INVOICE = "same_cost", "same_invoice"
CONTENT = (
    "application_id",
    "cost_type_id",
    "supplier",
    "invoice_number",
    "description",
    "amount",
    "currency",
    "starts_on",
    "ends_on",
    "credits_id",
)
"""What two costs have in common that are equal but for their names."""
MOST = 3
"""So many are named of each cost."""
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """A cost that may be the same as another: ``code`` says by what, ``where`` names it to a reader."""

    code: str
    where: str
    cost: Cost

    @property
    def message(self) -> str:
        said = {
            SAME_COST: _("%(where)s is the same in everything: %(what)s."),
            SAME_INVOICE: _("%(where)s has the same supplier and invoice number: %(what)s."),
        }
        return said[self.code] % {"where": self.where, "what": _in_words(self.cost)}


class Twins:
    """Costs that count, in which others are looked for; each with the name that a reader knows it by."""

    def __init__(self, costs: Iterable[tuple[str, Cost]]) -> None:
        self.by_content = defaultdict[Key, list[tuple[str, Cost]]](list)
        self.by_invoice = defaultdict[Key, list[tuple[str, Cost]]](list)
        for where, cost in costs:
            self.by_content[_content(cost)].append((where, cost))
            self.by_invoice[_invoice(cost)].append((where, cost))

    def of(self, cost: Cost, before: Cost | None = None) -> list[Twin]:
        """The first of those that ``cost`` may be the same as, and ``before``, where it is given, was not.

        None for a cost that counts no longer; nor is it what ``cost`` refunds, or what refunds it.
        """
        if cost.is_withdrawn:
            return []
        if before is not None and before.is_withdrawn:
            before = None
        return list(islice(self._found(cost, before), MOST))

    def _found(self, cost: Cost, before: Cost | None) -> Iterator[Twin]:
        content, invoice = _content(cost), _invoice(cost)
        if before is None or _content(before) != content:
            for where, other in self.by_content.get(content, ()):
                if _is_other(other, cost):
                    yield Twin(SAME_COST, where, other)
        if cost.invoice_number and (before is None or _invoice(before) != invoice):
            for where, other in self.by_invoice.get(invoice, ()):
                if _is_other(other, cost) and _content(other) != content:
                    yield Twin(SAME_INVOICE, where, other)


def twins_of(cost: Cost, before: Cost | None = None) -> list[Twin]:
    """What is stored that ``cost`` may be the same as; one query."""
    rows = Cost.objects.of(cost.cooperation).valid().alike(cost).order_by("reference")
    return Twins((row.reference, row) for row in rows).of(cost, before)


def _content(cost: Cost) -> Key:
    return tuple(getattr(cost, name) for name in CONTENT)


def _invoice(cost: Cost) -> Key:
    """Supplier and number, as whoever types them may write them."""
    return alike(cost.supplier), alike(cost.invoice_number)


def _is_other(one: Cost, cost: Cost) -> bool:
    if one is cost or (not cost._state.adding and one.pk == cost.pk):
        return False
    refunded = {one.credits_id, cost.credits_id} - {None}
    return refunded.isdisjoint({one.pk, cost.pk})


def _in_words(cost: Cost) -> str:
    days = _("%(first)s to %(last)s") % {
        "first": date_format(cost.starts_on),
        "last": date_format(cost.last_day),
    }
    return f"{cost.description}, {money(cost.amount, cost.currency)}, {days}"
