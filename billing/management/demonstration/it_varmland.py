"""IT Värmland: all 16 municipalities of the county, one price for all.

The members and the price model are as published; amounts, suppliers and numbers of users are made up, the
population is that of Statistics Sweden.
"""

from decimal import Decimal

from agreements.actions import ComponentDraft
from agreements.models import Component, Term
from billing.management.demonstration import colleagues, orders, outages
from billing.management.demonstration.builder import Builder, Contract
from municipalities.models import Driver, Municipality, Role, Site
from services.models import Application, Installation
from sharedict.kernel.periods import Month

HOME = "Karlstad"
CONTRACTS = (
    Contract("portal", "licence", "Vänerkod AB", "E-service platform, licence", 34_125_870, 3),
    Contract("portal", "operations", "Vänerkod AB", "E-service platform, operation", 4_866_120, swing=3),
    Contract("signing", "licence", "Namnteckna AB", "Electronic signatures, by inhabitant", 7_254_315),
    Contract("archive", "operations", "Evighet Arkiv AB", "E-archive, operation and storage", 12_480_975),
    Contract("archive", "support", "Evighet Arkiv AB", "Deliveries to the e-archive", 2_087_505, swing=45),
    Contract("training", "personnel", "Own staff in Karlstad", "Course leaders", 5_633_250, swing=9),
    Contract(None, "network", "Solstrålen Nät AB", "Regional network, 16 connections", 21_600_000),
    Contract(None, "personnel", "Own staff in Karlstad", "Office of the cooperation", 11_240_100),
)


def build(builder: Builder, places: dict[str, Municipality], months: list[Month]) -> None:
    """Everything of IT Värmland, until and including the last of ``months``."""
    builder.join(place for place in places.values() if place.county_code == "17")
    builder.role("coordinator.torsby", Role.Kind.COORDINATOR, places["SE1737"])
    centre = builder.add(
        Site(
            cooperation=builder.cooperation,
            name="Karlstad operations centre",
            kind=Site.Kind.OPERATIONS,
            municipality=builder.members[HOME],
            valid_from=builder.since,
        )
    )
    kinds = Application.Confidentiality
    for code, name, purpose, secrecy in (
        ("portal", "E-service platform", "Forms, payments and messages for inhabitants", kinds.INTERNAL),
        ("signing", "Electronic signatures", "Signing of decisions and agreements", kinds.CONFIDENTIAL),
        ("archive", "E-archive", "Keeping records for good", kinds.SECRET),
        ("training", "Web training", "Courses for everybody who uses ICT", kinds.OPEN),
    ):
        builder.share(
            code,
            name,
            purpose,
            owner=builder.members[HOME],
            confidentiality=secrecy,
            used_by={place: 300 + 7 * int(place.code) % 900 for place in builder.members.values()},
        )
        builder.install(code, centre, Installation.Purpose.PRIMARY, Installation.Databases.SEPARATE)
    colleagues.it_varmland(builder)
    _terms(builder)
    builder.live(months, CONTRACTS, open_months=2)
    outages.it_varmland(builder, months)
    orders.it_varmland(builder, months)


def _terms(builder: Builder) -> None:
    builder.agree("IT Värmland", "The 16 councils: one price for all", 12)
    population = Driver.objects.get(cooperation=None, code="population")
    one_price = builder.key(
        "one-price",
        "One price for all",
        "Board of IT Värmland, minutes § 5: one price for all, whatever the size",
        [ComponentDraft(Component.Kind.EVEN, Decimal(100))],
    )
    by_inhabitant = builder.key(
        "inhabitants",
        "One price for each inhabitant",
        "Board of IT Värmland, minutes § 6: one price for all, for each inhabitant as the year begins",
        [ComponentDraft(Component.Kind.DRIVER, Decimal(100), population, Component.Rule.YEAR_START)],
    )
    builder.term(one_price)
    builder.term(by_inhabitant, application="signing")
    builder.term(one_price, cost_type="network", payers=Term.Payers.MEMBERS)
