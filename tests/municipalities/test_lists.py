"""Every list: the same number of queries for one row and for five, and no query string that breaks it."""

import csv
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipalities.models import Cooperation, Driver, Role, Token
from sharedict.accounts.models import User
from sharedict.audit.actions import record
from sharedict.jobs.models import Job
from tests.budgets import MOMENT
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import (
    DriverFactory,
    LinkFactory,
    MemberFactory,
    MunicipalityFactory,
    ReadingFactory,
    RoleFactory,
    SavedViewFactory,
    SiteFactory,
    SupplierFactory,
    TokenFactory,
)

SignIn = Callable[[User], Client]
IN_WORDS = re.compile(r"\d{1,2} [a-zA-Z]+ \d{4}.*")
"""A day as a sentence writes it, with or without the time."""


def add_members(north: Cooperation, count: int) -> str:
    MemberFactory.create_batch(count, cooperation=north)
    return "/north/members/"


def add_people(north: Cooperation, count: int) -> str:
    for place in MunicipalityFactory.create_batch(count):
        RoleFactory(cooperation=north, user=UserFactory(), kind=Role.Kind.FINANCE, municipality=place)
    return "/north/people/"


def add_tokens(north: Cooperation, count: int) -> str:
    TokenFactory.create_batch(count, cooperation=north)
    return "/north/tokens/"


def add_network(north: Cooperation, count: int) -> str:
    for place in MunicipalityFactory.create_batch(count):
        site = SiteFactory(cooperation=north, municipality=place)
        mirror = SiteFactory(cooperation=north, kind="mirror")
        mirror.mirrors.set([site])
        supplier = SupplierFactory(cooperation=north)
        LinkFactory(site=site, other_site=mirror, outside="", routed_by=place, supplier=supplier)
    return "/north/network/"


def add_suppliers(north: Cooperation, count: int) -> str:
    for supplier in SupplierFactory.create_batch(count, cooperation=north):
        LinkFactory(site__cooperation=north, supplier=supplier)
    return "/north/suppliers/"


def add_drivers(north: Cooperation, count: int) -> str:
    for driver in DriverFactory.create_batch(count, cooperation=north):
        ReadingFactory(driver=driver)
    return "/north/drivers/"


def add_readings(north: Cooperation, count: int) -> str:
    driver: Driver = DriverFactory(cooperation=north, code="users")
    ReadingFactory.create_batch(count, driver=driver)
    return f"/north/drivers/{driver.pk}/"


def add_jobs(north: Cooperation, count: int) -> str:
    now = timezone.now()
    for _ in range(count):
        Job.objects.create(
            cooperation=north,
            kind="x",
            created_at=now,
            run_after=now,
            created_by=UserFactory(),
            state="failed",
        )
    return "/north/jobs/"


def add_changes(north: Cooperation, count: int) -> str:
    for member in MemberFactory.create_batch(count, cooperation=north):
        changes = {"municipality": ["", str(member.municipality_id)]}
        record(
            verb="add", subject=member, by=None, at=timezone.now(), cooperation_id=north.pk, changes=changes
        )
    return "/north/change-log/"


def add_views(north: Cooperation, count: int) -> str:
    SavedViewFactory.create_batch(count, cooperation=north, is_shared=True)
    return "/north/views/"


LISTS = [
    add_members,
    add_people,
    add_tokens,
    add_network,
    add_suppliers,
    add_drivers,
    add_readings,
    add_jobs,
    add_changes,
    add_views,
]
by_name = pytest.mark.parametrize("fill", LISTS, ids=lambda fill: fill.__name__.removeprefix("add_"))


@by_name
def test_the_same_number_of_queries_for_one_row_and_for_five(
    sign_in: SignIn, administrator: User, north: Cooperation, fill: Any
) -> None:
    client, asked = sign_in(administrator), []
    for count in (1, 4):
        address = fill(north, count)
        for query in ("", "?format=csv"):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address + query)
                assert response.status_code == 200
                b"".join(response)
            asked.append(len(queries))
    assert asked[:2] == asked[2:]
    of_map = fill is add_network  # which asks for the members, whose places it shows
    assert asked[0] <= 12 + MOMENT + of_map


@pytest.mark.django_db
def test_rows_that_are_sorted_alike_keep_their_order_from_page_to_page(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    """However the database happens to keep them: no row is shown twice, and none is left out."""
    tokens = [TokenFactory(cooperation=north) for _ in range(60)]
    client, shown = sign_in(administrator), []
    for page in (1, 2):
        answer = client.get(f"/north/tokens/?page={page}").content.decode()
        shown += dict.fromkeys(re.findall(r"sd_\w{8}", answer))
        Token.objects.filter(pk__in=[each.pk for each in tokens[:20]]).update(last_used_at=timezone.now())
    assert shown == [token.prefix for token in tokens]


@by_name
@pytest.mark.django_db
def test_no_query_string_breaks_a_list(
    sign_in: SignIn, administrator: User, north: Cooperation, fill: Any
) -> None:
    client, address = sign_in(administrator), fill(north, 2)
    junk = ["x" * 10_000, "😀", "'\"<b>;--", "\0", "-1", "9" * 30, "2026-02-30", "null", "%"]
    names = ["q", "state", "kind", "who", "what", "since", "until", "sort", "links-sort", "page", "rows"]
    for value in junk:
        query = "&".join(f"{name}={quote(value)}" for name in names)
        assert client.get(f"{address}?{query}").status_code == 200
        assert client.get(f"{address}?format={quote(value)}").status_code == 200
    for column in ("-valid_from", "actions", "state", "changes", "__class__"):
        assert client.get(f"{address}?sort={column}&links-sort={column}").status_code == 200
        assert client.get(f"{address}?sort={column}&format=csv").status_code == 200


@by_name
def test_a_file_writes_days_and_moments_so_that_they_sort(
    sign_in: SignIn, administrator: User, north: Cooperation, fill: Any
) -> None:
    """Whatever the page says in words."""
    address = fill(north, 2)
    for lang in ("en", "sv"):
        response = sign_in(administrator).get(f"{address}?format=csv", headers={"Accept-Language": lang})
        head, *rows = csv.reader(b"".join(response).decode("utf-8-sig").splitlines())
        cells = [cell for row in rows for cell in row if IN_WORDS.fullmatch(cell)]
        assert (cells, bool(rows)) == ([], True), head


@pytest.mark.parametrize(
    ("fill", "query", "told"),
    [
        (add_members, "?state=now&q=x", "cooperation=north"),
        (add_network, "?state=now", "cooperation=north"),
        (add_drivers, "?sort=name", "cooperation=north"),
        (add_readings, "?since=2026-01-01", "cooperation=north&driver=users&reference_from=2026-01-01"),
        (add_jobs, "?state=failed&page=1", "cooperation=north&state=failed"),
    ],
)
def test_the_same_list_is_read_over_the_api(
    sign_in: SignIn, administrator: User, north: Cooperation, fill: Any, query: str, told: str
) -> None:
    client = sign_in(administrator)
    address = client.get(fill(north, 1) + query).context["api_url"]
    assert address.partition("?")[2] == told
    assert client.get(address).status_code == 200


def test_public_readings_are_read_over_the_api_too(
    sign_in: SignIn, administrator: User, population: Driver
) -> None:
    client = sign_in(administrator)
    address = client.get(f"/north/drivers/{population.pk}/").context["api_url"]
    assert client.get(address).json()["results"]
