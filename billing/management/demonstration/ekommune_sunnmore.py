"""eKommune Sunnmøre 2017: eight Norwegian municipalities, 30 % even and 70 % by population.

Members, key and population are as published; amounts and suppliers are made up.
"""

from decimal import Decimal

from agreements.actions import ComponentDraft
from agreements.models import Component, Term
from billing.management.demonstration.builder import Builder, Contract
from municipalities.models import Driver, Municipality
from services.models import Application
from sharedict.kernel.periods import Month

MONTHS = [Month(2017, number) for number in range(1, 13)]
CONTRACTS = (
    Contract("records", "licence", "Protokoll Programvare AS", "Case records, licence", 8_740_000, 3),
    Contract("records", "operations", "Fjorddrift AS", "Case records, operation", 1_962_345, swing=4),
    Contract("e-services", "licence", "Skjemakraft AS", "Electronic forms", 1_310_715),
    Contract("e-services", "support", "Skjemakraft AS", "Support, electronic forms", 487_360, swing=30),
    Contract(None, "personnel", "Own staff in Ålesund", "Project office", 15_287_450),
    Contract(None, "network", "Fjorddrift AS", "Regional network", 4_100_000),
)


def build(builder: Builder, places: dict[str, Municipality], months: list[Month]) -> None:
    """Everything of eKommune Sunnmøre; all of ``months`` closed."""
    builder.join(place for place in places.values() if place.country == "NO")
    kinds = Application.Confidentiality
    for code, name, purpose, secrecy in (
        ("records", "Case records", "Registering, deciding on and keeping cases", kinds.CONFIDENTIAL),
        ("e-services", "Electronic forms", "Applications from inhabitants", kinds.INTERNAL),
    ):
        builder.share(
            code,
            name,
            purpose,
            owner=builder.members["Ålesund"],
            confidentiality=secrecy,
            used_by=dict.fromkeys(builder.members.values(), 120),
        )
    builder.agree("eKommune Sunnmøre", "The eight councils, 2017", 12)
    key = builder.key(
        "30-70",
        "30 % even, 70 % by population",
        "Kostnadsfordeling 2017: 30 % equal, 70 % by population on 1 January",
        [
            ComponentDraft(Component.Kind.EVEN, Decimal(30)),
            ComponentDraft(
                Component.Kind.DRIVER,
                Decimal(70),
                Driver.objects.get(cooperation=None, code="population"),
                Component.Rule.YEAR_START,
            ),
        ],
    )
    builder.term(key, payers=Term.Payers.MEMBERS)
    builder.live(months, CONTRACTS, open_months=0)
