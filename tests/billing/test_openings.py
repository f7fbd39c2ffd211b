"""What a page says first is true in odd cases too, and agrees with the tables below it."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from agreements.models import CostType, Key, Term
from municipalities.models import Cooperation, Driver
from services.models import Application
from sharedict.accounts.models import User
from tests.billing.books import post
from tests.factories.agreements import add_version, by

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
    page = sign_in(finance).get("/north/costs/2026-01/SE1737/").content.decode()
    assert "1 cost of it is divided among nobody yet" in page
    assert "it used none of the applications" not in page
    (cost, *_) = sign_in(administrator).get("/north/services/erp/").context["opening"]["facts"]
    assert (cost["value"], cost["note"]) == ("100.00\u00a0SEK", "of it nobody yet 100.00")
