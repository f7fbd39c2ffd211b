"""What a change of a cost is told to do is what it does, also where something of it was left before."""

import datetime as dt
from collections.abc import Callable
from copy import copy
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from agreements.models import CostType, Term
from billing.actions import propose_period, restore_cost, save_cost, withdraw_cost
from billing.models import Cost, Period
from billing.portal import effect_of_changes
from billing.reports import Becomes, ClosedEffect, MonthEffect, OtherEffect, closed_effect_of_cost
from billing.reports import held_effects as computed
from billing.snapshots import STOPS, LateState, Verdict, late_states
from municipalities.actions import save_row
from municipalities.models import Cooperation
from municipalities.portal import Change
from sharedict.accounts.models import User
from sharedict.jobs.actions import run_all
from sharedict.kernel.periods import Month
from tests.billing.books import change, credit, month, post, read_again
from tests.billing.test_left_changes import CHARGE, LEAVE, decide, state_of, trio, withdraw
from tests.uploading import apply, is_applied, upload

__all__ = ["trio"]

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, number, 1) for number in range(1, 5))
CLOSED = Month(2026, 1)
Shut = Callable[[dt.date], Period]
SignIn = Callable[[User], Client]
Books = Callable[["Case"], Cost]


def with_values(cost: Cost, **values: Any) -> Cost:
    """The cost as it is stored, with other ``values``, not saved."""
    found = Cost.objects.get(pk=cost.pk)
    for name, value in values.items():
        setattr(found, name, value)
    return found


def told(cost: Cost, **values: Any) -> ClosedEffect:
    return closed_effect_of_cost(cost.cooperation, with_values(cost), with_values(cost, **values))


def told_in_words(cost: Cost, **values: Any) -> str:
    found = [Change(with_values(cost), with_values(cost, **values))]
    return " ".join(effect_of_changes(cost.cooperation, found).warnings).replace("\u00a0", " ")


def states(cooperation: Cooperation) -> dict[tuple[str, str], LateState]:
    return {(state.correction.cost.reference, str(state.month)): state for state in late_states(cooperation)}


@pytest.fixture
def cost(trio: Cooperation, shut: Shut) -> Cost:
    """100.00 in January, which is closed."""
    found = post(trio, "100.00", JANUARY, FEBRUARY, external_id="E1")
    shut(JANUARY)
    return found


@pytest.fixture
def once_left(cost: Cost, administrator: User) -> Cost:
    """The cost that was 100.00, left when it was 140.00, and is 160.00 by now."""
    cost = change(cost, amount=Decimal(140))
    decide(cost, LEAVE, administrator)
    return change(cost, amount=Decimal(160))


def test_a_cost_that_is_again_as_it_was_left_is_told_to_be_left(once_left: Cost) -> None:
    effect = told(once_left, amount=Decimal(140))
    assert effect.months == effect.others == ()
    assert (effect.dropped, effect.left) == ((MonthEffect(CLOSED, 60_00),), (MonthEffect(CLOSED, 40_00),))
    change(once_left, amount=Decimal(140))
    state = state_of(once_left)
    assert (state.verdict, state.amount_minor) == (Verdict.LEFT, 40_00)


def test_the_words_say_that_it_is_left_again(once_left: Cost) -> None:
    assert told_in_words(once_left, amount=Decimal(140)) == (
        "What was to be charged in February 2026 for January 2026, +60.00 SEK, is not: by this change it is "
        "charged in no month. +40.00 SEK for January 2026 is left, as decided before on just that: it is "
        "charged in no month."
    )
    with override("sv"):
        text = told_in_words(once_left, amount=Decimal(140))
    assert "+40,00 SEK för januari 2026 lämnas, enligt ett tidigare beslut om just det" in text


def test_the_form_asks_with_what_is_then_done(once_left: Cost, administrator: User, sign_in: SignIn) -> None:
    client, page = sign_in(administrator), f"/north/costs/register/{once_left.pk}/"
    form = client.get(page).context["form"]
    cells = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    cells["amount"] = "140.00"
    question = client.post(page, cells)
    assert question.status_code == 200
    assert "as decided before on just that" in question.content.decode()
    assert "unless somebody decides" not in question.content.decode()
    client.post(page, {**cells, "told": question.context["effect"].mark})
    run_all()
    assert state_of(once_left).verdict == Verdict.LEFT


def test_the_dry_run_of_an_import_tells_what_is_left_again(
    once_left: Cost, administrator: User, sign_in: SignIn
) -> None:
    heads = "external_id;application;cost_type;supplier;invoice_number;description;amount;starts_on;ends_on"
    text = f"{heads}\nE1;;licence;;;Licences;140,00;2026-01-01;2026-02-01\n"
    client, page = sign_in(administrator), "/north/costs/register/import/"
    shown = upload(client, page, text.encode())
    [finding] = shown.context["findings"]
    assert finding.effect == (
        "+60.00\u00a0SEK in January 2026, no longer to be charged; "
        "+40.00\u00a0SEK in January 2026, left by decision"
    )
    assert finding.effect in shown.content.decode()
    assert is_applied(apply(client, shown))
    run_all()
    assert state_of(once_left).verdict == Verdict.LEFT


def test_a_late_cost_that_was_left_is_told_to_be_left_when_it_is_restored(
    trio: Cooperation, shut: Shut, administrator: User, sign_in: SignIn
) -> None:
    shut(JANUARY)
    late = post(trio, "30.00", JANUARY, FEBRUARY)
    decide(late, LEAVE, administrator)
    withdraw(late, administrator)
    effect = told(late, withdrawn_on=None)
    assert (effect.months, effect.dropped, effect.left) == ((), (), (MonthEffect(CLOSED, 30_00),))
    page = sign_in(administrator).get(f"/north/costs/register/{late.pk}/restore/").content.decode()
    assert "was left by decision and is charged in no month" in page
    restore_cost(cost=late, by=administrator)
    run_all()
    assert state_of(late).verdict == Verdict.LEFT


@pytest.fixture
def left_refund(trio: Cooperation, shut: Shut, administrator: User) -> Cost:
    """Of 100.00 and a refund of 50.00 in January, closed, the refund is withdrawn, and that was left."""
    cost = post(trio, "100.00", JANUARY, FEBRUARY)
    note = credit(cost, "-50")
    shut(JANUARY)
    withdraw(note, administrator)
    decide(note, LEAVE, administrator)
    return note


def test_a_refund_that_is_asked_anew_is_told_with_its_cost(left_refund: Cost, administrator: User) -> None:
    cost = Cost.objects.get(pk=left_refund.credits_id)
    effect = told(cost, withdrawn_on=FEBRUARY)
    assert effect.months == (MonthEffect(CLOSED, -100_00),)
    assert effect.others == (OtherEffect(left_refund.reference, CLOSED, Becomes.ANEW, 50_00),)
    withdraw(cost, administrator)
    done = {state.cost_id: (state.verdict, state.amount_minor) for state in late_states(cost.cooperation)}
    assert done == {
        cost.pk: (Verdict.COUNTS, -100_00),
        left_refund.pk: (Verdict.COUNTS, 50_00),
    }


def test_the_page_names_what_is_asked_anew(left_refund: Cost, administrator: User, sign_in: SignIn) -> None:
    cost, name = Cost.objects.get(pk=left_refund.credits_id), left_refund.reference
    client = sign_in(administrator)
    page = client.get(f"/north/costs/register/{cost.pk}/withdraw/").content.decode()
    assert f"{name} is asked anew: +50.00\u00a0SEK in January 2026 is charged in February 2026" in page
    with override("sv"):
        text = told_in_words(cost, withdrawn_on=FEBRUARY)
    assert f"{name} prövas på nytt: +50,00 SEK i januari 2026 debiteras i februari 2026" in text


@pytest.mark.parametrize("is_left", [False, True])
def test_a_proposal_is_told_to_fall_where_something_is_charged_otherwise(
    trio: Cooperation, shut: Shut, administrator: User, is_left: bool
) -> None:
    shut(JANUARY)
    late = post(trio, "30.00", JANUARY, FEBRUARY)
    decide(late, LEAVE, administrator)
    withdraw(late, administrator)
    february = propose_period(period=month(trio, FEBRUARY), by=administrator)
    amount = Decimal(30) if is_left else Decimal(31)
    effect = effect_of_changes(
        trio, [Change(with_values(late), with_values(late, withdrawn_on=None, amount=amount))]
    )
    assert any("is proposed to be closed" in each for each in effect.warnings) is not is_left
    restored = with_values(late, withdrawn_on=None, amount=amount)
    save_row(row=restored, by=administrator)
    run_all()
    february.refresh_from_db()
    assert (february.state == Period.State.PROPOSED) is is_left


def test_nothing_is_computed_where_nothing_of_the_family_was_left(
    once_left: Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = post(once_left.cooperation, "10.00", JANUARY, FEBRUARY)
    note = credit(other, "-5")

    def refuse(*given: object) -> None:
        raise AssertionError("computed")

    monkeypatch.setattr(computed, "gather_by_rules_of", refuse)
    assert told(note, withdrawn_on=MARCH).dropped == (MonthEffect(CLOSED, -5_00),)
    assert told(other, amount=Decimal(11)).months == (MonthEffect(CLOSED, 11_00),)
    assert told(once_left, description="Other words").computed == ()
    with pytest.raises(AssertionError, match="computed"):
        told(once_left, amount=Decimal(1))


def test_a_month_that_cannot_be_computed_is_told_of_as_far_as_it_is_known(once_left: Cost) -> None:
    Period.objects.filter(first_day=JANUARY).update(failure="ValueError: out of order")
    effect = told(once_left, amount=Decimal(140))
    assert (effect.computed, effect.months) == ((), (MonthEffect(CLOSED, 40_00),))


def test_rules_that_wait_are_told_to_wait(
    north: Cooperation, support: CostType, shut: Shut, administrator: User
) -> None:
    cost = post(north, "100.00", JANUARY, FEBRUARY, cost_type=support)
    shut(JANUARY)
    read_again(8000)
    decide(cost, LEAVE, administrator)
    effect = told(cost, description="Other words", supplier="Fjord")
    assert effect == ClosedEffect(reopened=effect.reopened)
    effect = told(cost, amount=Decimal(110))
    change(cost, amount=Decimal(110))
    state = state_of(cost)
    assert effect.months == (MonthEffect(CLOSED, state.amount_minor),)
    assert (effect.stops == {CLOSED: ""}) == (state.verdict == Verdict.WAITING)


@pytest.mark.parametrize("amount", ["-100", "-40"])
def test_a_new_refund_of_what_nothing_divides_any_more_is_told_as_it_is_done(
    cost: Cost, administrator: User, amount: str
) -> None:
    cost = change(cost, amount=Decimal(140))
    decide(cost, LEAVE, administrator)
    for term in Term.objects.filter(cooperation=cost.cooperation):
        term.valid_from = FEBRUARY
        save_row(row=term, by=None)
    run_all()
    note = refund(cost, amount)
    assert_told_is_done(None, note, lambda: save_cost(cost=note, by=administrator))


class Case:
    """Costs of January, which is closed, and what is done to them."""

    def __init__(self, cooperation: Cooperation, shut: Shut, by: User) -> None:
        self.cooperation, self.shut, self.by = cooperation, shut, by

    def posted(self, amount: str = "100.00") -> Cost:
        return post(self.cooperation, amount, JANUARY, FEBRUARY)

    def close(self) -> None:
        self.shut(JANUARY)

    def leave(self, cost: Cost) -> Cost:
        decide(cost, LEAVE, self.by)
        return cost

    def charge(self, cost: Cost) -> Cost:
        decide(cost, CHARGE, self.by)
        return cost

    def gone(self, cost: Cost) -> Cost:
        withdraw(cost, self.by)
        return cost

    def back(self, cost: Cost) -> Cost:
        restore_cost(cost=cost, by=self.by)
        run_all()
        return cost


@pytest.fixture
def case(trio: Cooperation, shut: Shut, administrator: User) -> Case:
    return Case(trio, shut, administrator)


def refund(cost: Cost, amount: str, **values: Any) -> Cost:
    """A credit note of ``cost`` that is not saved."""
    given = {
        **{"cooperation": cost.cooperation, "currency": cost.currency, "cost_type": cost.cost_type},
        **{"starts_on": cost.starts_on, "ends_on": cost.ends_on, "credits": cost, **values},
    }
    return Cost(amount=Decimal(amount), description="Credit", **given)


def a_left_cost(case: Case) -> Cost:
    cost = case.posted()
    case.close()
    return case.leave(change(cost, amount=Decimal(140)))


def a_late_left_cost(case: Case) -> Cost:
    case.close()
    return case.leave(case.posted())


def one_that_was_left_and_changed(case: Case) -> Cost:
    return change(a_left_cost(case), amount=Decimal(160))


def one_that_was_left_and_charged(case: Case) -> Cost:
    return case.charge(a_left_cost(case))


def one_that_was_left_and_withdrawn(case: Case) -> Cost:
    return case.gone(a_left_cost(case))


def a_late_one_that_was_left_and_withdrawn(case: Case) -> Cost:
    return case.gone(a_late_left_cost(case))


def a_withdrawn_one_that_was_left(case: Case) -> Cost:
    cost = case.posted()
    case.close()
    return case.leave(case.gone(cost))


def one_that_was_left_and_corrected(case: Case) -> Cost:
    """What was left is charged with more of it in February, and changes again."""
    cost = change(a_left_cost(case), amount=Decimal(160))
    case.shut(FEBRUARY)
    return cost


def one_whose_withdrawn_refund_was_left(case: Case) -> Cost:
    cost = case.posted()
    note = credit(cost, "-50")
    case.close()
    case.leave(case.gone(note))
    return cost


def one_whose_late_refund_was_left_and_withdrawn(case: Case) -> Cost:
    cost = case.posted()
    case.close()
    case.gone(case.leave(credit(cost, "-50")))
    return cost


def a_late_refund_that_was_left(case: Case) -> Cost:
    cost = case.posted()
    case.close()
    return case.leave(credit(cost, "-50"))


def a_withdrawn_refund_that_was_left(case: Case) -> Cost:
    cost = case.posted()
    note = credit(cost, "-50")
    case.close()
    return case.leave(case.gone(note))


def a_refund_of_a_left_cost(case: Case) -> Cost:
    return credit(a_left_cost(case))


def a_refund_beside_another_of_a_left_cost(case: Case) -> Cost:
    cost = a_left_cost(case)
    credit(cost, "-60")
    return credit(cost, "-80")


def a_refund_beside_a_left_one(case: Case) -> Cost:
    cost = case.posted()
    case.close()
    case.leave(credit(cost, "-50"))
    return credit(cost, "-20")


FAMILIES: list[Books] = [
    a_left_cost,
    a_late_left_cost,
    one_that_was_left_and_changed,
    one_that_was_left_and_charged,
    one_that_was_left_and_withdrawn,
    a_late_one_that_was_left_and_withdrawn,
    a_withdrawn_one_that_was_left,
    one_that_was_left_and_corrected,
    one_whose_withdrawn_refund_was_left,
    one_whose_late_refund_was_left_and_withdrawn,
    a_late_refund_that_was_left,
    a_withdrawn_refund_that_was_left,
    a_refund_of_a_left_cost,
    a_refund_beside_another_of_a_left_cost,
    a_refund_beside_a_left_one,
]


def assert_told_is_done(before: Cost | None, after: Cost, act: Callable[[], Cost]) -> None:
    """Of the cost and its family, by month: what is to be charged, waits, is not any more, and is left."""
    cooperation = after.cooperation
    effect = closed_effect_of_cost(cooperation, before and copy(before), copy(after))
    then = states(cooperation)
    own = act().reference
    run_all()
    saved = Cost.objects.get(cooperation=cooperation, reference=own)
    again = closed_effect_of_cost(cooperation, before and copy(before), saved)
    assert again == effect  # as the API answers, which tells it after it is saved
    now = states(cooperation)
    places = {place for place in {**then, **now} if meaning(then, place) != meaning(now, place)}

    def others(*becomes: Becomes) -> dict[tuple[str, str], int]:
        found = [each for each in effect.others if each.becomes in becomes]
        return {(each.reference, str(each.month)): each.amount_minor for each in found}

    told = {(own, str(each.month)): each.amount_minor for each in effect.months}
    stopped = {(own, str(each)) for each in effect.stops}
    stopping = {place: now[place].amount_minor for place in places if stops(now.get(place))}
    assert stopping == {place: told[place] for place in stopped} | others(Becomes.STOPS)
    charged = {place: now[place].amount_minor for place in places if is_charged(now.get(place))}
    counted = {place: minor for place, minor in told.items() if place not in stopped}
    assert charged == counted | others(Becomes.ANEW, Becomes.CHARGED)
    dropped = {place for place in places if is_charged(then.get(place)) and is_no_more(now.get(place))}
    own_dropped = {(own, str(each.month)) for each in effect.dropped}
    assert dropped == own_dropped | others(Becomes.DROPPED, Becomes.LEFT).keys()
    left = {place for place in places if place[0] == own and is_left(now.get(place) or then.get(place))}
    assert left == {(own, str(each.month)) for each in effect.left}


def stops(state: LateState | None) -> bool:
    return state is not None and state.verdict in STOPS


def is_no_more(state: LateState | None) -> bool:
    return state is None or is_left(state)


def is_charged(state: LateState | None) -> bool:
    return state is not None and state.verdict in (Verdict.COUNTS, Verdict.CHARGE)


def is_left(state: LateState | None) -> bool:
    return state is not None and state.verdict == Verdict.LEFT


def meaning(found: dict[tuple[str, str], LateState], place: tuple[str, str]) -> tuple[object, ...]:
    """What is to be charged to whom, and what happens to it."""
    state = found.get(place)
    if state is None:
        return ()
    return is_left(state), stops(state), state.correction.shares, state.undivided_minor, state.reason


@pytest.mark.parametrize("books", FAMILIES, ids=lambda books: str(books.__name__))
def test_what_is_told_is_what_is_done(case: Case, books: Books) -> None:
    """Up, down, as it was, as it was left, withdrawn or restored, and refunded: one after the other."""
    found = with_values(books(case))
    by = case.by
    sign = -1 if found.credits_id else 1
    if found.is_withdrawn:
        after = with_values(found, withdrawn_on=None)
        assert_told_is_done(found, after, lambda: restore_cost(cost=found, by=by))
    is_refunded = Cost.objects.valid().filter(credits=found).exists()
    for amount in () if is_refunded else (35, 50, 100, 140, 20):
        if found.credits_id and amount > 50:
            continue
        stored = with_values(found)
        after = with_values(found, amount=Decimal(sign * amount))
        assert_told_is_done(stored, after, lambda after=after: save_cost(cost=after, by=by))  # type: ignore[misc]
    if not found.credits_id and not is_refunded:
        note = refund(with_values(found), "-10")
        assert_told_is_done(None, note, lambda: save_cost(cost=note, by=by))
        note = with_values(note)
        gone = with_values(note, withdrawn_on=MARCH)
        assert_told_is_done(note, gone, lambda: withdraw_cost(cost=note, on=MARCH, by=by))
    stored = with_values(found)
    gone = with_values(found, withdrawn_on=MARCH)
    assert_told_is_done(stored, gone, lambda: withdraw_cost(cost=stored, on=MARCH, by=by))
    stored = with_values(found)
    assert_told_is_done(
        stored, with_values(found, withdrawn_on=None), lambda: restore_cost(cost=stored, by=by)
    )


@pytest.mark.parametrize("is_cost_left", [False, True])
def test_a_refund_that_is_moved_to_another_cost_and_back_is_told_as_it_is_done(
    case: Case, is_cost_left: bool
) -> None:
    cost, other = case.posted(), case.posted("70.00")
    note = credit(cost, "-50")
    case.close()
    case.gone(note)
    case.leave(note)
    case.back(note)
    if is_cost_left:
        case.leave(change(other, amount=Decimal(20)))
    late = case.leave(credit(cost, "-10"))
    for moved, to in ((late, other), (note, other), (late, cost), (note, cost)):
        stored, after = with_values(moved), with_values(moved, credits=to)
        if is_cost_left and to == other and moved == note:
            after.amount = Decimal(-5)
        assert_told_is_done(stored, after, lambda after=after: save_cost(cost=after, by=case.by))  # type: ignore[misc]


def test_a_left_refund_that_comes_back_to_its_cost_leaves_less_to_other_refunds(case: Case) -> None:
    """60.00 of 100.00 stay given back, as left, though it is 10.00 now: 40.00 are left of another 90.00."""
    cost, other = case.posted(), case.posted("70.00")
    first = credit(cost, "-60")
    case.close()
    first = case.leave(change(first, amount=Decimal(-10)))
    first = change(first, credits=other)
    second = credit(cost, "-90")
    after = with_values(first, credits=cost)
    effect = told(first, credits=cost)
    assert effect.others == (OtherEffect(second.reference, CLOSED, Becomes.CHARGED, -40_00),)
    assert_told_is_done(with_values(first), after, lambda: save_cost(cost=after, by=case.by))
    assert state_of(second).amount_minor == -40_00
