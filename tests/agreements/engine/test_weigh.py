"""From a key to weights: components combine, limits hold, nothing is lost."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.engine.facts import FULL_PERCENT, PERCENT_SCALE, ComponentFact, KeyFact, ReadingFact
from billing.engine.weigh import (
    Basis,
    LimitsError,
    MissingReadingError,
    PercentagesError,
    WeightError,
    ZeroDriverError,
    limit_weights,
    weigh,
    with_base,
)
from tests.billing.engine.strategies import CODES, chances, keys_and_readings, reordered

PAYERS = {"SE1737": 31, "SE1783": 31}
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


def test_components_combine_into_one_exact_weight() -> None:
    key = replace(KEY, components=(part("even", 30), part("driver", 70, **BY_POPULATION)))
    basis = weigh(key, PAYERS, readings(SE1737="12000", SE1783="8000"), month_days=31, by_days=False)
    assert [Fraction(weight, basis.total) for weight in basis.weights] == [
        Fraction(57, 100),
        Fraction(43, 100),
    ]
    even, driver = basis.components
    assert (even.parts, even.total) == ((1, 1), 2)
    assert (driver.parts, driver.total, driver.readings[0].source) == (
        (12000, 8000),
        20000,
        "Statistics Sweden",
    )


def test_readings_with_decimals_count_exactly() -> None:
    key = replace(KEY, components=(part("driver", 100, **BY_POPULATION),))
    basis = weigh(key, PAYERS, readings(SE1737="0.1", SE1783="0.2"), month_days=31, by_days=False)
    assert basis.weights == (1, 2)
    assert basis.components[0].scale == 10


def test_fixed_percentages_are_taken_as_they_stand() -> None:
    fixed = {"SE1737": 25 * PERCENT_SCALE, "SE1783": 75 * PERCENT_SCALE}
    key = replace(KEY, components=(part("fixed", 100, fixed=fixed),))
    assert weigh(key, PAYERS, {}, month_days=31, by_days=False).weights == (1, 3)


def test_fixed_percentages_of_those_who_do_not_pay_are_spread_over_those_who_do() -> None:
    fixed = {"SE1737": 20 * PERCENT_SCALE, "SE1783": 20 * PERCENT_SCALE, "SE2281": 60 * PERCENT_SCALE}
    key = replace(KEY, components=(part("fixed", 100, fixed=fixed),))
    assert weigh(key, PAYERS, {}, month_days=31, by_days=False).weights == (1, 1)


def test_days_count_where_asked() -> None:
    payers = {"SE1737": 31, "SE1783": 10}
    by_days = weigh(KEY, payers, {}, month_days=31, by_days=True)
    assert (by_days.weights, by_days.days) == ((31, 10), (31, 10))
    plain = weigh(KEY, payers, {}, month_days=31, by_days=False)
    assert (plain.weights, plain.days) == ((1, 1), None)


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
    with pytest.raises(error) as refused:
        weigh(replace(KEY, **change), PAYERS, found, month_days=31, by_days=False)
    assert refused.value.code == code


def test_a_missing_reading_names_everybody_who_lacks_it() -> None:
    key = replace(KEY, components=(part("driver", 100, **BY_POPULATION),))
    with pytest.raises(MissingReadingError, match=r"^SE1737, SE1783$"):
        weigh(key, PAYERS, readings(SE2281="5"), month_days=31, by_days=False)


def test_a_driver_that_totals_zero_is_divided_evenly_where_the_key_says_so() -> None:
    key = replace(KEY, when_zero="even", components=(part("even", 40), part("driver", 60, **BY_POPULATION)))
    basis = weigh(key, PAYERS, readings(SE1737="0", SE1783="0"), month_days=31, by_days=False)
    assert basis.weights == (1, 1)
    assert basis.components[1].was_zero


weighted = st.lists(st.integers(0, 10_000), min_size=1, max_size=8).filter(any)
limits = st.one_of(st.none(), st.integers(0, FULL_PERCENT))


def as_parts(weights: list[int]) -> list[Fraction]:
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


def test_limits_that_nobody_hits_change_nothing() -> None:
    weights = [4, 6]
    assert limit_weights(weights, FULL_PERCENT // 10, 9 * FULL_PERCENT // 10) is weights
    basis = weigh(replace(KEY, cap=9 * FULL_PERCENT // 10), PAYERS, {}, month_days=31, by_days=False)
    assert not basis.limited


@given(weighted, st.integers(0, 10**12), st.integers(1, 10**6))
def test_everybody_pays_the_base_and_the_rest_by_weight(weights: list[int], size: int, base: int) -> None:
    based = with_base(weights, size, base)
    left = size - base * len(weights)
    if left <= 0:
        assert len(set(based)) == 1
        return
    for weight, share in zip(weights, as_parts(based), strict=True):
        assert size * share == base + Fraction(left * weight, sum(weights))


@given(
    keys_and_readings,
    st.dictionaries(st.sampled_from(CODES[:5]), st.integers(1, 28), min_size=1),
    chances,
)
def test_the_order_of_payers_and_readings_changes_nothing(
    given: tuple[KeyFact, dict[str, dict[str, ReadingFact]]], payers: dict[str, int], chance: Random
) -> None:
    key, known = given
    again = {at: reordered(chance, found) for at, found in known.items()}
    results: list[Basis | str] = []
    for who, found in ((payers, known), (reordered(chance, payers), again)):
        try:
            results.append(weigh(key, who, found, month_days=28, by_days=True))
        except WeightError as error:
            results.append(error.code)
    assert results[0] == results[1]
