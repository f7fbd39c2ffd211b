from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.kernel.money import MAX_MINOR, AmountError, minor_text, to_major, to_minor

minors = st.integers(-MAX_MINOR, MAX_MINOR)


@given(minors)
def test_minor_units_survive_every_way_of_writing_them(minor: int) -> None:
    assert to_minor(to_major(minor)) == to_minor(Decimal(minor_text(minor))) == minor
    assert to_major(minor).as_tuple().exponent == -2


@pytest.mark.parametrize("sign", [1, -1])
def test_an_amount_has_sixteen_digits_at_most_before_two_decimals(sign: int) -> None:
    largest = sign * Decimal("9999999999999999.99")
    assert to_minor(largest) == sign * 999_999_999_999_999_999
    with pytest.raises(AmountError):
        to_minor(largest + sign * Decimal("0.01"))


@pytest.mark.parametrize(
    "amount",
    ["0.001", "NaN", "Infinity", "1E+16", "-1E+16", "1E+17", "1E-30", "1E-999999", "1E+999999", "-1E+999999"],
)
def test_a_decimal_that_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(AmountError) as refused:
        to_minor(Decimal(amount))
    assert refused.value.code == "amount_invalid"
    assert "two decimals" in refused.value.message


def test_amounts_are_written_with_a_point_and_two_decimals() -> None:
    assert [minor_text(minor) for minor in (0, 5, -1, -5, -123405, 100)] == [
        "0.00",
        "0.05",
        "-0.01",
        "-0.05",
        "-1234.05",
        "1.00",
    ]
