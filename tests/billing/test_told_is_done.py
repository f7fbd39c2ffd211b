"""What is told of closed months is what is then done, also where a month closes just then."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.test import Client

from agreements.models import Agreement, Key, Term
from billing.actions import close_period, decide_late, propose_period, withdraw_cost
from billing.models import Cost, LateDecision
from billing.snapshots import late_states
from billing.views.late import value_of
from municipalities.actions import lock_cooperation
from municipalities.models import Cooperation, Driver, Member, Municipality, Reading, Token
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import run_all
from tests.billing.books import close_month, month, post
from tests.factories.agreements import CostTypeFactory, TermFactory, driver_key
from tests.factories.municipalities import DriverFactory, ReadingFactory, TokenFactory, bearer
from tests.forms import typed
from tests.workers import Beside, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db(transaction=True)
JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in (1, 2, 3, 4))
Sent = tuple[str, dict[str, Any]]
"""Where somebody sends what of a page that January was open on."""


@pytest.fixture
def desks(north: Cooperation) -> Driver:
    """Support of 10.00 in January that desks divide, 6 to 4; a licence of 100.00; one that is withdrawn."""
    driver: Driver = DriverFactory(cooperation=north, code="desks", name="Desks")
    for place, value in zip(Municipality.objects.members_of(north, JANUARY, FEBRUARY), (6, 4), strict=True):
        ReadingFactory(
            cooperation=north,
            driver=driver,
            municipality=place,
            reference_on=dt.date(2025, 12, 31),
            value=value,
        )
    key = driver_key(driver, cooperation=north, code="desks", name="By desks")
    support = CostTypeFactory(cooperation=north, code="support", name="Support")
    TermFactory(agreement=Agreement.objects.get(cooperation=north), key=key, cost_type=support)
    post(north, "10.00", JANUARY, FEBRUARY, cost_type=support)
    post(north, "100.00", JANUARY, FEBRUARY)
    withdrawn = post(north, "30.00", JANUARY, FEBRUARY)
    withdraw_cost(cost=withdrawn, on=JANUARY, by=None)
    post(north, "1.00", FEBRUARY, MARCH)
    run_all()
    return driver


def licence(client: Client, step: str = "") -> str:
    return f"/north/costs/register/{Cost.objects.get(amount=100).pk}/{step}"


def withdraw(client: Client) -> Sent:
    return licence(client, "withdraw/"), {}


def restore(client: Client) -> Sent:
    return f"/north/costs/register/{Cost.objects.get(amount=30).pk}/restore/", {}


def change_cost(client: Client) -> Sent:
    return licence(client), typed(client.get(licence(client)), amount="50.00")


def change_reading(client: Client) -> Sent:
    url = f"/north/drivers/readings/{reading().pk}/"
    return url, typed(client.get(url), value="3")


def delete_reading(client: Client) -> Sent:
    return f"/north/drivers/readings/{reading().pk}/delete/", {}


def end_member(client: Client) -> Sent:
    member = Member.objects.get(cooperation__slug="north", municipality__code="1737")
    return f"/north/members/{member.pk}/end/", {"valid_until": "2026-01-15"}


def change_term(client: Client) -> Sent:
    term = Term.objects.get(key__code="desks")
    even = Key.objects.get(cooperation__slug="north", code="even")
    url = f"/north/terms/{term.pk}/"
    return url, typed(client.get(url), key=even.pk)


def reading() -> Reading:
    return Reading.objects.get(driver__code="desks", municipality__code="1737")


@pytest.mark.parametrize(
    "ask", [withdraw, restore, change_cost, change_reading, delete_reading, end_member, change_term]
)
def test_a_month_that_closes_meanwhile_is_told_before_anything_is_done(
    north: Cooperation,
    desks: Driver,
    administrator: User,
    second_administrator: User,
    ask: Callable[[Client], Sent],
) -> None:
    """January is open when the page is read, and closed when what was sent has its turn."""
    client = Client()
    client.force_login(administrator)
    url, sent = ask(client)
    propose_period(period=month(north, JANUARY), by=administrator)
    told = client.get(url).context["effect"].mark
    with transaction.atomic():
        lock_cooperation(north.pk)
        beside = Beside(lambda: client.post(url, sent | {"told": told}))
        wait_until(lambda: is_waiting(beside), "the other one's turn")
        close_period(period=month(north, JANUARY), by=second_administrator)
        done = Entry.objects.count()
    answer = beside.value()
    assert (answer.status_code, Entry.objects.count()) == (200, done)
    assert "January 2026" in " ".join(answer.context["effect"].warnings)
    told = answer.context["effect"].mark
    assert client.post(url, sent | {"told": told}).status_code == 302
    assert Entry.objects.count() > done


def test_a_late_change_is_charged_in_the_month_that_was_told(
    north: Cooperation, desks: Driver, administrator: User, second_administrator: User
) -> None:
    """What is left can be charged in any open month, but in no other than the button named."""
    close_month(north, JANUARY, administrator, second_administrator)
    post(north, "30.00", JANUARY, FEBRUARY)
    post(north, "1.00", MARCH, APRIL)
    [state] = late_states(north)
    leave = LateDecision.Verdict.LEAVE
    decide_late(cooperation=north, states=[state], verdict=leave, reason="Board", by=administrator)
    run_all()
    propose_period(period=month(north, FEBRUARY), by=administrator)
    [state], client = late_states(north), Client()
    client.force_login(administrator)
    for url in ("/north/costs/late/", f"/north/costs/late/2026-01/{state.correction.cost.reference}/"):
        assert 'name="charged_in" value="2026-02"' in client.get(url).content.decode()
    sent = {"change": value_of(state), "verdict": "charge", "group": "left", "charged_in": "2026-02"}
    with transaction.atomic():
        lock_cooperation(north.pk)
        beside = Beside(lambda: client.post("/north/costs/late/", sent))
        wait_until(lambda: is_waiting(beside), "the other one's turn")
        close_period(period=month(north, FEBRUARY), by=second_administrator)
    answer = beside.value()
    assert answer.status_code == 409
    assert "would be charged in March 2026 by now" in answer.content.decode()
    assert LateDecision.objects.count() == 1
    said = client.post("/north/costs/late/", sent | {"charged_in": "2026-03"}, follow=True).content.decode()
    assert "1 late change is charged in March 2026" in said


@pytest.mark.parametrize("resource", ["costs", "readings"])
def test_the_api_answers_before_anybody_else_has_a_turn(
    north: Cooperation, desks: Driver, monkeypatch: pytest.MonkeyPatch, resource: str
) -> None:
    """What is answered of closed months would else be of another moment than what was done."""
    place = {
        "costs": "billing.api.views.closed_effect_of_cost",
        "readings": "municipalities.api.views.effect_of",
    }
    seen = []

    def told(*given: Any) -> Any:
        seen.append(Beside(lambda: is_free(north)).value())
        return real(*given)

    module, name = place[resource].rsplit(".", 1)
    real = getattr(__import__(module, fromlist=[name]), name)
    monkeypatch.setattr(place[resource], told)
    token = TokenFactory(cooperation=north, scopes=[Token.Scope.WRITE_COSTS, Token.Scope.WRITE_READINGS])
    client, url = Client(headers={"Authorization": f"Bearer {bearer(token)}"}), f"/api/v1/{resource}/"
    bodies: dict[str, dict[str, str]] = {
        "costs": {
            "cost_type": "licence",
            "description": "Licences",
            "amount": "10.00",
            "starts_on": "2026-02-01",
            "ends_on": "2026-03-01",
        },
        "readings": {
            "driver": "desks",
            "municipality": "SE1737",
            "reference_on": "2026-01-31",
            "value": "7",
            "source": "Inventory",
        },
    }
    added = client.post(url, bodies[resource] | {"external_id": "X1"}, "application/json")
    assert added.status_code == 201, added.content
    row = f"{url}{added.json()['id']}/"
    change = {"costs": {"amount": "11.00"}, "readings": {"value": "8"}}[resource]
    assert client.patch(row, change, "application/json").status_code == 200
    if resource == "costs":
        assert client.post(f"{row}withdraw/", {}, "application/json").status_code == 200
    assert seen == [False] * (3 if resource == "costs" else 2)
    assert Cost.objects.filter(amount=Decimal(11)).exists() == (resource == "costs")


def is_waiting(beside: Beside) -> bool:
    """Whether it waits for the lock that is held here; True too where it did not, and is done."""
    return not beside.is_alive() or bool(Beside(waiting_for_locks).value())


def is_free(cooperation: Cooperation) -> bool:
    """Whether another session could close a month now."""
    try:
        with transaction.atomic():
            Cooperation.objects.select_for_update(no_key=True, nowait=True).get(pk=cooperation.pk)
    except OperationalError:
        return False
    return True
