"""What the page of an application begins with, for whoever answers for one municipality."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from billing.models import Period
from municipalities.models import Cooperation, Municipality
from services.models import Application, Subscription
from sharedict.accounts.models import User
from tests.billing.books import post

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
JANUARY, FEBRUARY, MARCH = (dt.date(2026, number, 1) for number in (1, 2, 3))


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


def test_it_says_how_much_more_it_is_than_the_month_before(
    north: Cooperation, erp: Application, finance: User, sign_in: SignIn
) -> None:
    post(north, "100.00", JANUARY, FEBRUARY, application=erp)
    post(north, "130.00", FEBRUARY, MARCH, application=erp)
    opening = sign_in(finance).get("/north/services/erp/").context["opening"]
    assert opening["sentences"][-1]["text"] == "15.00 more than in January 2026."


def test_it_says_that_it_is_less_or_as_much(
    north: Cooperation, erp: Application, finance: User, sign_in: SignIn
) -> None:
    post(north, "100.00", JANUARY, FEBRUARY, application=erp)
    post(north, "70.00", FEBRUARY, MARCH, application=erp)
    client = sign_in(finance)
    opening = client.get("/north/services/erp/").context["opening"]
    assert opening["sentences"][-1]["text"] == "15.00 less than in January 2026."
    post(north, "30.00", FEBRUARY, MARCH, application=erp)
    opening = client.get("/north/services/erp/").context["opening"]
    assert opening["sentences"][-1]["text"] == "As much as in January 2026."


def test_it_costs_so_much_for_each_user_where_all_have_told_theirs(
    north: Cooperation, erp: Application, torsby: Municipality, administrator: User, sign_in: SignIn
) -> None:
    post(north, "100.00", FEBRUARY, MARCH, application=erp)
    uses, client = Subscription.objects.filter(application=erp), sign_in(administrator)

    def told() -> list[tuple[str, str]]:
        facts = client.get("/north/services/erp/").context["opening"]["facts"]
        return [(fact["value"], fact["note"]) for fact in facts if fact["label"] == "Cost per user"]

    uses.filter(municipality=torsby).update(users=7)
    assert told() == []
    uses.exclude(municipality=torsby).update(users=8)
    assert told() == [("6.67\xa0SEK", "15 users")]
    uses.update(users=0)
    assert told() == []
