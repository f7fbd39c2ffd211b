"""Worked examples, each computed by hand in its docstring and held to the last öre.

The municipalities: Hagfors (SE1783), Sunne (SE1766) and Torsby (SE1737); April 2026 has 30 days.
"""

from dataclasses import replace
from fractions import Fraction

from agreements.engine.keys import PERCENT_SCALE, ComponentFact, KeyFact, ReadingFact
from billing.engine.allocate import Allocation, allocate
from billing.engine.facts import CostFact, Facts, Spans, TermFact
from sharedict.kernel.periods import Month

TORSBY, SUNNE, HAGFORS = "SE1737", "SE1766", "SE1783"
PLACES = {TORSBY: "Torsby", SUNNE: "Sunne", HAGFORS: "Hagfors"}
ALL = ((1, 31),)
USERS = {TORSBY: 500, SUNNE: 300, HAGFORS: 200}

EVEN = KeyFact(
    "key", "Even", 1, "2026-01-01", "§ 4", "2025-11-20", (ComponentFact("even", 100 * PERCENT_SCALE),)
)
BY_USERS = replace(EVEN, components=(ComponentFact("driver", 100 * PERCENT_SCALE, "users", "latest_before"),))
CLOSED_MONTHS = [f"2026-{number:02d}" for number in range(1, 13)]


def april(
    *costs: CostFact,
    key: KeyFact = EVEN,
    held: dict[str, Spans] | None = None,
    month: str = "2026-04",
    **facts: object,
) -> Facts:
    """A month, April 2026 if no other, with one term; by days where ``held`` says who is a member when."""
    whole = Facts(
        cooperation="north",
        currency="SEK",
        month=month,
        municipalities=PLACES,
        cost_types={"licence": "Licences"},
        costs=costs,
        terms=(TermFact(1, "key", "members", by_days=held is not None),),
        keys={"key": key},
        groups=(held or dict.fromkeys(PLACES, ((1, Month.parse(month).days + 1),)),),
        members=0,
        readings={
            "users|latest_before": {
                code: ReadingFact(str(count), "2026-03-31", "directory") for code, count in USERS.items()
            }
        },
    )
    return replace(whole, **facts)  # type: ignore[arg-type]


def cost(
    reference: str, minor: int, start: str = "2026-04-01", end: str = "2026-05-01", **more: str
) -> CostFact:
    return CostFact(reference, minor, start, end, "licence", **more)


def shares(allocation: Allocation, reference: str) -> dict[str, int]:
    """Name -> öre of one cost."""
    line = next(line for line in allocation.lines if line.cost.reference == reference)
    assert line.division is not None
    codes = allocation.divisions[line.division].codes
    return {PLACES[code]: share for code, share in zip(codes, line.shares, strict=True)}


def test_who_joins_in_mid_month_pays_for_its_days() -> None:
    """SEK 9,000.00 evenly by days: Hagfors joins on 16 April, 15 of 30 days.

    Days 30 + 30 + 15 = 75, so 9,000.00 x 30/75 = 3,600.00 twice and 9,000.00 x 15/75 = 1,800.00.
    """
    allocation = allocate(april(cost("C1", 900_000), held={TORSBY: ALL, SUNNE: ALL, HAGFORS: ((16, 31),)}))
    assert shares(allocation, "C1") == {"Torsby": 360_000, "Sunne": 360_000, "Hagfors": 180_000}


def test_a_credit_note_undoes_its_invoice_and_its_rounding() -> None:
    """SEK 100.00 evenly is 33.33 1/3 each: the odd öre goes to the lowest code, Torsby.

    The credit note takes 33.34, 33.33, 33.33 back, not its own rounding, and nothing is owed afterwards.
    """
    allocation = allocate(april(cost("C1", 10_000), cost("C2", -10_000, credits="C1")))
    assert shares(allocation, "C1") == {"Torsby": 3_334, "Sunne": 3_333, "Hagfors": 3_333}
    assert shares(allocation, "C2") == {"Torsby": -3_334, "Sunne": -3_333, "Hagfors": -3_333}
    assert set(allocation.carry["key"].owed.values()) == {0}


def test_a_cost_over_several_months_adds_up_to_itself() -> None:
    """SEK 1,000.01 for 91 days from 1 February to 2 May 2026: 28 + 31 + 30 + 2 days.

    Running totals, rounded down: 100,001 öre x 28/91 = 30,769; x 59/91 = 64,835; x 89/91 = 97,803; and all
    of it. So 307.69, 340.66, 329.68 and 21.98.
    """
    spread = cost("C1", 100_001, "2026-02-01", "2026-05-03")
    parts = [
        allocate(april(spread, month=month)).lines[0].amount_minor
        for month in ("2026-02", "2026-03", "2026-04", "2026-05")
    ]
    assert parts == [30_769, 34_066, 32_968, 2_198]
    assert sum(parts) == 100_001


def test_a_floor_and_a_cap_spread_what_is_left_over_the_others() -> None:
    """SEK 1,000.00 by users is 50, 30 and 20 %. With a cap of 40 % Torsby carries 400.00.

    The 10 % it is freed from go to Sunne and Hagfors as 30 : 20, so 60 % x 30/50 = 36 % and 24 %. With a
    floor of 25 % as well, Hagfors carries 250.00 and Sunne what is left: 350.00.
    """
    capped = replace(BY_USERS, cap=40 * PERCENT_SCALE)
    both = replace(capped, floor=25 * PERCENT_SCALE)
    thousand = cost("C1", 100_000)
    assert shares(allocate(april(thousand, key=capped)), "C1") == {
        "Torsby": 40_000,
        "Sunne": 36_000,
        "Hagfors": 24_000,
    }
    assert shares(allocate(april(thousand, key=both)), "C1") == {
        "Torsby": 40_000,
        "Sunne": 35_000,
        "Hagfors": 25_000,
    }


def test_base_amounts_come_first() -> None:
    """SEK 1,000.00, of which everybody pays 100.00 first: 700.00 are left by users.

    100 + 350 = 450.00, 100 + 210 = 310.00, 100 + 140 = 240.00. A cost of SEK 240.00 is too small for the
    bases and is divided evenly: 80.00 each.
    """
    based = replace(BY_USERS, base_minor=10_000)
    allocation = allocate(april(cost("C1", 100_000), cost("C2", 24_000), key=based))
    assert shares(allocation, "C1") == {"Torsby": 45_000, "Sunne": 31_000, "Hagfors": 24_000}
    assert shares(allocation, "C2") == {"Torsby": 8_000, "Sunne": 8_000, "Hagfors": 8_000}


def test_percentages_of_two_components_make_one_weight() -> None:
    """SEK 1,000.00, 40 % even and 60 % by users: 400/3 each, and 300.00, 180.00 and 120.00.

    433.33 1/3, 313.33 1/3 and 253.33 1/3: rounded once, at the end, the odd öre to who is soonest owed a
    whole one. With 2/3 öre missing and the weights 65 : 47 : 38 that is Torsby.
    """
    parts = (
        ComponentFact("even", 40 * PERCENT_SCALE),
        ComponentFact("driver", 60 * PERCENT_SCALE, "users", "latest_before"),
    )
    allocation = allocate(april(cost("C1", 100_000), key=replace(BY_USERS, components=parts)))
    assert allocation.divisions[0].weights == (65, 47, 38)
    assert shares(allocation, "C1") == {"Torsby": 43_334, "Sunne": 31_333, "Hagfors": 25_333}


def test_over_twelve_months_nobody_is_a_whole_ore_from_exact() -> None:
    """SEK 100.00 and SEK 0.01 each month, evenly: 12 x 10,001 öre / 3 = 40,004 öre each in a year.

    What rounding owes goes on from month to month, so that in every month everybody has paid within an öre
    of the exact amount, and after the year 400.04 to the öre.
    """
    carry: dict[str, tuple[int, dict[str, int]]] = {}
    paid, exact = dict.fromkeys(PLACES.values(), 0), Fraction(0)
    for month in CLOSED_MONTHS:
        start = f"{month}-01"
        end = "2027-01-01" if month == "2026-12" else f"2026-{int(month[-2:]) + 1:02d}-01"
        costs = (cost("C1", 10_000, start, end), cost("C2", 1, start, end))
        allocation = allocate(april(*costs, month=month, carry=carry))
        for reference in ("C1", "C2"):
            for name, share in shares(allocation, reference).items():
                paid[name] += share
        exact += Fraction(10_001, 3)
        assert all(abs(amount - exact) < 1 for amount in paid.values())
        left = allocation.carry["key"]
        carry = {"key": (left.denominator, left.owed)}
    assert paid == {"Torsby": 40_004, "Sunne": 40_004, "Hagfors": 40_004}
