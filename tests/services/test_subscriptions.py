"""Who uses what: one, several or all members begin, change and end."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.models import Cooperation, Municipality
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.jobs.models import Job
from tests.factories.municipalities import MemberFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
DAY = dt.date(2026, 1, 1)


@pytest.fixture
def helpdesk(north: Cooperation) -> Application:
    """An application that nobody uses yet."""
    return ApplicationFactory(cooperation=north, code="helpdesk")


def filled_in(used: Application, *places: Municipality, **values: Any) -> dict[str, Any]:
    return {
        "application": used.pk,
        "municipalities": [place.pk for place in places],
        "valid_from": "2026-01-01",
        "valid_until": "",
        "users": "",
    } | values


def test_several_municipalities_begin_together(
    administrator: User, helpdesk: Application, sign_in: SignIn, torsby: Municipality, hagfors: Municipality
) -> None:
    data = filled_in(helpdesk, torsby, hagfors, users="12")
    response = sign_in(administrator).post("/north/subscriptions/new/?application=helpdesk", data)
    assert response.headers["Location"] == "/north/services/helpdesk/"
    rows = Subscription.objects.filter(application=helpdesk).order_by("municipality__code")
    assert list(rows.values_list("municipality__name", "users", "valid_from")) == [
        ("Torsby", 12, DAY),
        ("Hagfors", 12, DAY),
    ]
    assert Job.objects.filter(touches_from=DAY).exists()


def test_all_members_begin_except_those_that_use_it_already_or_have_left(
    north: Cooperation, administrator: User, helpdesk: Application, sign_in: SignIn, torsby: Municipality
) -> None:
    gone = MemberFactory(cooperation=north, valid_until=dt.date(2025, 1, 1)).municipality
    SubscriptionFactory(application=helpdesk, municipality=torsby)
    sign_in(administrator).post("/north/subscriptions/new/", filled_in(helpdesk, all_members="on"))
    names = set(helpdesk.subscriptions.values_list("municipality__name", flat=True))
    assert names == {"Torsby", "Hagfors"}
    assert not helpdesk.subscriptions.filter(municipality=gone).exists()


def test_all_members_when_all_use_it_is_explained(
    administrator: User, erp: Application, sign_in: SignIn
) -> None:
    response = sign_in(administrator).post("/north/subscriptions/new/", filled_in(erp, all_members="on"))
    assert response.status_code == 422
    assert response.context["form"].errors["all_members"] == ["Every member of that time uses it already."]


def test_one_that_uses_it_already_stops_all_of_them(
    administrator: User, helpdesk: Application, sign_in: SignIn, torsby: Municipality, hagfors: Municipality
) -> None:
    SubscriptionFactory(application=helpdesk, municipality=hagfors)
    data = filled_in(helpdesk, torsby, hagfors)
    response = sign_in(administrator).post("/north/subscriptions/new/", data)
    assert response.status_code == 422
    assert response.context["form"].errors["municipalities"] == [
        "Already used in part of that time by Hagfors."
    ]
    assert helpdesk.subscriptions.count() == 1


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"municipalities": []}, "municipalities", "Choose at least one municipality"),
        ({"valid_until": "2025-12-31"}, "valid_until", "It cannot end before it begins."),
        ({"valid_until": "9999-12-31"}, "valid_until", "That day is too late."),
        ({"valid_from": "yesterday"}, "valid_from", "Enter a valid date."),
        ({"valid_from": ""}, "valid_from", "This field is required."),
        ({"users": "-1"}, "users", "greater than or equal to 0"),
        ({"users": "99999999999"}, "users", "less than or equal to"),
        ({"application": "0"}, "application", "Select a valid choice"),
        ({"municipalities": ["x", "1"]}, "municipalities", "not a valid value"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_saved(
    administrator: User,
    helpdesk: Application,
    sign_in: SignIn,
    torsby: Municipality,
    values: dict[str, Any],
    field: str,
    said: str,
) -> None:
    data = filled_in(helpdesk, torsby, **values)
    response = sign_in(administrator).post("/north/subscriptions/new/", data)
    assert response.status_code == 422
    assert any(said in error for error in response.context["form"].errors[field])
    assert not helpdesk.subscriptions.exists()


def test_others_applications_and_municipalities_are_no_choice(
    administrator: User, helpdesk: Application, outside: Cooperation, sign_in: SignIn, sundsvall: Municipality
) -> None:
    theirs = Application.objects.get(cooperation=outside)
    data = filled_in(theirs, sundsvall)
    response = sign_in(administrator).post("/north/subscriptions/new/", data)
    errors = response.context["form"].errors
    assert "Select a valid choice" in errors["application"][0]
    assert "Select a valid choice" in errors["municipalities"][0]
    assert Subscription.objects.filter(application=theirs).count() == 1


@pytest.mark.parametrize("asked", ["erp", "nothing", "%00", "helpdesk"])
def test_the_form_is_filled_in_for_the_application_asked_for(
    administrator: User, erp: Application, helpdesk: Application, sign_in: SignIn, asked: str
) -> None:
    response = sign_in(administrator).get(f"/north/subscriptions/new/?application={asked}")
    expected = {"erp": erp, "helpdesk": helpdesk}.get(asked)
    assert response.context["form"].initial["application"] == expected


def test_a_subscription_that_would_overlap_another_is_refused_at_its_start(
    administrator: User, helpdesk: Application, sign_in: SignIn, torsby: Municipality
) -> None:
    SubscriptionFactory(application=helpdesk, municipality=torsby, valid_until=DAY)
    second = SubscriptionFactory(application=helpdesk, municipality=torsby, valid_from=DAY)
    data = {"application": helpdesk.pk, "municipality": torsby.pk, "valid_from": "2025-12-31"}
    response = sign_in(administrator).post(f"/north/subscriptions/{second.pk}/", data)
    assert response.status_code == 422
    assert response.context["form"].errors["valid_from"] == [
        "This municipality already uses it in part of that time."
    ]
    second.refresh_from_db()
    assert second.valid_from == DAY


def test_ending_asks_for_the_day_and_refuses_one_before_the_start(
    administrator: User, helpdesk: Application, sign_in: SignIn, torsby: Municipality
) -> None:
    row = SubscriptionFactory(application=helpdesk, municipality=torsby, valid_from=DAY)
    client, url = sign_in(administrator), f"/north/subscriptions/{row.pk}/end/"
    assert (
        "is still paid as a whole, except under terms that divide by days" in client.get(url).content.decode()
    )
    assert client.get(url).status_code == 200
    refused = client.post(url, {"valid_until": "2025-01-01"})
    assert refused.status_code == 422
    assert refused.context["form"].errors["valid_until"] == ["It cannot end before it begins."]
    client.post(url, {"valid_until": "2026-12-31"})
    row.refresh_from_db()
    assert row.valid_until == dt.date(2027, 1, 1)


def test_ending_touches_no_day_before_the_end(
    administrator: User, helpdesk: Application, sign_in: SignIn, torsby: Municipality
) -> None:
    row = SubscriptionFactory(application=helpdesk, municipality=torsby, valid_from=DAY)
    client, url = sign_in(administrator), f"/north/subscriptions/{row.pk}/end/"
    for day in ("2026-12-31", "2026-05-31"):
        client.post(url, {"valid_until": day})
    spans = Job.objects.order_by("pk").values_list("touches_from", "touches_until")
    assert list(spans) == [
        (dt.date(2027, 1, 1), None),
        (dt.date(2026, 6, 1), dt.date(2027, 1, 1)),
    ]


def test_a_subscription_of_another_cooperation_is_not_there(
    administrator: User, outside: Cooperation, sign_in: SignIn
) -> None:
    theirs = Subscription.objects.get(cooperation=outside)
    client = sign_in(administrator)
    for url in (f"/north/subscriptions/{theirs.pk}/", f"/north/subscriptions/{theirs.pk}/end/"):
        assert client.get(url).status_code == 404
        assert client.post(url, {"valid_until": "2027-01-01"}).status_code == 404
    assert client.get("/north/subscriptions/99999999999999999999/").status_code == 404


def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    north: Cooperation, administrator: User, helpdesk: Application, sign_in: SignIn, torsby: Municipality
) -> None:
    client = sign_in(administrator)
    SubscriptionFactory(application=helpdesk, municipality=torsby)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            response = client.get("/north/subscriptions/?municipality=SE1737&as_of=2026-06-01")
        assert response.status_code == 200
        return len(found)

    few = queries()
    for _ in range(5):
        SubscriptionFactory(application=ApplicationFactory(cooperation=north), municipality=torsby)
    assert queries() == few
