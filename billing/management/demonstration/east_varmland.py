"""East Värmland: four municipalities, operations through Kristinehamn, costs by several kinds of key.

The members and who operates are as published; everything else is made up to show what keys can do.
"""

import datetime as dt
from decimal import Decimal

from agreements.actions import ComponentDraft
from agreements.models import Component, KeyVersion, Term
from billing.management.demonstration import orders, outages, variants
from billing.management.demonstration.builder import Builder, Contract
from municipalities.models import Link, Municipality, Site
from services.actions import ALWAYS, EXTENDED, OFFICE
from services.models import Application, Installation
from sharedict.kernel.periods import Month

KRISTINEHAMN, STORFORS, KARLSKOGA, DEGERFORS = "Kristinehamn", "Storfors", "Karlskoga", "Degerfors"
USERS = {KRISTINEHAMN: 2_140, STORFORS: 410, KARLSKOGA: 2_760, DEGERFORS: 870}
PUPILS = {KRISTINEHAMN: 2_618, STORFORS: 437, KARLSKOGA: 3_275, DEGERFORS: 1_009}
TICKETS = {KRISTINEHAMN: 311, STORFORS: 64, KARLSKOGA: 402, DEGERFORS: 118}
FIXED = {KRISTINEHAMN: 40, STORFORS: 10, KARLSKOGA: 35, DEGERFORS: 15}
FIGURE = "Demonstration figure: counted in the joint directory"
EVEN, DRIVER = Component.Kind.EVEN, Component.Kind.DRIVER

CONTRACTS = (
    Contract("mail", "licence", "Brevduvan Programvara AB", "Mailboxes and calendars", 14_820_660, swing=2),
    Contract("mail", "operations", "Own staff in Kristinehamn", "Operation of mail", 2_155_075),
    Contract("schools", "licence", "Lärkan Skolsystem AB", "School platform, by pupil", 21_930_400, 3),
    Contract("schools", "support", "Lärkan Skolsystem AB", "Support to teachers", 1_733_990, swing=35),
    Contract("records", "licence", "Arkivhyllan AB", "Case records, licence", 9_876_543, 3),
    Contract("records", "operations", "Own staff in Kristinehamn", "Operation of case records", 1_402_310),
    Contract("helpdesk", "personnel", "Own staff in Kristinehamn", "Four technicians", 18_900_125),
    Contract("backup", "operations", "Bergsäker Lagring AB", "Backup outside the region", 3_318_450, swing=8),
    Contract(None, "network", "Mossfiber AB", "Fibre between the four towns", 6_250_000),
    Contract(None, "personnel", "Own staff in Kristinehamn", "Operations manager", 7_412_500),
)


def build(builder: Builder, places: dict[str, Municipality], months: list[Month]) -> None:
    """Everything of East Värmland, until and including the last of ``months``."""
    builder.join([places["SE1781"], places["SE1760"], places["SE1883"], places["SE1862"]])
    centre = _network(builder)
    _applications(builder, centre)
    builder.agree("East Värmland ICT", "The four councils; operations through Kristinehamn", 18)
    _terms(builder, months)
    builder.live(
        months,
        CONTRACTS,
        open_months=2,
        afterwards={months[12]: lambda month: _recount(builder, month)},
    )
    variants.offer(builder, variants.EAST)
    outages.east_varmland(builder, months)
    orders.east_varmland(builder, months)


def _network(builder: Builder) -> Site:
    centre, *offices = (
        builder.add(
            Site(
                cooperation=builder.cooperation,
                name=f"{name} {'operations centre' if name == KRISTINEHAMN else 'server room'}",
                kind=Site.Kind.OPERATIONS if name == KRISTINEHAMN else Site.Kind.SERVER_ROOM,
                municipality=place,
                valid_from=builder.since,
            )
        )
        for name, place in builder.members.items()
    )
    for office in offices:
        builder.add(
            Link(
                cooperation=builder.cooperation,
                name=f"Fibre {office.municipality}-{KRISTINEHAMN}",
                kind=Link.Kind.FIBRE,
                site=office,
                other_site=centre,
                supplier=builder.supplier("Mossfiber AB"),
                mbps=10_000,
                routed_by=centre.municipality,
                valid_from=builder.since,
            )
        )
    return centre


def _applications(builder: Builder, centre: Site) -> None:
    kinds, hours = Application.Confidentiality, builder.calendars
    everybody = {builder.members[name]: count for name, count in USERS.items()}
    without_storfors = {place: count for place, count in everybody.items() if place.name != STORFORS}
    for code, name, purpose, vendor, secrecy, open_hours, used_by in (
        ("mail", "Mail and calendar", "Mailboxes, calendars and meeting rooms",
         "Brevduvan Programvara AB", kinds.INTERNAL, hours[ALWAYS], everybody),
        ("schools", "School platform", "Lessons, marks and absence",
         "Lärkan Skolsystem AB", kinds.CONFIDENTIAL, hours[EXTENDED], everybody),
        ("records", "Case records", "Registering, deciding on and keeping cases",
         "Arkivhyllan AB", kinds.CONFIDENTIAL, hours[OFFICE], without_storfors),
        ("helpdesk", "Helpdesk", "One place to turn to in four municipalities",
         "", kinds.INTERNAL, hours[OFFICE], everybody),
        ("backup", "Backup", "Copies of everything that the operations centre keeps",
         "Bergsäker Lagring AB", kinds.SECRET, hours[ALWAYS], everybody),
    ):  # fmt: skip
        builder.share(
            code,
            name,
            purpose,
            vendor=vendor,
            owner=builder.members[KRISTINEHAMN],
            confidentiality=secrecy,
            runs=open_hours,
            measured=open_hours,
            supported=hours[OFFICE],
            used_by=used_by,
        )
        builder.install(code, centre, Installation.Purpose.PRIMARY, Installation.Databases.COMMON)
    builder.need("helpdesk", "cases that come by mail", applications=["mail"], at_least=0)
    builder.need("records", "delivering decisions", applications=["mail"])


def _terms(builder: Builder, months: list[Month]) -> None:
    """One key by default, and one of each other kind where it fits."""
    new_year = dt.date(months[-1].year, 1, 1)
    drivers = {
        code: builder.driver(code, name, unit)
        for code, name, unit in (
            ("accounts", "User accounts", "accounts"),
            ("pupils", "Pupils", "pupils"),
            ("tickets", "Tickets at the helpdesk", "tickets"),
        )
    }
    builder.read(drivers["accounts"], builder.since, USERS, FIGURE)
    grown = {name: count + count * 3 // 100 + 1 for name, count in USERS.items()}
    builder.read(drivers["accounts"], months[7].first, grown, FIGURE)
    for year in sorted({month.year for month in months}):
        builder.read(
            drivers["pupils"], dt.date(year - 1, 10, 15), PUPILS, "Demonstration figure: October count"
        )
    for month in months:
        counted = {name: count + (count * month.number * 5) % 37 for name, count in TICKETS.items()}
        builder.read(
            drivers["tickets"], month.first, counted, "Demonstration figure: the helpdesk's own count"
        )

    mixed = [
        ComponentDraft(EVEN, Decimal(20)),
        ComponentDraft(DRIVER, Decimal(80), drivers["accounts"], Component.Rule.LATEST_BEFORE),
    ]
    default = builder.key("accounts", "20 % even, 80 % by accounts", "Steering group, minutes § 9", mixed)
    builder.key(
        "accounts",
        default.name,
        "Steering group, minutes § 31: nobody below 10 %",
        mixed,
        since=new_year,
        floor_percent=Decimal(10),
    )
    pupils = builder.key(
        "pupils",
        "By pupils",
        "Steering group, minutes § 10: by pupils as the year begins",
        [ComponentDraft(DRIVER, Decimal(100), drivers["pupils"], Component.Rule.YEAR_START)],
    )
    tickets = builder.key(
        "tickets",
        "By tickets after a base amount",
        "Steering group, minutes § 11: SEK 7,500 each, the rest by the month's tickets",
        [ComponentDraft(DRIVER, Decimal(100), drivers["tickets"], Component.Rule.MONTH)],
        base_amount=Decimal(7500),
        when_zero=KeyVersion.WhenZero.EVEN,
    )
    fixed = builder.key(
        "fibre",
        "Fixed parts of the fibre",
        "Agreement on the fibre, annex 2",
        [
            ComponentDraft(
                Component.Kind.FIXED,
                Decimal(100),
                fixed={builder.members[name]: Decimal(part) for name, part in FIXED.items()},
            )
        ],
    )
    even = builder.key("even", "Even", "Steering group, minutes § 12", [ComponentDraft(EVEN, Decimal(100))])
    builder.term(default)
    builder.term(pupils, application="schools")
    builder.term(even, application="schools", cost_type="support")
    builder.term(tickets, application="helpdesk")
    builder.term(fixed, cost_type="network", payers=Term.Payers.MEMBERS)
    builder.term(
        even,
        application="records",
        cost_type="operations",
        payers=Term.Payers.NAMED,
        named=[builder.members[KRISTINEHAMN], builder.members[KARLSKOGA]],
    )


def _recount(builder: Builder, month: Month) -> None:
    """A count of tickets that is corrected when its month is closed: somebody decides what follows."""
    source = "Demonstration figure: the helpdesk's own count, with those sent by mail"
    builder.correct("tickets", month.first, KARLSKOGA, 61, source)
