"""Services that are offered as basic and as plus, and who uses which. All of it is made up."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from billing.management.demonstration.builder import Builder
from billing.management.demonstration.swedish import Both, either
from services.models import Subscription, Variant


@dataclass(frozen=True, slots=True)
class Offered:
    """One variant, and the municipalities that use it; without a price that of the application holds."""

    name: Both
    included: Both
    used_by: tuple[str, ...]
    price: str = ""
    days: int | None = None


BASIC, PLUS = ("Basic", "Bas"), ("Plus", "Plus")
NORTH: Mapping[str, tuple[Offered, ...]] = {
    "e-services": (
        Offered(BASIC, ("Schedules and absence", "Scheman och frånvaro"), ("Torsby", "Hagfors")),
        Offered(
            PLUS, ("Queues and interpreted messages too", "Dessutom köer och tolkade meddelanden"),
            ("Sunne",), "17.80", 15,
        ),
    ),
}  # fmt: skip
EAST: Mapping[str, tuple[Offered, ...]] = {
    "mail": (
        Offered(
            BASIC, ("Mailbox of 10 GB", "Brevlåda på 10 GB"), ("Storfors", "Degerfors"), days=1,
        ),
        Offered(
            PLUS, ("Mailbox of 100 GB, meeting rooms", "Brevlåda på 100 GB, mötesrum"),
            ("Kristinehamn", "Karlskoga"), days=2,
        ),
    ),
}  # fmt: skip


def offer(builder: Builder, variants: Mapping[str, tuple[Offered, ...]]) -> None:
    """Add ``variants`` by the code of their application, and let those that use one say so."""
    for code, offers in variants.items():
        for offered in offers:
            variant = builder.add(
                Variant(
                    cooperation=builder.cooperation,
                    application=builder.applications[code],
                    name=either(offered.name),
                    included=either(offered.included),
                    unit_price=Decimal(offered.price) if offered.price else None,
                    delivery_days=offered.days,
                )
            )
            places = [builder.members[name] for name in offered.used_by]
            for row in Subscription.objects.filter(application=variant.application, municipality__in=places):
                row.variant = variant
                builder.add(row)
