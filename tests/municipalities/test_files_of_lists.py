"""A list as a file: whatever it is made from, it says what the list on the page would say of each row."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver

from municipalities.models import Cooperation, Driver, Role
from municipalities.portal import ListPage, files, lists
from sharedict.accounts.models import User
from tests import cast
from tests.architecture import worlds
from tests.factories.billing import CostFactory
from tests.factories.municipalities import LinkFactory, MemberFactory, MunicipalityFactory, ReadingFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
TEXTS = ["=1+1", "a;=b", "'quoted', \"twice\"", "Åä ö", "two\nlines", "-5", ""]


def patterns(found: Any, *names: str) -> Iterator[tuple[URLPattern, tuple[str, ...]]]:
    for each in found:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, *names, *each.pattern.converters)
        else:
            yield each, (*names, *each.pattern.converters)


LISTS = {
    str(pattern.name): names
    for pattern, names in patterns(get_resolver().url_patterns)
    if issubclass(getattr(pattern.callback, "view_class", object), ListPage)
}
"""The name of each list -> the names in its address."""


def from_the_page(table: Any, columns: Sequence[Any]) -> Iterator[list[Any]]:
    """What the list on the page says of each row, in the form that files have."""
    table.before_rows([row.record for row in table.rows])
    for row in table.rows:
        cells = [row.get_cell_value(column.name) for column in columns]
        yield [
            cell if isinstance(cell, str | int | Decimal | dt.date | None) else str(cell) for cell in cells
        ]


@pytest.fixture(scope="module")
def address_of(kept: None) -> Callable[[str], str]:
    """The address of a list in a cooperation that has something of each, and texts that are hard to write."""
    world = worlds.north()
    north = world.cooperation
    driver: Any = world.rows[Driver]
    for text in TEXTS:
        place = MunicipalityFactory(name=text or "Nameless", county=text)
        application = ApplicationFactory(cooperation=north, name=text or "Nameless", owner=place)
        MemberFactory(cooperation=north, municipality=place)
        LinkFactory(site__cooperation=north, site__name=text or "Nameless", outside=text or "Outside")
        ReadingFactory(driver=driver, municipality=place, source=text or "Said", value=Decimal("0.50"))
        cost: Any = CostFactory(
            cooperation=north, application=application, description=text or "None", supplier=text
        )
        CostFactory(cooperation=north, application=None, withdrawn_on=dt.date(2026, 3, 1), credits=cost)
        for users, until in ((None, dt.date(2026, 5, 1)), (0, None)):
            SubscriptionFactory(application=application, municipality=place, users=users, valid_until=until,
                                valid_from=dt.date(2026, 1, 1) if until else dt.date(2026, 5, 1))  # fmt: skip
    values = world.values(Driver)
    return lambda name: reverse(name, args=[values[each] for each in LISTS[name]])


def test_every_list_is_looked_at() -> None:
    assert len(LISTS) >= 14
    assert {"subscriptions", "costs", "change-log", "readings"} <= LISTS.keys()


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("name", LISTS)
def test_a_file_says_what_the_page_says(
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    address_of: Any,
    north: Cooperation,
    name: str,
    language: str,
) -> None:
    administrator = cast.person("anna", north, Role.Kind.ADMINISTRATOR)
    client = sign_in(administrator)
    found = []
    for make in (files.file_rows, from_the_page):
        monkeypatch.setattr(lists, "file_rows", make)
        for kind in ("csv", "xlsx"):
            answer = client.get(f"{address_of(name)}?format={kind}", headers={"Accept-Language": language})
            found.append(b"".join(answer))
    assert found[0].decode().splitlines() == found[2].decode().splitlines()
    assert found[1] == found[3]
    assert found[0].count(b"\r\n") > 1


@pytest.mark.parametrize("name", ["subscriptions", "costs", "readings"])
def test_what_may_be_long_makes_no_records(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, address_of: Any, north: Cooperation, name: str
) -> None:
    monkeypatch.setattr(files, "_from_records", None)
    administrator = cast.person("anna", north, Role.Kind.ADMINISTRATOR)
    assert b"".join(sign_in(administrator).get(f"{address_of(name)}?format=csv")).count(b"\r\n") > 1
