"""Costs that an outage made necessary."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from billing.models import Cost, OutageCost
from municipalities.models import Cooperation
from services.models import Outage
from sharedict.accounts.models import User
from sharedict.jobs.models import Job
from tests.factories.billing import CostFactory
from tests.factories.services import OutageFactory

pytestmark = pytest.mark.django_db


def test_a_cost_is_linked_and_taken_off_and_nothing_is_recomputed(
    north: Cooperation,
    outside: Cooperation,
    administrator: User,
    finance: User,
    sign_in: Callable[[User], Client],
) -> None:
    outage, cost = (
        OutageFactory(cooperation=north),
        CostFactory(cooperation=north, description="A spare line"),
    )
    foreign, client = CostFactory(cooperation=outside), sign_in(administrator)
    page = f"/north/outages/{outage.pk}/"
    assert "No cost is linked to it." in client.get(page).content.decode()
    for wrong in ("C1", "", foreign.reference, "x" * 13):
        refused = client.post(f"{page}cost/", {"reference": wrong})
        assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reference"])
    before = Job.objects.count()
    assert client.post(f"{page}cost/", {"reference": cost.reference.lower()}).status_code == 302
    assert client.post(f"{page}cost/", {"reference": cost.reference}).status_code == 422
    assert Job.objects.count() == before
    for reader in (client, sign_in(finance)):
        shown = reader.get(page).content.decode()
        assert "A spare line" in shown
        assert "100.00" in shown
    client.post(f"/north/outages/costs/{OutageCost.objects.get().pk}/delete/")
    assert not OutageCost.objects.exists()
    assert Cost.objects.filter(pk=cost.pk).exists()


def test_what_was_linked_before_two_reports_were_merged_is_told_of_the_one_that_stays(
    north: Cooperation, administrator: User, sign_in: Callable[[User], Client]
) -> None:
    kept, other = (OutageFactory(cooperation=north, title=title) for title in ("Kept", "Other"))
    for outage, description in ((kept, "A spare line"), (other, "A night of work")):
        cost = CostFactory(cooperation=north, description=description)
        OutageCost.objects.create(cooperation=north, outage=outage, cost=cost)
    Outage.objects.filter(pk=other.pk).update(merged_into=kept)
    page = sign_in(administrator).get(f"/north/outages/{kept.pk}/").content.decode()
    assert all(told in page for told in ("A spare line", "A night of work", "200.00"))


def test_a_cost_leads_to_a_page_that_its_reader_may_open(
    north: Cooperation, administrator: User, finance: User, sign_in: Callable[[User], Client]
) -> None:
    outage = OutageFactory(cooperation=north)
    cost = CostFactory(cooperation=north, description="A spare line")
    OutageCost.objects.create(cooperation=north, outage=outage, cost=cost)
    for reader in (administrator, finance):
        client = sign_in(reader)
        page = client.get(f"/north/outages/{outage.pk}/").content.decode()
        for address in re.findall(r'href="(/north/costs/[^"]+)"', page):
            assert client.get(address).status_code == 200, (reader, address)
