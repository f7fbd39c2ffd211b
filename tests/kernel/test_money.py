from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.kernel.money import MAX_MINOR, AmountError, minor_text, parse_amount, to_major, to_minor

minors = st.integers(-MAX_MINOR, MAX_MINOR)


@given(minors)
def test_minor_units_survive_every_way_of_writing_them(minor: int) -> None:
    assert to_minor(to_major(minor)) == parse_amount(minor_text(minor)) == minor
    assert to_major(minor).as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234,5", 123450),
        ("1 234.05", 123405),
        ("1\u00a0234,05", 123405),
        ("1\u202f234,05", 123405),
        ("-0.01", -1),
        ("\u22120,01", -1),
        (" 7 ", 700),
        ("+7", 700),
        ("7.500", 750),
        ("9999999999999999.99", MAX_MINOR),
    ],
)
def test_amounts_are_read_as_people_and_spreadsheets_write_them(text: str, minor: int) -> None:
    assert parse_amount(text) == minor


@pytest.mark.parametrize(
    "text",
    ["", "-", "1.005", "1,005", "1.234,50", "1,234.50", "NaN", "sNaN", "Infinity", "-inf", "=1+1",
     "1e400", "1e999999", "1e-999999", "1e2", "1e17",
     "100000000000000000", "10000000000000000", "twelve", "🎉", "9" * 10_000],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(text)
    assert refused.value.code == "amount_invalid"
    assert "two decimals" in refused.value.message


@pytest.mark.parametrize(
    "amount",
    ["0.001", "NaN", "Infinity", "1E+16", "-1E+16", "1E+17", "1E-30", "1E-999999", "1E+999999", "-1E+999999"],
)
def test_a_decimal_that_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(AmountError):
        to_minor(Decimal(amount))


def test_amounts_are_written_with_a_point_and_two_decimals() -> None:
    assert [minor_text(minor) for minor in (0, 5, -1, -5, -123405, 100)] == [
        "0.00",
        "0.05",
        "-0.01",
        "-0.05",
        "-1234.05",
        "1.00",
    ]
