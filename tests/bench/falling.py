"""What falls if a part goes, in a cooperation of 300 applications, 600 installations and 1,000 links."""

import datetime as dt
from random import Random
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipalities.models import Cooperation, Link, Municipality, Role, Site, Supplier
from services.models import Application, Installation, Subscription
from services.reports import graph_of, impact_of, made_graph, points_of
from sharedict.accounts.models import User
from sharedict.common.roles import as_owner
from tests.bench.pages import Reader, fetched, in_turn

SINCE = dt.date(2025, 1, 1)
SITES, SUPPLIERS, USERS_OF_EACH = 60, 20, 6
LARGE, SMALL = (300, 1_000), (3, 10)
"""How many applications and links."""


def load_falling() -> None:
    """A large cooperation and a small one, each application at two sites and used by six municipalities."""
    call_command("migrate", verbosity=0)
    call_command("load_registers", verbosity=0)
    by, _is_new = User.objects.get_or_create(username="bench")
    for name, (applications, links) in (("large", LARGE), ("small", SMALL)):
        _load(name, applications, links, by)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _load(name: str, applications: int, links: int, by: User) -> None:
    chance = Random(name)  # noqa: S311 - the same world in every run, not secrets
    cooperation = Cooperation.objects.create(slug=name, name=name.title(), first_month=SINCE)
    Role.objects.create(cooperation=cooperation, user=by, kind=Role.Kind.ADMINISTRATOR)
    common: dict[str, Any] = {"cooperation": cooperation, "valid_from": SINCE}
    places = list(Municipality.objects.filter(country="SE").order_by("code")[: SITES - 1])
    sites = Site.objects.bulk_create(
        Site(**common, name=f"Site {number}", kind=Site.Kind.OPERATIONS, municipality=place)
        for number, place in enumerate([*places, None])
    )
    suppliers = Supplier.objects.bulk_create(
        Supplier(cooperation=cooperation, name=f"Supplier {number}") for number in range(SUPPLIERS)
    )
    Link.objects.bulk_create(
        Link(
            **common,
            name=f"Link {number}",
            kind=Link.Kind.BROADBAND,
            site=sites[number % SITES],
            other_site=sites[(number + chance.randint(1, SITES - 1)) % SITES] if number % 3 else None,
            outside="" if number % 3 else f"Provider {number % 7}",
            firewall=f"F{number % 2}",
            supplier=suppliers[number % SUPPLIERS],
        )
        for number in range(links)
    )
    catalogue = Application.objects.bulk_create(
        Application(cooperation=cooperation, code=f"a{number}", name=f"Application {number}", purpose="bench")
        for number in range(applications)
    )
    Installation.objects.bulk_create(
        Installation(**common, application=application, site=site, purpose=purpose)
        for application in catalogue
        for site, purpose in zip(chance.sample(sites, 2), ("primary", "mirror"), strict=True)
    )
    Subscription.objects.bulk_create(
        Subscription(**common, application=application, municipality=place, users=chance.randint(1, 900))
        for application in catalogue
        for place in chance.sample(places, USERS_OF_EACH)
    )


def falling() -> dict[str, Any]:
    """Queries of the page large and small; milliseconds of one site's impact, its bare SQL, all points.

    The impact is taken with the graph as this process keeps it, and with one that is made anew.
    """
    reader, today = Reader(), timezone.localdate()
    queries, page = {}, ""
    for name in ("small", "large"):
        lost = Site.objects.filter(cooperation__slug=name, name="Site 0").get().pk
        page = f"/{name}/impact/?lost=site:{lost}"
        reader.get(page)
        with CaptureQueriesContext(connection) as captured:
            reader.get(page)
        queries[name] = len(captured)
    cooperation = Cooperation.objects.get(slug="large")

    def ours() -> None:
        with transaction.atomic():
            impact_of(graph_of(cooperation, today), [f"site:{lost}"])

    def anew() -> None:
        with transaction.atomic():
            impact_of(made_graph(cooperation, today), [f"site:{lost}"])

    with CaptureQueriesContext(connection) as captured:
        made_graph(cooperation, today)
    asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]

    def bare() -> None:
        with transaction.atomic():
            for query in asked:
                fetched(query)

    def points() -> None:
        points_of(made_graph(cooperation, today))

    times = in_turn(
        ours_ms=ours, anew_ms=anew, bare_ms=bare, page_ms=lambda: reader.get(page), points_ms=points
    )
    return {"small": queries["small"], "large": queries["large"], **times}
