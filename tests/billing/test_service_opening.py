"""What the page of an application begins with, for whoever answers for one municipality."""

from collections.abc import Callable

import pytest
from django.test import Client

from billing.models import Period
from municipalities.models import Cooperation
from sharedict.accounts.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def test_it_opens_with_what_the_readers_own_pays_and_leads_to_why(
    october: Period, finance: User, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(finance)
    opening = client.get("/north/services/erp/").context["opening"]
    assert opening["label"] == "Torsby pays for it in October 2026"
    statement = client.get(opening["link"]["url"])
    assert statement.status_code == 200
    assert opening["value"] in statement.content.decode()
    assert sign_in(administrator).get("/north/services/erp/").context["opening"]["label"] == "Used by"


def test_the_part_that_it_pays_is_of_the_whole(
    october: Period, north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    for is_open in (True, False):
        Cooperation.objects.filter(pk=north.pk).update(shares_are_open=is_open)
        opening = sign_in(finance).get("/north/services/erp/").context["opening"]
        whole = opening["facts"][0]["value"]
        assert opening["sentences"][0]["bold"].endswith(f"of {whole}.")
