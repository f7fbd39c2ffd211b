"""What an order does to what everybody pays, as it is kept with the order, and what became of it."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Sum

from billing.engine.allocate import Allocation
from billing.models import Period, Share
from billing.reports.moved import months_of
from billing.reports.previews import shares_of, tried
from municipalities.portal import Change
from services.actions import Pair
from services.models import Application, Order, OrderLine, Variant
from sharedict.common.access import Viewer
from sharedict.kernel.periods import Month

MONTHS = 12


def effect_of(order: Order, lines: Sequence[OrderLine], pairs: Sequence[Pair]) -> dict[str, Any]:
    """What approving ``order`` would do to one month, in minor units, and what its priced services come to.

    ``payers`` are those whose amount moves, and the municipality itself, which comes first. ``services`` is
    what it carries of the services ordered. Without a month that can be computed there are none of these.
    The month is computed by the engine, with the order laid over its facts.
    """
    cooperation, own = order.cooperation, order.municipality.key
    found = tried(cooperation, months_of(cooperation), [Change(*pair) for pair in pairs]) if pairs else None
    told: dict[str, Any] = {
        "currency": cooperation.currency,
        "estimates": [each for line in lines for each in _estimates(line, pairs)],
    }
    if found is None:
        return told
    was, would = shares_of(found.was), shares_of(found.would)
    moved = sorted({code for code in {*was, *would} if was[code] != would[code]} - {own})
    moved.sort(key=lambda code: -abs(would[code] - was[code]))
    names = found.names
    codes = {line.application.code for line in lines}
    return {
        **told,
        "month": str(found.month),
        "costs_of": str(found.costs_of) if found.costs_of else "",
        "payers": [
            {
                "key": code,
                "name": names.get(code, str(order.municipality) if code == own else code),
                "now": was[code],
                "then": would[code],
            }
            for code in (own, *moved)
        ],
        "services": {"now": _of(found.was, own, codes), "then": _of(found.would, own, codes)},
    }


def _of(month: Allocation, own: str, codes: Collection[str]) -> int:
    """What ``own`` carries of the applications with these ``codes`` in the month."""
    found = Counter[str]()
    for line in month.lines:
        if line.division is not None and line.cost.application in codes:
            found.update(dict(zip(month.divisions[line.division].codes, line.shares, strict=True)))
    return found[own]


def _estimates(line: OrderLine, pairs: Sequence[Pair]) -> Iterator[dict[str, Any]]:
    """Unit price times how many more or fewer; fewer at the old price and more at the new, where they differ.

    A variant has its own price, or that of its service.
    """
    application, what = line.application, OrderLine.What
    if application.charging != Application.Charging.PRICED:
        return
    now = next((before for before, _ in pairs if before and before.application_id == application.pk), None)
    before = (now.users if now else None) or 0
    after = 0 if line.what == what.END else before if line.quantity is None else line.quantity
    if line.what == what.START:
        parts = [(_priced(application, line.variant), line.quantity or 0)]
    else:
        old = _priced(application, now.variant if now else None)
        new = _priced(application, line.variant) if line.variant else old
        parts = [(old, after - before)] if old.price == new.price else [(old, -before), (new, after)]
    for of, more in parts:
        if of.price is not None and more:
            yield {
                "name": of.name,
                "price": str(of.price),
                "per": application.priced_per,
                "more": more,
                "amount": str((of.price * more).quantize(Decimal("0.01"))),
            }


class _Priced(NamedTuple):
    name: str
    price: Decimal | None


def _priced(application: Application, variant: Variant | None) -> _Priced:
    if variant is None or variant.unit_price is None:
        return _Priced(application.name, application.unit_price)
    return _Priced(f"{application.name}, {variant.name}", variant.unit_price)


@dataclass(frozen=True, slots=True)
class Became:
    """What the municipality carried of the services ordered in ``month``, the first closed one with them."""

    month: Month
    services_minor: int


def became_of(order: Order, codes: Collection[str], viewer: Viewer) -> Became | None:
    """What an approved ``order`` became; None while no whole month with it is closed. Two queries."""
    first = Month.of(order.wanted_on)
    if order.wanted_on != first.first:
        first = first.plus(1)
    rows = Period.objects.visible_to(viewer).of(order.cooperation).select_related("current_run")
    closed = rows.filter(state=Period.State.CLOSED, first_day__gte=first.first, current_run__isnull=False)
    period = closed.order_by("first_day").first()
    if period is None or period.current_run is None:
        return None
    shares = Share.objects.in_runs([period.current_run], viewer).filter(
        municipality=order.municipality_id,
        line__run_id=period.current_run.pk,
        line__application_code__in=codes,
        line__concerns=None,
    )
    return Became(period.month, int(shares.aggregate(sum=Sum("amount_minor"))["sum"] or 0))
