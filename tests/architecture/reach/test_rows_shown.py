"""That the database limits rows changes no answer: what it keeps back, no page or list would have shown."""

import re
from collections.abc import Callable

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from billing.actions import recompute
from billing.models import Cost, Period
from municipalities.models import Cooperation, Municipality, Role
from services.models import Application
from sharedict.common.sight import ALL, Sight
from tests import cast
from tests.architecture import worlds
from tests.architecture.routes import Route, all_routes
from tests.architecture.worlds import World
from tests.factories.billing import CostFactory

pytestmark = pytest.mark.django_db

VARIES = re.compile(rb'(name="csrfmiddlewaretoken" value="|"X-CSRFToken": "|nonce[-=]"?)[^"]+')


@pytest.fixture(scope="module")
def world(kept: None) -> World:
    """Torsby and Hagfors do not see each other's shares; both pay costs, one of them late."""
    world = worlds.north()
    cooperation = world.cooperation
    Cooperation.objects.filter(pk=cooperation.pk).update(shares_are_open=False, name="Renamed")
    erp = Application.objects.get(cooperation=cooperation, code="erp")
    january = Cost.objects.get(cooperation=cooperation)
    february = january.ends_on, january.ends_on.replace(month=3)
    for starts_on, ends_on in ((january.starts_on, january.ends_on), february):
        CostFactory(
            cooperation=cooperation,
            application=erp,
            cost_type=january.cost_type,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    recompute(cooperation_id=cooperation.pk, touches=(january.starts_on, None))
    return world


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (Role.Kind.FINANCE, cast.torsby),
        (Role.Kind.COORDINATOR, cast.hagfors),
        (Role.Kind.AUDITOR, cast.torsby),
    ],
)
def test_what_is_answered_is_the_same_without_the_database_limiting_it(
    world: World,
    well: None,
    monkeypatch: pytest.MonkeyPatch,
    kind: Role.Kind,
    place: Callable[[], Municipality],
) -> None:
    monkeypatch.setattr(
        "municipalities.api.authentication.CallerThrottle.THROTTLE_RATES", {"caller": "1000000/min"}
    )
    cache.clear()
    client, municipality = Client(), place()
    of_one = None if kind == Role.Kind.AUDITOR else municipality
    client.force_login(cast.person("reader", world.cooperation, kind, of_one))
    addresses = [*_addresses(world, municipality)]
    with time_machine.travel(timezone.now(), tick=False):  # some forms begin with the minute it is
        limited = {address: _answer(client, address) for address in addresses}
        with monkeypatch.context() as patched:
            patched.setattr(Sight, "told", ALL)
            unlimited = {address: _answer(client, address) for address in addresses}
    assert [address for address in addresses if limited[address] != unlimited[address]] == []
    assert sum(status == 200 for status, _body in limited.values()) > 40
    assert not [address for address, (status, _body) in limited.items() if status >= 500]


def _addresses(world: World, municipality: Municipality) -> list[str]:
    found = []
    late = Cost.objects.filter(cooperation=world.cooperation).order_by("-pk")[1]
    for route in all_routes():
        if "get" not in route.methods or route.name.startswith("admin:"):
            continue
        values = world.values(route.model) | {"key": municipality.key}
        for month in ("2026-01", "2026-02"):
            for reference in (values["reference"], late.reference):
                for kind in ("csv", "xlsx"):
                    more = values | {"month": month, "reference": reference, "kind": kind}
                    found.append(_address(route, more))
    assert Period.objects.filter(cooperation=world.cooperation).count() >= 2
    return [*dict.fromkeys(address for address in found if address)]


def _address(route: Route, values: dict[str, object]) -> str:
    return route.address({name: values.get(name) or 1 for name in route.parameters})


def _answer(client: Client, address: str) -> tuple[int, bytes]:
    response = client.get(address)
    return response.status_code, VARIES.sub(rb"\1", response.getvalue())
