"""The pages that people open every day ask the database for little, whatever there is to show."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.models import Cooperation, Role
from sharedict.accounts.models import User
from tests import cast
from tests.architecture import worlds
from tests.architecture.worlds import World
from tests.budgets import MOMENT

pytestmark = pytest.mark.django_db
MOST = 15 + MOMENT
PAGES = [
    "costs/",
    "costs/2026-01/{key}/",
    "costs/register/",
    "services/",
    "subscriptions/",
    "network/",
    "members/",
]


@pytest.fixture(scope="module")
def world(kept: None) -> World:
    return worlds.north()


@pytest.mark.parametrize("page", PAGES)
def test_a_main_page_asks_at_most_fifteen_times(
    world: World, north: Cooperation, sign_in: Callable[[User], Client], page: str
) -> None:
    client = sign_in(cast.person("anna", north, Role.Kind.ADMINISTRATOR))
    address = f"/north/{page.format(key=world.place.key)}"
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    assert len(asked) <= MOST, [query["sql"][:120] for query in asked]
