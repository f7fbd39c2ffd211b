"""What is left of late changes, over any sequence of changes, decisions and closings."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given

from billing.engine import held as engine
from billing.engine.corrections import LEFT
from billing.engine.facts import CorrectionFact, CostFact
from billing.engine.held import goes_along
from billing.engine.should_be import ShouldBe
from billing.engine.spread import first_excess
from sharedict.kernel.periods import Month
from tests.billing.engine.books import (
    CODES,
    COUNT,
    Books,
    Place,
    Shares,
    Today,
    added,
    changed,
    drawn,
    refunds_of,
)
from tests.billing.engine.strategies import chances
from tests.billing.engine.test_corrections import books, cost, now, refund


def _fits(refund: CostFact, whole: CostFact | None, today: Today) -> bool:
    return (
        whole is not None
        and whole.starts_on <= refund.starts_on
        and refund.ends_on <= whole.ends_on
        and first_excess(whole, [*refunds_of(today, whole.reference), refund]) is None
    )


def without_a_refund(chance: Random, today: Today) -> Today:
    names = [name for name, cost in today.costs.items() if cost.credits]
    if not names:
        return today
    gone = chance.choice(names)
    return replace(today, costs={name: cost for name, cost in today.costs.items() if name != gone})


def with_another_amount(chance: Random, today: Today) -> Today:
    """``today`` with a cost of another size that its refunds, if it has any, still fit in."""
    names = [name for name, cost in today.costs.items() if not cost.credits]
    if not names:
        return today
    cost = today.costs[chance.choice(names)]
    other = replace(cost, amount_minor=cost.amount_minor * chance.randint(20, 150) // 100)
    fits = other.amount_minor and first_excess(other, refunds_of(today, cost.reference)) is None
    return replace(today, costs={**today.costs, cost.reference: other}) if fits else today


def restored(chance: Random, today: Today, gone: dict[str, CostFact]) -> Today:
    """``today`` with a cost back that was withdrawn, where the portal lets it."""
    names = sorted(gone.keys() - today.costs.keys())
    if not names:
        return today
    cost = gone[chance.choice(names)]
    if cost.credits and not _fits(cost, today.costs.get(cost.credits), today):
        return today
    return replace(today, costs={**today.costs, cost.reference: cost})


class Walk:
    """Months closed, costs changed and late changes decided on, in any order; nothing the portal refuses."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.books = Books(drawn(chance))
        self.gone: dict[str, CostFact] = {}
        self.books.close()

    def step(self) -> None:
        moves = [self.change, self.resize, self.take_back, self.restore, self.leave, self.close]
        self.chance.choices(moves, weights=[3, 2, 2, 2, 3, 1])[0]()

    def change(self) -> None:
        self.gone |= self.books.today.costs
        new = changed(self.chance, self.books.today)
        if not (new.costs.keys() - self.books.today.costs.keys()) & self.gone.keys():  # no number comes twice
            self.books.today = new

    def resize(self) -> None:
        self.books.today = with_another_amount(self.chance, self.books.today)

    def take_back(self) -> None:
        self.gone |= self.books.today.costs
        self.books.today = without_a_refund(self.chance, self.books.today)

    def restore(self) -> None:
        self.books.today = restored(self.chance, self.books.today, self.gone)

    def leave(self) -> None:
        """Decide on some at once: each of them stays as it was charged, or differs no longer."""
        waiting = [change for change, is_left in self.books.changes() if not is_left]
        marks = {(change.month, change.cost.reference): change.mark for change in waiting}
        some = [
            change
            for change in waiting
            if marks.get((change.month, change.cost.credits or "")) != change.mark  # decided with its cost
            if self.chance.random() < 2 / 3
        ]
        for change in some:
            self.books.leave(change)
        if more_than_paid(self.books):  # as somebody decided, and must
            for change in some:
                self.books.charge(change)
            return
        told = {(change.month, change.cost.reference): left for change, left in self.books.changes()}
        asked_anew = [change for change in some if not told.get((change.month, change.cost.reference), True)]
        assert asked_anew == []

    def close(self) -> None:
        if len(self.books.closed) < COUNT:
            self.books.close()


def walk(chance: Random, check: Callable[[Books], None]) -> None:
    way = Walk(chance)
    for _ in range(chance.randint(4, 20)):
        way.step()
        check(way.books)


def more_than_paid(books: Books) -> dict[Place, Shares]:
    """What municipalities were, or would be, given back beyond what they paid, by cost."""
    charged = books.charged()
    for each, is_left in books.changes():
        if not is_left:
            place = each.month, each.cost.reference
            charged[place] = added(charged.get(place, {}), each.shares)
    costs = {cost.reference: cost for facts, _ in books.closed.values() for cost in facts.costs}
    for facts, _ in books.closed.values():
        costs |= {each.cost.reference: each.cost for each in facts.corrections}
    costs |= books.today.costs
    together, own = dict[Place, Shares](), dict[Place, Shares]()
    for (month, name), shares in charged.items():
        whole = month, costs[name].credits or name
        together[whole] = added(together.get(whole, {}), shares)
        if costs[name].credits is None:
            own[whole] = shares
    return {
        place: wrong
        for place, shares in together.items()
        if (
            wrong := {
                code: minor for code, minor in shares.items() if minor * own.get(place, {}).get(code, 0) <= 0
            }
        )
    }


def no_more_than_paid(books: Books) -> None:
    assert more_than_paid(books) == {}


def held_as_left(books: Books) -> None:
    for month in books.closed:
        found = books.should_be(month)
        reasons = {line.cost.reference: line.reason for line in found.late}
        told = {
            change.cost.reference: is_left
            for change, is_left in books.changes()
            if change.month == month and reasons.get(change.cost.reference) != LEFT
        }
        for name, is_left in told.items():
            assert is_left == (name in found.facts.held), (month, name)


def leave(books: Books, *names: str) -> None:
    """Decide on these, as they are now, that they are left."""
    for change, _is_left in books.changes():
        if change.cost.reference in names:
            books.leave(change)


def held(books: Books) -> set[str]:
    return {*books.should_be("2026-01").facts.held}


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One for each time that a month was computed to find what is left of it."""
    made: list[object] = []

    def computed(*given: Any) -> ShouldBe:
        made.append(given)
        return ShouldBe(*given)

    monkeypatch.setattr(engine, "ShouldBe", computed)
    return made


def test_nothing_is_computed_where_nothing_was_left(passes: list[object]) -> None:
    found = books(cost(3_00))
    now(found, cost(6_00))
    closed, _allocation = found.closed["2026-01"]
    charged = {"C1": engine.Charged(None, found.was("2026-01")["C1"], (), frozenset())}
    assert engine.what_stays(closed, found.today.facts(Month(2026, 1)), charged) == {}
    assert passes == []


def test_what_was_left_is_found_at_once(passes: list[object]) -> None:
    found = books(cost(3_00), cost(1_00, reference="C2"))
    now(found, cost(6_00), cost(2_00, reference="C2"))
    leave(found, "C1", "C2")
    passes.clear()
    assert (held(found), len(passes)) == ({"C1", "C2"}, 1)


def test_a_decision_that_holds_no_longer_leaves_nothing(passes: list[object]) -> None:
    found = books(cost(3_00), cost(1_00, reference="C2"))
    now(found, cost(6_00), cost(2_00, reference="C2"))
    leave(found, "C1", "C2")
    now(found, cost(7_00), cost(2_00, reference="C2"))
    passes.clear()
    assert (held(found), len(passes)) == ({"C2"}, 2)
    now(found, cost(7_00), cost(8_00, reference="C2"))
    passes.clear()
    assert (held(found), len(passes)) == (set(), 1)


def test_a_refund_that_only_the_rules_of_its_cost_moved_is_left_with_it() -> None:
    whole = cost(1_00, kind="work")
    found = books(whole, refund(whole, 50))
    found.today = replace(found.today, users={"2026-01": dict.fromkeys(CODES, 1)})
    assert {change.cause for change, _is_left in found.changes()} == {"rules"}
    assert [change.cost.reference for change, _is_left in found.changes()] == ["C0", "C1"]
    leave(found, "C1")
    assert held(found) == {"C1"}
    assert [change.cost.reference for change, _is_left in found.changes()] == ["C1"]


def test_a_refund_and_its_cost_are_left_as_they_were_before_either_was() -> None:
    """1.00 was divided evenly and 0.50 given back; now it is divided by users, and 0.60 are to go back."""
    whole = cost(1_00)
    found = books(whole, refund(whole, 50))
    more = cost(1_00, kind="work")
    now(found, more, refund(more, 60))
    leave(found, "C0")
    assert held(found) == {"C0"}
    leave(found, "C1")
    assert held(found) == {"C0", "C1"}


@pytest.mark.parametrize("first", [("C0", "C1"), ("C0",), ("C1",)])
def test_a_refund_stays_left_whatever_is_decided_on_its_cost(first: tuple[str, ...]) -> None:
    found = books(cost(1_00))
    whole = cost(1_40)
    now(found, whole, refund(whole, 50))
    leave(found, *first)
    leave(found, *{"C0", "C1"} - {*first})
    assert held(found) == {"C0", "C1"}
    found.left["2026-01", "C1"].clear()
    assert held(found) == {"C0"}


def test_a_refund_stays_left_where_a_late_reading_of_its_cost_is_left() -> None:
    whole = cost(1_00, kind="work")
    found = books(whole)
    now(found, whole, refund(whole, 50))
    leave(found, "C0")
    found.today = replace(found.today, users={"2026-01": dict.fromkeys(CODES, 1)})
    assert held(found) == set()
    leave(found, "C1")
    assert held(found) == {"C0", "C1"}


def test_a_refund_charged_late_and_gone_is_bound_to_what_counts_of_its_cost() -> None:
    """0.50 were given back in February; the refund is gone, and that is left. Then the cost is 0.20."""
    whole = cost(1_00)
    found = books(whole)
    now(found, whole, refund(whole, 50))
    found.close()
    now(found, whole)
    leave(found, "C0")
    now(found, cost(20))
    assert held(found) == set()
    leave(found, "C1")
    assert held(found) == {"C0", "C1"}


def test_a_refund_goes_with_its_cost_where_its_own_sum_stays() -> None:
    moved = CorrectionFact("2026-01", cost(1), {"a": 1, "b": 2}, {"a": 2, "b": 1}, "", "rules")
    grown = replace(moved, should={"a": 2, "b": 2})
    assert goes_along(moved, "", is_cost_late=True)
    assert not goes_along(moved, "", is_cost_late=False)
    assert not goes_along(moved, "key", is_cost_late=True)
    assert not goes_along(grown, "", is_cost_late=True)
    assert not goes_along(None, "", is_cost_late=True)


@given(chances)
def test_what_is_said_to_be_left_is_held(chance: Random) -> None:
    walk(chance, held_as_left)


@given(chances)
def test_nobody_is_given_back_more_than_was_paid(chance: Random) -> None:
    walk(chance, no_more_than_paid)
