"""What is at a site lasts no longer than the site, and no site takes over from itself."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from municipalities.actions import end_row, save_row
from municipalities.models import Cooperation, Link, Site
from services.models import Installation
from sharedict.accounts.models import User
from tests.factories.municipalities import LinkFactory, SiteFactory
from tests.factories.services import ApplicationFactory, InstallationFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
START, END = dt.date(2026, 1, 1), dt.date(2026, 7, 1)


@pytest.fixture
def centre(north: Cooperation) -> Site:
    return SiteFactory(cooperation=north, name="Centre", valid_from=START, valid_until=END)


def sent(north: Cooperation, centre: Site, **days: str) -> dict[str, tuple[str, dict[str, Any]]]:
    application = ApplicationFactory(cooperation=north)
    installed = {
        "application": application.pk,
        "site": centre.pk,
        "purpose": "primary",
        "databases": "common",
    }
    linked = {"name": "Line", "kind": "broadband", "site": centre.pk, "outside": "Teracom"}
    return {
        "installation": ("/north/installations/new/", installed | days),
        "link": ("/north/network/links/new/", linked | days),
    }


@pytest.mark.parametrize("what", ["installation", "link"])
@pytest.mark.parametrize(
    ("days", "said"),
    [
        (
            {"valid_from": "2025-12-31", "valid_until": "2026-06-30"},
            "Centre is there from 1 January 2026 on.",
        ),
        ({"valid_from": "2026-01-01"}, "Centre ends on 30 June 2026."),
        ({"valid_from": "2026-01-01", "valid_until": "2026-07-01"}, "Centre ends on 30 June 2026."),
    ],
)
def test_what_is_at_a_site_outside_its_days_is_refused_at_the_day(
    north: Cooperation,
    centre: Site,
    administrator: User,
    sign_in: SignIn,
    what: str,
    days: dict[str, str],
    said: str,
) -> None:
    address, fields = sent(north, centre, **days)[what]
    answer = sign_in(administrator).post(address, fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Installation.objects.exists()
    assert not Link.objects.exists()


@pytest.mark.parametrize("what", ["installation", "link"])
def test_within_its_days_it_is_saved(
    north: Cooperation, centre: Site, administrator: User, sign_in: SignIn, what: str
) -> None:
    address, fields = sent(north, centre, valid_from="2026-01-01", valid_until="2026-06-30")[what]
    assert sign_in(administrator).post(address, fields).status_code == 302


@pytest.mark.parametrize("factory", [InstallationFactory, LinkFactory])
def test_a_site_that_ends_before_what_is_at_it_says_what(
    north: Cooperation, administrator: User, sign_in: SignIn, factory: Any
) -> None:
    site = SiteFactory(cooperation=north, name="Room", valid_from=START)
    more = {"application": ApplicationFactory(cooperation=north)} if factory is InstallationFactory else {}
    row = factory(site=site, valid_from=START, **more)
    address = f"/north/network/sites/{site.pk}/end/"
    answer = sign_in(administrator).post(address, {"valid_until": "2026-06-30"})
    assert answer.status_code == 422
    assert f"{row} is there longer: end that first." in answer.content.decode()
    end_row(row=row, on=END, by=administrator)
    assert sign_in(administrator).post(address, {"valid_until": "2026-06-30"}).status_code == 302


def test_what_was_entered_before_this_was_refused_can_still_be_changed(
    north: Cooperation, centre: Site, administrator: User
) -> None:
    row = InstallationFactory(application=ApplicationFactory(cooperation=north), site=centre)
    old = Installation.objects.get(pk=row.pk)
    old.version = "2.1"
    save_row(row=old, by=administrator)
    old_site = Site.objects.get(pk=centre.pk)
    old_site.address = "High Street 1"
    save_row(row=old_site, by=administrator)


def test_a_site_is_no_mirror_of_itself_on_any_way(
    north: Cooperation, centre: Site, administrator: User, sign_in: SignIn
) -> None:
    fields = {"name": "Centre", "kind": "mirror", "valid_from": "2026-01-01", "mirrors": [centre.pk]}
    answer = sign_in(administrator).post(f"/north/network/sites/{centre.pk}/", fields)
    assert answer.status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        centre.mirrors.add(centre)
    assert not centre.mirrors.exists()


def test_under_system_neither_a_mirror_of_itself_nor_a_need_of_nothing_is_saved(
    north: Cooperation, centre: Site, sign_in: SignIn
) -> None:
    operator = User.objects.create_superuser("operator", password="not a secret")
    client = sign_in(operator)
    fields = {"name": "Centre", "kind": "mirror", "valid_from": "2026-01-01", "valid_until": "2026-06-30"}
    answer = client.post(
        f"/system/municipalities/site/{centre.pk}/change/", {**fields, "mirrors": [centre.pk]}, follow=True
    )
    assert answer.status_code == 200
    assert "It cannot be chosen for itself" in answer.content.decode()
    application = ApplicationFactory(cooperation=north)
    wanted = {"cooperation": north.pk, "application": application.pk, "purpose": "x"}
    answer = client.post("/system/services/dependency/add/", {**wanted, "valid_from": "2026-01-01"})
    assert answer.status_code == 200
    assert "Name what it needs" in answer.content.decode()
