"""The split against the same rule said plainly, with fractions and without shortcuts, on small numbers.

Small numbers meet at the corners: ties, weights of 0, who is owed whole units, more taken back than is there.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.engine.split import COARSE_BITS, EXACT_BITS, Carry, SplitError, split_minor

CODES = "ABCD"
UNIT = 1 << COARSE_BITS
Owed = dict[str, Fraction]


def plainly(total: int, weights: Mapping[str, int], owed: Owed) -> tuple[dict[str, int], Owed]:
    """The shares, and what is owed after; only for totals of 0 and more."""
    basis = sum(weights.values())
    due = {code: Fraction(total * weight, basis) + owed[code] for code, weight in weights.items()}
    shares = {code: max(0, due[code].__floor__()) if weights[code] else 0 for code in weights}

    def rest(code: str) -> Fraction:
        return due[code] - shares[code]

    def deadline(code: str) -> tuple[Fraction, Fraction, str]:
        return (1 - rest(code)) / weights[code], -rest(code), code

    while (left := total - sum(shares.values())) > 0:
        carrying = [code for code in weights if weights[code]]
        owing = [code for code in carrying if rest(code) > 0]
        _each(shares, sorted(owing or carrying, key=deadline)[:left], 1)
    while (excess := sum(shares.values()) - total) > 0:
        charged = [code for code in weights if shares[code]]
        _each(shares, sorted(charged, key=lambda code: (rest(code), [-ord(code)]))[:excess], -1)
    for weight in set(weights.values()):
        alike = sorted(code for code in weights if weights[code] == weight)
        if weight and max(shares[code] for code in alike) - min(shares[code] for code in alike) > 1:
            whole, more = divmod(sum(shares[code] for code in alike), len(alike))
            most_due = sorted(alike, key=lambda code: (-due[code], code))
            shares |= {code: whole + (place < more) for place, code in enumerate(most_due)}
    return shares, {code: rest(code) for code in weights}


def _each(shares: dict[str, int], codes: list[str], units: int) -> None:
    for code in codes:
        shares[code] += units


def owing(denominator: int, *owed: int) -> Carry:
    return Carry(denominator, dict(zip(CODES, owed, strict=True)))


@st.composite
def carries(draw: Callable[..., int]) -> Carry:
    """One that owes up to some whole units, in all nothing."""
    denominator = draw(st.integers(1, 4))
    owed = [draw(st.integers(-3 * denominator, 3 * denominator)) for _ in CODES[1:]]
    return owing(denominator, -sum(owed), *owed)


weightings = st.lists(st.integers(0, 4), min_size=4, max_size=4).filter(any)


@given(carries(), st.lists(st.tuples(st.integers(-6, 6), weightings), min_size=1, max_size=12))
# A weighs most and is owed nothing: it gets nothing, though a whole unit would be due to it first.
@example(owing(6, -3, 1, 1, 1), [(1, [3, 1, 1, 1])])
# A is owed the smallest fraction there is, and gets the unit.
@example(owing(5, -2, 1, 1, 0), [(1, [3, 1, 1, 0])])
# D is owed half a unit, or a whole one, and has no weight now: it waits.
@example(owing(6, -1, -1, -1, 3), [(1, [1, 1, 1, 0])])
@example(owing(1, -1, 0, 0, 1), [(6, [1, 1, 1, 0])])
# A and B would be owed a whole unit at the same time; B is owed more now.
@example(owing(20, -6, 7, -1, 0), [(1, [2, 1, 1, 0])])
def test_the_split_is_the_plain_rule(opening: Carry, lines: list[tuple[int, list[int]]]) -> None:
    carry = opening.copy()
    for total, sizes in lines:
        weights, sign = dict(zip(CODES, sizes, strict=True)), -1 if total < 0 else 1
        shares, owed = plainly(abs(total), weights, {code: sign * carry.of(code) for code in CODES})
        assert split_minor(total, weights, carry) == {code: sign * share for code, share in shares.items()}
        assert {code: carry.of(code) for code in CODES} == {code: sign * rest for code, rest in owed.items()}


THIRD = UNIT // 3
"""A third of a unit, rounded down: one 2**-128 is left of three of them."""


@pytest.mark.parametrize(
    ("owed", "kept"),
    [
        ((1, 1, 1, -3), (THIRD + 1, THIRD, THIRD, -UNIT)),
        ((-1, -1, -1, 3), (-THIRD - 1, -THIRD, -THIRD, UNIT)),
        ((0, 1, 2, -3), (0, THIRD, UNIT - THIRD, -UNIT)),
        ((0, -1, -2, 3), (0, -THIRD, THIRD - UNIT, UNIT)),
        ((2, 2, 0, 0), (2 * THIRD + 1, 2 * THIRD, 0, 0)),
        ((-2, -2, 0, 0), (-2 * THIRD - 1, -2 * THIRD, 0, 0)),
        ((0, 0, 0, -1), (0, 0, 0, -THIRD)),
        ((0, 0, 0, 1), (0, 0, 0, THIRD)),
    ],
)
def test_a_carry_too_wide_is_kept_to_a_small_part_of_a_unit(
    owed: tuple[int, ...], kept: tuple[int, ...]
) -> None:
    carry, wide = owing(3, *owed), (1 << EXACT_BITS) + 1
    assert carry.fit(wide) == UNIT
    assert carry.denominator == UNIT * wide
    assert [carry.of(code) for code in CODES] == [Fraction(part, UNIT) for part in kept]


def test_a_carry_stays_exact_as_long_as_it_may() -> None:
    assert EXACT_BITS == 256
    widest = (1 << 256) - 1
    carry = Carry(3, {"A": 1, "B": -1})
    assert carry.fit(widest) == 1  # three times an odd part of it
    assert carry.of("A") == Fraction(1, 3)
    assert carry.denominator == widest


def test_a_single_unit_keeps_its_sign() -> None:
    assert split_minor(-1, {"A": 1, "B": 0}) == {"A": -1, "B": 0}


def test_every_refusal_has_a_stable_code() -> None:
    assert SplitError.code == "split_impossible"
    assert {kind.code for kind in SplitError.__subclasses__()} == {
        "negative_weight",
        "no_basis",
        "unknown_key",
    }
