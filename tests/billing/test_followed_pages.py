"""What a decision on a late cost makes of its credit notes: told before it, after it, and in the reasons."""

import datetime as dt
import html
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import CostType
from billing.models import Cost, Period
from billing.snapshots import Verdict, late_states
from billing.views.late import value_of
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.billing.books import change, credit, post, read_again
from tests.billing.test_left_changes import CHARGE, LEAVE, decide, state_of, together, trio

__all__ = ["trio"]
JANUARY, FEBRUARY, MARCH = (dt.date(2026, number, 1) for number in (1, 2, 3))
LIST = "/north/costs/late/"
Shut = Callable[[dt.date], Period]
SignIn = Callable[[User], Client]


def page(cost: Cost) -> str:
    return f"{LIST}2026-01/{cost.reference}/"


def text_of(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return html.unescape(response.content.decode()).replace("\xa0", " ")


def leave(client: Client, cost: Cost) -> str:
    """What is said once somebody has left it on its page, and all that follows from it is done."""
    sent = {"change": value_of(state_of(cost)), "verdict": "leave", "reason": "Board"}
    said = client.post(page(cost), sent, follow=True)
    assert said.status_code == 200
    run_all()
    return html.unescape(said.content.decode()).replace("\xa0", " ")


@pytest.fixture
def client(administrator: User, sign_in: SignIn) -> Client:
    return sign_in(administrator)


@pytest.fixture
def waiting(north: Cooperation, by_population: Cost) -> Cost:
    """January was divided 12,000 against 8,000; now both have 8,000, and 10.00 move to Hagfors."""
    read_again(8000)
    return by_population


def test_a_late_refund_is_divided_as_the_cost_was_charged(waiting: Cost, client: Client) -> None:
    note = credit(waiting, "-30")
    left = (
        f"Its credit note {note.reference}, \u221230.00 SEK, follows: it is divided as the cost was charged."
    )
    charged = f"Its credit note {note.reference}, \u221230.00 SEK, follows: it is charged too."
    shown, listed = text_of(client, page(waiting)), text_of(client, LIST)
    assert shown.count(left) == shown.count(charged) == 1
    assert f"If it is left: {left}" in listed
    assert f"If it is charged: {charged}" in listed
    assert left in leave(client, waiting)
    assert dict(state_of(note).correction.shares) == {"SE1737": -18_00, "SE1783": -12_00}
    assert text_of(client, page(waiting)).count(left) == 1
    assert text_of(client, LIST).count(left) == 1


def test_a_refund_that_only_its_cost_moves_stays_with_it(
    north: Cooperation, by_population: Cost, shut: Shut, client: Client
) -> None:
    note = credit(by_population, "-30")
    shut(FEBRUARY)
    read_again(8000)
    assert state_of(note).goes_with == by_population.reference
    left = f"Its credit note {note.reference} follows: it stays as it was charged too."
    charged = f"Its credit note {note.reference}, moves 3.00 SEK, follows: it is charged too."
    shown = text_of(client, page(by_population))
    assert shown.count(left) == shown.count(charged) == 1
    assert left in leave(client, by_population)
    assert [state.cost_id for state in late_states(north)] == [by_population.pk]


def test_of_a_cost_that_is_left_no_more_is_told_to_be_given_back_than_was_charged(
    trio: Cooperation, shut: Shut, client: Client
) -> None:
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    cost = change(cost, amount=Decimal(140))
    note = credit(cost)
    charged = f"Its credit note {note.reference}, \u2212140.00 SEK, follows: it is charged too."
    left = (
        f"Its credit note {note.reference} follows: \u2212100.00 SEK of it is charged, since no more is given"
        " back than was charged of the cost."
    )
    shown = text_of(client, page(cost))
    assert shown.count(left) == shown.count(charged) == 1
    assert left in leave(client, cost)
    assert state_of(note).amount_minor == -100_00
    shut(FEBRUARY)
    assert together(cost, note) == {}


def test_a_refund_that_was_left_itself_stays_so_only_where_its_cost_does(
    by_population: Cost, administrator: User, client: Client
) -> None:
    note = credit(by_population, "-30")
    decide(note, LEAVE, administrator)
    read_again(8000)
    shown = text_of(client, page(by_population))
    assert f"Its credit note {note.reference}, \u221230.00 SEK, follows: it is left too." in shown
    assert f"Its credit note {note.reference}, \u221230.00 SEK, follows: it is charged too." in shown
    leave(client, by_population)
    assert state_of(note).verdict == Verdict.LEFT
    decide(by_population, CHARGE, administrator)
    assert state_of(note).verdict == Verdict.COUNTS


def test_a_refund_that_is_divided_alike_either_way_is_not_told(
    trio: Cooperation, shut: Shut, client: Client
) -> None:
    cost = post(trio, "90.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    cost = change(cost, amount=Decimal(120))
    credit(cost, "-30")
    assert "Its credit note" not in text_of(client, page(cost))


def test_it_is_told_in_swedish(waiting: Cost, client: Client) -> None:
    note = credit(waiting, "-30")
    swedish = text_of(client, page(waiting), accept_language="sv")
    start = f"Dess kreditnota {note.reference}, \u221230,00 SEK, följer med:"
    assert f"{start} den fördelas som kostnaden debiterades." in swedish
    assert f"{start} den debiteras också." in swedish


def test_the_list_tells_it_in_as_many_queries_for_one_cost_as_for_many(
    north: Cooperation, waiting: Cost, client: Client
) -> None:
    def queries() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    credit(waiting, "-30")
    one = queries()
    for _number in range(4):
        credit(post(north, "60.00", JANUARY, FEBRUARY, cost_type=waiting.cost_type), "-10")
    assert queries() == one


def test_the_reasons_of_a_refund_name_the_decision_that_it_follows(
    waiting: Cost, shut: Shut, client: Client
) -> None:
    """No key divides it, so no key is shown: before it is charged and after."""
    note = credit(waiting, "-30")
    leave(client, waiting)
    before = text_of(client, f"{page(note)}SE1737/")
    shut(FEBRUARY)
    for shown in (before, text_of(client, f"/north/costs/2026-02/SE1737/{note.reference}/2026-01/")):
        assert f"It refunds {waiting.reference}, and follows the decision about that" in shown
        assert f"No key divides it: the cost {waiting.reference} that it refunds is left" in shown
        assert shown.count(f'href="{page(waiting)}"') == 2
        assert "What the key counts for" not in shown
        assert "By the key" not in shown
        assert "In force from" not in shown
    assert client.get("/north/costs/2026-02/SE1737/statement.xlsx").status_code == 200


def test_a_refund_that_was_divided_by_a_key_is_compared_with_what_it_follows(
    north: Cooperation, support: CostType, shut: Shut, administrator: User, client: Client
) -> None:
    """January divided the refund by a key; what it should be is divided by none."""
    post(north, "1.00", FEBRUARY, MARCH)
    cost = post(north, "100.00", JANUARY, FEBRUARY, cost_type=support)
    note = credit(cost, "-30")
    shut(JANUARY)
    read_again(8000)
    decide(cost, LEAVE, administrator)
    change(note, amount=Decimal(-50))
    shown = client.get(f"{page(note)}SE1737/")
    assert shown.status_code == 200
    lines = {line.label: (line.before, line.after) for line in shown.context["compared"]}
    assert lines["Key"] == ("By population, version 1", f"as {cost.reference} was charged")
    assert lines["Share"] == ("\u221218.00\xa0SEK", "\u221230.00\xa0SEK")


def test_the_reasons_name_the_decision_in_swedish(waiting: Cost, client: Client) -> None:
    note = credit(waiting, "-30")
    leave(client, waiting)
    shown = text_of(client, f"{page(note)}SE1737/", accept_language="sv")
    assert f"Beslutet om {waiting.reference}" in shown
    assert f"Ingen nyckel fördelar den: kostnaden {waiting.reference} som den återbetalar" in shown
