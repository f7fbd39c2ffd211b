"""What is left of late changes, over any sequence of changes, decisions and closings."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import given

from billing.engine.corrections import LEFT
from billing.engine.facts import CostFact
from billing.engine.spread import first_excess
from tests.billing.engine.books import COUNT, Books, Place, Shares, Today, added, changed, drawn, refunds_of
from tests.billing.engine.strategies import chances


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
        for change, is_left in self.books.changes():
            if not is_left and self.chance.random() < 2 / 3:
                self.books.leave(change)
                if more_than_paid(self.books):  # as somebody decided, and must
                    self.books.charge(change)

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


@given(chances)
def test_what_is_said_to_be_left_is_held(chance: Random) -> None:
    walk(chance, held_as_left)


@given(chances)
def test_nobody_is_given_back_more_than_was_paid(chance: Random) -> None:
    walk(chance, no_more_than_paid)
