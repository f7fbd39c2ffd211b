"""Django's admin: for operators, through the same actions as the portal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from municipalities.models import Cooperation, Driver, Member, Site, Token
from sharedict.accounts.models import SignInFailure, User
from sharedict.audit.actions import record
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.budgets import MOMENT
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import (
    LONG_AGO,
    AbsenceFactory,
    LinkFactory,
    MunicipalityFactory,
    SavedViewFactory,
    SiteFactory,
    SupplierFactory,
    TokenFactory,
)
from tests.factories.services import DependencyFactory

OURS = ("accounts", "audit", "jobs", "municipalities")


@pytest.fixture
def operator(db: None) -> Client:
    person = UserFactory(username="operator", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def furnished(north: Cooperation) -> Cooperation:
    site = SiteFactory(cooperation=north, name="Room")
    LinkFactory(site=site)
    SupplierFactory(cooperation=north)
    AbsenceFactory(colleague__cooperation=north)
    DependencyFactory(application__cooperation=north)
    TokenFactory(cooperation=north)
    SavedViewFactory(cooperation=north, name="Rooms")
    record(verb="add", subject=site, by=None, at=timezone.now(), cooperation_id=north.pk)
    SignInFailure.objects.create(username="x", at=timezone.now())
    now = timezone.now()
    Job.objects.create(cooperation=north, kind="x", state="failed", created_at=now, run_after=now)
    return north


def pages() -> list[Any]:
    return [model for model in admin.site._registry if model._meta.app_label in OURS]


@pytest.mark.parametrize("model", pages(), ids=lambda model: model._meta.model_name)
def test_every_list_and_form_opens_and_can_be_searched(
    operator: Client, furnished: Cooperation, administrator: User, model: Any
) -> None:
    address = f"/system/{model._meta.app_label}/{model._meta.model_name}/"
    row = model._default_manager.first()
    assert operator.get(address).status_code == 200
    assert operator.get(f"{address}?q=room").status_code == 200
    assert operator.get(f"{address}{row.pk}/change/").status_code == 200


def test_the_operators_pages_are_closed_to_everybody_else(
    sign_in: Callable[[User], Client], administrator: User
) -> None:
    response = sign_in(administrator).get("/system/municipalities/member/")
    assert response.headers["Location"].startswith("/system/login/")


def test_what_an_operator_saves_is_logged_and_announced(operator: Client, north: Cooperation) -> None:
    place = MunicipalityFactory(name="Sunne")
    fields = {"cooperation": north.pk, "municipality": place.pk, "valid_from": "2026-01-01"}
    assert operator.post("/system/municipalities/member/add/", fields).status_code == 302
    assert Entry.objects.filter(subject="Sunne", user__username="operator").exists()
    assert Job.objects.filter(cooperation=north, touches_from="2026-01-01").exists()
    member = Member.objects.get(municipality=place)
    operator.post(f"/system/municipalities/member/{member.pk}/delete/", {"post": "yes"})
    assert Entry.objects.filter(verb="delete", subject="Sunne").exists()


def test_an_operator_cannot_mix_cooperations_either(
    operator: Client, north: Cooperation, outside: Cooperation
) -> None:
    theirs = SiteFactory(cooperation=outside)
    fields = {
        "cooperation": north.pk,
        "name": "Line",
        "kind": "vpn",
        "site": theirs.pk,
        "outside": "x",
        "valid_from": LONG_AGO,
    }
    response = operator.post("/system/municipalities/link/add/", fields)
    assert response.status_code == 200
    assert b"choose another" in response.content


def test_what_a_site_mirrors_is_logged(operator: Client, north: Cooperation) -> None:
    room, mirror = SiteFactory(cooperation=north, name="Room"), SiteFactory(cooperation=north, name="Mirror")
    fields = {
        "cooperation": north.pk,
        "name": "Mirror",
        "kind": "mirror",
        "mirrors": [room.pk],
        "valid_from": LONG_AGO,
    }
    assert operator.post(f"/system/municipalities/site/{mirror.pk}/change/", fields).status_code == 302
    assert list(Site.objects.get(name="Mirror").mirrors.all()) == [room]
    assert Entry.objects.filter(changes={"mirrors": ["", "Room"]}).exists()


def test_tokens_entries_and_jobs_are_not_made_here(operator: Client, furnished: Cooperation) -> None:
    for address in ("municipalities/token", "audit/entry", "jobs/job"):
        assert operator.get(f"/system/{address}/add/").status_code == 403
    token = Token.objects.get()
    page = operator.get(f"/system/municipalities/token/{token.pk}/change/").content.decode()
    assert token.secret_hash not in page
    entry = Entry.objects.first()
    assert entry
    assert operator.post(f"/system/audit/entry/{entry.pk}/change/", {"actor": "x"}).status_code == 403


def test_a_token_is_revoked_and_never_comes_alive_or_gets_more_time(
    operator: Client, furnished: Cooperation
) -> None:
    token = Token.objects.get()
    chosen = {"action": "revoke", "_selected_action": [token.pk]}
    assert operator.post("/system/municipalities/token/", chosen).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at
    assert Entry.objects.filter(subject_type="municipalities.token", user__username="operator").exists()
    address = f"/system/municipalities/token/{token.pk}/change/"
    later = {"expires_at_0": "2199-01-01", "expires_at_1": "00:00:00"}
    fields = {"name": "renamed", "revoked_at_0": "", "revoked_at_1": "", **later}
    assert operator.post(address, fields).status_code == 302
    after = Token.objects.get()
    assert after.name == "renamed"
    assert (after.revoked_at, after.expires_at) == (token.revoked_at, token.expires_at)


def test_failed_jobs_are_tried_again(operator: Client, furnished: Cooperation) -> None:
    failed = Job.objects.get(state="failed")
    chosen = {"action": "retry_failed", "_selected_action": [failed.pk]}
    assert operator.post("/system/jobs/job/", chosen).status_code == 302
    failed.refresh_from_db()
    assert failed.state == "queued"


@pytest.mark.parametrize("rows", [1, 5])
def test_a_list_takes_the_same_number_of_queries(
    operator: Client, north: Cooperation, rows: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        LinkFactory(site=SiteFactory(cooperation=north))
    with django_assert_max_num_queries(9 + MOMENT):
        operator.get("/system/municipalities/link/")
    assert Driver.objects.count() == 1
