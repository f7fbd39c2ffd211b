"""Whatever stands behind the question mark, and whoever asks: every page and call answers, or refuses it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils.http import urlencode

from municipalities.models import Role
from tests import cast
from tests.architecture.routes import Route, all_routes
from tests.architecture.worlds import World
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import TokenFactory, bearer

pytestmark = pytest.mark.django_db

NAMES = frozenset(
    {
        *("page", "per_page", "page_size", "cursor", "sort", "links-sort", "links-page", "format", "rows"),
        *("parts", "for", "from", "on", "amount", "counted", "application", "credits", "key", "cost_type"),
        *("reference_on", "dry_run", "cooperation", "next", "unsaved"),
        *("columns", "links-columns", "list", "query"),
    }
)
"""What some page reads; the filters of a list come to it."""

ODD = ("-1", "9" * 5000, "1e400", "a.b", "0000-00-00", "9999-12-31", "a\0b", "\ud800\u202e")
FILES = ("csv", "xlsx", "json")
"""Forms in which a list is a file; what is odd about the rest of the address is odd there too."""

PEOPLE = {"administrator": Role.Kind.ADMINISTRATOR, "finance": Role.Kind.FINANCE}


@pytest.fixture
def world(north: World, well: None) -> World:
    cache.clear()
    return north


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = {"caller": "1000000/min"}
    monkeypatch.setattr("municipalities.api.authentication.CallerThrottle.THROTTLE_RATES", rates)


@pytest.mark.parametrize("role", ["administrator", "finance", "operator", "anonymous"])
def test_no_page_fails_whatever_is_asked_of_it(world: World, role: str) -> None:
    client = Client(raise_request_exception=False)
    routes = [route for route in all_routes() if not route.is_api and not route.name.startswith("admin:")]
    if role in PEOPLE:
        place = world.place if role == "finance" else None
        client.force_login(cast.person(role, world.cooperation, PEOPLE[role], place))
    else:
        routes = [route for route in routes if "cooperation" not in route.parameters]
    if role == "operator":
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert not failures(client, routes, world)


def test_no_call_of_the_api_fails_whatever_is_asked_of_it(world: World) -> None:
    headers = {"Authorization": f"Bearer {bearer(TokenFactory(cooperation=world.cooperation))}"}
    client = Client(raise_request_exception=False, headers=headers)
    assert not failures(client, [route for route in all_routes() if route.is_api], world)


def failures(client: Client, routes: list[Route], world: World) -> list[str]:
    """The routes that fail, each with the first query that it fails for; what is changed is undone."""
    found = []
    for route in routes:
        if "get" not in route.methods or route.name == "sign-out":
            continue
        address = route.address(_filled(route, world.values(route.model)))
        for query in queries(route):
            with transaction.atomic():
                response = client.get(f"{address}?{query}")
                if response.streaming:
                    b"".join(response.streaming_content)  # type: ignore[arg-type]
                transaction.set_rollback(True)
            if response.status_code >= 500:
                found.append(f"{route.name}: {response.status_code} for {query[:200]}")
                break
    return found


def queries(route: Route) -> Iterator[str]:
    """Each odd value for all that the route may read; for those that a list is a file of, as each file."""
    filterset = getattr(route.view, "filterset_class", None)
    names = sorted(NAMES | set(filterset.base_filters if filterset else ()))
    for value in ODD:
        yield urlencode([(name, value.encode("utf-8", "surrogatepass")) for name in names])
    if filterset or hasattr(route.view, "table_class"):
        for place, kind in enumerate(FILES):
            odd = ODD[place].encode("utf-8", "surrogatepass")
            yield urlencode([(name, odd) for name in names if name != "format"] + [("format", kind)])


def _filled(route: Route, values: dict[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) or 1 for name in route.parameters}
