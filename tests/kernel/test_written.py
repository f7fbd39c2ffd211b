"""Numbers as people write them: one reading, two, or none, and never a guess."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.kernel.written import (
    MARKS,
    NumberError,
    TwoReadingsError,
    alike,
    has_two_readings,
    is_seen,
    mark_of,
    number,
    readings,
    turns,
)

NO_BREAK, THIN, NARROW, MINUS = "\u00a0", "\u2009", "\u202f", "\u2212"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("7", "7"),
        (" 7 ", "7"),
        ("+7", "7"),
        ("-5", "-5"),
        (f"{MINUS}0,01", "-0.01"),
        ("- 5", "-5"),
        ("1234,5", "1234.5"),
        ("1234.5", "1234.5"),
        ("1 234.05", "1234.05"),
        (f"1{NO_BREAK}234,05", "1234.05"),
        (f"1{NARROW}234{NARROW}567", "1234567"),
        (f"12{THIN}345,6", "12345.6"),
        ("1 234,500", "1234.5"),
        ("1'234.50", "1234.5"),
        ("1\u2019234.50", "1234.5"),
        ("1.234.567", "1234567"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("-1,234,567.89", "-1234567.89"),
        ("1234,567", "1234.567"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("012,500", "12.5"),
        ("9" * 60, "9" * 60),
    ],
)
def test_what_has_one_reading_is_read_whatever_the_mark(text: str, value: str) -> None:
    assert number(text) == Decimal(value)
    assert {number(text, mark) for mark in MARKS} == {Decimal(value)}
    assert not has_two_readings(text)


@pytest.mark.parametrize(
    ("text", "by_point", "by_comma"),
    [
        ("250,000", "250000", "250"),
        ("1.000", "1", "1000"),
        ("12.500", "12.5", "12500"),
        ("11.404", "11.404", "11404"),
        ("-1,005", "-1005", "-1.005"),
        ("999.999", "999.999", "999999"),
    ],
)
def test_a_lone_mark_before_three_digits_is_never_guessed(text: str, by_point: str, by_comma: str) -> None:
    assert has_two_readings(text)
    with pytest.raises(TwoReadingsError) as refused:
        number(text)
    assert refused.value.readings == {".": Decimal(by_point), ",": Decimal(by_comma)}
    assert (refused.value.code, refused.value.message[:10]) == ("number_has_two_readings", "The number")
    assert [number(text, mark) for mark in MARKS] == [Decimal(by_point), Decimal(by_comma)]


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", ".", "1.", ",5", "1e5", "NaN", "Infinity", "=1+1", "-  5", "5-", "1.2.3", "1,2,3", "--1",
     "1.234.56", "12 34", "1 2345", "1 234.567 890", "1,234 567", "1 234 567.8.9", "1 234\u00a0567", "+-1",
     "1.234,567,890", "1_000", "٣", "\uff11", "1234.567.890", "twelve", "9" * 61, "1\n234"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    assert readings(text) == {}
    for mark in (None, *MARKS):
        with pytest.raises(NumberError) as refused:
            number(text, mark)
        assert refused.value.code == "number_invalid"


def test_digits_that_are_shown_after_the_mark_are_kept() -> None:
    assert str(number("1234.50")) == "1234.50"


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["12,000", "7,50"], ","),
        (["12,000", "1,234.50"], "."),
        (["12,000", "1 234"], None),
        (["12,000", "7,50", "7.50"], None),
        (["1,2,3", "7.5"], "."),
        (["5", "-"], None),
        ([], None),
    ],
)
def test_a_column_tells_its_mark_by_what_can_be_read_in_one_way_only(
    texts: list[str], mark: str | None
) -> None:
    assert mark_of(texts) == mark


@given(
    st.decimals(-(10**15), 10**15, places=4), st.sampled_from(MARKS), st.sampled_from(["", " ", "'", NARROW])
)
def test_what_is_written_with_a_mark_is_read_with_it(value: Decimal, mark: str, group: str) -> None:
    other = next(each for each in MARKS if each != mark)
    for between in (group, other):
        text = f"{value:,f}".replace(",", "g").replace(".", mark).replace("g", between)
        assert number(text, mark) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "\x07",
        "\u200b",
        "\u2028",
        "\u2029",
        "\ufeff\u2060 \u00ad",
        "\u3164",
        "\u2800",
        "\ufe0f\U000e0101",
        "\u034f",
    ],
)
def test_what_leaves_nothing_to_see_is_no_text(text: str) -> None:
    assert not is_seen(text)
    assert is_seen(f"{text}å{text}")


@pytest.mark.parametrize("text", ["§", "-", "٣", "中", "\U0001f990", "❤\ufe0f", "👩\u200d💻", "e\u0301"])
def test_any_sign_that_can_be_seen_is_text(text: str) -> None:
    assert is_seen(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-117", "2026-117"),
        ("  Fjord\u00a0 Data\tAB ", "fjord data ab"),
        ("FJORD DATA", "fjord data"),
        ("A\u2013B", "a-b"),
        ("A\u2212B", "a-b"),
        ("A\u030angstro\u0308m", "\u00e5ngstr\u00f6m"),
        ("\uff26\uff2a\uff2f\uff32\uff24", "fjord"),
        ("Stra\u00dfe", "strasse"),
        ("\u01f0", "\u01f0"),
        ("J\u030c", "\u01f0"),
    ],
)
def test_what_looks_alike_is_told_as_one(text: str, told: str) -> None:
    assert alike(text) == told


@given(st.text())
def test_what_is_told_of_a_text_is_told_of_itself(text: str) -> None:
    assert alike(alike(text)) == alike(text)


@pytest.mark.parametrize(("one", "other"), [("A-B", "AB"), ("F-1", "F-11"), ("a b", "ab"), ("\u00e5", "a")])
def test_what_looks_different_stays_different(one: str, other: str) -> None:
    assert alike(one) != alike(other)


@pytest.mark.parametrize("sign", ["\u202a", "\u202e", "\u2066", "\u2069"])
def test_a_sign_that_turns_the_direction_is_found_wherever_it_stands(sign: str) -> None:
    assert all(turns(text) for text in (sign, f"ERP{sign}", f"E{sign}RP"))
    assert not turns("ERP, \u200f\u05e2\u05d1 and Ö")
