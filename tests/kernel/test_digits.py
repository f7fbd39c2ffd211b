from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from sharedict.common.figures import (
    Amounts,
    about,
    change_minor,
    exact,
    exact_minor,
    minor,
    money,
    signed,
    signed_minor,
)
from sharedict.kernel.money import digits, rounded, to_major


@given(st.fractions(), st.integers(0, 12))
def test_digits_are_cut_never_rounded_and_say_whether_they_are_all(value: Fraction, places: int) -> None:
    shown, is_whole = digits(value, places)
    missing = abs(value) - abs(Fraction(shown))
    assert 0 <= missing < Fraction(1, 10**places)
    assert (missing == 0) == is_whole
    assert -int(shown.as_tuple().exponent) <= places


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_never_off_by_more_than_half(value: Fraction, places: int) -> None:
    assert abs(Fraction(rounded(value, places)) - value) <= Fraction(1, 2 * 10**places)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(100, 3), 4, "33.3333…"),
        (Fraction(567327, 100000), 6, "5.67327"),
        (Fraction(-1, 3), 2, "\N{MINUS SIGN}0.33…"),
        (Fraction(1000000, 3), 1, "333,333.3…"),
        (Fraction(1701, 300), 1, "5.6…"),
        (Fraction(5), 6, "5"),
    ],
)
def test_an_exact_figure_is_written_with_an_ellipsis_where_more_follows(
    value: Fraction, places: int, text: str
) -> None:
    assert exact(value, places) == text


def test_minor_units_are_shown_as_amounts() -> None:
    assert minor(-123456, "SEK") == "\N{MINUS SIGN}1,234.56\N{NO-BREAK SPACE}SEK"
    assert signed_minor(5) == "+0.05"
    assert exact_minor(Fraction(100, 3), 6) == "0.333333…"
    assert (minor(None), signed_minor(None), exact(None), exact_minor(None), about(None)) == ("",) * 5


@pytest.mark.parametrize("language", ["en", "sv", None])
@given(minor_units=st.integers(-(10**18), 10**18))
def test_minor_units_are_written_as_any_amount_is(minor_units: int, language: str | None) -> None:
    with translation.override(language):
        assert minor(minor_units, "SEK") == money(to_major(minor_units), "SEK")
        assert signed_minor(minor_units) == signed(to_major(minor_units))


@pytest.mark.parametrize("language", ["en", "sv", None])
@given(minor_units=st.just(0) | st.integers(-(10**18), 10**18))
def test_many_amounts_are_written_as_one_is(minor_units: int, language: str | None) -> None:
    with translation.override(language):
        amounts = Amounts()
        written = [amounts(minor_units), amounts.change(minor_units)]
        assert written == [conditional_escape(f(minor_units)) for f in (minor, change_minor)]
        assert all(isinstance(each, SafeString) for each in written)


def test_a_percentage_for_the_eye_is_rounded() -> None:
    assert about(Fraction(-311, 100)) == "\N{MINUS SIGN}3.1\N{NO-BREAK SPACE}%"
    assert about(Fraction(2, 3), 2) == "0.67\N{NO-BREAK SPACE}%"
    assert rounded(Fraction(5, 2), 0) == Decimal(3)


def test_halves_are_rounded_away_from_zero() -> None:
    eighth = Fraction(1, 8)
    assert [str(rounded(value, 2)) for value in (eighth, -eighth, Fraction(0))] == ["0.13", "-0.13", "0"]
    assert [str(rounded(eighth - Fraction(1, 10**9) * sign, 2)) for sign in (1, -1)] == ["0.12", "0.13"]


def test_what_lies_between_nothing_and_one_is_cut_towards_nothing() -> None:
    half = Fraction(-1, 2)
    assert [str(digits(value, 1)[0]) for value in (half, -half, Fraction(0))] == ["-0.5", "0.5", "0"]
