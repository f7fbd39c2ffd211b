"""The split that carries its rounding on: what holds over many lines."""

from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from billing.engine.split import EXACT_BITS, Carry, split_minor
from tests.billing.engine.strategies import CODES, Lines, chances, histories, reordered, weightings

one_sign = st.builds(
    lambda sign, sizes: [sign * size for size in sizes],
    st.sampled_from([1, -1]),
    st.lists(st.one_of(st.integers(0, 12), st.integers(0, 10**9)), min_size=1, max_size=40),
)
TINY = Fraction(1, 1 << 100)


def run(lines: Lines) -> tuple[list[dict[str, int]], Carry]:
    """The shares of every line, with one carry over all; who has no weight takes part with 0."""
    carry = Carry()
    everybody = dict.fromkeys(CODES, 0)
    return [split_minor(total, everybody | weights, carry) for total, weights in lines], carry


@given(one_sign, weightings)
def test_nobody_is_ever_a_whole_unit_from_the_exact_amount(
    amounts: list[int], weights: dict[str, int]
) -> None:
    carry, basis = Carry(), sum(weights.values())
    charged, total = dict.fromkeys(weights, 0), 0
    for amount in amounts:
        total += amount
        for code, share in split_minor(amount, weights, carry).items():
            charged[code] += share
            off = Fraction(total * weights[code], basis) - charged[code]
            assert abs(off) < 1
            assert carry.of(code) == off


@given(histories)
def test_every_line_keeps_the_rules_of_a_split(lines: Lines) -> None:
    carry = Carry()
    for total, weights in lines:
        shares = split_minor(total, dict.fromkeys(CODES, 0) | weights, carry)
        assert sum(shares.values()) == total
        assert sum(carry.owed.values()) == 0
        for code, share in shares.items():
            assert share * total >= 0
            assert weights.get(code) or share == 0
        for weight in weights.values():
            alike = [shares[code] for code, theirs in weights.items() if theirs == weight]
            assert max(alike) - min(alike) <= 1


@given(histories)
def test_what_is_owed_is_what_rounding_did(lines: Lines) -> None:
    shares, carry = run(lines)
    for code in CODES:
        exact = sum(
            Fraction(total * weights.get(code, 0), sum(weights.values())) - found[code]
            for found, (total, weights) in zip(shares, lines, strict=True)
        )
        assert abs(carry.of(code) - exact) < TINY


@given(histories)
def test_mirrored_amounts_give_mirrored_shares_and_debts(lines: Lines) -> None:
    shares, carry = run(lines)
    mirrored, opposite = run([(-total, weights) for total, weights in lines])
    assert mirrored == [{code: -share for code, share in found.items()} for found in shares]
    assert all(abs(opposite.of(code) + carry.of(code)) < TINY for code in CODES)


@given(histories, chances)
def test_the_order_of_the_weights_changes_nothing(lines: Lines, chance: Random) -> None:
    shares, carry = run(lines)
    again, same = run([(total, reordered(chance, weights)) for total, weights in lines])
    assert again == shares
    assert same.owed == carry.owed


def test_a_third_each_comes_round_in_three_lines() -> None:
    carry, weights = Carry(), {"A": 1, "B": 1, "C": 1}
    found = [list(split_minor(100, weights, carry).values()) for _ in range(3)]
    assert found == [[34, 33, 33], [33, 34, 33], [33, 33, 34]]
    assert set(carry.owed.values()) == {0}


def test_a_copy_of_a_carry_goes_its_own_way() -> None:
    carry = Carry()
    split_minor(1, {"A": 1, "B": 1}, carry)
    kept = carry.copy()
    split_minor(1, {"A": 1, "B": 1}, carry)
    assert kept.of("B") == Fraction(1, 2)
    assert carry.of("B") == 0


@given(histories)
def test_a_carry_of_many_denominators_stays_small_and_true(lines: Lines) -> None:
    carry, off = Carry(), dict.fromkeys("ABC", Fraction(0))
    for number, (total, _) in enumerate(lines * 3):
        weights = {"A": 10**12 + number, "B": 7**number + 1, "C": 3 * number}
        for code, share in split_minor(total, weights, carry).items():
            off[code] += Fraction(total * weights[code], sum(weights.values())) - share
        assert carry.denominator.bit_length() <= EXACT_BITS
        assert sum(carry.owed.values()) == 0
    assert all(abs(carry.of(code) - off[code]) < TINY for code in "ABC")


def test_weights_wider_than_a_carry_are_split_all_the_same() -> None:
    carry, off = Carry(), Fraction(0)
    for number in range(8):
        weights = {"A": 3**200 + number, "B": 5**130, "C": 7**110 + number}
        shares = split_minor(1_000, weights, carry)
        off += Fraction(1_000 * weights["A"], sum(weights.values())) - shares["A"]
        assert sum(shares.values()) == 1_000
        assert sum(carry.owed.values()) == 0
    assert abs(carry.of("A") - off) < TINY
    assert carry.denominator.bit_length() < 128 + 400


def test_deadlines_past_the_reach_of_floats_are_compared_exactly() -> None:
    """A and B are owed half a unit each; B weighs more, so it would be owed a whole one sooner."""
    weights = {"A": 1, "B": 2, "C": 1 << 1100}
    basis = sum(weights.values())
    half = basis // 2
    carry = Carry(basis, {"A": half, "B": half, "C": -2 * half})
    assert split_minor(1, weights, carry) == {"A": 0, "B": 1, "C": 0}
    assert sum(carry.owed.values()) == 0
