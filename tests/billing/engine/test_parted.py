"""Why an amount changed between two months: the parts add up, and each cause moves its own part alone."""

from dataclasses import replace

from hypothesis import given

from agreements.engine.keys import ReadingFact
from billing.engine.allocate import Allocation, allocate
from billing.engine.facts import CorrectionFact, CostFact, Facts
from billing.engine.parted import Parted, part_change
from sharedict.kernel.periods import Month
from tests.billing.engine.books import BY_USERS, EVEN, Today
from tests.billing.engine.strategies import months

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
USERS = {"SE1737": 5, "SE1766": 3, "SE1783": 2}


def carried(allocation: Allocation) -> dict[str, int]:
    """What each is charged of a month, corrections included."""
    found: dict[str, int] = {}
    for line in allocation.lines:
        if line.division is not None:
            for code, share in zip(allocation.divisions[line.division].codes, line.shares, strict=True):
                found[code] = found.get(code, 0) + share
    for correction in allocation.corrections:
        for code, share in correction.shares.items():
            found[code] = found.get(code, 0) + share
    return found


@given(earlier=months, later=months)
def test_the_parts_of_each_add_up_to_what_changed(earlier: Facts, later: Facts) -> None:
    was, is_now = carried(allocate(earlier)), carried(allocate(later))
    parts = part_change(earlier, later)
    assert parts.keys() >= was.keys() | is_now.keys()
    for code, each in parts.items():
        assert each.total_minor == is_now.get(code, 0) - was.get(code, 0)


@given(facts=months)
def test_a_month_does_not_differ_from_itself(facts: Facts) -> None:
    assert all(each.total_minor == 0 for each in part_change(facts, facts).values())


def cost(amount: int, month: Month = NOVEMBER, *, kind: str = "work", reference: str = "C1") -> CostFact:
    return CostFact(reference, amount, month.first.isoformat(), month.after.isoformat(), kind)


def facts(month: Month, *costs: CostFact, users: dict[str, int] = USERS) -> Facts:
    today = Today(costs={each.reference: each for each in costs}, users={str(month): users})
    return today.facts(month)


def moved(earlier: Facts, later: Facts) -> dict[str, Parted]:
    """Those of the parts that move anything."""
    return {code: each for code, each in part_change(earlier, later).items() if each != Parted()}


BEFORE = facts(OCTOBER, cost(1000, OCTOBER))


def test_the_same_again_moves_nothing() -> None:
    assert moved(BEFORE, facts(NOVEMBER, cost(1000, reference="C2"))) == {}


def test_a_dearer_cost_is_a_price() -> None:
    assert moved(BEFORE, facts(NOVEMBER, cost(1100, reference="C2"))) == {
        "SE1737": Parted(price_minor=50),
        "SE1766": Parted(price_minor=30),
        "SE1783": Parted(price_minor=20),
    }


def test_other_readings_are_users() -> None:
    later = facts(NOVEMBER, cost(1000, reference="C2"), users=USERS | {"SE1783": 12})
    assert moved(BEFORE, later) == {
        "SE1737": Parted(users_minor=-250),
        "SE1766": Parted(users_minor=-150),
        "SE1783": Parted(users_minor=400),
    }


def test_a_dearer_cost_and_other_readings_are_told_apart() -> None:
    later = facts(NOVEMBER, cost(1100, reference="C2"), users=USERS | {"SE1783": 12})
    assert moved(BEFORE, later)["SE1783"] == Parted(price_minor=20, users_minor=440)


def test_another_key_is_a_key() -> None:
    later = facts(NOVEMBER, cost(900, reference="C2"))
    before = facts(OCTOBER, cost(900, OCTOBER))
    evenly = replace(later, keys={**later.keys, "users": replace(EVEN, code=BY_USERS.code, version=2)})
    assert moved(before, evenly) == {
        "SE1737": Parted(key_minor=-150),
        "SE1766": Parted(key_minor=30),
        "SE1783": Parted(key_minor=120),
    }


def test_a_cost_of_both_months_moves_by_their_days() -> None:
    """6100 over October and November: 3100 in the one, 3000 in the other."""
    over = CostFact("C1", 6100, OCTOBER.first.isoformat(), NOVEMBER.after.isoformat(), "work")
    assert moved(facts(OCTOBER, over), facts(NOVEMBER, over)) == {
        "SE1737": Parted(days_minor=-50),
        "SE1766": Parted(days_minor=-30),
        "SE1783": Parted(days_minor=-20),
    }


def test_corrections_are_a_part_of_their_own() -> None:
    later = facts(NOVEMBER, cost(1000, reference="C2"))
    correction = CorrectionFact("2026-09", cost(0, reference="C9"), {"SE1737": 10}, {"SE1783": 10}, "mark")
    assert moved(BEFORE, replace(later, corrections=(correction,))) == {
        "SE1737": Parted(corrections_minor=-10),
        "SE1783": Parted(corrections_minor=10),
    }


def test_readings_have_days_that_move_nothing() -> None:
    later = facts(NOVEMBER, cost(1000, reference="C2"))
    other = {
        at: {code: ReadingFact(each.value, "2026-11-01", "Count") for code, each in readings.items()}
        for at, readings in later.readings.items()
    }
    assert moved(BEFORE, replace(later, readings=other)) == {}
