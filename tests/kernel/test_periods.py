import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.kernel.periods import DayError, Month, MonthError, months_between, overlap_days, parse_day

days = st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1))
months = st.builds(Month, st.integers(1950, 2100), st.integers(1, 12))


@given(months)
def test_a_month_is_read_as_it_is_written(month: Month) -> None:
    assert Month.parse(str(month)) == month == Month.of(month.first)


@given(months, st.integers(-500, 500))
def test_stepping_over_months_goes_back_the_same_way(month: Month, steps: int) -> None:
    assert month.plus(steps).plus(-steps) == month
    assert month.plus(1).first == month.after
    assert 28 <= month.days <= 31


@pytest.mark.parametrize(
    "text",
    [
        "2026-13",
        "2026-00",
        "2026-1",
        "26-01",
        "2026-01-01",
        "",
        "0000-01",
        "9999-12",
        "1899-12",
        "2200-01",
        "\uff12026-01",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(MonthError) as refused:
        Month.parse(text)
    assert refused.value.code == "month_invalid"


def test_months_of_two_centuries_around_ours_are_read() -> None:
    assert (Month.parse("1900-01"), Month.parse("2199-12")) == (Month(1900, 1), Month(2199, 12))


@given(days, st.integers(1, 1000))
def test_the_days_of_a_span_are_found_again_month_by_month(start: dt.date, length: int) -> None:
    end = start + dt.timedelta(days=length)
    found = months_between(start, end)
    assert sum(overlap_days(start, end, month) for month in found) == length
    assert all(overlap_days(start, end, month) for month in found)
    assert found == sorted(set(found))


def test_an_empty_span_has_no_months() -> None:
    assert months_between(dt.date(2026, 1, 1), dt.date(2026, 1, 1)) == []


def test_an_open_span_lasts_to_the_end_of_the_month() -> None:
    assert overlap_days(dt.date(2026, 2, 10), None, Month(2026, 2)) == 19
    assert overlap_days(dt.date(2026, 3, 1), None, Month(2026, 2)) == 0


def test_a_span_far_from_the_month_has_no_days_in_it() -> None:
    for start, end in ((dt.date(2026, 5, 1), None), (dt.date(2025, 1, 1), dt.date(2025, 12, 24))):
        assert overlap_days(start, end, Month(2026, 2)) == 0


def test_a_day_is_read_as_year_month_and_day() -> None:
    assert parse_day("2026-10-31") == dt.date(2026, 10, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30",
        "2026-1-1",
        "20261031",
        "2025-W01-1",
        "2026-300",
        "31.10.2026",
        "2026-10-31 ",
        "\uff12026-10-31",
    ],
)
def test_other_ways_to_write_a_day_are_refused(text: str) -> None:
    with pytest.raises(DayError) as refused:
        parse_day(text)
    assert refused.value.code == "day_invalid"
