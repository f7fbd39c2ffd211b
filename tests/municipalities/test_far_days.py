"""Days far from today are asked about before they are saved, and saved all the same where they are meant."""

import datetime as dt
import html
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from agreements.models import CostType, Key, KeyVersion, Term
from billing.models import Cost
from municipalities.models import Cooperation, Member, Municipality, Reading
from municipalities.portal import Change
from municipalities.portal.far import far_days, far_days_of, far_in_words, is_far
from services.models import Application, Subscription
from sharedict.accounts.models import User
from tests.agreements.test_keys import EVEN, filled_in
from tests.api.conftest import Caller
from tests.api.test_bad_input import READING
from tests.factories.municipalities import DriverFactory, ReadingFactory, TokenFactory
from tests.uploading import apply, is_applied, upload

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 27)
ASKED = "2066-01-01 is 39 years ahead. Is it meant?"


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def client(administrator: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(administrator)


@pytest.mark.parametrize(
    ("day", "is_so"),
    [
        ("2031-11-27", False),
        ("2031-11-28", True),
        ("2006-11-27", False),
        ("2006-11-26", True),
        ("2026-11-27", False),
        ("0001-01-01", True),
        ("9999-12-31", True),
    ],
)
def test_five_years_ahead_and_twenty_back_are_near(day: str, is_so: bool) -> None:
    assert is_far(dt.date.fromisoformat(day), TODAY) is is_so


def test_a_leap_day_has_its_years_too() -> None:
    leap = dt.date(2024, 2, 29)
    assert not is_far(dt.date(2029, 2, 28), leap)
    assert is_far(dt.date(2029, 3, 1), leap)
    assert far_in_words([dt.date(2030, 2, 28)], leap) == ["2030-02-28 is 5 years ahead. Is it meant?"]


def test_the_first_days_are_named_and_the_others_counted() -> None:
    days = [dt.date(year, 1, 1) for year in (1990, 1991, 2066, 2067, 2068)]
    assert far_in_words(days, TODAY) == [
        "1990-01-01 is 36 years back. Is it meant?",
        "1991-01-01 is 35 years back. Is it meant?",
        ASKED,
        "2 more days are as far away.",
    ]
    with translation.override("sv"):
        [said, *_rest] = far_in_words(days[2:], TODAY)
    assert said == "2066-01-01 ligger 39 år framåt i tiden. Är det avsett?"


def test_only_what_is_written_counts_and_each_day_once() -> None:
    """Ends as people type them, the last day, and as programs write them, the first one after."""
    far = dt.date(2066, 1, 1)
    before, after = Member(valid_from=far), Member(valid_from=far, valid_until=dt.date(2070, 1, 1))
    assert far_days([Change(before, after), Change(None, Member(valid_from=far))], TODAY) == [
        far,
        dt.date(2069, 12, 31),
    ]
    assert far_days([Change(before, after)], TODAY) == [dt.date(2069, 12, 31)]
    assert [each.day for each in far_days_of(after, TODAY)] == [far, dt.date(2070, 1, 1)]
    assert far_days([Change(before, None)], TODAY) == []
    assert [each.day for each in far_days_of(before, TODAY)] == [far]


def asks_then_saves(client: Client, url: str, sent: dict[str, Any], asked: str = ASKED) -> None:
    """Post it, see the question, and post it once more as it is."""
    shown = client.post(url, sent)
    assert shown.status_code == 200
    effect = shown.context["effect"]
    assert asked in effect.warnings
    assert asked in html.unescape(shown.content.decode())
    assert client.post(url, sent | {"told": effect.mark}).status_code == 302


def test_a_version_of_a_key_is_asked_about(even_key: Key, client: Client) -> None:
    asks_then_saves(client, "/north/keys/even/new-version/", filled_in(EVEN, valid_from="2066-01-01"))
    assert KeyVersion.objects.filter(key=even_key, valid_from="2066-01-01").exists()


def test_a_cost_is_asked_about(north: Cooperation, licence: CostType, client: Client) -> None:
    sent = {"description": "x", "cost_type": licence.pk, "amount": "1", "starts_on": "2066-01-01"}
    sent |= {"ends_on": "2066-02-01", "currency": "SEK"}
    asks_then_saves(client, "/north/costs/register/new/", sent)
    assert Cost.objects.get(description="x").starts_on == dt.date(2066, 1, 1)


def test_a_member_a_reading_and_an_end_are_asked_about(
    north: Cooperation, torsby: Municipality, default_term: Term, client: Client
) -> None:
    row = Member.objects.get(cooperation=north, municipality=torsby)
    asks_then_saves(client, f"/north/members/{row.pk}/end/", {"valid_until": "2066-01-01"})
    asks_then_saves(client, f"/north/terms/{default_term.pk}/end/", {"valid_until": "2066-01-01"})
    driver = DriverFactory(cooperation=north)
    sent = {"municipality": torsby.pk, "reference_on": "1990-01-01", "value": "1", "source": "x"}
    asked = "1990-01-01 is 36 years back. Is it meant?"
    asks_then_saves(client, f"/north/drivers/{driver.pk}/new/", sent, asked)
    assert Reading.objects.get(driver=driver).value == Decimal(1)


def test_many_subscriptions_are_asked_about_once(
    north: Cooperation, torsby: Municipality, hagfors: Municipality, client: Client
) -> None:
    application = Application.objects.create(cooperation=north, code="new", name="New")
    sent = {
        "application": application.pk,
        "municipalities": [torsby.pk, hagfors.pk],
        "valid_from": "2066-01-01",
    }
    shown = client.post("/north/subscriptions/new/", sent)
    assert shown.context["effect"].warnings == (ASKED,)
    asks_then_saves(client, "/north/subscriptions/new/", sent)
    assert Subscription.objects.filter(application=application).count() == 2


def test_what_was_far_before_is_not_asked_about_again(
    north: Cooperation, torsby: Municipality, client: Client
) -> None:
    driver = DriverFactory(cooperation=north)
    row = ReadingFactory(driver=driver, municipality=torsby, reference_on=dt.date(2066, 1, 1), source="x")
    sent = {"municipality": torsby.pk, "reference_on": "2066-01-01", "value": "7", "source": "x"}
    assert client.post(f"/north/drivers/readings/{row.pk}/", sent).status_code == 302


def test_an_import_asks_before_it_is_applied(north: Cooperation, client: Client) -> None:
    driver = DriverFactory(cooperation=north)
    content = b"code;reference_date;value;source\n1737;2066-01-01;1;x\n1783;2066-01-01;1;x\n"
    url = f"/north/drivers/{driver.pk}/import/"
    shown = upload(client, url, content)
    assert shown.context["effect"].warnings == (ASKED,)
    assert is_applied(apply(client, shown))
    assert Reading.objects.filter(driver=driver).count() == 2


@pytest.fixture
def caller(north: Cooperation) -> Caller:
    return Caller(TokenFactory(cooperation=north, scopes=["read", "costs:write", "readings:write"]))


def test_the_api_warns_of_a_reading_and_saves_it(north: Cooperation, caller: Caller) -> None:
    DriverFactory(cooperation=north, code="users")
    status, reading = caller.post("readings/", READING | {"reference_on": "2066-01-01"})
    assert (status, reading["warnings"]) == (201, [{"code": "far_day", "message": ASKED}])
    status, reading = caller.patch(f"readings/{reading['id']}/", {"reference_on": "2026-01-01"})
    assert (status, reading["warnings"]) == (200, [])


def test_the_api_warns_of_a_cost_and_saves_it(north: Cooperation, licence: CostType, caller: Caller) -> None:
    body = {"external_id": "L-1", "cost_type": "licence", "description": "x", "amount": "1.00"}
    body |= {"starts_on": "2066-01-01", "ends_on": "2066-02-01"}
    warned = [("far_day", "", ASKED), ("far_day", "", "2066-02-01 is 39 years ahead. Is it meant?")]
    for path, expected in (("costs/?dry_run=true", 200), ("costs/", 201)):
        status, cost = caller.post(path, body)
        assert status == expected
        assert [(each["code"], each["reference"], each["message"]) for each in cost["warnings"]] == warned
