"""Orders of Torsby in North Värmland, one in each state. All of them are made up."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from billing.management.demonstration.builder import Builder
from billing.management.demonstration.swedish import Both, either
from municipalities.models import Municipality
from services.actions import move_order, save_order
from services.models import Order, OrderLine
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class Wished:
    """One order: so many ``months`` after the last one it begins, and the states it goes through."""

    title: Both
    code: str
    what: str
    months: int
    states: tuple[str, ...] = ()
    kind: str = Order.Kind.NEW_SERVICE
    quantity: int | None = None
    for_whom: Both = ("", "")
    note: Both = ("", "")
    returns: Both = ("", "")
    reason: Both = ("", "")


WISHED = (
    Wished(
        ("Field tablet for the surveyors, replaced", "Fältplatta till mätarna, utbyte"),
        "real-estate", OrderLine.What.CHANGE, 0, ("sent", "approved", "done"), Order.Kind.REPLACEMENT, 945,
        ("Surveyors", "Mätningsingenjörer"),
        returns=("Tablet T-0815, with charger", "Platta T-0815 med laddare"),
    ),
    Wished(
        ("No more e-invoice workflow", "Sluta med e-fakturaflödet"),
        "e-invoice", OrderLine.What.END, 2, ("sent", "rejected"),
        note=("We try another product.", "Vi provar en annan produkt."),
        reason=("The agreement asks for twelve months of notice.", "Avtalet kräver ett års uppsägning."),
    ),
    Wished(
        ("Helpdesk for fifteen more", "Servicedesk för femton till"),
        "helpdesk", OrderLine.What.CHANGE, 1, ("sent", "approved"), Order.Kind.STANDARD, 955,
        ("New staff of the schools", "Nyanställda i skolan"),
    ),
    Wished(
        ("Charging for refuse and water ends", "Sophämtning och vatten debiteras inte längre här"),
        "utilities", OrderLine.What.END, 3, ("sent",),
        note=("The water company takes over.", "Vattenbolaget tar över."),
    ),
    Wished(
        ("E-services for the new preschool", "E-tjänster till den nya förskolan"),
        "e-services", OrderLine.What.CHANGE, 2, (), Order.Kind.NEW_SERVICE, 980,
        ("Forty children", "Fyrtio barn"),
    ),
)  # fmt: skip


def build_orders(builder: Builder, months: list[Month], place: Municipality) -> None:
    """What Torsby wished for, in the last of ``months``: done, rejected, approved, waiting and a draft."""
    people = {name: User.objects.get(username=name) for name in ("coordinator.torsby", "finance.torsby")}
    start = timezone.make_aware(dt.datetime.combine(months[-1].first.replace(day=3), dt.time(9, 10)))
    for number, wished in enumerate(WISHED):
        is_standard = wished.kind == Order.Kind.STANDARD
        orderer = people["finance.torsby" if is_standard else "coordinator.torsby"]
        decider = people["coordinator.torsby"] if is_standard else builder.by
        now = start + dt.timedelta(hours=5 * number)
        order = Order(
            cooperation=builder.cooperation,
            municipality=place,
            title=either(wished.title),
            kind=wished.kind,
            wanted_on=months[-1].plus(wished.months).first,
            note=either(wished.note),
            returns=either(wished.returns),
            accounting_code=f"4711-{number + 1:02d}",
        )
        line = OrderLine(
            application=builder.applications[wished.code],
            what=wished.what,
            quantity=wished.quantity,
            for_whom=either(wished.for_whom),
        )
        save_order(order=order, lines=[line], today=now.date(), by=orderer)
        for step, state in enumerate(wished.states):
            when = now + dt.timedelta(hours=20 * step)
            move_order(
                order=order,
                to=state,
                by=orderer if state == Order.State.SENT else builder.by if state == "done" else decider,
                now=when,
                reason=either(wished.reason) if state == Order.State.REJECTED else "",
                returned_on=when.date() if state == "done" and wished.returns[0] else None,
            )
    run_all()
