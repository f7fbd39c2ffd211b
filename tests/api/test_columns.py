"""Lists that are read as columns: what they answer is what the serializer makes of objects, to the byte."""

from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from municipalities.models import Cooperation, Municipality
from sharedict.api import router
from sharedict.common.columns import columns_of
from tests.api.conftest import Caller
from tests.api.test_budgets import LISTS
from tests.factories.municipalities import (
    LinkFactory,
    MunicipalityFactory,
    ReadingFactory,
    SiteFactory,
    SupplierFactory,
)

pytestmark = pytest.mark.django_db
READ_AS_COLUMNS = {
    "absences",
    "alerts",
    "agreements",
    "applications",
    "calendars",
    "closed-days",
    "colleagues",
    "competences",
    "cooperations",
    "cost-types",
    "costs",
    "data-protection",
    "documents",
    "drivers",
    "lifecycle-moves",
    "links",
    "members",
    "municipalities",
    "order-lines",
    "order-steps",
    "orders",
    "outage-effects",
    "outage-updates",
    "purposes",
    "readings",
    "subscriptions",
    "variants",
    "suppliers",
    "tasks",
}
ONE_EACH = {"outage-priorities", "order-rules"}
"""Columns too, of which a cooperation has one row, or one of each kind."""
VIEWS: dict[str, Any] = {name: view for name, view, _basename in router.registry}


def as_columns(name: str) -> bool:
    view = VIEWS[name]
    return columns_of(view.serializer_class, view.queryset.model) is not None


def test_what_is_no_more_than_columns_is_read_as_columns() -> None:
    known = {name for name, view in VIEWS.items() if getattr(view, "queryset", None) is not None}
    assert {name for name in known if as_columns(name)} == {*READ_AS_COLUMNS, *ONE_EACH}


@pytest.mark.parametrize("name", sorted(READ_AS_COLUMNS))
def test_a_list_of_columns_answers_what_objects_would(
    caller: Caller, north: Cooperation, sundsvall: Municipality, name: str
) -> None:
    LISTS[name](north, 3)
    MunicipalityFactory(code="9999", name="Merged", successor=sundsvall, merged_on="2020-01-01")
    site, supplier = SiteFactory(cooperation=north, name="Its own"), SupplierFactory(cooperation=north)
    LinkFactory(site=site, name="To a provider")
    LinkFactory(site=site, name="Supplied", supplier=supplier)
    ReadingFactory(cooperation=north, municipality=sundsvall)
    view = VIEWS[name]
    rows = [
        row
        for row in view.queryset.order_by("pk")
        if name in ("cooperations", "municipalities") or getattr(row, "cooperation", north) in (north, None)
    ]
    status, page = caller.get(f"{name}/", page_size=1000)
    assert status == 200
    shown = {JSONRenderer().render(row) for row in page["results"]}
    made = [JSONRenderer().render(row) for row in view.serializer_class(rows, many=True).data]
    assert shown
    assert shown <= {*made}
    assert len(page["results"]) == len(shown)


def test_the_pages_of_columns_follow_each_other(caller: Caller, north: Cooperation) -> None:
    LISTS["subscriptions"](north, 5)
    found, cursor = list[int](), {}
    for _page in range(9):
        _status, page = caller.get("subscriptions/", page_size=2, **cursor)
        found += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"].partition("cursor=")[2].partition("&")[0]}
    assert found == sorted({*found})
    assert len(found) == 7
