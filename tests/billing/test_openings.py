"""What a page says first is true in odd cases too, and agrees with the tables below it."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from agreements.models import CostType, Key, Term
from municipalities.models import Cooperation, Driver, Municipality, Role
from services.models import Application, Subscription
from sharedict.accounts.models import User
from tests.billing.books import post
from tests.factories.agreements import KeyFactory, add_version, by, even
from tests.factories.municipalities import RoleFactory

JANUARY, FEBRUARY, MARCH = (dt.date(2026, number, 1) for number in (1, 2, 3))
SignIn = Callable[[User], Client]


@pytest.mark.parametrize(
    ("rules", "percent", "said"),
    [
        ({}, "60", None),
        ({"cap_percent": Decimal(55)}, "55", "Floor and cap make 55\u00a0% of 60\u00a0%."),
        ({"base_amount": Decimal(10)}, "58", "Before that everybody pays a base amount."),
    ],
)
def test_a_share_that_is_no_plain_part_of_the_key_says_what_moved_it(
    north: Cooperation,
    support: CostType,
    population: Driver,
    administrator: User,
    sign_in: SignIn,
    rules: dict[str, Any],
    percent: str,
    said: str | None,
) -> None:
    key = Key.objects.get(cooperation=north, code="population")
    key.versions.update(valid_until=JANUARY)
    add_version(key, by(population), valid_from=JANUARY, **rules)
    cost = post(north, "100.00", JANUARY, FEBRUARY, cost_type=support)
    page = sign_in(administrator).get(f"/north/costs/2026-01/SE1737/{cost.reference}/")
    sentence = page.context["opening"]["sentences"][0]
    assert sentence["bold"].startswith(f"{percent}\u00a0% of 100.00")
    assert sentence["text"].endswith(said or "12,000 of 20,000.")


def test_what_is_given_back_has_no_sign_beside_its_word(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    post(north, "-100.00", JANUARY, FEBRUARY)
    opening = sign_in(administrator).get("/north/costs/2026-01/SE1737/").context["opening"]
    assert (opening["label"], opening["value"]) == ("To get back", "50.00")


def test_a_change_too_small_for_a_percentage_has_none(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    post(north, "100000.00", JANUARY, FEBRUARY)
    post(north, "100000.01", FEBRUARY, MARCH)
    opening = sign_in(administrator).get("/north/costs/2026-02/").context["opening"]
    assert opening["sentences"][0]["bold"] == "+0.01\u00a0SEK"


def test_where_nobody_divides_a_cost_it_is_not_said_to_concern_nobody(
    north: Cooperation, erp: Application, administrator: User, finance: User, sign_in: SignIn
) -> None:
    Term.objects.filter(cooperation=north).update(valid_from=dt.date(2030, 1, 1))
    post(north, "100.00", JANUARY, FEBRUARY, application=erp)
    client = sign_in(finance)
    for page in ("/north/costs/2026-01/SE1737/", "/north/overview/"):
        opening = client.get(page).context["opening"]
        assert (opening["label"], opening["value"]) == ("Torsby pays in January 2026", "0.00")
        assert opening["sentences"][0]["text"] == "1 cost of the month is divided among nobody yet."
    (cost, *_) = sign_in(administrator).get("/north/services/erp/").context["opening"]["facts"]
    assert (cost["value"], cost["note"]) == ("100.00\u00a0SEK", "of it nobody yet 100.00")


def test_who_answers_for_two_municipalities_sees_what_both_pay_and_each(
    north: Cooperation, hagfors: Municipality, finance: User, sign_in: SignIn
) -> None:
    RoleFactory(user=finance, cooperation=north, kind=Role.Kind.FINANCE, municipality=hagfors)
    post(north, "100.00", JANUARY, FEBRUARY)
    post(north, "150.00", FEBRUARY, MARCH)
    client = sign_in(finance)
    opening = client.get("/north/overview/").context["opening"]
    assert opening["label"] == "Torsby and Hagfors pay in February 2026 together"
    assert opening["value"] == "150.00"
    facts = {fact["label"]: fact for fact in opening["facts"]}
    assert {name: fact["value"] for name, fact in facts.items()} == {
        "Hagfors": "75.00\u00a0SEK",
        "Torsby": "75.00\u00a0SEK",
    }
    assert client.get(facts["Hagfors"]["url"]).status_code == 200
    assert opening["sentences"][0]["bold"] == "+50.00\u00a0SEK (+50\u00a0%)"


@pytest.mark.parametrize(
    "page", ["/north/costs/2026-01/", "/north/costs/2026-01/SE1737/", "/north/overview/"]
)
def test_a_first_month_says_what_the_most_of_it_is_for(
    north: Cooperation, erp: Application, administrator: User, sign_in: SignIn, page: str
) -> None:
    post(north, "100.00", JANUARY, FEBRUARY)
    post(north, "300.00", JANUARY, FEBRUARY, application=erp)
    first, second = sign_in(administrator).get(page).context["opening"]["sentences"]
    assert first["text"].startswith("The most is for ERP: ")
    assert second["text"] == "There is no month before to compare it with."


def test_a_service_opens_with_who_does_not_use_it_and_the_readers_own_users(
    north: Cooperation, erp: Application, torsby: Municipality, coordinator: User, sign_in: SignIn
) -> None:
    def said() -> list[str]:
        opening = sign_in(coordinator).get("/north/services/erp/").context["opening"]
        return [sentence["text"] for sentence in opening["sentences"]]

    rows = Subscription.objects.filter(application=erp)
    rows.update(users=1200)
    assert said() == ["Every member uses it.", "Torsby has 1,200 of its users."]
    rows.exclude(municipality=torsby).delete()
    assert said()[0] == "Hagfors does not use it."
    rows.delete()
    assert said() == ["Nobody uses it yet."]


def test_a_key_that_does_not_hold_today_opens_with_the_day_it_does(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    def opened(code: str) -> tuple[str, str]:
        opening = sign_in(administrator).get(f"/north/keys/{code}/").context["opening"]
        assert opening["sentences"][0]["text"] == "100\u00a0% evenly."
        return opening["label"], opening["value"]

    ahead, over = KeyFactory(cooperation=north, code="ahead"), KeyFactory(cooperation=north, code="over")
    add_version(ahead, even(), valid_from=dt.date(2999, 1, 1))
    add_version(over, even(), valid_from=JANUARY, valid_until=FEBRUARY)
    assert opened("ahead") == ("Holds from", "1 January 2999")
    assert opened("over") == ("No version holds since", "1 February 2026")
