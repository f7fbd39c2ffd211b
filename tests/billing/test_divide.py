"""From a cost that nothing divides to the term that does, in one step."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agreements.models import Agreement, CostType, Key, Term
from billing.models import Period, RunLine
from municipalities.models import Cooperation
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.billing.books import post
from tests.factories.agreements import KeyFactory, TermFactory

JANUARY, FEBRUARY, MARCH = (dt.date(2026, number, 1) for number in (1, 2, 3))
SignIn = Callable[[User], Client]


@pytest.fixture
def undivided(north: Cooperation, erp: Application) -> RunLine:
    """A cost of January whose kind no term divides; the default term is gone."""
    Term.objects.filter(cooperation=north).delete()
    post(north, "100.00", JANUARY, FEBRUARY, application=erp)
    return line(north)


def line(cooperation: Cooperation) -> RunLine:
    run = Period.objects.get(cooperation=cooperation, first_day=JANUARY).current_run
    return RunLine.objects.get(run=run)


def way(client: Client, month: str = "2026-01") -> str:
    """Where the month's page says that its only undivided cost can be divided."""
    [row] = client.get(f"/north/costs/{month}/").context["unallocated"]
    return str(row["url"])


def as_filled_in(client: Client, url: str, **chosen: Any) -> dict[str, Any]:
    """What the form holds when it is sent as it came, but for what is ``chosen``."""
    form = client.get(url).context["form"]
    held = {name: form[name].value() for name in form.fields}
    held = {name: getattr(value, "pk", value) for name, value in held.items()}
    return {name: value for name, value in {**held, **chosen}.items() if value not in (None, [], False)}


def test_the_term_is_filled_in_and_the_cost_is_divided_when_it_is_saved(
    north: Cooperation, erp: Application, undivided: RunLine, administrator: User, sign_in: SignIn
) -> None:
    assert undivided.reason == "no_term"
    client = sign_in(administrator)
    url = way(client)
    even = Key.objects.get(cooperation=north, code="even")
    sent = as_filled_in(client, url, key=even.pk)
    assert (sent["application"], sent["valid_from"]) == (erp.pk, JANUARY)
    assert sent["agreement"] == Agreement.objects.get(cooperation=north).pk
    answer = client.post(url, sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == "/north/costs/2026-01/"
    run_all()
    assert line(north).reason == ""
    assert client.get(url)["Location"] == "/north/costs/2026-01/"  # there is nothing left to do


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"valid_from": "2026-02-01"}, "No term says how such a cost is divided. Add a term for it."),
        ({"key": "unadopted"}, "The key has no version in force on the first day of the month."),
    ],
)
def test_a_term_that_does_not_divide_the_cost_is_not_saved(
    north: Cooperation,
    undivided: RunLine,
    administrator: User,
    sign_in: SignIn,
    chosen: dict[str, str],
    said: str,
) -> None:
    client = sign_in(administrator)
    url = way(client)
    keys = {code: KeyFactory(cooperation=north, code=code).pk for code in ("unadopted",)}
    keys["even"] = Key.objects.get(cooperation=north, code="even").pk
    sent = as_filled_in(client, url, **{"key": "even", **chosen})
    answer = client.post(url, {**sent, "key": keys[sent["key"]]})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert f"Nothing is saved: with this term, too, nothing would divide the cost. {said}" in text
    assert not Term.objects.filter(cooperation=north).exists()


def test_a_term_goes_up_to_the_next_one_of_the_same_scope(
    north: Cooperation, erp: Application, undivided: RunLine, administrator: User, sign_in: SignIn
) -> None:
    agreement, key = Agreement.objects.get(cooperation=north), Key.objects.get(cooperation=north, code="even")
    cost_type = CostType.objects.get(cooperation=north, code="licence")
    TermFactory(agreement=agreement, key=key, application=erp, cost_type=cost_type, valid_from=MARCH)
    client = sign_in(administrator)
    url = way(client)
    sent = as_filled_in(client, url, key=key.pk)
    assert sent["valid_until"] == MARCH - dt.timedelta(days=1)
    assert client.post(url, sent).status_code == 302


def test_who_uses_an_application_is_said_for_the_month_in_which_nobody_did(
    north: Cooperation, erp: Application, administrator: User, sign_in: SignIn
) -> None:
    Subscription.objects.filter(application=erp).update(valid_from=MARCH)
    post(north, "100.00", JANUARY, FEBRUARY, application=erp)
    client = sign_in(administrator)
    assert line(north).reason == "no_payers"
    url = way(client)
    assert url == "/north/subscriptions/new/?application=erp&from=2026-01-01"
    initial = client.get(url).context["form"].initial
    assert (initial["application"], initial["valid_from"]) == (erp, JANUARY)
    for odd in ("2026-02-31", "x", "\uff19999-01-01", "\u202e"):
        assert client.get("/north/subscriptions/new/", {"from": odd}).status_code == 200


def test_a_key_without_a_version_leads_to_a_new_one(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    Term.objects.filter(cooperation=north).update(key=KeyFactory(cooperation=north, code="unadopted"))
    post(north, "100.00", JANUARY, FEBRUARY)
    client = sign_in(administrator)
    assert way(client) == "/north/keys/unadopted/new-version/"


def test_a_cost_of_another_month_or_of_nobody_is_no_page(
    undivided: RunLine, administrator: User, coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    there = f"/north/costs/2026-01/divide/{undivided.reference}/"
    assert client.get(there).status_code == 200
    assert client.get(there.replace("2026-01", "2026-02")).status_code == 404
    assert client.get(there.replace(undivided.reference, "C99999999")).status_code == 404
    assert sign_in(coordinator).get(there).status_code == 403
