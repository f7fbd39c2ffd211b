"""Who can run something on which days, and who stands in."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.staffing import Away, Days, Lack, Level, Shortage, Skill, StandIn, shortages, stand_ins

ANNA, BO, CILLA = 1, 2, 3


def day(number: int) -> dt.date:
    return dt.date(2026, 7, 1) + dt.timedelta(days=number)


def days(first: int, after: int | None = None) -> Days:
    return Days(day(first), None if after is None else day(after))


JULY = days(0, 31)
ALWAYS = days(-100)


def test_two_able_people_are_no_risk_whoever_else_knows_it() -> None:
    skills = [Skill(ANNA, Level.RUNS, ALWAYS), Skill(BO, Level.TEACHES, ALWAYS)]
    assert shortages([*skills, Skill(CILLA, Level.KNOWS, ALWAYS)], {}, JULY) == []


def test_one_able_person_and_nobody_are_told_apart() -> None:
    knows = Skill(BO, Level.KNOWS, ALWAYS)
    assert shortages([knows], {}, JULY) == [Shortage(Lack.NOBODY, JULY)]
    able = Skill(ANNA, Level.RUNS, ALWAYS)
    assert shortages([able, knows], {}, JULY) == [Shortage(Lack.ONE, JULY, frozenset({ANNA}))]


def test_days_on_which_all_who_are_able_are_away_stand_by_themselves() -> None:
    skills = [Skill(ANNA, Level.RUNS, ALWAYS), Skill(BO, Level.RUNS, ALWAYS)]
    away = {ANNA: [days(5, 12)], BO: [days(10)]}
    both = frozenset({ANNA, BO})
    assert shortages(skills, away, JULY) == [Shortage(Lack.AWAY, days(10, 12), both)]


def test_an_absence_without_an_end_lasts_as_long_as_is_asked() -> None:
    away = {ANNA: [days(3)]}
    found = shortages([Skill(ANNA, Level.RUNS, ALWAYS)], away, JULY)
    assert [(each.lack, each.days) for each in found] == [(Lack.ONE, days(0, 3)), (Lack.AWAY, days(3, 31))]


def test_somebody_who_ceases_or_learns_changes_it_from_that_day() -> None:
    skills = [
        Skill(ANNA, Level.RUNS, ALWAYS),
        Skill(BO, Level.KNOWS, days(-100, 10)),
        Skill(BO, Level.RUNS, days(10, 20)),
    ]
    found = shortages(skills, {}, JULY)
    assert [each.days for each in found] == [days(0, 10), days(20, 31)]


def test_days_need_an_end() -> None:
    with pytest.raises(ValueError, match="no end"):
        shortages([], {}, ALWAYS)


def test_who_is_able_and_there_all_days_stands_in_first() -> None:
    skills = [
        Skill(ANNA, Level.TEACHES, ALWAYS),
        Skill(BO, Level.RUNS, ALWAYS),
        Skill(CILLA, Level.KNOWS, ALWAYS),
    ]
    away = {ANNA: [days(0, 2)]}
    assert stand_ins(skills, away, days(0, 7)) == [
        StandIn(BO, Level.RUNS, 7),
        StandIn(ANNA, Level.TEACHES, 5),
        StandIn(CILLA, Level.KNOWS, 7),
    ]
    assert [each.person for each in stand_ins(skills, away, days(0, 7), without=[BO])] == [ANNA, CILLA]


def test_nobody_stands_in_who_is_away_all_the_time() -> None:
    assert stand_ins([Skill(ANNA, Level.RUNS, ALWAYS)], {ANNA: [days(-5)]}, JULY) == []


spans = st.builds(
    lambda first, length: days(first, None if length is None else first + length),
    st.integers(-10, 35),
    st.none() | st.integers(1, 20),
)
skills_of = st.lists(st.builds(Skill, st.sampled_from([ANNA, BO, CILLA]), st.sampled_from(Level), spans))
absences = st.dictionaries(st.sampled_from([ANNA, BO, CILLA]), st.lists(spans, max_size=3))


def lacks(skills: list[Skill], away: Away) -> dict[dt.date, Lack]:
    return {
        day(number): each.lack
        for each in shortages(skills, away, JULY)
        for number in range(31)
        if each.days.holds(day(number))
    }


@given(skills_of, absences)
def test_shortages_are_in_order_and_never_overlap(skills: list[Skill], away: Away) -> None:
    found = shortages(skills, away, JULY)
    assert all(one.days.after and one.days.after <= other.days.first for one, other in pairwise(found))
    assert all(day(0) <= each.days.first and each.days.after for each in found)


@given(skills_of, absences, st.builds(Skill, st.just(9), st.sampled_from([Level.RUNS, Level.TEACHES]), spans))
def test_one_more_able_person_never_makes_a_day_worse(skills: list[Skill], away: Away, more: Skill) -> None:
    before, after = lacks(skills, away), lacks([*skills, more], away)
    fine = len(Lack)
    assert all(lack >= before.get(when, fine) for when, lack in after.items())


@given(skills_of, absences)
def test_a_stand_in_is_there_on_as_many_days_as_are_counted_one_by_one(
    skills: list[Skill], away: Away
) -> None:
    for each in stand_ins(skills, away, JULY):
        counted = [
            number
            for number in range(31)
            if any(skill.person == each.person and skill.days.holds(day(number)) for skill in skills)
            and not any(span.holds(day(number)) for span in away.get(each.person, []))
        ]
        assert each.there == len(counted) > 0
