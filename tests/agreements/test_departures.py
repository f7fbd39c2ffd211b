"""What was forgotten when somebody left or joined, and fixed parts that fit the members no more."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from agreements.models import Key, KeyVersion, Term
from agreements.portal import odd_part_in_words
from agreements.reports import Departures
from municipalities.models import Cooperation, Member, Municipality
from services.models import Application, Subscription
from sharedict.accounts.models import User
from tests.factories.agreements import KeyFactory, TermFactory, add_version, even_key
from tests.factories.municipalities import MemberFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
TODAY = dt.date(2026, 6, 15)
MAY, JULY, LATER = dt.date(2026, 5, 1), dt.date(2026, 7, 1), dt.date(2027, 1, 1)


@pytest.fixture(autouse=True)
def in_june() -> object:
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False) as now:
        yield now


def leaves(place: Municipality, on: dt.date) -> None:
    Member.objects.filter(municipality=place).update(valid_until=on)


def said(north: Cooperation, key: Key | None = None) -> list[str]:
    return [odd_part_in_words(part, TODAY) for part in Departures(north, TODAY).odd_parts(key)]


@pytest.fixture
def people(north: Cooperation, torsby: Municipality, hagfors: Municipality) -> Key:
    """A key in fixed parts that all members pay by."""
    key: Key = KeyFactory(cooperation=north, code="people", name="By people")
    parts = {torsby: Decimal(60), hagfors: Decimal(40)}
    add_version(key, {"kind": "fixed", "percent": Decimal(100), "fixed": parts})
    application = ApplicationFactory(cooperation=north)
    TermFactory(key=key, application=application, payers="members")
    return key


def test_who_left_and_still_subscribes_is_told(north: Cooperation, torsby: Municipality) -> None:
    assert Departures(north, TODAY).forgotten() == []
    leaves(torsby, MAY)
    (each,) = Departures(north, TODAY).forgotten()
    assert (each.municipality, each.left_on, list(each.terms)) == (torsby, MAY, [])
    assert [row.application.code for row in each.subscriptions] == ["erp"]


@pytest.mark.parametrize(("left_on", "count"), [(TODAY, 1), (TODAY + dt.timedelta(days=1), 0)])
def test_it_counts_from_the_first_day_after_leaving(
    north: Cooperation, torsby: Municipality, left_on: dt.date, count: int
) -> None:
    leaves(torsby, left_on)
    assert len(Departures(north, TODAY).forgotten()) == count


def test_who_comes_back_is_not_forgotten(north: Cooperation, torsby: Municipality) -> None:
    leaves(torsby, MAY)
    MemberFactory(cooperation=north, municipality=torsby, valid_from=LATER)
    assert Departures(north, TODAY).forgotten() == []


def test_ended_subscriptions_and_other_cooperations_are_left_out(
    north: Cooperation, outside: Cooperation, torsby: Municipality
) -> None:
    leaves(torsby, MAY)
    SubscriptionFactory(application=ApplicationFactory(cooperation=outside), municipality=torsby)
    Subscription.objects.filter(cooperation=north, municipality=torsby).update(valid_until=TODAY)
    assert Departures(north, TODAY).forgotten() == Departures(outside, TODAY).forgotten() == []


def test_who_left_and_is_still_named_is_told(
    north: Cooperation, torsby: Municipality, hagfors: Municipality
) -> None:
    Subscription.objects.all().delete()
    key = even_key(cooperation=north)
    term = TermFactory(
        key=key, application=ApplicationFactory(cooperation=north), payers="named", named=[torsby]
    )
    other = TermFactory(
        key=key, application=ApplicationFactory(cooperation=north), payers="named", named=[hagfors]
    )
    leaves(torsby, MAY)
    (each,) = Departures(north, TODAY).forgotten()
    assert list(each.terms) == [term]
    assert other not in each.terms
    Term.objects.filter(pk=term.pk).update(after_leaving=True)
    assert Departures(north, TODAY).forgotten() == []


def test_what_a_term_charges_also_after_leaving_is_meant(
    north: Cooperation, torsby: Municipality, erp: Application, default_term: Term
) -> None:
    leaves(torsby, MAY)
    Term.objects.filter(pk=default_term.pk).update(after_leaving=True)
    assert Departures(north, TODAY).forgotten() == []
    TermFactory(key=default_term.key, application=erp)
    assert len(Departures(north, TODAY).forgotten()) == 1


def test_the_terms_page_leads_administrators_to_what_was_forgotten(
    north: Cooperation, torsby: Municipality, administrator: User, auditor: User, sign_in: SignIn
) -> None:
    row = Subscription.objects.get(cooperation=north, municipality=torsby)
    assert "Forgotten" not in sign_in(administrator).get("/north/terms/").content.decode()
    leaves(torsby, MAY)
    text = sign_in(administrator).get("/north/terms/").content.decode()
    assert "Torsby left after 30 April 2026 and still subscribes to ERP." in text
    assert f'href="/north/subscriptions/{row.pk}/end/"' in text
    text = sign_in(auditor).get("/north/terms/").content.decode()
    assert "Torsby left after 30 April 2026" in text
    assert "/end/" not in text


def test_a_fixed_part_of_who_left_or_leaves_is_told(
    north: Cooperation, people: Key, torsby: Municipality, hagfors: Municipality
) -> None:
    assert said(north) == []
    leaves(torsby, LATER)
    leaves(hagfors, MAY)
    assert said(north) == [
        "By people: Hagfors left after 30 April 2026 and still holds a fixed part.",
        "By people: Torsby leaves after 31 December 2026 and still holds a fixed part.",
    ]
    assert [part.bites_on for part in Departures(north, TODAY).odd_parts()] == [TODAY, LATER]


def test_a_version_that_ends_by_then_fits(north: Cooperation, people: Key, torsby: Municipality) -> None:
    leaves(torsby, LATER)
    people.versions.update(valid_until=LATER)
    assert said(north) == []
    people.versions.update(valid_until=LATER + dt.timedelta(days=1))
    assert len(said(north)) == 1


def test_a_fixed_part_of_no_member_is_told(
    north: Cooperation, people: Key, sundsvall: Municipality, torsby: Municipality
) -> None:
    KeyVersion.objects.filter(key=people).update(valid_until=JULY)
    parts = {torsby: Decimal(50), sundsvall: Decimal(50)}
    add_version(people, {"kind": "fixed", "percent": Decimal(100), "fixed": parts}, valid_from=JULY)
    assert said(north) == ["By people: Sundsvall holds a fixed part and is no member."]
    MemberFactory(cooperation=north, municipality=sundsvall, valid_from=JULY)
    assert said(north) == []


@pytest.mark.parametrize(
    ("joins", "expected"),
    [
        (dt.date(2019, 1, 1), []),
        (MAY, ["By people: Sundsvall joined on 1 May 2026 and holds no fixed part."]),
        (LATER, ["By people: Sundsvall joins on 1 January 2027 and holds no fixed part."]),
    ],
)
def test_who_joins_after_the_version_began_and_holds_no_part_is_told(
    north: Cooperation, people: Key, sundsvall: Municipality, joins: dt.date, expected: list[str]
) -> None:
    MemberFactory(cooperation=north, municipality=sundsvall, valid_from=joins)
    assert said(north) == expected


def test_who_joined_and_left_again_is_not_missed(
    north: Cooperation, people: Key, sundsvall: Municipality
) -> None:
    MemberFactory(cooperation=north, municipality=sundsvall, valid_from=MAY, valid_until=TODAY)
    assert said(north) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"payers": "members"}, 2),
        ({"payers": "subscribers"}, 1),
        ({"payers": "members", "after_leaving": True}, 2),
        ({"payers": "subscribers", "after_leaving": True}, 0),
        ({"valid_until": TODAY}, 0),
    ],
)
def test_it_depends_on_the_terms_that_use_the_key(
    north: Cooperation,
    people: Key,
    torsby: Municipality,
    sundsvall: Municipality,
    values: dict[str, Any],
    expected: int,
) -> None:
    leaves(torsby, LATER)
    MemberFactory(cooperation=north, municipality=sundsvall, valid_from=LATER)
    Term.objects.filter(key=people).update(**values)
    assert len(said(north)) == expected


def test_the_page_of_a_key_says_which_parts_will_not_fit(
    north: Cooperation, people: Key, torsby: Municipality, even_key: Key, auditor: User, sign_in: SignIn
) -> None:
    leaves(torsby, LATER)
    client = sign_in(auditor)
    text = client.get("/north/keys/people/").content.decode()
    assert "By people: Torsby leaves after 31 December 2026 and still holds a fixed part." in text
    assert "Torsby leaves" not in client.get("/north/keys/even/").content.decode()
    assert said(north, even_key) == []
