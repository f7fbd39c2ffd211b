"""From a key to weights: components combine, limits hold, nothing is lost."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agreements.engine.keys import FULL_PERCENT, PERCENT_SCALE, ComponentFact, KeyFact, ReadingFact
from agreements.engine.weigh import (
    Division,
    FixedPartsError,
    LimitsError,
    MissingReadingError,
    PercentagesError,
    WeightError,
    ZeroDriverError,
    divide,
    limit_weights,
    weigh,
)
from tests.billing.engine.strategies import CODES, chances, keys_and_readings, reordered

PAYERS = ("SE1737", "SE1783")
KEY = KeyFact("key", "Key", 1, "2026-01-01", "Board", "2025-12-01", (ComponentFact("even", FULL_PERCENT),))


def part(kind: str, percent: int, **values: object) -> ComponentFact:
    return ComponentFact(kind, percent * PERCENT_SCALE, **values)


def readings(**by_code: str) -> dict[str, dict[str, ReadingFact]]:
    return {
        "population|year_start": {
            code: ReadingFact(value, "2025-12-31", "Statistics Sweden") for code, value in by_code.items()
        }
    }


BY_POPULATION = {"driver": "population", "rule": "year_start"}


def divided(key: KeyFact, days: dict[str, int], size: int = 0, *, whole_days: int = 31) -> Division:
    """How ``key`` divides ``size`` among those who have ``days``, which count."""
    basis = weigh(key, tuple(days), READINGS)
    return divide(key, basis, days=[days[code] for code in basis.codes], whole_days=whole_days, size=size)


READINGS = readings(SE1737="1", SE1783="9")
POPULATION = replace(KEY, components=(part("driver", 100, driver="population", rule="year_start"),))


def test_components_combine_into_one_exact_weight() -> None:
    key = replace(KEY, components=(part("even", 30), part("driver", 70, **BY_POPULATION)))
    basis = weigh(key, PAYERS, readings(SE1737="12000", SE1783="8000"))
    assert as_parts(basis.weights) == [Fraction(57, 100), Fraction(43, 100)]
    even, driver = basis.components
    assert (even.parts, even.total, even.was_zero) == ((1, 1), 2, False)
    assert (driver.parts, driver.total, driver.readings[0].source) == (
        (12000, 8000),
        20000,
        "Statistics Sweden",
    )


def test_readings_with_decimals_count_exactly() -> None:
    key = replace(KEY, components=(part("driver", 100, **BY_POPULATION),))
    basis = weigh(key, PAYERS, readings(SE1737="0.1", SE1783="0.2"))
    assert basis.weights == (1, 2)
    assert basis.components[0].scale == 10


def test_fixed_percentages_are_taken_as_they_stand() -> None:
    fixed = {"SE1737": 25 * PERCENT_SCALE, "SE1783": 75 * PERCENT_SCALE}
    key = replace(KEY, components=(part("fixed", 100, fixed=fixed),))
    basis = weigh(key, PAYERS, {})
    assert basis.weights == (1, 3)
    assert (basis.components[0].parts, basis.components[0].scale) == ((25_000_000, 75_000_000), 1)


def test_fixed_percentages_of_somebody_who_does_not_pay_are_refused() -> None:
    fixed = {"SE1737": 20 * PERCENT_SCALE, "SE1783": 20 * PERCENT_SCALE, "SE2281": 60 * PERCENT_SCALE}
    key = replace(KEY, components=(part("fixed", 100, fixed=fixed),))
    with pytest.raises(FixedPartsError, match=r"^SE2281$") as refused:
        weigh(key, PAYERS, {})
    assert refused.value.code == "fixed_parts_differ"
    spread = weigh(key, PAYERS, {}, fixed_parts_must_add_up=False)
    assert spread.weights == (1, 1)
    assert weigh(key, (*PAYERS, "SE2281"), {}).weights == (1, 1, 3)
    many = dict.fromkeys((*reversed(CODES), "SE1737"), FULL_PERCENT // (len(CODES) + 1))
    many["SE1737"] += FULL_PERCENT - sum(many.values())
    with pytest.raises(FixedPartsError, match=f"^{', '.join(sorted({*CODES} - {'SE1737'}))}$"):
        weigh(replace(KEY, components=(part("fixed", 100, fixed=many),)), ("SE1737",), {})


def test_days_count_where_asked() -> None:
    some = divided(KEY, {"SE1737": 31, "SE1783": 10})
    assert (some.weights, some.days, some.total) == ((31, 10), (31, 10), 41)
    plain = divide(KEY, weigh(KEY, PAYERS, {}), days=None, whole_days=31, size=0)
    assert (plain.weights, plain.days) == ((1, 1), None)


def test_who_is_there_on_all_the_days_pays_without_counting_them() -> None:
    assert divided(KEY, {"SE1737": 14, "SE1783": 14}, whole_days=14).days is None
    assert divided(KEY, {"SE1737": 14, "SE1783": 14}).days == (14, 14)


@pytest.mark.parametrize(
    ("change", "found", "error", "code"),
    [
        ({"components": (part("even", 99),)}, {}, PercentagesError, "percentages_not_100"),
        ({"components": (part("even", 100), part("even", 1))}, {}, PercentagesError, "percentages_not_100"),
        ({"components": ()}, {}, PercentagesError, "percentages_not_100"),
        (
            {"components": (part("fixed", 100, fixed={"SE1737": FULL_PERCENT - 1}),)},
            {},
            PercentagesError,
            "percentages_not_100",
        ),
        ({"components": (part("driver", 100, **BY_POPULATION),)}, {}, MissingReadingError, "missing_reading"),
        (
            {"components": (part("driver", 100, **BY_POPULATION),)},
            readings(SE1737="0", SE1783="0"),
            ZeroDriverError,
            "driver_is_zero",
        ),
        ({"cap": FULL_PERCENT // 3}, {}, LimitsError, "limits_impossible"),
        ({"floor": 60 * PERCENT_SCALE}, {}, LimitsError, "limits_impossible"),
        ({"floor": 50 * PERCENT_SCALE, "cap": 40 * PERCENT_SCALE}, {}, LimitsError, "limits_impossible"),
    ],
)
def test_what_gives_no_weights_is_refused(
    change: dict[str, object],
    found: dict[str, dict[str, ReadingFact]],
    error: type[WeightError],
    code: str,
) -> None:
    key = replace(KEY, **change)
    with pytest.raises(error) as refused:
        divide(key, weigh(key, PAYERS, found), days=None, whole_days=31, size=0)
    assert refused.value.code == code


def test_a_missing_reading_names_everybody_who_lacks_it() -> None:
    key = replace(KEY, components=(part("driver", 100, **BY_POPULATION),))
    with pytest.raises(MissingReadingError, match=r"^SE1737, SE1783$"):
        weigh(key, PAYERS, readings(SE2281="5"))


def test_a_driver_that_totals_zero_is_divided_evenly_where_the_key_says_so() -> None:
    key = replace(KEY, when_zero="even", components=(part("even", 40), part("driver", 60, **BY_POPULATION)))
    basis = weigh(key, PAYERS, readings(SE1737="0", SE1783="0"))
    assert basis.weights == (1, 1)
    assert basis.components[1].was_zero


weighted = st.lists(st.integers(0, 10_000), min_size=1, max_size=8).filter(any)
limits = st.one_of(st.none(), st.integers(0, FULL_PERCENT))


def as_parts(weights: Sequence[int]) -> list[Fraction]:
    return [Fraction(weight, sum(weights)) for weight in weights]


@given(weighted, limits, limits)
def test_limits_hold_and_the_whole_is_still_divided(
    weights: list[int], floor: int | None, cap: int | None
) -> None:
    active = sum(map(bool, weights))
    low, high = Fraction(floor or 0, FULL_PERCENT), Fraction(cap or FULL_PERCENT, FULL_PERCENT)
    is_possible = low <= high and low * active <= 1 <= high * active
    if not is_possible:
        with pytest.raises(LimitsError):
            limit_weights(weights, floor, cap)
        return
    limited = limit_weights(weights, floor, cap)
    for before, after, share in zip(weights, limited, as_parts(limited), strict=True):
        assert low <= share <= high if before else after == 0
    assert limited is weights or as_parts(limited) != as_parts(weights)


@given(weighted, limits, limits)
def test_those_whom_no_limit_holds_keep_their_proportion(
    weights: list[int], floor: int | None, cap: int | None
) -> None:
    try:
        limited = limit_weights(weights, floor, cap)
    except LimitsError:
        assume(False)
    low, high = Fraction(floor or 0, FULL_PERCENT), Fraction(cap or FULL_PERCENT, FULL_PERCENT)
    free = {
        Fraction(after, before)
        for before, after, share in zip(weights, limited, as_parts(limited), strict=True)
        if before and low < share < high
    }
    assert len(free) <= 1


@given(weighted, limits, limits, chances)
def test_limits_do_not_depend_on_the_order(
    weights: list[int], floor: int | None, cap: int | None, chance: Random
) -> None:
    named = dict(zip(CODES, weights, strict=False))
    again = reordered(chance, named)
    try:
        limited = limit_weights(list(named.values()), floor, cap)
    except LimitsError:
        with pytest.raises(LimitsError):
            limit_weights(list(again.values()), floor, cap)
        return
    other = dict(zip(again, as_parts(limit_weights(list(again.values()), floor, cap)), strict=True))
    assert other == dict(zip(named, as_parts(limited), strict=True))


def test_a_cap_is_spread_over_the_others_in_proportion() -> None:
    assert as_parts(limit_weights([8, 1, 1], None, FULL_PERCENT // 2)) == [
        Fraction(1, 2),
        Fraction(1, 4),
        Fraction(1, 4),
    ]


def test_a_floor_is_taken_from_the_others_in_proportion() -> None:
    assert as_parts(limit_weights([1, 33, 66], FULL_PERCENT // 10, None)) == [
        Fraction(1, 10),
        Fraction(3, 10),
        Fraction(6, 10),
    ]


def test_a_cap_and_a_floor_that_are_both_hit_give_and_take_until_both_hold() -> None:
    limited = limit_weights([25, 25, 1, 23, 15, 9], FULL_PERCENT // 10, FULL_PERCENT // 5)
    assert as_parts(limited) == as_parts([16, 16, 8, 16, 15, 9])


def test_limits_that_leave_one_way_only_are_met() -> None:
    assert as_parts(limit_weights([1, 9], FULL_PERCENT // 2, None)) == as_parts([1, 1])
    assert as_parts(limit_weights([1, 9], None, FULL_PERCENT // 2)) == as_parts([1, 1])


def test_limits_that_nobody_hits_change_nothing() -> None:
    for weights, floor in (([1, 9], FULL_PERCENT // 10), ([1, 10**9], None)):
        assert limit_weights(weights, floor, FULL_PERCENT) is weights
    weights = [4, 6]
    assert limit_weights(weights, FULL_PERCENT // 10, 9 * FULL_PERCENT // 10) is weights
    assert not divided(replace(POPULATION, cap=9 * FULL_PERCENT // 10), dict.fromkeys(PAYERS, 31)).limited
    limited = divided(replace(POPULATION, cap=8 * FULL_PERCENT // 10), dict.fromkeys(PAYERS, 31))
    assert (limited.limited, limited.unlimited, limited.weights) == (True, (1, 9), (1, 4))


def based(weights: list[int], size: int, base: int, days: list[int] | None = None, **key: int) -> Division:
    """``size`` divided by ``weights`` after a base amount; ``days`` are counted out of 28."""
    by = replace(KEY, base_minor=base, **key)
    basis = replace(weigh(by, CODES[: len(weights)], {}), weights=tuple(weights))
    return divide(by, basis, days=days, whole_days=28, size=size)


@given(weighted, st.integers(0, 10**12), st.integers(1, 10**6))
def test_everybody_pays_the_base_and_the_rest_by_weight(weights: list[int], size: int, base: int) -> None:
    found = based(weights, size, base)
    assert found.base == (base,) * len(weights)
    left = size - base * len(weights)
    assert found.base_is_too_large == (left <= 0)
    if left <= 0:
        assert len(set(found.weights)) == 1
        return
    for weight, share in zip(weights, as_parts(found.weights), strict=True):
        assert size * share == base + Fraction(left * weight, sum(weights))


@given(weighted, st.integers(0, 10**12), st.integers(1, 10**6), chances)
def test_the_base_is_paid_by_days_where_days_count(
    weights: list[int], size: int, base: int, chance: Random
) -> None:
    days = [chance.randint(1, 28) for _ in weights]
    found = based(weights, size, base, days)
    bases = [Fraction(base * count, 28) for count in days]
    assert found.base == tuple(bases)
    left = size - sum(bases)
    counted = [weight * count for weight, count in zip(weights, days, strict=True)]
    for weight, own, share in zip(counted, bases, as_parts(found.weights), strict=True):
        if left > 0:
            assert size * share == own + left * Fraction(weight, sum(counted))
        else:
            assert share == own / sum(bases)


@given(weighted, st.integers(0, 10**6), st.integers(0, 10**5), limits, limits)
def test_floor_and_cap_hold_for_the_whole_with_the_base_in_it(
    weights: list[int], size: int, base: int, floor: int | None, cap: int | None
) -> None:
    bounds = {name: limit for name, limit in (("floor", floor), ("cap", cap)) if limit is not None}
    try:
        found = based(weights, size, base, **bounds)
    except LimitsError:
        assume(False)
    low, high = Fraction(floor or 0, FULL_PERCENT), Fraction(cap or FULL_PERCENT, FULL_PERCENT)
    free = as_parts(based(weights, size, base).weights)
    for unlimited, share in zip(free, as_parts(found.weights), strict=True):
        assert low <= share <= high if unlimited else share == 0
    assert found.limited == any(share and not low <= share <= high for share in free)
    assert as_parts(found.unlimited or found.weights) == free


def test_a_base_that_lifts_the_smallest_over_its_floor_leaves_the_floor_unused() -> None:
    """1,200.00 with 100.00 first and 1 : 9 is 200.00 and 1,000.00, so the smaller carries a sixth of it."""
    found = based([1, 9], 1_200_00, 100_00, floor=FULL_PERCENT // 10)
    assert (found.weights, found.limited) == ((1, 5), False)
    held = based([1, 9], 1_200_00, 100_00, floor=FULL_PERCENT // 4)
    assert (held.weights, held.unlimited) == ((1, 3), (1, 5))


def test_what_is_left_after_the_base_is_divided_to_its_smallest_part() -> None:
    """27 of 28 parts of the one unit are base: the last is divided 13 to 126."""
    found = based([1, 9], 1, 1, days=[13, 14])
    assert as_parts(found.weights) == as_parts([13 * 139 + 13, 14 * 139 + 126])


def test_nobody_carries_a_base_where_nobody_weighs_anything() -> None:
    found = based([0, 0], 1_000, 100)
    assert (found.total, found.base) == (0, None)


@given(
    keys_and_readings,
    st.dictionaries(st.sampled_from(CODES), st.integers(1, 28), min_size=1),
    st.integers(0, 10**6),
    chances,
)
def test_the_order_of_payers_and_readings_changes_nothing(
    given: tuple[KeyFact, dict[str, dict[str, ReadingFact]]],
    payers: dict[str, int],
    size: int,
    chance: Random,
) -> None:
    key, known = given
    again = {at: reordered(chance, found) for at, found in known.items()}
    results: list[Division | str] = []
    for who, found in ((payers, known), (reordered(chance, payers), again)):
        try:
            basis = weigh(key, tuple(who), found)
            days = [who[code] for code in basis.codes]
            results.append(divide(key, basis, days=days, whole_days=28, size=size))
        except WeightError as error:
            results.append(error.code)
    assert results[0] == results[1]
