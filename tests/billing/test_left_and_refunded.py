"""Refunds of what was left by decision, in orders that somebody tried to break the sums with.

Whatever comes late, however it is decided: nobody is given back more than was paid, refunds that reach the
whole undo it for everybody, and what waits for a decision waits.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from agreements.models import CostType, Term
from billing.actions import decide_late, restore_cost
from billing.models import Cost, LateDecision, Period
from billing.reports import closed_effect_of_cost
from billing.snapshots import Verdict, late_states
from municipalities.actions import save_row
from municipalities.models import Cooperation, Member, Municipality, Reading
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from tests.billing.books import change, charged_of, credit, post, read_again
from tests.billing.test_left_changes import CHARGE, LEAVE, decide, state_of, together, trio, withdraw
from tests.factories.agreements import CostTypeFactory
from tests.factories.municipalities import CooperationFactory

__all__ = ["trio"]
JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in (1, 2, 3, 4))
Shut = Callable[[dt.date], Period]
SignIn = Callable[[User], Client]


def no_more_than_paid(*costs: Cost) -> bool:
    return all(minor >= 0 for minor in together(*costs).values())


def test_a_cost_given_back_restored_and_left_refunds_nothing(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    withdraw(cost, administrator)
    shut(FEBRUARY)
    restore_cost(cost=cost, by=administrator)
    run_all()
    decide(cost, LEAVE, administrator)
    cost.refresh_from_db()
    note = credit(cost, "-60")
    shut(MARCH)
    assert together(cost, note) == {}


def test_of_a_cost_charged_less_and_left_no_more_is_given_back(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    cost = change(cost, amount=Decimal(40))
    shut(FEBRUARY)
    cost = change(cost, amount=Decimal(100))
    decide(cost, LEAVE, administrator)
    note = credit(cost)
    shut(MARCH)
    assert together(cost, note) == {}


def test_a_refund_follows_what_was_charged_by_rules_that_are_gone_again(
    north: Cooperation, by_population: Cost, shut: Shut, administrator: User
) -> None:
    post(north, "1.00", MARCH, APRIL)
    read_again(8000)
    decide(by_population, CHARGE, administrator)
    shut(FEBRUARY)
    read_again(12000)
    decide(by_population, LEAVE, administrator)
    note = credit(by_population)
    shut(MARCH)
    assert together(by_population, note) == {}


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_a_left_refund_is_asked_anew_when_its_cost_shrinks(
    trio: Cooperation, shut: Shut, administrator: User, is_withdrawn: bool
) -> None:
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    note = credit(cost, "-50")
    shut(JANUARY)
    withdraw(note, administrator)
    decide(note, LEAVE, administrator)
    if is_withdrawn:
        withdraw(cost, administrator)
    else:
        cost = change(cost, amount=Decimal(20))
    assert state_of(note).verdict == Verdict.COUNTS
    shut(FEBRUARY)
    assert sum(together(cost, note).values()) == (0 if is_withdrawn else 20_00)
    assert no_more_than_paid(cost, note)


@pytest.fixture
def divided(north: Cooperation, support: CostType) -> Cost:
    post(north, "1.00", FEBRUARY, MARCH)
    return post(north, "100.00", JANUARY, FEBRUARY, cost_type=support)


def test_a_left_refund_is_asked_anew_when_others_pay_its_cost(
    divided: Cost, shut: Shut, administrator: User
) -> None:
    note = credit(divided, "-50")
    shut(JANUARY)
    withdraw(note, administrator)
    decide(note, LEAVE, administrator)
    read_again(1)
    decide(divided, CHARGE, administrator)
    rest = credit(divided)
    shut(FEBRUARY)
    assert together(divided, note, rest) == {}


def test_a_refund_that_only_the_rules_of_its_cost_moved_is_decided_with_it(
    divided: Cost, shut: Shut, administrator: User
) -> None:
    note = credit(divided)
    shut(JANUARY)
    read_again(8000)
    assert (state_of(divided).verdict, state_of(note).verdict) == (Verdict.WAITING, Verdict.WAITING)
    with pytest.raises(ValidationError, match=divided.reference):
        decide(note, LEAVE, administrator)
    decide(divided, CHARGE, administrator)
    assert (state_of(note).verdict, state_of(note).goes_with) == (Verdict.CHARGE, divided.reference)
    shut(FEBRUARY)
    assert together(divided, note) == {}


def test_a_late_reading_waits_though_the_amount_changes_with_it(
    north: Cooperation, by_population: Cost, shut: Shut, administrator: User
) -> None:
    read_again(8000)
    decide(by_population, CHARGE, administrator)
    shut(FEBRUARY)
    read_again(12000)
    assert state_of(by_population).verdict == Verdict.WAITING
    cost = change(by_population, amount=Decimal("100.01"))
    assert state_of(cost).verdict == Verdict.WAITING


def test_what_was_paid_and_is_divided_by_nothing_any_more_can_be_given_back(
    north: Cooperation, by_population: Cost, shut: Shut, administrator: User
) -> None:
    for term in Term.objects.filter(cooperation=north):
        term.valid_from = FEBRUARY
        save_row(row=term, by=None)
    run_all()
    decide(by_population, LEAVE, administrator)
    note = credit(by_population)
    shut(FEBRUARY)
    assert together(by_population, note) == {}


def test_a_cost_stays_with_its_cooperation(trio: Cooperation, shut: Shut, admin_client: Client) -> None:
    """Under /system/ too: a month that lost a cost to another cooperation could not be computed any more."""
    south = CooperationFactory(first_month=JANUARY)
    kind = CostTypeFactory(cooperation=south, code="licence", name="Licence")
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    cells = dict.fromkeys(("application", "supplier", "invoice_number", "credits", "external_id"), "")
    cells |= {"cooperation": south.pk, "cost_type": kind.pk, "description": "x", "amount": "100.00"}
    cells |= {"currency": south.currency, "starts_on": "2026-01-01", "ends_on": "2026-01-31"}
    admin_client.post(f"/system/billing/cost/{cost.pk}/change/", cells)
    cost.refresh_from_db()
    assert cost.cooperation == trio
    with pytest.raises(ValidationError, match="stays in its cooperation"):
        change(cost, cooperation=south, cost_type=kind, currency=south.currency)


def member_from_february(cooperation: Cooperation) -> None:
    row = Member.objects.get(cooperation=cooperation, municipality__code="1766")
    row.valid_from = FEBRUARY
    save_row(row=row, by=None)
    run_all()


def test_reasons_name_those_who_were_charged_and_are_no_member_any_more(
    trio: Cooperation, shut: Shut, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    cost = post(trio, "90.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    member_from_february(trio)
    decide_late(
        cooperation=trio, states=late_states(trio), verdict=LEAVE, reason="As agreed", by=administrator
    )
    run_all()
    note = credit(cost, "-30")
    assert client.get(f"/north/costs/late/2026-01/{note.reference}/SE1737/").status_code == 200
    shut(FEBRUARY)
    for page in (f"SE1737/{note.reference}/2026-01/", f"SE1766/{note.reference}/2026-01/"):
        assert "Sunne" in client.get(f"/north/costs/2026-02/{page}").content.decode()
    assert client.get("/north/costs/2026-02/SE1766/statement.xlsx").status_code == 200


def test_reasons_name_those_who_carried_nothing_and_are_no_member_any_more(
    trio: Cooperation, support: CostType, shut: Shut, administrator: User, sign_in: SignIn
) -> None:
    for reading in Reading.objects.filter(municipality__code="1737"):
        sunne = Municipality.objects.get(code="1766")
        Reading.objects.create(
            driver=reading.driver, municipality=sunne, reference_on=reading.reference_on, value=0, source="x"
        )
    cost = post(trio, "100.00", JANUARY, FEBRUARY, cost_type=support)
    for other in Cost.objects.filter(cooperation=trio, starts_on=JANUARY).exclude(pk=cost.pk):
        withdraw(other, administrator)
    shut(JANUARY)
    member_from_february(trio)
    note = credit(cost, "-30")
    page = f"/north/costs/late/2026-01/{note.reference}/SE1737/"
    assert sign_in(administrator).get(page).status_code == 200


def noted(cost: Cost, amount: str, **values: object) -> Cost:
    """A credit note of ``cost`` that is not saved."""
    days = {"starts_on": cost.starts_on, "ends_on": cost.ends_on, "cost_type": cost.cost_type}
    given = {"cooperation": cost.cooperation, "currency": cost.currency, "credits": cost, **days, **values}
    return Cost(amount=Decimal(amount), description="Credit", **given)


def test_what_a_credit_note_of_a_left_cost_does_is_told_as_it_is_done(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    cost = change(cost, amount=Decimal(140))
    decide(cost, LEAVE, administrator)
    effect = closed_effect_of_cost(trio, None, noted(cost, "-140"))
    assert [each.amount_minor for each in effect.months] == [-100_00]
    note = credit(cost)
    assert state_of(note).amount_minor == -100_00
    gone = Cost.objects.get(pk=note.pk)
    gone.withdrawn_on = MARCH
    effect = closed_effect_of_cost(trio, note, gone)
    assert [each.amount_minor for each in effect.dropped] == [-100_00]


def test_that_a_credit_note_of_what_nobody_was_charged_moves_nothing_is_told(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    post(trio, "1.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    cost = post(trio, "90.00", JANUARY, FEBRUARY)
    decide(cost, LEAVE, administrator)
    effect = closed_effect_of_cost(trio, None, noted(cost, "-90"))
    assert (effect.months, [each.amount_minor for each in effect.left]) == ((), [-90_00])
    assert state_of(credit(cost)).verdict == Verdict.LEFT


def test_a_cost_that_is_refunded_becomes_no_credit_note(trio: Cooperation) -> None:
    whole = post(trio, "100.00", JANUARY, MARCH)
    part = post(trio, "-50.00", JANUARY, MARCH)
    credit(part)
    with pytest.raises(ValidationError, match="cannot be one itself"):
        change(part, credits=whole)


def test_what_differs_only_beside_what_was_left_can_be_left_itself(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    """Of a cost that is 60.00 now 40.00 and 30.00 stay given back, as decided: no more is left to give."""
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    first, second = credit(cost, "-30"), credit(cost, "-40")
    shut(JANUARY)
    for note in (first, second):
        withdraw(note, administrator)
    cost = change(cost, amount=Decimal(60))
    restore_cost(cost=first, by=administrator)
    run_all()
    assert cost.reference in {state.correction.cost.reference for state in late_states(trio)}
    decide(second, LEAVE, administrator)
    decide(first, LEAVE, administrator)
    rest = credit(cost, "-20", ends_on=dt.date(2026, 1, 31))
    shut(FEBRUARY)
    assert charged_of(rest) == {}
    assert sum(together(cost, first, second).values()) == -10_00


def test_of_what_was_given_back_and_is_there_again_and_left_nothing_is_refunded(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    """Cost and refund, both closed and both withdrawn, come back as they were: only the cost is left."""
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    note = credit(cost)
    shut(JANUARY)
    withdraw(note, administrator)
    withdraw(cost, administrator)
    shut(FEBRUARY)
    for each in (cost, note):
        restore_cost(cost=each, by=administrator)
    run_all()
    decide(cost, LEAVE, administrator)
    assert {state.verdict for state in late_states(trio)} == {Verdict.LEFT}
    shut(MARCH)
    assert together(note) == together(cost) == {}


def test_a_refund_charged_late_and_left_is_asked_anew_when_its_cost_shrinks(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    note = credit(cost, "-50")
    shut(FEBRUARY)
    withdraw(note, administrator)
    decide(note, LEAVE, administrator)
    assert state_of(note).verdict == Verdict.LEFT
    cost = change(cost, amount=Decimal(20))
    assert (state_of(note).verdict, state_of(note).was_decided) == (Verdict.COUNTS, True)
    shut(MARCH)
    assert sum(together(cost, note).values()) == 20_00
    assert no_more_than_paid(cost, note)


def test_a_part_that_comes_to_nothing_again_stays_left(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    """Nothing was late there before it was left; while it is, the month lists it. The öre falls in March."""
    shut(JANUARY)
    cost = post(trio, "30.00", JANUARY, FEBRUARY)
    shut(FEBRUARY)
    cost = change(cost, ends_on=APRIL, amount=Decimal("0.01"), starts_on=JANUARY)
    decide(cost, LEAVE, administrator)
    assert state_of(cost).verdict == Verdict.LEFT
    shut(MARCH)
    assert sum(together(cost).values()) == 30_01


@pytest.mark.parametrize("given_back", ["-50", "-100"])
@pytest.mark.parametrize("verdict", [LEAVE, CHARGE])
def test_a_refund_charged_late_that_only_the_rules_of_its_cost_moved_is_decided_with_it(
    divided: Cost, shut: Shut, administrator: User, given_back: str, verdict: LateDecision.Verdict
) -> None:
    post(divided.cooperation, "1.00", MARCH, APRIL)
    shut(JANUARY)
    note = credit(divided, given_back)
    shut(FEBRUARY)
    before = together(divided, note)
    read_again(8000)
    assert (state_of(note).verdict, state_of(note).goes_with) == (Verdict.WAITING, divided.reference)
    with pytest.raises(ValidationError, match=divided.reference):
        decide(note, LEAVE, administrator)
    decide(divided, verdict, administrator)
    shut(MARCH)
    evenly = dict.fromkeys(before, 2500)
    assert together(divided, note) == (before if verdict == LEAVE else evenly if before else {})


def test_a_late_reading_of_a_kind_that_its_month_did_not_know_waits_though_the_amount_changes_too(
    north: Cooperation, support: CostType, shut: Shut, administrator: User
) -> None:
    for first, after in ((JANUARY, FEBRUARY), (FEBRUARY, MARCH), (MARCH, APRIL)):
        post(north, "1.00", first, after)
    shut(JANUARY)
    late = post(north, "100.00", JANUARY, FEBRUARY, cost_type=support)
    shut(FEBRUARY)
    read_again(8000)
    late = change(late, amount=Decimal("100.01"))
    assert state_of(late).verdict == Verdict.WAITING
    read_again(12000)
    assert state_of(late).verdict == Verdict.COUNTS


def left_at_once(cooperation: Cooperation, *costs: Cost, by: User) -> None:
    states = [state for state in late_states(cooperation) if state.cost_id in {cost.pk for cost in costs}]
    decide_late(cooperation=cooperation, states=states, verdict=LEAVE, reason="Board § 1", by=by)
    run_all()


def test_a_refund_that_is_left_stays_left_whatever_is_decided_on_its_cost(
    trio: Cooperation, shut: Shut, administrator: User
) -> None:
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    shut(JANUARY)
    cost = change(cost, amount=Decimal(140))
    note = credit(cost, "-50")
    left_at_once(trio, cost, note, by=administrator)
    assert {state.verdict for state in late_states(trio)} == {Verdict.LEFT}
    decide(cost, CHARGE, administrator)
    assert [state_of(each).verdict for each in (cost, note)] == [Verdict.CHARGE, Verdict.LEFT]
    shut(FEBRUARY)
    assert sum(together(cost, note).values()) == 140_00


def test_a_refund_that_is_left_stays_left_where_a_late_reading_is_left_too(
    divided: Cost, shut: Shut, administrator: User
) -> None:
    shut(JANUARY)
    note = credit(divided, "-50")
    decide(note, LEAVE, administrator)
    read_again(8000)
    assert state_of(note).was_decided
    decide(divided, LEAVE, administrator)
    assert state_of(note).verdict == Verdict.LEFT
    shut(FEBRUARY)
    assert sum(together(divided, note).values()) == 100_00
