"""What municipalities wished for, in each state that an order can be in. All of it is made up."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from billing.management.demonstration.builder import Builder
from billing.management.demonstration.swedish import Both, either
from billing.management.demonstration.variants import PLUS
from services.actions import move_order, save_order
from services.models import Order, OrderLine
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.kernel.periods import Month

START, CHANGE, END = OrderLine.What.START, OrderLine.What.CHANGE, OrderLine.What.END
DRAFT: tuple[str, ...] = ()
SENT, WITHDRAWN = ("sent",), ("sent", "withdrawn")
REJECTED, APPROVED = ("sent", "rejected"), ("sent", "approved")
DONE = ("sent", "approved", "done")


@dataclass(frozen=True, slots=True)
class Asked:
    """One line: of the service ``code``, so many, for whom, and which variant."""

    code: str
    what: str
    quantity: int | None = None
    for_whom: Both = ("", "")
    variant: Both = ("", "")


@dataclass(frozen=True, slots=True)
class Wished:
    """One order of ``place``: it begins so many ``months`` after the last, and goes through ``states``."""

    title: Both
    place: str
    lines: tuple[Asked, ...]
    months: int
    states: tuple[str, ...] = DRAFT
    kind: str = Order.Kind.NEW_SERVICE
    note: Both = ("", "")
    returns: Both = ("", "")
    reason: Both = ("", "")
    accounting_code: str = ""


NORTH = (
    Wished(
        ("Field tablet for the surveyors, replaced", "Fältplatta till mätarna, utbyte"), "Torsby",
        (Asked("real-estate", CHANGE, 945, ("Surveyors", "Mätningsingenjörer")),),
        0, DONE, Order.Kind.REPLACEMENT, accounting_code="4711-01",
        returns=("Tablet T-0815, with charger", "Platta T-0815 med laddare"),
    ),
    Wished(
        ("No more e-invoice workflow", "Sluta med e-fakturaflödet"), "Torsby",
        (Asked("e-invoice", END),), 2, REJECTED, accounting_code="4711-02",
        note=("We try another product.", "Vi provar en annan produkt."),
        reason=("The agreement asks for twelve months of notice.", "Avtalet kräver ett års uppsägning."),
    ),
    Wished(
        ("Helpdesk for fifteen more", "Servicedesk för femton till"), "Torsby",
        (Asked("helpdesk", CHANGE, 955, ("New staff of the schools", "Nyanställda i skolan")),),
        1, APPROVED, Order.Kind.STANDARD, accounting_code="4711-03",
    ),
    Wished(
        ("Charging for refuse and water ends", "Sophämtning och vatten debiteras inte längre här"), "Torsby",
        (Asked("utilities", END),), 3, SENT, accounting_code="4711-04",
        note=("The water company takes over.", "Vattenbolaget tar över."),
    ),
    Wished(
        ("E-services for the new preschool", "E-tjänster till den nya förskolan"), "Torsby",
        (Asked("e-services", CHANGE, 980, ("Forty children", "Fyrtio barn"), PLUS),), 2,
        accounting_code="4711-05",
    ),
    Wished(
        ("Twenty summer workers", "Tjugo sommarjobbare"), "Torsby",
        (
            Asked("erp", CHANGE, 960, ("Time sheets", "Tidrapporter")),
            Asked("social-care", CHANGE, 950, ("Home care", "Hemtjänsten")),
            Asked("helpdesk", CHANGE, 975, ("All of them", "Alla")),
        ),
        2, WITHDRAWN, accounting_code="4711-06",
        note=("They get by with what is there.", "De klarar sig med det som finns."),
    ),
)  # fmt: skip
"""Of Torsby: its coordinator orders, its finance officer what its coordinator decides on."""

EAST = (
    Wished(
        ("Case records for Storfors", "Ärendehantering till Storfors"), "Storfors",
        (Asked("records", START, 60, ("Registrars and case officers", "Registratorer och handläggare")),),
        2, APPROVED, note=("As decided by the council, § 22.", "Enligt fullmäktiges beslut, § 22."),
    ),
    Wished(
        ("Everything for the new upper secondary school", "Allt till den nya gymnasieskolan"), "Karlskoga",
        (
            Asked("schools", CHANGE, 2_890, ("130 pupils", "130 elever")),
            Asked("mail", CHANGE, 2_905, ("Pupils and teachers", "Elever och lärare")),
            Asked("helpdesk", CHANGE, 2_775, ("Fifteen teachers", "Femton lärare")),
        ),
        4, SENT,
    ),
    Wished(
        ("Loan computers of the library, replaced", "Bibliotekets lånedatorer, utbyte"), "Degerfors",
        (Asked("helpdesk", CHANGE, 875, ("The library", "Biblioteket")),),
        0, DONE, Order.Kind.REPLACEMENT,
        returns=("Five computers D-201 to D-205", "Fem datorer, D-201 till D-205"),
    ),
    Wished(
        ("No more backup outside the region", "Sluta med säkerhetskopiering utanför regionen"),
        "Kristinehamn",
        (Asked("backup", END),), 3, REJECTED,
        reason=("The others could not carry it alone.", "De andra kan inte bära kostnaden själva."),
    ),
    Wished(
        ("Mail for the seasonal staff", "E-post till säsongsanställda"), "Degerfors",
        (Asked("mail", CHANGE, 910, ("Parks", "Parkavdelningen"), PLUS),), 1, WITHDRAWN, Order.Kind.STANDARD,
    ),
    Wished(
        ("Fewer accounts after the merger of two schools", "Färre konton när två skolor slås ihop"),
        "Kristinehamn",
        (Asked("schools", CHANGE, 2_050), Asked("mail", CHANGE, 2_060)), 5,
    ),
)  # fmt: skip
"""One of the administrators orders for the municipalities, and the other decides."""

IT_VARMLAND = (
    Wished(
        ("Forms of the building office", "Blanketter till byggkontoret"), "Torsby",
        (
            Asked("portal", CHANGE, 520, ("Building permits", "Bygglov")),
            Asked("signing", CHANGE, 505, ("Decisions", "Beslut")),
        ),
        1, SENT, accounting_code="4711-21",
    ),
    Wished(
        ("Courses for the new council", "Kurser för det nya fullmäktige"), "Torsby",
        (Asked("training", CHANGE, 531, ("31 members", "31 ledamöter")),),
        1, APPROVED, accounting_code="4711-22",
    ),
)  # fmt: skip
"""Of Torsby too: an administrator decides."""


def build_orders(
    builder: Builder,
    months: list[Month],
    wishes: Sequence[Wished],
    who: Callable[[Wished], tuple[User, User]],
) -> None:
    """``wishes`` of the last of ``months``; ``who`` says who orders and who decides."""
    start = timezone.make_aware(dt.datetime.combine(months[-1].first.replace(day=3), dt.time(9, 10)))
    for number, wished in enumerate(wishes):
        orderer, decider = who(wished)
        now = start + dt.timedelta(hours=5 * number)
        order = Order(
            cooperation=builder.cooperation,
            municipality=builder.members[wished.place],
            title=either(wished.title),
            kind=wished.kind,
            wanted_on=months[-1].plus(wished.months).first,
            note=either(wished.note),
            returns=either(wished.returns),
            accounting_code=wished.accounting_code,
        )
        lines = [
            OrderLine(
                application=builder.applications[asked.code],
                what=asked.what,
                quantity=asked.quantity,
                for_whom=either(asked.for_whom),
                variant=builder.applications[asked.code].variants.filter(name=either(asked.variant)).first(),
            )
            for asked in wished.lines
        ]
        save_order(order=order, lines=lines, today=now.date(), by=orderer)
        for step, state in enumerate(wished.states):
            when = now + dt.timedelta(hours=20 * step)
            move_order(
                order=order,
                to=state,
                by={"sent": orderer, "withdrawn": orderer, "done": builder.by}.get(state, decider),
                now=when,
                reason=either(wished.reason) if state == Order.State.REJECTED else "",
                returned_on=when.date() if state == "done" and wished.returns[0] else None,
            )
    run_all()


def north_varmland(builder: Builder, months: list[Month]) -> None:
    people = builder.people
    coordinator, finance = people["coordinator.torsby"], people["finance.torsby"]
    build_orders(
        builder,
        months,
        NORTH,
        lambda wished: (
            (finance, coordinator) if wished.kind == Order.Kind.STANDARD else (coordinator, builder.by)
        ),
    )


def east_varmland(builder: Builder, months: list[Month]) -> None:
    build_orders(builder, months, EAST, lambda _wished: (builder.by, builder.closer))


def it_varmland(builder: Builder, months: list[Month]) -> None:
    coordinator = builder.people["coordinator.torsby"]
    build_orders(builder, months, IT_VARMLAND, lambda _wished: (coordinator, builder.by))
