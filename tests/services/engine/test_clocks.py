"""When something is open: by hand around summer time, and by laws that hold for any hours."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.clocks import (
    Clock,
    Hours,
    HoursError,
    hours_on,
    is_open,
    open_minutes,
    parse_hours,
    written,
)

HERE = ZoneInfo("Europe/Stockholm")
OFFICE = ((480, 990),)
ALL_DAY = ((0, 1440),)
MINUTE = dt.timedelta(minutes=1)


def office(**more: frozenset[dt.date]) -> Clock:
    return Clock(HERE, [OFFICE] * 5 + [(), ()], **more)


ALWAYS = Clock(HERE, [ALL_DAY] * 7, ALL_DAY)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", ()),
        ("08:00-16:30", OFFICE),
        ("8-16.30", OFFICE),
        (" 08:00 \u2013 12:00 , 13:00-16:30 ", ((480, 720), (780, 990))),
        ("08:00-12:00, 12:00-16:30", OFFICE),
        ("00:00-24:00", ALL_DAY),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: Hours) -> None:
    assert parse_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("always", "format"),
        ("08:00", "format"),
        ("08:60-09:00", "format"),
        ("08:00-24:01", "format"),
        ("08:00-99:00", "format"),
        ("\u0668-\u0669", "format"),
        ("16:00-08:00", "order"),
        ("08:00-08:00", "order"),
        ("08:00-12:00, 11:00-13:00", "overlap"),
        ("13:00-14:00, 08:00-09:00", "overlap"),
    ],
)
def test_what_tells_no_hours_is_refused(text: str, code: str) -> None:
    with pytest.raises(HoursError) as refused:
        parse_hours(text)
    assert refused.value.code == code


def test_a_working_day_has_its_minutes_and_closes_at_its_last() -> None:
    assert open_minutes(office(), at("2026-11-02"), at("2026-11-03")) == 510
    assert [is_open(office(), at(f"2026-11-02T{time}")) for time in ("07:59", "08:00", "16:29", "16:30")] == [
        False,
        True,
        True,
        False,
    ]


def test_weekends_holidays_and_closed_days_are_told_apart() -> None:
    eve, christmas = dt.date(2026, 12, 24), dt.date(2026, 12, 25)
    clock = office(holidays=frozenset({christmas, eve}), closed=frozenset({eve}))
    assert open_minutes(clock, at("2026-12-21"), at("2026-12-28")) == 3 * 510
    short = Clock(HERE, clock.week, ((600, 660),), clock.holidays, clock.closed)
    assert hours_on(short, christmas) == ((600, 660),)
    assert hours_on(short, eve) == ()
    assert open_minutes(short, at("2026-12-21"), at("2026-12-28")) == 3 * 510 + 60


@pytest.mark.parametrize(("day", "minutes"), [("2026-03-29", 23 * 60), ("2026-10-25", 25 * 60)])
def test_a_day_on_which_the_clock_changes_has_its_own_length(day: str, minutes: int) -> None:
    start = at(day)
    end = at((start.date() + dt.timedelta(days=1)).isoformat())
    assert open_minutes(ALWAYS, start, end) == minutes


def test_a_night_shift_loses_an_hour_in_spring_and_gains_one_in_autumn() -> None:
    night = Clock(HERE, [((60, 240),)] * 7)
    for day, minutes in (("2026-03-28", 180), ("2026-03-29", 120), ("2026-10-25", 240)):
        assert open_minutes(night, at(f"{day}T00:00"), at(f"{day}T12:00")) == minutes


def test_nothing_is_open_between_an_instant_and_one_before_it() -> None:
    assert open_minutes(ALWAYS, at("2026-11-03"), at("2026-11-02")) == 0


spans = st.lists(st.integers(0, 1440), unique=True, max_size=6).map(
    lambda cuts: tuple(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
)
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
clocks = st.builds(
    Clock,
    st.just(HERE),
    st.lists(spans, min_size=7, max_size=7),
    spans,
    st.frozensets(days, max_size=5),
    st.frozensets(days, max_size=5),
)
BEGINNING = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
moments = st.integers(0, 2 * 365 * 1440).map(lambda minutes: BEGINNING + minutes * MINUTE)
short = st.timedeltas(dt.timedelta(), dt.timedelta(days=9)).map(lambda span: span // MINUTE * MINUTE)


@given(spans)
def test_hours_are_written_as_they_are_read(hours: Hours) -> None:
    assert parse_hours(written(hours)) == hours


@given(clocks, moments, short, short)
def test_minutes_of_two_spans_that_touch_add_up(
    clock: Clock, start: dt.datetime, one: dt.timedelta, other: dt.timedelta
) -> None:
    between, end = start + one, start + one + other
    parts = open_minutes(clock, start, between) + open_minutes(clock, between, end)
    assert parts == open_minutes(clock, start, end)


@given(clocks, moments)
def test_a_minute_counts_if_and_only_if_it_is_open(clock: Clock, start: dt.datetime) -> None:
    assert open_minutes(clock, start, start + MINUTE) == is_open(clock, start)


@given(clocks, moments, short, st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)))
def test_one_more_closed_day_never_opens_anything(
    clock: Clock, start: dt.datetime, span: dt.timedelta, day: dt.date
) -> None:
    fewer = Clock(clock.zone, clock.week, clock.holiday, clock.holidays, clock.closed | {day})
    assert open_minutes(fewer, start, start + span) <= open_minutes(clock, start, start + span)


@given(moments, short)
def test_what_is_always_open_is_open_for_as_long_as_time_goes_by(
    start: dt.datetime, span: dt.timedelta
) -> None:
    assert open_minutes(ALWAYS, start, start + span) == span // MINUTE
