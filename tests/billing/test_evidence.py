"""A share leads to what it was computed from, as far as that is still there under its name."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from agreements.models import Agreement, Key, Term
from billing.models import Cost, Period
from municipalities.models import Cooperation, Driver
from sharedict.accounts.models import User
from tests.factories.billing import compute

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
WHY = "/north/costs/2026-10/SE1737/C00000002/"


@pytest.fixture
def divided(north: Cooperation, costs: list[Cost], population_key: Key) -> Period:
    """October, divided by population."""
    Term.objects.update(key=population_key)
    return compute(north)[-1]


def test_every_source_of_a_share_is_a_click_away(
    divided: Period, costs: list[Cost], population_key: Key, finance: User, sign_in: SignIn
) -> None:
    client = sign_in(finance)
    text = client.get(WHY).content.decode()
    agreement, driver = Agreement.objects.get(cooperation=divided.cooperation), Driver.objects.get()
    links = [
        f"/north/costs/register/{costs[1].pk}/",
        "/north/keys/population/#version-1",
        f"/north/agreements/{agreement.pk}/terms/",
        f"/north/drivers/{driver.pk}/?since=2025-12-31&amp;until=2025-12-31",
    ]
    for link in links:
        assert f'href="{link}"' in text
        page = client.get(link.replace("&amp;", "&").partition("#")[0])
        assert page.status_code == 200
    assert 'id="version-1"' in client.get("/north/keys/population/").content.decode()
    assert "12,000" in client.get(links[3].replace("&amp;", "&")).content.decode()


def test_what_is_called_otherwise_by_now_is_named_without_a_link(
    divided: Period, finance: User, sign_in: SignIn
) -> None:
    Agreement.objects.update(name="Another one")
    text = sign_in(finance).get(WHY).content.decode()
    assert "Cooperation agreement" in text
    assert "/terms/" not in text.partition("<main")[2]


def test_an_agreement_tells_the_terms_that_stand_in_it(
    north: Cooperation, outside: Cooperation, finance: User, administrator: User, sign_in: SignIn
) -> None:
    agreement, other = (Agreement.objects.get(cooperation=each) for each in (north, outside))
    Agreement.objects.filter(pk=agreement.pk).update(
        decision="Council, § 12", valid_until=dt.date(2029, 1, 1), notice_months=6
    )
    text = sign_in(finance).get(f"/north/agreements/{agreement.pk}/terms/").content.decode()
    for said in ("Council, § 12", "31 December 2028", "/north/keys/even/"):
        assert said in text
    assert "/terms/new/" not in text
    add = f"/north/terms/new/?agreement={agreement.pk}"
    client = sign_in(administrator)
    assert add in client.get(f"/north/agreements/{agreement.pk}/terms/").content.decode()
    assert client.get(add).context["form"].initial["agreement"] == agreement
    for odd in (other.pk, "x", "9" * 30, "%00", "-1"):
        assert (
            client.get(f"/north/terms/new/?agreement={odd}").context["form"].initial.get("agreement") is None
        )
    assert client.get(f"/north/agreements/{other.pk}/terms/").status_code == 404
