"""Searching, measured: the page of what somebody types, beside its bare SQL."""

from typing import Any

from municipalities.models import Cooperation, Link, Site, Supplier
from tests.bench.pages import Reader, beside_its_queries
from tests.bench.workload import NEW_YEAR

LINKS = 1_000
TYPED = {"a word": "type", "two words": "application+29", "a piece of a word": "plicat", "nothing": "qwxz"}
"""The first is in the title of each of the nation's 7,200 costs."""


def searched(slug: str) -> dict[str, Any]:
    """Each of ``TYPED``: queries, milliseconds, and those of its queries by themselves."""
    cooperation = Cooperation.objects.get(slug=slug)
    if not Link.objects.filter(cooperation=cooperation).exists():
        _wire(cooperation)
    reader = Reader()
    return {what: beside_its_queries(reader, f"/{slug}/search/?q={text}") for what, text in TYPED.items()}


def _wire(cooperation: Cooperation) -> None:
    sites = Site.objects.bulk_create(
        Site(cooperation=cooperation, name=f"Site {number}", kind="operations", valid_from=NEW_YEAR)
        for number in range(40)
    )
    Supplier.objects.bulk_create(
        Supplier(cooperation=cooperation, name=f"Supplier {number}") for number in range(40)
    )
    Link.objects.bulk_create(
        Link(
            cooperation=cooperation,
            name=f"Link {number}",
            kind="fibre",
            site=sites[number % 40],
            outside=f"Provider {number % 7}",
            valid_from=NEW_YEAR,
        )
        for number in range(LINKS)
    )
