"""The plain split: what holds for every amount and every weighting."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.engine.split import Carry, NegativeWeightError, NoBasisError, UnknownKeyError, split_minor
from tests.billing.engine.strategies import chances, codes, reordered, totals, weightings


@given(totals, weightings)
def test_shares_always_sum_to_the_amount(total: int, weights: dict[str, int]) -> None:
    assert sum(split_minor(total, weights).values()) == total


@given(totals, weightings)
def test_a_credit_mirrors_its_invoice(total: int, weights: dict[str, int]) -> None:
    shares = split_minor(total, weights)
    assert split_minor(-total, weights) == {code: -share for code, share in shares.items()}


@given(totals, weightings, chances)
def test_the_order_of_the_weights_changes_nothing(
    total: int, weights: dict[str, int], chance: Random
) -> None:
    shuffled = reordered(chance, weights)
    shares = split_minor(total, shuffled)
    assert list(shares) == list(shuffled)
    assert shares == split_minor(total, weights)


@given(totals, weightings)
def test_weight_zero_gets_nothing_and_nobody_the_wrong_sign(total: int, weights: dict[str, int]) -> None:
    for code, share in split_minor(total, weights).items():
        assert weights[code] or share == 0
        assert share * total >= 0


@given(totals, weightings)
def test_a_share_is_less_than_a_unit_from_the_exact_part(total: int, weights: dict[str, int]) -> None:
    basis = sum(weights.values())
    for code, share in split_minor(total, weights).items():
        assert abs(share * basis - total * weights[code]) < basis


@given(totals, weightings)
def test_a_larger_weight_never_gets_less(total: int, weights: dict[str, int]) -> None:
    shares = split_minor(abs(total), weights)
    by_weight = sorted(weights, key=lambda code: weights[code])
    for lower, higher in pairwise(by_weight):
        if weights[lower] < weights[higher]:
            assert shares[lower] <= shares[higher]
        else:
            assert abs(shares[lower] - shares[higher]) <= 1


@given(totals, st.lists(codes, min_size=1, max_size=12, unique=True), st.integers(1, 10**30))
def test_only_the_proportion_of_weights_counts(total: int, who: list[str], factor: int) -> None:
    assert split_minor(total, dict.fromkeys(who, factor)) == split_minor(total, dict.fromkeys(who, 1))


@given(totals, weightings)
def test_splitting_again_gives_the_same(total: int, weights: dict[str, int]) -> None:
    before = dict(weights)
    assert split_minor(total, weights) == split_minor(total, weights)
    assert weights == before


def test_odd_units_go_to_the_largest_remainders() -> None:
    assert split_minor(10, {"A": 1, "B": 6, "C": 6}) == {"A": 1, "B": 5, "C": 4}
    assert split_minor(100, {"A": 334, "B": 333, "C": 333}) == {"A": 34, "B": 33, "C": 33}


def test_odd_unit_goes_to_the_lowest_code_on_a_tie() -> None:
    assert split_minor(100, {"SE1783": 1, "SE1766": 1, "SE1737": 1}) == {
        "SE1783": 33,
        "SE1766": 33,
        "SE1737": 34,
    }


@pytest.mark.parametrize(
    ("weights", "error", "code"),
    [
        ({"A": 1, "B": -1}, NegativeWeightError, "negative_weight"),
        ({"A": -1}, NegativeWeightError, "negative_weight"),
        ({"A": 0, "B": 0}, NoBasisError, "no_basis"),
        ({}, NoBasisError, "no_basis"),
    ],
)
@pytest.mark.parametrize("carry", [None, Carry()])
def test_what_cannot_be_divided_is_refused(
    weights: dict[str, int], error: type[NoBasisError], code: str, carry: Carry | None
) -> None:
    with pytest.raises(error) as refused:
        split_minor(100, weights, carry)
    assert refused.value.code == code
    assert refused.value.message


def test_a_carry_that_owes_somebody_without_weight_is_refused() -> None:
    with pytest.raises(UnknownKeyError) as refused:
        split_minor(100, {"A": 1}, Carry(2, {"A": 1, "B": -1}))
    assert refused.value.code == "unknown_key"


def test_a_refused_split_leaves_the_carry_alone() -> None:
    carry = Carry(2, {"A": 1, "B": -1})
    with pytest.raises(NoBasisError):
        split_minor(100, {"A": 0, "B": 0}, carry)
    assert (carry.denominator, carry.owed) == (2, {"A": 1, "B": -1})
