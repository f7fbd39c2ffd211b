"""Whoever proposed a month is told that the proposal fell, and why; a month that is not over warns."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from billing.actions import close_period, propose_period, reopen_period, save_cost
from billing.models import Cost, Period
from sharedict.accounts.models import User

SignIn = Callable[[User], Client]
OVERVIEW = "/north/overview/"


@pytest.fixture(autouse=True)
def in_october() -> object:
    with time_machine.travel(dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC), tick=True) as now:
        yield now


def fallen(client: Client) -> list[str]:
    texts = [each["text"].replace("\u00a0", " ") for each in client.get(OVERVIEW).context["todo"]]
    return [text for text in texts if text.startswith("Your proposal")]


def test_a_dropped_proposal_tells_its_proposer_what_dropped_it(
    september: Period,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
    do_jobs: Callable[[], int],
) -> None:
    propose_period(period=september, by=administrator)
    assert fallen(sign_in(administrator)) == []
    cost = Cost.objects.get(reference="C00000001")
    cost.amount = Decimal("140.00")
    save_cost(cost=cost, by=second_administrator)
    do_jobs()
    [said] = fallen(sign_in(administrator))
    assert said.startswith(
        f"Your proposal to close September 2026 fell on 20 October: cost {cost} (changed, "
    )
    assert str(second_administrator) in said
    assert fallen(sign_in(second_administrator)) == []
    september.refresh_from_db()
    propose_period(period=september, by=administrator)
    assert fallen(sign_in(administrator)) == []
    reopen_period(period=september, by=second_administrator)
    assert fallen(sign_in(administrator)) == []


def test_a_month_that_is_not_over_warns_before_it_is_proposed_and_closed(
    september: Period,
    october: Period,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
    do_jobs: Callable[[], int],
) -> None:
    said = "October 2026 is not over: what still comes of it is charged later, as corrections."
    client = sign_in(administrator)
    assert "is not over" not in client.get("/north/costs/2026-09/propose/").content.decode()
    propose_period(period=september, by=administrator)
    close_period(period=september, by=second_administrator)
    do_jobs()
    assert said in client.get("/north/costs/2026-10/propose/").content.decode()
    october.refresh_from_db()
    propose_period(period=october, by=administrator)
    assert said in sign_in(second_administrator).get("/north/costs/2026-10/close/").content.decode()
