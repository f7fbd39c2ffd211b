"""Where applications run."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.models import Cooperation, Municipality, Site
from services.models import Application, Installation
from sharedict.accounts.models import User
from tests.factories.municipalities import SiteFactory
from tests.factories.services import InstallationFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def site(north: Cooperation) -> Site:
    return SiteFactory(cooperation=north, name="Torsby centre")


def filled_in(application: Application, site: Site, **values: Any) -> dict[str, Any]:
    return {
        "application": application.pk,
        "site": site.pk,
        "purpose": "primary",
        "databases": "common",
        "valid_from": "2026-01-01",
        "valid_until": "",
        "version": "5.2",
        "administered_by": [],
    } | values


def test_an_installation_is_added_with_whom_it_is_administrable_from(
    administrator: User, erp: Application, site: Site, sign_in: SignIn, torsby: Municipality
) -> None:
    data = filled_in(erp, site, administered_by=[torsby.pk])
    response = sign_in(administrator).post("/north/installations/new/?application=erp", data)
    assert response.headers["Location"] == "/north/services/erp/"
    added = Installation.objects.get(application=erp)
    assert (added.site, added.version, list(added.administered_by.all())) == (site, "5.2", [torsby])


def test_an_installation_changes_and_ends(
    administrator: User, erp: Application, site: Site, sign_in: SignIn, torsby: Municipality
) -> None:
    row, client = InstallationFactory(application=erp, site=site), sign_in(administrator)
    row.administered_by.set([torsby])
    client.post(f"/north/installations/{row.pk}/", filled_in(erp, site, purpose="mirror"))
    row.refresh_from_db()
    assert (row.purpose, row.administered_by.count()) == ("mirror", 0)
    client.post(f"/north/installations/{row.pk}/end/", {"valid_until": "2026-12-31"})
    row.refresh_from_db()
    assert row.valid_until == dt.date(2027, 1, 1)


def test_the_same_purpose_twice_at_a_site_is_refused_at_the_start(
    administrator: User, erp: Application, site: Site, sign_in: SignIn
) -> None:
    InstallationFactory(application=erp, site=site)
    response = sign_in(administrator).post("/north/installations/new/", filled_in(erp, site))
    assert response.status_code == 422
    assert response.context["form"].errors["valid_from"] == [
        "It is already installed there for that purpose in part of that time."
    ]
    assert Installation.objects.count() == 1


@pytest.mark.parametrize(("there", "asked"), [("primary", "mirror"), ("mirror", "primary")])
def test_a_site_does_not_mirror_itself(
    there: str, asked: str, administrator: User, erp: Application, site: Site, sign_in: SignIn
) -> None:
    old = InstallationFactory(application=erp, site=site, purpose=there, valid_until=dt.date(2026, 6, 1))
    client = sign_in(administrator)
    response = client.post("/north/installations/new/", filled_in(erp, site, purpose=asked))
    assert response.status_code == 422
    [said] = response.context["form"].errors["site"]
    assert "a mirror takes over from another site" in said
    later = filled_in(erp, site, purpose=asked, valid_from="2026-06-01")
    assert client.post("/north/installations/new/", later).status_code == 302
    client.post(f"/north/installations/{old.pk}/end/", {"valid_until": "2026-12-31"})
    old.refresh_from_db()
    assert old.valid_until == dt.date(2026, 6, 1), "nor does it by lasting longer"
    test = filled_in(erp, site, purpose="test")
    assert client.post("/north/installations/new/", test).status_code == 302


def test_dates_the_wrong_way_round_are_refused_at_the_end(
    administrator: User, erp: Application, site: Site, sign_in: SignIn
) -> None:
    data = filled_in(erp, site, valid_until="2025-12-31")
    response = sign_in(administrator).post("/north/installations/new/", data)
    assert response.context["form"].errors["valid_until"] == ["It cannot end before it begins."]
    assert not Installation.objects.exists()


def test_what_belongs_to_others_is_no_choice(
    administrator: User, erp: Application, outside: Cooperation, sign_in: SignIn, sundsvall: Municipality
) -> None:
    theirs = filled_in(
        Application.objects.get(cooperation=outside),
        SiteFactory(cooperation=outside),
        administered_by=[sundsvall.pk],
    )
    errors = sign_in(administrator).post("/north/installations/new/", theirs).context["form"].errors
    for field in ("application", "site", "administered_by"):
        assert "Select a valid choice" in errors[field][0]
    assert not Installation.objects.exists()


def test_an_installation_of_another_cooperation_is_not_there(
    administrator: User, outside: Cooperation, sign_in: SignIn
) -> None:
    theirs = InstallationFactory(application=Application.objects.get(cooperation=outside))
    client = sign_in(administrator)
    assert client.get(f"/north/installations/{theirs.pk}/").status_code == 404
    assert client.get(f"/north/installations/{theirs.pk}/end/").status_code == 404
    assert f"{theirs.site}" not in client.get("/north/installations/").content.decode()


def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    administrator: User, erp: Application, sign_in: SignIn, torsby: Municipality
) -> None:
    client = sign_in(administrator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/north/installations/").status_code == 200
        return len(found)

    InstallationFactory(application=erp).administered_by.set([torsby])
    one = queries()
    for _ in range(4):
        InstallationFactory(application=erp).administered_by.set([torsby])
    assert queries() == one
