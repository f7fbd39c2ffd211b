"""North Värmland: three municipalities that run seven applications together and divide costs evenly.

Applications, sites, links, suppliers of the network and the even division are as published; amounts, other
suppliers, numbers of users and decisions are made up.
"""

from decimal import Decimal

from agreements.actions import ComponentDraft
from agreements.models import Component, CostType, Term
from billing.management.demonstration import colleagues, orders, outages, variants
from billing.management.demonstration.builder import Builder, Contract
from billing.management.demonstration.catalogue import PILOTED, tell_catalogue
from municipalities.models import Link, Municipality, Role, Site
from services.actions import ALWAYS, EXTENDED, OFFICE
from services.models import Application, Installation
from sharedict.kernel.periods import Month

TORSBY, SUNNE, HAGFORS = "Torsby", "Sunne", "Hagfors"
JOINED_LATE = "e-services"

CONTRACTS = (
    Contract("e-invoice", "licence", "Kolbäcken Programvara AB", "Licence, e-invoice workflow", 1_284_500, 3),
    Contract("e-invoice", "operations", "Klarälv Drift AB", "Server operation, e-invoice", 412_337, swing=4),
    Contract("helpdesk", "personnel", "Own staff in Hagfors", "Two technicians at the helpdesk", 9_481_250),
    Contract("helpdesk", "licence", "Fjällräv System AB", "Case handling, 42 seats", 386_400, 3),
    Contract("real-estate", "licence", "Gränsmark Data AB", "Real-estate data, licence", 1_735_500, 3),
    Contract("real-estate", "operations", "Klarälv Drift AB", "Server operation, real estate", 298_615),
    Contract("erp", "licence", "Järnvall Affärssystem AB", "ERP, licence and upgrades", 18_775_025, 3),
    Contract("erp", "operations", "Klarälv Drift AB", "Server operation, ERP", 2_314_880, swing=6),
    Contract("erp", "support", "Järnvall Affärssystem AB", "Support by the hour, ERP", 1_146_900, swing=40),
    Contract(
        "utilities", "licence", "Taxemätaren AB", "Charging for refuse and water, licence", 2_417_713, 3
    ),
    Contract("utilities", "operations", "Klarälv Drift AB", "Server operation, charging", 531_240, swing=5),
    Contract("e-services", "licence", "Skolbänken AB", "E-services, platform", 1_968_333, swing=3),
    Contract("e-services", "support", "Skolbänken AB", "Support, e-services", 414_150, swing=25),
    Contract("social-care", "licence", "Omvårdnad Data AB", "Social care system, licence", 8_316_667, 3),
    Contract(
        "social-care", "operations", "Klarälv Drift AB", "Operation around the clock", 4_127_905, swing=3
    ),
    Contract("social-care", "support", "Omvårdnad Data AB", "On call around the clock", 1_875_040, swing=12),
    Contract(None, "network", "Teracom", "Broadband 100 Mbit/s, four links", 3_240_000),
    Contract(None, "network", "TeliaSonera", "Common Internet connection", 1_187_520),
    Contract(None, "personnel", "Own staff in Torsby", "Coordination of the joint operation", 2_903_417),
)
MOVE = Contract("erp", "operations", "Klarälv Drift AB", "Move of the ERP servers", 4_650_000)
FAULTY = Contract("e-services", "support", "Skolbänken AB", "Hours charged to the wrong customer", 1_239_995)
HOURS = Contract(
    "erp", "support", "Järnvall Affärssystem AB", "Support by the hour, ERP: hours invoiced late", 1_248_000
)
UPGRADE = Contract("real-estate", "licence", "Gränsmark Data AB", "Extra licences, real estate", 298_342)
STUDY = Contract(None, "consulting", "Ljusälven Konsult AB", "Study of a common e-archive", 7_800_050)


def build(builder: Builder, places: dict[str, Municipality], months: list[Month]) -> None:
    """Everything of North Värmland, until and including the last of ``months``."""
    builder.join([places["SE1737"], places["SE1766"], places["SE1783"]])
    builder.role("coordinator.torsby", Role.Kind.COORDINATOR, builder.members[TORSBY])
    builder.role("finance.torsby", Role.Kind.FINANCE, builder.members[TORSBY])
    sites = _sites(builder)
    _links(builder, sites)
    _applications(builder, sites)
    tell_catalogue(builder)
    colleagues.north_varmland(builder, months[-1])
    _terms(builder)
    builder.live(
        months,
        CONTRACTS,
        open_months=2,
        events={
            months[6]: lambda month: _move(builder, month),
            months[8]: lambda month: _late_joiner(builder, month),
            months[10]: lambda month: _credit(builder, month),
            months[-1]: lambda month: _undecided(builder, month),
        },
        afterwards={
            months[8]: lambda month: _late(builder, HOURS, month, "20418"),
            months[12]: lambda month: _late(builder, UPGRADE, month, "77120"),
        },
    )
    variants.offer(builder, variants.NORTH)
    outages.north_varmland(builder, months)
    orders.north_varmland(builder, months)


def _sites(builder: Builder) -> dict[str, Site]:
    kinds = Site.Kind
    sites = {
        name: builder.add(
            Site(
                cooperation=builder.cooperation,
                name=f"{name} operations centre",
                kind=kinds.OPERATIONS,
                municipality=place,
                valid_from=builder.since,
            )
        )
        for name, place in builder.members.items()
    }
    mirror = builder.add(
        Site(
            cooperation=builder.cooperation, name="Fourth site", kind=kinds.MIRROR, valid_from=builder.since
        ),
        mirrors=[*sites.values()],
    )
    return {**sites, "mirror": mirror}


def _links(builder: Builder, sites: dict[str, Site]) -> None:
    torsby = builder.members[TORSBY]
    links = [
        Link(
            name=f"Broadband {'Fourth site' if name == 'mirror' else f'{name} operations centre'}",
            kind=Link.Kind.BROADBAND,
            site=site,
            outside="Teracom",
            firewall="FW-1",
            redundancy_group=name if name in (HAGFORS, SUNNE) else "",
            supplier=builder.supplier("Teracom"),
            mbps=100,
        )
        for name, site in sites.items()
    ]
    links.append(
        Link(
            name="Common Internet connection",
            kind=Link.Kind.INTERNET,
            site=sites[TORSBY],
            outside="TeliaSonera",
            firewall="FW-2",
            supplier=builder.supplier("TeliaSonera"),
            routed_by=torsby,
        )
    )
    links += [
        Link(
            name=f"VPN {name}-{TORSBY}",
            kind=Link.Kind.VPN,
            site=sites[name],
            other_site=sites[TORSBY],
            firewall="FW-1",
            other_firewall="FW-2",
            redundancy_group=name,
            routed_by=torsby,
        )
        for name in (HAGFORS, SUNNE)
    ]
    for link in links:
        link.cooperation, link.valid_from = builder.cooperation, builder.since
        builder.add(link)


def _applications(builder: Builder, sites: dict[str, Site]) -> None:
    kinds, hours, databases = Application.Confidentiality, builder.calendars, Installation.Databases
    stages = Application.Lifecycle
    common, separate = databases.COMMON, databases.SEPARATE
    for code, name, purpose, vendor, owner, secrecy, open_hours, stored in (
        ("e-invoice", "E-invoice workflow", "Supplier invoices from arrival to payment",
         "Kolbäcken Programvara AB", SUNNE, kinds.INTERNAL, hours[OFFICE], separate),
        ("helpdesk", "Helpdesk", "One place to turn to for everybody who uses ICT",
         "Fjällräv System AB", HAGFORS, kinds.INTERNAL, hours[OFFICE], common),
        ("real-estate", "Real-estate data", "Properties, buildings and addresses with maps",
         "Gränsmark Data AB", TORSBY, kinds.OPEN, hours[OFFICE], separate),
        ("erp", "ERP", "Accounting, purchasing and pay",
         "Järnvall Affärssystem AB", TORSBY, kinds.INTERNAL, hours[EXTENDED], separate),
        ("utilities", "Charging for refuse and water", "Meters, fees and invoices of refuse and water",
         "Taxemätaren AB", HAGFORS, kinds.INTERNAL, hours[OFFICE], separate),
        ("e-services", "E-services for schools and child care", "Applying, schedules and absence for parents",
         "Skolbänken AB", SUNNE, kinds.CONFIDENTIAL, hours[EXTENDED], separate),
        ("social-care", "Social care system", "Cases, records and planning of social care",
         "Omvårdnad Data AB", TORSBY, kinds.SECRET, hours[ALWAYS], separate),
    ):  # fmt: skip
        late = HAGFORS if code == JOINED_LATE else None
        users = dict(zip(builder.members.values(), (940, 1_020, 890), strict=True))
        builder.share(
            code,
            name,
            purpose,
            vendor=vendor,
            owner=builder.members[owner],
            confidentiality=secrecy,
            lifecycle=stages.PILOT if code == PILOTED else stages.IN_USE,
            runs=open_hours,
            measured=open_hours,
            supported=hours[OFFICE],
            used_by={place: count for place, count in users.items() if place.name != late},
        )
        builder.install(code, sites[owner], Installation.Purpose.PRIMARY, stored)
        builder.install(code, sites["mirror"], Installation.Purpose.MIRROR, stored)
    internet = Link.objects.get(cooperation=builder.cooperation, kind=Link.Kind.INTERNET)
    builder.need("e-services", "signing in from outside", links=[internet])
    builder.need("e-invoice", "receiving invoices", links=[internet], at_least=0)
    builder.need("erp", "sending files to the bank", links=[internet], at_least=0)
    builder.need("e-invoice", "posting to the accounts", applications=["erp"], at_least=0)
    carer = builder.supplier("Omvårdnad Data AB")
    builder.need("social-care", "its operation at night", suppliers=[carer], at_least=0)


def _terms(builder: Builder) -> None:
    """By cost type; with an application where it differs; none yet for consulting."""
    consulting = CostType(cooperation=builder.cooperation, code="consulting", name="Consulting")
    builder.types["consulting"] = builder.add(consulting)
    builder.agree("Joint ICT operation", "The three councils, agreement § 4: costs are divided evenly", 12)
    even = builder.key(
        "even",
        "Even",
        "Agreement on joint ICT operation, § 4: evenly, and no fees between the municipalities",
        [ComponentDraft(Component.Kind.EVEN, Decimal(100))],
    )
    for cost_type in ("licence", "operations", "support"):
        builder.term(even, cost_type=cost_type)
    for cost_type in ("network", "personnel"):
        builder.term(even, cost_type=cost_type, payers=Term.Payers.MEMBERS)
    builder.term(even, application=JOINED_LATE, by_days=True)
    builder.term(
        even,
        application="social-care",
        cost_type="support",
        payers=Term.Payers.NAMED,
        named=list(builder.members.values()),
    )


def _move(builder: Builder, month: Month) -> None:
    """A cost from the middle of one month into the next."""
    start, end = month.first.replace(day=19), month.after.replace(day=11)
    builder.enter(builder.cost(MOVE, start, end, invoice_number="SERV-0619"))


def _late_joiner(builder: Builder, month: Month) -> None:
    builder.subscribe(JOINED_LATE, builder.members[HAGFORS], 890, month.first.replace(day=16))


def _credit(builder: Builder, month: Month) -> None:
    """An invoice that was wrong, and the credit note that refunds all of it."""
    span = month.first, month.after
    wrong = builder.enter(builder.cost(FAULTY, *span, minor=FAULTY.minor, invoice_number="88104"))
    builder.enter(builder.cost(FAULTY, *span, minor=-FAULTY.minor, invoice_number="88104-K", credits=wrong))


def _undecided(builder: Builder, month: Month) -> None:
    """A cost of a type that no term covers: something for the administrator to decide."""
    builder.enter(builder.cost(STUDY, month.first, month.after, invoice_number="2204"))


def _late(builder: Builder, contract: Contract, month: Month, invoice_number: str) -> None:
    """An invoice that comes when its month is closed: the next month charges it as a correction."""
    builder.enter(builder.cost(contract, month.first, month.after, invoice_number=invoice_number))
