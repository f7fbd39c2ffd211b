"""A month is proposed and closed as somebody looked at it, with what is left of closed months."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from billing.actions import Seen, close_period, propose_period
from billing.models import Cost, LateDecision, Period
from billing.snapshots import late_states, left_mark
from municipalities.models import Cooperation, Reading
from sharedict.accounts.models import User
from tests.billing.books import looked_at, month, read_again, take
from tests.billing.test_left_changes import CHARGE, LEAVE, decide

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
FEBRUARY = dt.date(2026, 2, 1)
PROPOSE, CLOSE = "/north/costs/2026-02/propose/", "/north/costs/2026-02/close/"
SAID = "What is left uncharged has changed since you looked at February 2026"


@pytest.mark.parametrize("step", [PROPOSE, CLOSE])
def test_what_was_left_since_somebody_looked_refuses_the_step_once(
    north: Cooperation,
    by_population: Cost,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
    step: str,
) -> None:
    """Nothing of February changes, so that its run and its proposal stay."""
    proposer, closer = sign_in(administrator), sign_in(second_administrator)
    actor = proposer if step == PROPOSE else closer
    if step == CLOSE:
        take(proposer, PROPOSE)
    shown = looked_at(actor, step)
    assert shown == {"seen": str(month(north, FEBRUARY).current_run_id)}
    before = month(north, FEBRUARY).state
    read_again(8000)
    decide(by_population, LEAVE, administrator)
    assert month(north, FEBRUARY).state == before
    refused = actor.post(step, shown)
    assert refused.status_code == 409
    assert SAID in refused.content.decode()
    assert "1 late change was left uncharged" in refused.content.decode()
    assert month(north, FEBRUARY).state == before
    assert looked_at(actor, step)["left"]
    assert take(actor, step).status_code == 302
    assert month(north, FEBRUARY).state != before


def test_what_is_no_longer_left_refuses_too(
    north: Cooperation, by_population: Cost, administrator: User, sign_in: SignIn
) -> None:
    was = Reading.objects.get(municipality__code="1737", reference_on=dt.date(2025, 12, 31)).value
    read_again(8000)
    decide(by_population, LEAVE, administrator)
    shown = looked_at(sign_in(administrator), PROPOSE)
    read_again(was)
    assert late_states(north) == []
    refused = sign_in(administrator).post(PROPOSE, shown)
    assert refused.status_code == 409
    assert SAID in refused.content.decode()


def test_what_is_left_for_another_amount_refuses_too(
    north: Cooperation, by_population: Cost, administrator: User, second_administrator: User
) -> None:
    read_again(8000)
    decide(by_population, LEAVE, administrator)
    propose_period(period=month(north, FEBRUARY), by=administrator)
    run, left = month(north, FEBRUARY).current_run_id, left_now(north)
    read_again(9000)
    decide(by_population, LEAVE, administrator)
    period = month(north, FEBRUARY)
    assert (period.current_run_id, period.state) == (run, Period.State.PROPOSED)
    with pytest.raises(ValidationError, match=SAID):
        close_period(period=period, by=second_administrator, seen=Seen(run, left))
    close_period(period=period, by=second_administrator, seen=Seen(run, left_now(north)))
    assert month(north, FEBRUARY).is_closed


def test_leaving_the_same_again_refuses_nobody(
    north: Cooperation, by_population: Cost, administrator: User, sign_in: SignIn
) -> None:
    read_again(8000)
    decide(by_population, LEAVE, administrator)
    shown = looked_at(sign_in(administrator), PROPOSE)
    decide(by_population, CHARGE, administrator)
    decide(by_population, LEAVE, administrator)
    assert LateDecision.objects.count() == 3
    shown["seen"] = str(month(north, FEBRUARY).current_run_id)
    assert sign_in(administrator).post(PROPOSE, shown).status_code == 302


def left_now(cooperation: Cooperation) -> str:
    return left_mark(late_states(cooperation))
