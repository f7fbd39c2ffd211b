"""The pages of what is shared, with many rows and with few: their queries, and the time beside their SQL."""

import datetime as dt
from random import Random
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from municipalities.models import Colleague, Cooperation, Municipality, Site
from services.models import Application, Competence, Order, OrderLine, Outage, OutageEffect
from sharedict.accounts.models import User
from sharedict.common.roles import as_owner
from tests.bench.falling import SINCE, load_falling
from tests.bench.pages import Reader, beside_its_queries

COUNTS = {"large": (60, 1_000, 500), "small": (3, 3, 3)}
"""How many colleagues, orders and outages."""


def load_shared() -> None:
    """The large cooperation and the small one, with people, orders and a year of outages."""
    load_falling()
    by = User.objects.get(username="bench")
    for name, counts in COUNTS.items():
        _load(Cooperation.objects.get(slug=name), *counts, by)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _load(cooperation: Cooperation, colleagues: int, orders: int, outages: int, by: User) -> None:
    chance = Random(cooperation.slug)  # noqa: S311 - the same world in every run, not secrets
    catalogue = list(Application.objects.of(cooperation))
    places = list(Municipality.objects.filter(pk__in=Site.objects.of(cooperation).values("municipality")))
    people = Colleague.objects.bulk_create(
        Colleague(
            cooperation=cooperation,
            valid_from=SINCE,
            name=f"Colleague {number}",
            municipality=places[number % len(places)],
        )
        for number in range(colleagues)
    )
    Competence.objects.bulk_create(
        Competence(cooperation=cooperation, valid_from=SINCE, colleague=person, application=application)
        for application in catalogue
        for person in chance.sample(people, 3)
    )
    now = timezone.now()
    asked = Order.objects.bulk_create(
        Order(
            cooperation=cooperation,
            title=f"Order {number}",
            municipality=places[number % len(places)],
            wanted_on=timezone.localdate() + dt.timedelta(days=number % 300),
            ordered_by=by,
        )
        for number in range(orders)
    )
    OrderLine.objects.bulk_create(
        OrderLine(cooperation=cooperation, order=order, application=application, quantity=number)
        for order in asked
        for number, application in enumerate(chance.sample(catalogue, min(3, len(catalogue))), start=1)
    )
    # the database takes lines of drafts alone
    Order.objects.of(cooperation).update(state=Order.State.SENT, sent_by=by, sent_at=now)
    ended = Outage.objects.bulk_create(
        Outage(
            cooperation=cooperation,
            title=f"Outage {number}",
            starts_at=now - dt.timedelta(hours=10 * number + 9),
            ends_at=now - dt.timedelta(hours=10 * number + 7),
        )
        for number in range(outages)
    )
    OutageEffect.objects.bulk_create(
        OutageEffect(
            cooperation=cooperation,
            outage=outage,
            application=chance.choice(catalogue),
            municipality=place,
            state=OutageEffect.State.DOWN,
            derived=OutageEffect.State.DOWN,
        )
        for outage in ended
        for place in chance.sample(places, min(6, len(places)))
    )


def shared() -> dict[str, dict[str, Any]]:
    """Each page of the large cooperation as ``beside_its_queries`` has it, with the small one's queries."""
    reader = Reader()
    small, large = (_pages(name) for name in ("small", "large"))
    return {
        name: beside_its_queries(reader, address)
        | {"few": beside_its_queries(reader, small[name])["queries"]}
        for name, address in large.items()
    }


def _pages(slug: str) -> dict[str, str]:
    of = {"cooperation__slug": slug}
    order = Order.objects.filter(**of).aggregate(last=Max("pk"))["last"]
    outage = Outage.objects.filter(**of).aggregate(last=Max("pk"))["last"]
    site = Site.objects.filter(**of, name="Site 0").get().pk
    pages = {
        "catalogue": "services/",
        "one service": "services/a1/",
        "people x applications": "competences/matrix/",
        "orders": "orders/",
        "one order": f"orders/{order}/",
        "outages": "outages/",
        "one outage": f"outages/{outage}/",
        "impact": f"impact/?lost=site:{site}",
        "network": "network/",
    }
    return {name: f"/{slug}/{page}" for name, page in pages.items()}
