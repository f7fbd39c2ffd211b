"""What a cooperation says of itself: kept under /system/, where what is wrong is said and nothing breaks."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from municipalities.actions import save_row
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import CooperationFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/system/municipalities/cooperation/"
TYPED = {
    "slug": "east",
    "name": "East",
    "organisation_number": "222000-9027",
    "address": "Storgatan 1\r\n681 00 Kristinehamn",
    "currency": "SEK",
    "charging": "invoiced",
    "payment_days": "20",
    "first_month": "2026-03-01",
    "year_starts_in": "7",
    "shares_are_open": "on",
}


@pytest.fixture
def operator(sign_in: Callable[[User], Client]) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


def test_a_new_one_begins_this_month_unless_somebody_says_otherwise(operator: Client) -> None:
    form = operator.get(f"{ADDRESS}add/").context["adminform"].form
    assert form["first_month"].value() == timezone.localdate().replace(day=1)
    assert form["payment_days"].value() == 30


def test_an_operator_makes_one(operator: Client) -> None:
    assert operator.post(f"{ADDRESS}add/", TYPED).status_code == 302
    made = Cooperation.objects.get(slug="east")
    assert (made.first_month, made.payment_days) == (dt.date(2026, 3, 1), 20)
    assert made.address.splitlines() == ["Storgatan 1", "681 00 Kristinehamn"]
    assert Entry.objects.get(cooperation=made).changes["organisation_number"] == ["", "222000-9027"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("currency", "JPY", "JPY is not divided into hundredths"),
        ("currency", "ISK", "ISK is not divided into hundredths"),
        ("currency", "KWD", "KWD is not divided into hundredths"),
        ("currency", "SKR", "SKR is no currency"),
        ("currency", "KRO", "KRO is no currency"),
        ("currency", "DEM", "DEM is no currency"),
        ("currency", "sek", "sek is no currency"),
        ("currency", "", "This field is required"),
        ("first_month", "2026-03-02", "A month is named by its first day"),
        ("first_month", "2026-13-01", "Enter a valid date"),
        ("first_month", "", "This field is required"),
        ("payment_days", "366", "less than or equal to 365"),
        ("payment_days", "-1", "greater than or equal to 0"),
        ("payment_days", "99999999999", "less than or equal to 365"),
        ("year_starts_in", "13", "A month is a number from 1 to 12"),
        ("slug", "system", "This address is used by the portal itself"),
        ("slug", "north", "already exists"),
        ("organisation_number", "2" * 21, "at most 20 characters"),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_what_is_wrong_is_said_in_the_form(
    operator: Client, north: Cooperation, name: str, value: str, message: str, is_new: bool
) -> None:
    address = f"{ADDRESS}add/" if is_new else f"{ADDRESS}{CooperationFactory(slug='east').pk}/change/"
    answer = operator.post(address, {**TYPED, name: value})
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("currency", ["SEK", "NOK", "DKK", "EUR"])
def test_currencies_with_hundredths_are_taken(currency: str) -> None:
    north = Cooperation(slug="n", name="N", first_month=dt.date(2026, 1, 1), currency=currency)
    assert save_row(row=north, by=None).currency == currency


@pytest.mark.parametrize("currency", ["JPY", "ISK", "XYZ"])
def test_the_action_refuses_the_others_too(currency: str) -> None:
    north = Cooperation(slug="n", name="N", first_month=dt.date(2026, 1, 1), currency=currency)
    with pytest.raises(ValidationError) as refused:
        save_row(row=north, by=None)
    assert set(refused.value.message_dict) == {"currency"}


@pytest.mark.parametrize(
    "values", [{"first_month": dt.date(2026, 3, 2)}, {"first_month": None}, {"payment_days": 366}]
)
def test_the_database_refuses_what_no_form_lets_through(north: Cooperation, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Cooperation.objects.filter(pk=north.pk).update(**values)


def test_a_cooperation_is_never_removed(operator: Client) -> None:
    alone = CooperationFactory(slug="alone")
    assert operator.post(f"{ADDRESS}{alone.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"name": "Torsby stad"}, 302, ""),
        ({"name": ""}, 200, "This field is required"),
    ],
)
def test_a_municipality_is_changed_or_the_form_says_why_not(
    operator: Client,
    north: Cooperation,
    torsby: Municipality,
    changes: dict[str, str],
    status: int,
    message: str,
) -> None:
    typed = {"country": "SE", "code": "1737", "name": "Torsby", **changes}
    answer = operator.post(f"/system/municipalities/municipality/{torsby.pk}/change/", typed)
    assert answer.status_code == status
    assert message in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": "1783"}, "already exists"),
        ({"code": "x"}, "Enter a valid value"),
        ({"country": "sweden"}, "at most 2 characters"),
    ],
)
def test_a_municipality_is_added_or_the_form_says_why_not(
    operator: Client, north: Cooperation, changes: dict[str, str], message: str
) -> None:
    typed = {"country": "SE", "code": "1766", "name": "Sunne", **changes}
    answer = operator.post("/system/municipalities/municipality/add/", typed)
    assert answer.status_code == 200
    assert message in answer.content.decode()


@pytest.mark.parametrize("changes", [{"code": "9999"}, {"country": "NO"}])
def test_what_statements_name_a_municipality_by_stays(
    operator: Client, north: Cooperation, torsby: Municipality, changes: dict[str, str]
) -> None:
    typed = {"country": "SE", "code": "1737", "name": "Torsby", **changes}
    operator.post(f"/system/municipalities/municipality/{torsby.pk}/change/", typed)
    torsby.refresh_from_db()
    assert torsby.key == "SE1737"


def test_a_municipality_that_takes_part_is_not_removed(
    operator: Client, north: Cooperation, torsby: Municipality
) -> None:
    answer = operator.post(f"/system/municipalities/municipality/{torsby.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 200
    assert Municipality.objects.filter(pk=torsby.pk).exists()
