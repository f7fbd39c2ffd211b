"""Outages over the API: reported once however often they are sent, changed, read by those who may."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipalities.models import Cooperation
from services.models import Application, Outage
from sharedict.accounts.models import User
from tests.api.conftest import Caller
from tests.factories.municipalities import SiteFactory, TokenFactory
from tests.factories.services import (
    AlertFactory,
    OutageEffectFactory,
    OutageFactory,
    OutageUpdateFactory,
    PriorityTableFactory,
)

pytestmark = pytest.mark.django_db
TOLD = {"external_id": "INC-1", "title": "No ERP", "starts_at": "2026-03-02T08:00:00Z"}


@pytest.fixture
def caller(north: Cooperation) -> Caller:
    return Caller(TokenFactory(cooperation=north, scopes=["read", "outages:write"]))


@pytest.fixture
def person(sign_in: Callable[..., Client]) -> Callable[..., Caller]:
    """A caller that is signed in to the portal."""
    return lambda user: Caller(client=sign_in(user))


def test_the_same_outage_twice_is_one(caller: Caller, erp: Application) -> None:
    status, row = caller.post("outages/", {**TOLD, "applications": ["erp"], "urgency": 1})
    assert (status, row["applications"], row["priority"], row["effect"]) == (201, ["erp"], 1, 1)
    again, same = caller.post("outages/", {**TOLD, "applications": ["erp"], "urgency": 1})
    assert (again, same["id"], Outage.objects.count()) == (200, row["id"], 1)
    status, said = caller.post("outages/", {**TOLD, "title": "Another"})
    assert (status, list(said["fields"])) == (409, ["external_id"])
    _status, hits = caller.get("outage-effects/", cooperation="north", state="down")
    assert {hit["municipality"] for hit in hits["results"]} == {"SE1737", "SE1783"}


def test_what_is_anothers_is_changed_there(caller: Caller, north: Cooperation) -> None:
    kept = OutageFactory(cooperation=north, title="The centre")
    other = OutageFactory(cooperation=north, merged_into=kept)
    status, said = caller.patch(f"outages/{other.pk}/", {"ends_at": "2026-03-02T09:00:00Z"})
    assert (status, f"number {kept.pk}" in str(said)) == (400, True)
    other.refresh_from_db()
    assert other.is_open is False
    assert other.ends_at is None


def test_an_outage_ends_by_a_change(caller: Caller, erp: Application) -> None:
    _status, row = caller.post("outages/", TOLD)
    path = f"outages/{row['id']}/"
    status, said = caller.patch(path, {"ends_at": "2026-03-02T07:59:00Z"})
    assert (status, list(said["fields"])) == (400, ["ends_at"])
    status, ended = caller.patch(path, {"ends_at": "2026-03-02T09:00:00+01:00", "cause": "A fuse"})
    assert (status, ended["ends_at"], ended["next_update_at"]) == (200, "2026-03-02T09:00:00+01:00", None)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"starts_at": f"{timezone.now() + dt.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}, "starts_at"),
        ({"starts_at": "yesterday"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+01:00"}, "starts_at"),
        ({"starts_at": 5}, "starts_at"),
        ({"is_planned": True}, "ends_at"),
        ({"urgency": 4}, "urgency"),
        ({"extent": "none"}, "extent"),
        ({"applications": ["nothing"]}, "applications.0"),
        ({"applications": "erp"}, "applications"),
        ({"sites": ["1"]}, "sites.0"),
        ({"sites": [10**30]}, "sites.0"),
        ({"titel": "x"}, "titel"),
        ({"title": "\u202e"}, "title"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    caller: Caller, erp: Application, more: dict[str, Any], field: str
) -> None:
    status, said = caller.post("outages/", {**TOLD, **more})
    assert (status, list(said["fields"])) == (400, [field])
    assert not Outage.objects.exists()


def test_anothers_site_cannot_be_named(caller: Caller, outside: Cooperation) -> None:
    site = SiteFactory(cooperation=outside)
    assert caller.post("outages/", {**TOLD, "sites": [site.pk]})[0] == 400


def test_a_coordinator_reports_and_a_finance_officer_does_not(
    person: Callable[..., Caller], coordinator: User, finance: User
) -> None:
    told = {**TOLD, "cooperation": "north"}
    assert person(finance).post("outages/", told)[0] == 403
    assert person(coordinator).post("outages/", told)[0] == 201


@pytest.mark.parametrize(
    "name", ["outages", "outage-effects", "outage-updates", "outage-priorities", "alerts"]
)
def test_lists_ask_no_more_for_more_rows(caller: Caller, north: Cooperation, name: str) -> None:
    def more(count: int) -> None:
        for _number in range(count):
            outage = OutageFactory(cooperation=north)
            effect = OutageEffectFactory(outage=outage)
            outage.applications.add(effect.application)
            OutageUpdateFactory(outage=outage)
            AlertFactory(cooperation=north, source__cooperation=north, outage=outage)

    PriorityTableFactory(cooperation=north)
    asked = []
    for count in (1, 4):
        more(count)
        caller.get(f"{name}/")
        with CaptureQueriesContext(connection) as captured:
            status, page = caller.get(f"{name}/", cooperation="north")
        assert (status, bool(page["results"])) == (200, True)
        asked.append(len(captured))
    assert asked[0] == asked[1]
