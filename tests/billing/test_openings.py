"""What a page says first is true in odd cases too, and agrees with the tables below it."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agreements.models import Agreement, CostType, Key, Term
from billing.actions import withdraw_cost
from billing.models import Cost
from municipalities.models import Cooperation, Driver, Member, Municipality, Role
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.jobs.models import Job
from tests.billing.books import post, saved
from tests.factories.agreements import KeyFactory, TermFactory, add_version, by, even
from tests.factories.municipalities import MemberFactory, RoleFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

JANUARY, FEBRUARY, MARCH = (dt.date(2026, number, 1) for number in (1, 2, 3))
NAMED = [("erp-too", "ERP"), ("mail", "Mail")]
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
    assert opening["sentences"][0]["bold"] == "+50.00\u00a0SEK (+50.0\u00a0%)"
    picture = client.get("/north/overview/").context["picture"]
    assert picture["title"].startswith("Your municipalities by month, ")


@pytest.mark.parametrize(
    "page", ["/north/costs/2026-01/", "/north/costs/2026-01/SE1737/", "/north/overview/"]
)
def test_a_first_month_says_what_the_most_of_it_is_for(
    north: Cooperation, erp: Application, administrator: User, sign_in: SignIn, page: str
) -> None:
    post(north, "100.00", JANUARY, FEBRUARY)
    post(north, "300.00", JANUARY, FEBRUARY, application=erp)
    answer = sign_in(administrator).get(page)
    assert not answer.context.get("picture") or "overview" not in page, "one month alone is no picture"
    first, second = answer.context["opening"]["sentences"]
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
    assert said() == ["Nobody uses it."]


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


def said(opening: dict[str, Any]) -> str:
    return " ".join(f"{each.get('bold', '')} {each['text']}".strip() for each in opening["sentences"])


def test_whose_percentage_is_moved_by_others_days_learns_so(
    north: Cooperation, hagfors: Municipality, support: CostType, administrator: User, sign_in: SignIn
) -> None:
    Member.objects.filter(cooperation=north, municipality=hagfors).update(valid_from=dt.date(2026, 1, 17))
    Term.objects.filter(cooperation=north, cost_type=support).update(by_days=True)
    cost = post(north, "100.00", JANUARY, FEBRUARY, cost_type=support)
    client = sign_in(administrator)
    opening = client.get(f"/north/costs/2026-01/SE1737/{cost.reference}/").context["opening"]
    assert said(opening).endswith("12,000 of 20,000. Others pay for fewer days, and so less.")


def test_base_amounts_that_are_larger_than_the_cost_divide_it_alone(
    north: Cooperation, support: CostType, population: Driver, administrator: User, sign_in: SignIn
) -> None:
    key = Key.objects.get(cooperation=north, code="population")
    key.versions.update(valid_until=JANUARY)
    add_version(key, by(population), valid_from=JANUARY, base_amount=Decimal(80))
    cost = post(north, "100.00", JANUARY, FEBRUARY, cost_type=support)
    client = sign_in(administrator)
    opening = client.get(f"/north/costs/2026-01/SE1737/{cost.reference}/").context["opening"]
    assert said(opening) == (
        "50\u00a0% of 100.00\u00a0SEK: the base amounts come to more than the cost and divide it: "
        "nothing is left for “By population”."
    )


def test_who_uses_what_costs_something_and_pays_nothing_is_not_told_otherwise(
    north: Cooperation, erp: Application, hagfors: Municipality, finance: User, sign_in: SignIn
) -> None:
    all_of_it = {"kind": "fixed", "percent": 100, "fixed": {hagfors: 100}}
    key = KeyFactory(cooperation=north, code="fixed")
    add_version(key, all_of_it)
    TermFactory(agreement=Agreement.objects.get(cooperation=north), key=key, application=erp)
    post(north, "100.00", JANUARY, FEBRUARY, application=erp)
    opening = sign_in(finance).get("/north/costs/2026-01/SE1737/").context["opening"]
    assert said(opening) == "Nothing to pay: no cost of the month is shared by it."


def test_own_amounts_that_go_two_ways_have_their_signs(
    north: Cooperation, finance: User, shut: Callable[[dt.date], Any], sign_in: SignIn
) -> None:
    post(north, "1000.00", JANUARY, FEBRUARY)
    post(north, "1.00", FEBRUARY, MARCH)
    shut(JANUARY)
    post(north, "-500.00", JANUARY, FEBRUARY, description="A rebate that came late")
    opening = sign_in(finance).get("/north/costs/2026-02/SE1737/").context["opening"]
    assert "In all: +0.50 of February 2026 itself, and \u2212250.00 corrections" in said(opening)


def test_what_nobody_pays_yet_is_said_to_everybody(
    north: Cooperation, erp: Application, administrator: User, finance: User, sign_in: SignIn
) -> None:
    Term.objects.filter(cooperation=north).update(application=erp)
    post(north, "100.00", JANUARY, FEBRUARY, application=erp)
    post(north, "78.50", JANUARY, FEBRUARY)
    told = "78.50\u00a0SEK of the month is divided among nobody yet."
    for user in (administrator, finance):
        for page in ("overview/", "costs/2026-01/", "costs/2026-01/SE1737/"):
            assert told in said(sign_in(user).get(f"/north/{page}").context["opening"]), page


def test_two_services_of_one_name_are_two(
    north: Cooperation, erp: Application, hagfors: Municipality, finance: User, sign_in: SignIn
) -> None:
    RoleFactory(user=finance, cooperation=north, kind=Role.Kind.FINANCE, municipality=hagfors)
    other, mail = (ApplicationFactory(cooperation=north, code=code, name=name) for code, name in NAMED)
    for application in (other, mail):
        for place in Municipality.objects.members_of(north, JANUARY, MARCH):
            SubscriptionFactory(application=application, municipality=place)
    post(north, "1.00", JANUARY, FEBRUARY, application=erp)
    post(north, "100.00", JANUARY, FEBRUARY, application=other)
    post(north, "100.00", FEBRUARY, MARCH, application=erp)
    post(north, "10.00", FEBRUARY, MARCH, application=mail)
    opening = sign_in(finance).get("/north/overview/").context["opening"]
    assert "The largest change is ERP: \u2212100.00" in said(opening)


def test_who_left_and_still_uses_a_service_is_no_member_that_does(
    north: Cooperation, erp: Application, hagfors: Municipality, administrator: User, sign_in: SignIn
) -> None:
    gone = MemberFactory(cooperation=north, valid_until=FEBRUARY).municipality
    SubscriptionFactory(application=erp, municipality=gone)
    Subscription.objects.filter(application=erp, municipality=hagfors).delete()
    opening = sign_in(administrator).get("/north/services/erp/").context["opening"]
    assert (opening["value"], opening["unit"]) == (1, "of 2 members")
    assert f"{gone} uses it and is no member." in said(opening)


def test_a_month_says_what_the_readers_own_pay_of_it_where_shares_are_closed(
    north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    post(north, "100.00", JANUARY, FEBRUARY)
    opening = sign_in(finance).get("/north/costs/2026-01/").context["opening"]
    assert said(opening) == "Of it: Torsby 50.00."


def test_a_cost_tells_all_the_reasons_why_nobody_pays_it(
    north: Cooperation, erp: Application, administrator: User, sign_in: SignIn
) -> None:
    term = Term.objects.get(cooperation=north)
    term.valid_from = FEBRUARY
    term.save()
    Subscription.objects.filter(application=erp).update(valid_until=FEBRUARY)
    cost = post(north, "590.00", JANUARY, MARCH, application=erp)
    opening = sign_in(administrator).get(f"/north/costs/register/{cost.pk}/").context["opening"]
    assert "No term says how such a cost is divided. Nobody uses the application in this month." in said(
        opening
    )


def test_the_day_of_paying_nothing_yet_opens_on_the_last_month_with_costs(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    post(north, "100.00", JANUARY, FEBRUARY)
    post(north, "100.00", MARCH, dt.date(2026, 4, 1))
    cost = Cost.objects.get(cooperation=north, starts_on=MARCH)
    withdraw_cost(cost=cost, on=MARCH, by=None)
    run_all()
    opening = sign_in(administrator).get("/north/overview/").context["opening"]
    assert opening["label"] == "Shared in January 2026"


def test_whoever_looks_at_a_month_learns_that_it_is_not_up_to_date(
    north: Cooperation, finance: User, sign_in: SignIn
) -> None:
    cost = post(north, "300.00", JANUARY, FEBRUARY)
    client = sign_in(finance)
    pages = ["/north/overview/", "/north/costs/2026-01/SE1737/"]
    why = f"/north/costs/2026-01/SE1737/{cost.reference}/"
    assert not [page for page in (*pages, why) if "recomputed" in client.get(page).content.decode()]
    saved(north, "5.00", JANUARY, FEBRUARY)
    for page in (*pages, why):
        assert "eing recomputed" in client.get(page).content.decode(), page
    Job.objects.filter(cooperation=north, state=Job.State.QUEUED).update(
        state=Job.State.FAILED, started_at=timezone.now(), finished_at=timezone.now()
    )
    for page in (*pages, why):
        assert "ould not be recomputed" in client.get(page).content.decode(), page
