"""The graph that a process keeps is the one that its rows make, whoever changes them, and however."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from municipalities.models import Cooperation, Municipality, Site
from services.models import Application, Dependency
from services.reports import graph_of, kept, made_graph
from sharedict.common.sight import of_cooperation, seeing
from tests.factories.municipalities import LinkFactory, SiteFactory, SupplierFactory
from tests.factories.services import DependencyFactory, InstallationFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 1)
COMPARED = {
    model._meta.db_table: model for model in (*kept.OF_THE_COOPERATION, *kept.NAMED, Municipality)
}  # fmt: skip


@pytest.fixture
def dependency(north: Cooperation, erp: Application, torsby: Municipality) -> Dependency:
    """Of a link, a supplier and another application; all that a graph is made of is there."""
    site = SiteFactory(cooperation=north, municipality=torsby)
    supplier = SupplierFactory(cooperation=north)
    link = LinkFactory(site=site, supplier=supplier)
    InstallationFactory(application=erp, site=site)
    other = Application.objects.create(cooperation=north, code="other", name="Other", purpose="other")
    return DependencyFactory(application=erp, needs=[link, supplier, other])


def test_all_that_a_graph_is_made_of_is_compared(north: Cooperation, dependency: Dependency) -> None:
    with CaptureQueriesContext(connection) as captured:
        made_graph(north, DAY)
    read = {table for query in captured for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert read == COMPARED.keys()


def test_it_is_kept_while_nothing_changes(
    north: Cooperation, dependency: Dependency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = graph_of(north, DAY)
    with django_assert_num_queries(1):
        assert graph_of(north, DAY) is first
    assert graph_of(north, DAY + dt.timedelta(days=1)) is not first


@pytest.mark.parametrize("table", COMPARED)
def test_a_row_that_is_written_by_whatever_way_makes_it_anew(
    north: Cooperation, dependency: Dependency, table: str
) -> None:
    first = graph_of(north, DAY)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET id = id')  # noqa: S608
        assert cursor.rowcount
    again = graph_of(north, DAY)
    assert again is not first
    assert again.graph == first.graph


def test_what_is_added_or_removed_is_noticed(north: Cooperation, dependency: Dependency) -> None:
    added = SiteFactory(cooperation=north, name="Added")
    assert "Added" in graph_of(north, DAY).names.values()
    added.delete()
    assert "Added" not in graph_of(north, DAY).names.values()
    needed = graph_of(north, DAY).graph.needs[f"application:{dependency.application_id}"]
    dependency.applications.clear()
    assert graph_of(north, DAY).graph.needs[f"application:{dependency.application_id}"] != needed


def test_nobody_is_given_what_another_may_see(
    north: Cooperation, outside: Cooperation, dependency: Dependency
) -> None:
    seen = graph_of(north, DAY)
    assert Site.objects.get(cooperation=north).name in seen.names.values()
    with seeing(of_cooperation(outside.pk)):
        assert dict(graph_of(north, DAY).names) == {}


def test_only_the_last_few_are_kept(north: Cooperation, dependency: Dependency) -> None:
    days: list[Any] = [DAY + dt.timedelta(days=each) for each in range(kept.MOST_KEPT + 1)]
    first, *_others = [graph_of(north, day) for day in days]
    assert graph_of(north, days[0]) is not first
    assert len(kept._kept) == kept.MOST_KEPT
